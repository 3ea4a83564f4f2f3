//! Who is told of what, by the background work of a node.

use std::time::Duration;

use futures_util::future::join_all;
use protocol::models::Notification;
use protocol::{ConversationId, MessageId, UserId};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use store::{NewMessage, NewUser};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::node::Node;

/// A look comes each second, a sweep each ten.
const PATIENCE: Duration = Duration::from_secs(40);

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until somebody has so many entries.
async fn entries(node: &Node, user: UserId, count: usize) -> Vec<Notification> {
    let there = async {
        loop {
            let list = node.chat.notifications(user, 200, 0).await.unwrap();
            if list.len() >= count {
                return list;
            }
            sleep(LOOK_EVERY).await;
        }
    };
    let list = timeout(PATIENCE, there).await.unwrap();
    assert_eq!(list.len(), count, "{list:?}");
    list
}

#[tokio::test]
async fn a_burst_is_one_entry_for_each_who_did_not_write_it() {
    let node = Node::start().await;
    let [ann, bob, eve] = node.people().await;
    let group = node.group(&[ann, bob, eve]).await;
    join_all((0..1_000).map(|_| node.say(ann, group, "x"))).await;
    for user in [bob, eve] {
        // With the one that says that they were let in.
        let list = entries(&node, user, 2).await;
        assert!(list.iter().any(|entry| entry.kind == "message"));
    }
    assert_eq!(node.chat.notifications(ann, 200, 0).await.unwrap(), []);
}

#[tokio::test]
async fn what_a_node_committed_before_it_died_is_told_by_another() {
    let node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    entries(&node, bob, 1).await;
    // Committed by a node that did nothing after that.
    let now = node.chat.clock().now();
    let orphans = [orphan(group, ann)];
    node.chat.store().append(&orphans, &[], now).await.unwrap();
    node.chat.clock().advance(Duration::from_mins(1));
    let list = entries(&node, bob, 2).await;
    assert!(list.iter().any(|entry| entry.message == "orphan"));
}

fn orphan(conversation: ConversationId, sender: UserId) -> NewMessage {
    NewMessage {
        id: MessageId(Uuid::now_v7()),
        conversation,
        sender,
        text: "orphan".into(),
        reply_to: None,
        client_id: None,
        attachments: Vec::new(),
        screening: store::Screening::default(),
        mentions: Vec::new(),
    }
}

#[tokio::test]
async fn a_conversation_that_cannot_be_looked_at_keeps_no_other_from_the_sweep() {
    let node = Node::start().await;
    let [ann, bob, eve] = node.people().await;
    let mut groups = Vec::new();
    for other in [bob, eve] {
        groups.push(node.group(&[ann, other]).await);
        entries(&node, other, 1).await;
    }
    // Nothing can be written for Bob any more: a defect that no second try heals.
    let mut connection = SqliteConnection::connect(&node.url).await.unwrap();
    let broken = format!(
        "create trigger broken before insert on notifications when new.user_id = {bob}
         begin select raise(abort, 'broken'); end"
    );
    connection.execute(AssertSqlSafe(broken)).await.unwrap();
    let now = node.chat.clock().now();
    let orphans: Vec<_> = groups.iter().map(|&group| orphan(group, ann)).collect();
    node.chat.store().append(&orphans, &[], now).await.unwrap();
    node.chat.clock().advance(Duration::from_mins(1));
    entries(&node, eve, 2).await;

    // The sweep has gone on: once the defect is mended, the first is not forgotten either.
    connection.execute("drop trigger broken").await.unwrap();
    entries(&node, bob, 2).await;
}

#[tokio::test]
async fn a_node_that_stops_first_tells_what_it_knows() {
    let node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group: ConversationId = node.group(&[ann, bob]).await;
    node.say(ann, group, "last words").await;
    node.stop();
    // Long before a look would have been due, and no other node sweeps.
    entries(&node, bob, 2).await;
}

#[tokio::test]
async fn only_who_runs_the_installation_reads_its_figures() {
    let node = Node::start().await;
    let new = NewUser {
        username: "somebody".into(),
        ..NewUser::default()
    };
    let now = node.chat.clock().now();
    let mut somebody = node.chat.store().create_user(&new, now).await.unwrap();
    assert!(node.chat.figures(&somebody).await.is_err());
    somebody.role = "admin".into();
    assert_eq!(node.chat.figures(&somebody).await.unwrap().counted_at, now);
}
