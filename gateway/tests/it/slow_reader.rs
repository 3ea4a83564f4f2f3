//! A client that does not read costs a bounded amount and delays nobody.

use std::collections::HashMap;
use std::time::Duration;

use protocol::close::CloseCode;
use protocol::frames::{Received, ServerFrame};
use protocol::paths::{SOCKET, conversation_socket};
use protocol::{ConversationId, Seq};
use tokio::time::Instant;

use crate::client::{Client, Heard};
use crate::cluster::{Person, TestCluster, bearer};

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

/// Boris at the group's door with a small receive buffer, live and not reading; and Anna, who does.
async fn scene(cluster: &TestCluster) -> (Person, ConversationId, Client, Client) {
    let (anna, boris, group) = cluster.pair().await;
    let path = conversation_socket(group);
    let opened = Client::open_narrow(cluster.address(0), &path, &[bearer(&boris.token)]).await;
    let mut slow = opened.unwrap();
    slow.hello().await;
    slow.sync(group).await;
    let prompt = cluster.live(0, &anna, group).await;
    (anna, group, slow, prompt)
}

/// Anna says far more than anybody holds for Boris, and hears each at once.
async fn flood(cluster: &TestCluster, (anna, group): (&Person, ConversationId), prompt: &mut Client) {
    let text = "щ".repeat(CHARS);
    for _ in 0..MESSAGES {
        let sent = Instant::now();
        cluster.say(anna, group, &text).await;
        prompt.message(&text).await;
        assert!(sent.elapsed() < PROMPT, "{:?}", sent.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_gets_everything_once_in_order_on_the_same_socket() {
    let cluster = TestCluster::new().await;
    let (anna, group, mut slow, mut prompt) = scene(&cluster).await;
    let start = cluster.head(group).await;
    flood(&cluster, (&anna, group), &mut prompt).await;
    let head = cluster.head(group).await;
    let seqs = slow.seqs_through(group, head).await;
    assert_eq!(seqs, (start.0 + 1..=head.0).collect::<Vec<_>>());
    // Live again, and nothing comes twice.
    let (repeats, ()) = slow
        .until(|received| matches!(received.frame, ServerFrame::Sync(_)).then_some(()))
        .await;
    assert!(repeats.is_empty(), "{repeats:?}");
    cluster.say(&anna, group, "live").await;
    slow.message("live").await;
    slow.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_of_everything_catches_up_in_every_conversation() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let mut groups = Vec::new();
    for _ in 0..3 {
        groups.push(cluster.group(&anna, &[&boris]).await);
    }
    let opened = Client::open_narrow(cluster.address(0), SOCKET, &[bearer(&boris.token)]).await;
    let mut slow = opened.unwrap();
    slow.hello().await;
    for _ in &groups {
        slow.frame().await;
    }
    let text = "щ".repeat(CHARS);
    for round in 0..MESSAGES {
        cluster.say(&anna, groups[round % groups.len()], &text).await;
    }
    let mut last: HashMap<_, _> = groups.iter().map(|group| (*group, Seq::ZERO)).collect();
    let mut missing = MESSAGES;
    while missing > 0 {
        let received = slow.frame().await;
        if let ServerFrame::MessageNew(message) = &received.frame {
            let before = last.insert(message.conversation_id, message.seq).unwrap();
            assert_eq!(message.seq, before.next(), "in {}", message.conversation_id);
            missing -= 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_who_was_removed_meanwhile_hears_that_and_nothing_after_it() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let opened = Client::open_narrow(cluster.address(0), SOCKET, &[bearer(&boris.token)]).await;
    let mut slow = opened.unwrap();
    slow.hello().await;
    slow.sync(group).await;
    let text = "щ".repeat(CHARS);
    for _ in 0..MESSAGES / 2 {
        cluster.say(&anna, group, &text).await;
    }
    let chat = &cluster.node(1).chat;
    chat.remove_participant(anna.id, group, boris.id).await.unwrap();
    let removed_at = cluster.head(group).await;
    for _ in 0..MESSAGES / 2 {
        cluster.say(&anna, group, &text).await;
    }
    let is_farewell = |received: &Received| match &received.frame {
        ServerFrame::ParticipantRemoved(gone) => Some(gone.user_id),
        _ => None,
    };
    let (before, gone) = slow.until(is_farewell).await;
    assert_eq!(gone, boris.id);
    assert!(before.iter().all(|received| received.seq < Some(removed_at)));
    slow.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_at_all_is_closed_with_4508_and_resumes() {
    let cluster = TestCluster::tuned(|config| config.slow_reader_seconds = 1).await;
    let (anna, group, mut slow, mut prompt) = scene(&cluster).await;
    let start = cluster.head(group).await;
    flood(&cluster, (&anna, group), &mut prompt).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut last = start.0;
    let code = loop {
        match slow.heard().await {
            Heard::Frame(received) => {
                let seq = received.seq.unwrap().0;
                assert_eq!(seq, last + 1);
                last = seq;
            }
            Heard::Closed(code, _) => break code,
            // The close frame may not find its way through what was never read; that it ended early is the point.
            Heard::Gone => break CloseCode::SlowReader.number(),
        }
    };
    assert_eq!(code, CloseCode::SlowReader.number());
    let head = cluster.head(group).await;
    assert!(last < head.0, "nothing was ever in the way");
    let mut back = cluster.at_door(1, &anna, group, Some(last)).await;
    let rest = back.seqs_through(group, head).await;
    assert_eq!(rest, (last + 1..=head.0).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_never_comes_back_is_dropped_and_its_place_given_back() {
    let cluster = TestCluster::tuned(|config| {
        config.max_connections = 2;
        config.slow_reader_seconds = 2;
    })
    .await;
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
