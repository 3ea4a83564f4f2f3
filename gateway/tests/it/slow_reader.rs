//! A client that does not read costs a bounded amount and delays nobody.

use std::time::Duration;

use protocol::paths::conversation_socket;
use tokio::time::Instant;

use crate::client::{Client, Heard};
use crate::cluster::{TestCluster, bearer};

/// Together far more than an outbox and the system's buffers hold.
const MESSAGES: usize = 200;

/// Of each message; two bytes each on the wire.
const CHARS: usize = 30_000;

/// Sockets that change a message and read nothing.
const SLOW_READERS: usize = 6;

/// Enough for every one of them to be in the middle of a write when a change of its own is under way.
const ROUNDS: usize = 60;

/// No message waits for the slow one: a write to it would take seconds.
const PROMPT: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_closed_with_4508_and_others_still_receive_and_nothing_is_lost() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let path = conversation_socket(group);
    let opened = Client::open_narrow(cluster.address(0), &path, &[bearer(&boris.token)]).await;
    let mut slow = opened.unwrap();
    slow.hello().await;
    let start = slow.sync(group).await;
    let mut prompt = cluster.live(0, &anna, group).await;
    let text = "щ".repeat(CHARS);
    for _ in 0..MESSAGES {
        let sent = Instant::now();
        cluster.say(&anna, group, &text).await;
        prompt.message(&text).await;
        assert!(sent.elapsed() < PROMPT, "{:?}", sent.elapsed());
    }
    let mut last = start.0;
    loop {
        match slow.heard().await {
            Heard::Frame(received) => {
                let seq = received.seq.unwrap().0;
                assert_eq!(seq, last + 1);
                last = seq;
            }
            Heard::Closed(code, reason) => {
                assert_eq!(code, 4508);
                assert!(reason["reconnect_after_ms"].is_u64(), "{reason}");
                break;
            }
            Heard::Gone => panic!("no close frame, though the client read again in time"),
        }
    }
    let head = cluster.head(group).await;
    assert!(last < head.0, "nothing was ever in the way");
    let mut back = cluster.at_door(1, &boris, group, Some(last)).await;
    let rest = back.seqs_through(group, head).await;
    assert_eq!(rest, (last + 1..=head.0).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_never_comes_back_is_dropped_and_its_place_given_back() {
    let cluster = TestCluster::tuned(|config| config.max_connections = 2).await;
    let (anna, boris, group) = cluster.pair().await;
    let path = conversation_socket(group);
    let opened = Client::open_narrow(cluster.address(0), &path, &[bearer(&boris.token)]).await;
    let mut stuck = opened.unwrap();
    stuck.hello().await;
    let mut prompt = cluster.live(0, &anna, group).await;
    let text = "щ".repeat(CHARS);
    for _ in 0..MESSAGES {
        cluster.say(&anna, group, &text).await;
        prompt.message(&text).await;
    }
    crate::client::in_time("the place of the stuck one", async {
        while Client::open(cluster.address(0), &path, &[bearer(&anna.token)])
            .await
            .is_err()
        {}
    })
    .await;
    drop(stuck);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_with_a_change_under_way_keeps_nobody_from_sending() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let own = cluster.say(&boris, group, "to be changed").await;
    let path = conversation_socket(group);
    let mut slow = Vec::new();
    for _ in 0..SLOW_READERS {
        let opened = Client::open_narrow(cluster.address(0), &path, &[bearer(&boris.token)]).await;
        let mut client = opened.unwrap();
        client.hello().await;
        client.sync(group).await;
        slow.push(client);
    }
    let text = "щ".repeat(CHARS);
    for round in 0..ROUNDS {
        for client in &mut slow {
            let edit = serde_json::json!({ "message_id": own.id, "text": format!("changed {round}") });
            client.try_send("message:edit", edit).await;
        }
        let sent = Instant::now();
        cluster.say(&anna, group, &text).await;
        assert!(sent.elapsed() < PROMPT, "round {round}: {:?}", sent.elapsed());
    }
}
