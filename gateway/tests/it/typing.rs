//! Who is writing: told to the others in the conversation, never stored, over by itself.

use std::time::Duration;

use protocol::frames::{ServerFrame, Typing};
use protocol::{ConversationId, UserId};
use serde_json::json;
use tokio::time::Instant;

use crate::client::Client;
use crate::cluster::{Setup, TestCluster, on_each_database};

/// What the contract says, and the timer's own.
const EXPIRES: Duration = Duration::from_millis(5_900);

async fn types(client: &mut Client, conversation: ConversationId, is_typing: bool) {
    let payload = json!({ "conversation_id": conversation, "is_typing": is_typing });
    client.send("typing", payload).await;
}

/// The next frame is `typing` here.
async fn heard(client: &mut Client, conversation: ConversationId) -> (UserId, bool) {
    match client.frame().await.frame {
        ServerFrame::Typing(Typing {
            conversation_id,
            user_id,
            is_typing,
            expires_in_ms: 6_000,
        }) if conversation_id == conversation => (user_id, is_typing),
        other => panic!("typing was expected, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_hear_it_on_every_node_and_the_author_on_none_of_their_sockets() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let mut author = cluster.live(0, &anna, group).await;
        let mut own = cluster.live(1, &anna, group).await;
        let mut door = cluster.live(1, &boris, group).await;
        let mut all = cluster.at_everything(0, &boris, "").await;
        all.sync(group).await;
        // At a conversation's own door the conversation goes without saying.
        author.send("typing", json!({ "is_typing": true })).await;
        for reader in [&mut door, &mut all] {
            assert_eq!(heard(reader, group).await, (anna.id, true));
        }
        types(&mut author, group, false).await;
        for reader in [&mut door, &mut all] {
            assert_eq!(heard(reader, group).await, (anna.id, false));
        }
        types(&mut author, group, false).await;
        for client in [&mut author, &mut own, &mut door, &mut all] {
            client.is_silent().await;
        }
        assert_eq!(cluster.head(group).await.0, 0, "nothing was stored");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_passed_on_once_in_three_seconds_for_each_conversation_and_once_more_after_a_stop() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let another = cluster.group(&anna, &[&boris]).await;
    let mut author = cluster.at_everything(0, &anna, "").await;
    let mut reader = cluster.live(1, &boris, group).await;
    let mut other = cluster.live(1, &boris, another).await;
    for _ in 0..2 {
        author
            .until(|frame| matches!(frame.frame, ServerFrame::Sync(_)).then_some(()))
            .await;
    }
    let first = Instant::now();
    types(&mut author, group, true).await;
    assert_eq!(heard(&mut reader, group).await, (anna.id, true));
    for is_typing in [true, false, true, true, false, true, true] {
        types(&mut author, group, is_typing).await;
    }
    types(&mut author, another, true).await;
    for is_typing in [false, true, false] {
        assert_eq!(heard(&mut reader, group).await, (anna.id, is_typing));
    }
    assert_eq!(heard(&mut other, another).await, (anna.id, true));
    reader.is_silent().await;
    author.is_silent().await;
    let mut passed = Vec::new();
    while passed.is_empty() {
        types(&mut author, group, true).await;
        author.is_silent().await;
        reader.send("ping", json!({})).await;
        let pong = |frame: &ServerFrame| matches!(frame, ServerFrame::Pong(_));
        let (before, ()) = reader.until(|frame| pong(&frame.frame).then_some(())).await;
        passed = before;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(first.elapsed() >= Duration::from_secs(3), "{:?}", first.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_itself_six_seconds_after_it_was_said_last() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut author = cluster.live(0, &anna, group).await;
    let mut reader = cluster.live(1, &boris, group).await;
    types(&mut author, group, true).await;
    assert_eq!(heard(&mut reader, group).await, (anna.id, true));
    let said = Instant::now();
    assert_eq!(heard(&mut reader, group).await, (anna.id, false));
    assert!(said.elapsed() >= EXPIRES, "{:?}", said.elapsed());
    // Once.
    reader.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_the_message_and_with_the_socket() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut author = cluster.live(0, &anna, group).await;
    let mut reader = cluster.live(1, &boris, group).await;
    types(&mut author, group, true).await;
    assert_eq!(heard(&mut reader, group).await, (anna.id, true));
    author.say(group, "what I wrote", "one").await;
    assert_eq!(heard(&mut reader, group).await, (anna.id, false));
    reader.message("what I wrote").await;
    author.ack().await;

    let mut again = cluster.live(0, &anna, group).await;
    types(&mut again, group, true).await;
    assert_eq!(heard(&mut reader, group).await, (anna.id, true));
    drop(again);
    assert_eq!(heard(&mut reader, group).await, (anna.id, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_participant_who_follows_the_conversation_is_heard() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let stranger = cluster.person("stranger").await;
    let mut reader = cluster.live(1, &boris, group).await;
    let mut outside = cluster.at_everything(0, &stranger, "").await;
    types(&mut outside, group, true).await;
    assert_eq!(outside.error().await.code, "not_participant");
    outside.send("typing", json!({ "is_typing": true })).await;
    assert_eq!(outside.error().await.code, "invalid");
    outside.send("typing", json!({ "conversation_id": group })).await;
    assert_eq!(outside.error().await.code, "malformed");
    let mut manual = cluster.at_everything(0, &anna, "?subscribe=manual").await;
    types(&mut manual, group, true).await;
    assert_eq!(manual.error().await.code, "not_participant");
    reader.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_removed_is_not_heard_any_more() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut author = cluster.at_everything(0, &boris, "").await;
    author.sync(group).await;
    let mut reader = cluster.live(1, &anna, group).await;
    let chat = &cluster.node(1).chat;
    chat.remove_participant(anna.id, group, boris.id).await.unwrap();
    let removed = |frame: &ServerFrame| matches!(frame, ServerFrame::ParticipantRemoved(_));
    for client in [&mut author, &mut reader] {
        client.until(|frame| removed(&frame.frame).then_some(())).await;
    }
    types(&mut author, group, true).await;
    assert_eq!(author.error().await.code, "not_participant");
    let told = reader.frame().await;
    assert!(
        matches!(&told.frame, ServerFrame::MessageNew(message) if !message.kind.is_text()),
        "{told:?}"
    );
    reader.is_silent().await;
}
