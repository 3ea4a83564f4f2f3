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
