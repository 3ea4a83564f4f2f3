//! "I have up to N": everything after it, then live, with no hole and no race between them.

use protocol::frames::{Received, ServerFrame};
use protocol::{ConversationId, Seq};
use serde_json::json;

use crate::client::Client;
use crate::cluster::{Person, TestCluster};

/// More than two pages of a resume.
const MANY: usize = 450;

/// How often the races are run: each round comes in at another moment.
const ROUNDS: usize = 8;

/// Resumes in each round.
const RESUMES: usize = 4;

/// Messages that each of the two senders sends in a round.
const SENDS: usize = 60;

fn dense(after: i64, through: i64) -> Vec<i64> {
    (after + 1..=through).collect()
}

/// The changes before the `sync` of a conversation, and its head.
async fn resumed(client: &mut Client, conversation: ConversationId) -> (Vec<Received>, Seq) {
    client
        .until(|received| match &received.frame {
            ServerFrame::Sync(sync) if sync.conversation_id == conversation => Some(sync.head),
            _ => None,
        })
        .await
}

fn seqs(changes: &[Received]) -> Vec<i64> {
    changes
        .iter()
        .filter_map(|received| received.seq)
        .map(|seq| seq.0)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_gives_exactly_the_rest_then_sync_on_any_node() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    cluster.say_many(&anna, group, 10).await;
    let head = cluster.head(group).await.0;
    for node in 0..2 {
        for after in [0, 1, head - 3, head - 1, head] {
            let mut client = cluster.at_door(node, &boris, group, Some(after)).await;
            client.hello().await;
            let (changes, synced) = resumed(&mut client, group).await;
            let messages: Vec<_> = changes
                .iter()
                .filter(|received| matches!(received.frame, ServerFrame::MessageNew(_)))
                .cloned()
                .collect();
            assert_eq!(seqs(&messages), dense(after.max(head - 10), head));
            assert_eq!(synced.0, head);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_frames_follow_a_resume() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    cluster.say(&anna, group, "missed").await;
    let after = cluster.head(group).await.0 - 1;
    let mut client = cluster.at_door(1, &boris, group, Some(after)).await;
    client.hello().await;
    client.message("missed").await;
    client.sync(group).await;
    cluster.say(&anna, group, "live").await;
    client.message("live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletions_of_old_messages_are_repaired() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let chat = &cluster.node(0).chat;
    let edited = cluster.say(&anna, group, "old").await;
    let deleted = cluster.say(&anna, group, "bad").await;
    let after = cluster.head(group).await.0;
    chat.edit_message(anna.id, edited.id, "new".into()).await.unwrap();
    chat.delete_message(anna.id, deleted.id).await.unwrap();
    let said = cluster.say(&anna, group, "latest").await;
    let mut client = cluster.at_door(1, &boris, group, Some(after)).await;
    client.hello().await;
    assert_eq!(client.message("latest").await.id, said.id);
    let (changes, head) = resumed(&mut client, group).await;
    assert_eq!(head, said.seq);
    let [first, second] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert!(
        matches!(&first.frame, ServerFrame::MessageEdited(message)
            if message.id == edited.id && message.text.as_deref() == Some("new")),
        "{first:?}"
    );
    assert!(
        matches!(&second.frame, ServerFrame::MessageDeleted(gone) if gone.id == deleted.id),
        "{second:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_page_is_resumed_at_both_doors() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let after = cluster.head(group).await.0;
    cluster.say_many(&anna, group, MANY).await;
    let head = cluster.head(group).await;
    let mut at_door = cluster.at_door(1, &boris, group, Some(after)).await;
    at_door.hello().await;
    let mut at_everything = cluster.at_everything(1, &boris, "?subscribe=manual").await;
    at_everything
        .send("subscribe", json!({ "conversation_id": group, "after": after }))
        .await;
    for client in [&mut at_door, &mut at_everything] {
        let (changes, synced) = resumed(client, group).await;
        assert_eq!(seqs(&changes), dense(after, head.0));
        assert_eq!(synced, head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_claims_more_than_there_is_is_told_the_head_and_goes_on_from_there() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let said = cluster.say(&anna, group, "before").await;
    let mut client = cluster.at_door(0, &boris, group, Some(said.seq.0 + 1_000)).await;
    client.hello().await;
    assert_eq!(client.sync(group).await, said.seq);
    cluster.say(&anna, group, "after").await;
    client.message("after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribing_again_starts_again_at_what_the_client_says() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let after = cluster.head(group).await.0;
    cluster.say_many(&anna, group, 5).await;
    let mut client = cluster.live(0, &boris, group).await;
    for _ in 0..2 {
        client
            .send("subscribe", json!({ "conversation_id": group, "after": after }))
            .await;
        let (changes, head) = resumed(&mut client, group).await;
        assert_eq!(seqs(&changes), dense(after, head.0));
    }
    cluster.say(&anna, group, "live").await;
    client.message("live").await;
    client.is_silent().await;
}

/// Sends as fast as it can on one node; the last number.
async fn flood(cluster: &TestCluster, node: usize, who: &Person, group: ConversationId) {
    for _ in 0..SENDS {
        cluster.node(node).say(who, group, "flood").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_in_a_flood_of_two_nodes_has_no_hole_no_double_and_its_order() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    cluster.say_many(&anna, group, 20).await;
    for round in 0..ROUNDS {
        let start = cluster.head(group).await.0;
        let last = Seq(start + 2 * i64::try_from(SENDS).unwrap());
        let readers = async {
            let mut clients = Vec::new();
            for index in 0..RESUMES {
                let now = cluster.head(group).await.0;
                let after = (now - 10 * i64::try_from(index).unwrap()).max(20);
                let node = (round + index) % 2;
                let client = if index % 2 == 0 {
                    cluster.at_door(node, &boris, group, Some(after)).await
                } else {
                    let mut client = cluster.at_everything(node, &boris, "?subscribe=manual").await;
                    client
                        .send("subscribe", json!({ "conversation_id": group, "after": after }))
                        .await;
                    client
                };
                clients.push((after, client));
            }
            clients
        };
        let ((), (), clients) = tokio::join!(
            flood(&cluster, 0, &anna, group),
            flood(&cluster, 1, &boris, group),
            readers
        );
        for (after, mut client) in clients {
            let seqs = client.seqs_through(group, last).await;
            assert_eq!(seqs, dense(after, last.0), "round {round}, after {after}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_join_in_a_flood_gets_everything_above_its_sync() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    for round in 0..ROUNDS {
        let start = cluster.head(group).await.0;
        let last = Seq(start + 2 * i64::try_from(SENDS).unwrap());
        let readers = async {
            let mut clients = Vec::new();
            for index in 0..RESUMES {
                let mut client = if index % 2 == 0 {
                    let mut client = cluster.at_door(index % 2, &boris, group, None).await;
                    client.hello().await;
                    client
                } else {
                    cluster.at_everything(index % 2, &boris, "").await
                };
                let (before, head) = resumed(&mut client, group).await;
                // What the ring still had comes before `sync`, never a hole.
                let before = seqs(&before);
                assert_eq!(
                    before,
                    dense(head.0 - i64::try_from(before.len()).unwrap(), head.0)
                );
                clients.push((head, client));
            }
            clients
        };
        let ((), (), clients) = tokio::join!(
            flood(&cluster, 0, &anna, group),
            flood(&cluster, 1, &boris, group),
            readers
        );
        for (head, mut client) in clients {
            let seqs = if head < last {
                client.seqs_through(group, last).await
            } else {
                Vec::new()
            };
            assert_eq!(seqs, dense(head.0, last.0), "round {round}");
        }
    }
}
