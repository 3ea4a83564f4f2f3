//! Sending, changing and deleting over sockets.

use protocol::frames::ServerFrame;
use protocol::{ConversationId, MessageId, limits};
use serde_json::json;
use uuid::Uuid;

use crate::client::Client;
use crate::cluster::TestCluster;

#[tokio::test(flavor = "multi_thread")]
async fn hello_comes_first_then_sync_at_the_head() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    cluster.say_many(&anna, group, 3).await;
    let mut client = cluster.at_door(0, &anna, group, None).await;
    client.hello().await;
    assert_eq!(client.sync(group).await, cluster.head(group).await);
    client.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_reaches_the_sender_and_a_member_on_another_node() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut sender = cluster.live(0, &anna, group).await;
    let mut reader = cluster.live(1, &boris, group).await;
    sender
        .send("message:new", json!({ "text": "hi", "reply_to": null }))
        .await;
    let echo = sender.message("hi").await;
    assert_eq!(echo.sender_id, anna.id);
    assert_eq!(reader.message("hi").await, echo);
    sender.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ack_is_for_sends_that_carry_a_client_id() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    client.say(group, "hi", "c-1").await;
    let mut seen = (None, None);
    while seen.0.is_none() || seen.1.is_none() {
        match client.frame().await.frame {
            ServerFrame::MessageAck(ack) => seen.0 = Some((ack.client_id, ack.id, ack.seq, ack.created_at)),
            ServerFrame::MessageNew(new) => {
                seen.1 = Some((new.client_id.unwrap(), new.id, new.seq, new.created_at));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen.0, seen.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_client_id_gets_the_same_ack_on_any_node_and_makes_one_message() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut reader = cluster.live(1, &boris, group).await;
    let (mut here, mut there) = (
        cluster.live(0, &anna, group).await,
        cluster.live(1, &anna, group).await,
    );
    here.say(group, "once", "c-1").await;
    let first = here.ack().await;
    for client in [&mut here, &mut there] {
        client.say(group, "once", "c-1").await;
        assert_eq!(client.ack().await, first);
    }
    cluster.say(&boris, group, "after it").await;
    assert_eq!(reader.message("once").await.id, first.id);
    reader.message("after it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_repetitions_at_once_over_two_nodes_make_one_message() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut reader = cluster.live(1, &boris, group).await;
    let mut clients = Vec::new();
    for index in 0..6 {
        clients.push(cluster.live(index % 2, &anna, group).await);
    }
    for client in &mut clients {
        client.say(group, "once", "c-2").await;
    }
    let mut acks = Vec::new();
    for client in &mut clients {
        acks.push(client.ack().await);
    }
    assert!(acks.iter().all(|ack| *ack == acks[0]), "{acks:?}");
    cluster.say(&boris, group, "after it").await;
    reader.message("once").await;
    reader.message("after it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_author_edits_and_deletes() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let said = cluster.say(&anna, group, "first").await;
    let mut author = cluster.live(0, &anna, group).await;
    let mut other = cluster.live(1, &boris, group).await;
    for (kind, payload) in [
        (
            "message:edit",
            json!({ "message_id": said.id, "text": "mine now" }),
        ),
        ("message:delete", json!({ "message_id": said.id })),
    ] {
        let frame = json!({ "type": kind, "payload": payload, "ref": kind });
        other.text(&frame.to_string()).await;
        let error = other.error().await;
        assert_eq!(
            (error.code.as_str(), error.reference),
            ("forbidden", Some(kind.into()))
        );
    }
    author
        .send("message:edit", json!({ "message_id": said.id, "text": "second" }))
        .await;
    author
        .send("message:delete", json!({ "message_id": said.id }))
        .await;
    for client in [&mut author, &mut other] {
        let edited = client.frame().await;
        assert_eq!(edited.seq, Some(said.seq.next()));
        let ServerFrame::MessageEdited(message) = edited.frame else {
            panic!("{edited:?}")
        };
        assert_eq!(
            (message.text.as_deref(), message.is_edited, message.seq),
            (Some("second"), true, said.seq)
        );
        let deleted = client.frame().await;
        assert_eq!(deleted.seq, Some(said.seq.next().next()));
        let ServerFrame::MessageDeleted(gone) = deleted.frame else {
            panic!("{deleted:?}")
        };
        assert_eq!((gone.id, gone.message_seq), (said.id, said.seq));
    }
    author
        .send(
            "message:edit",
            json!({ "message_id": said.id, "text": "too late" }),
        )
        .await;
    assert_eq!(author.error().await.code, "not_found");
    author
        .send(
            "message:delete",
            json!({ "message_id": MessageId(Uuid::now_v7()) }),
        )
        .await;
    assert_eq!(author.error().await.code, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sends_without_following_and_a_stranger_does_not() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let stranger = cluster.person("stranger").await;
    let mut reader = cluster.live(1, &boris, group).await;
    let mut sender = cluster.at_everything(0, &anna, "?subscribe=manual").await;
    sender.say(group, "unseen by me", "c-1").await;
    sender.ack().await;
    reader.message("unseen by me").await;
    sender.is_silent().await;

    let mut outside = cluster.at_everything(0, &stranger, "").await;
    outside.say(group, "let me in", "c-2").await;
    let error = outside.error().await;
    assert_eq!(
        (error.code.as_str(), error.client_id.as_deref()),
        ("not_participant", Some("c-2"))
    );
    outside
        .say(ConversationId(Uuid::now_v7()), "anybody?", "c-3")
        .await;
    assert_eq!(outside.error().await.code, "not_found");
    outside
        .send("message:new", json!({ "text": "where?", "client_id": "c-4" }))
        .await;
    let error = outside.error().await;
    assert_eq!(
        (error.code.as_str(), error.client_id.as_deref()),
        ("invalid", Some("c-4"))
    );
    reader.is_silent().await;
}

async fn refused(client: &mut Client, text: Option<&str>) {
    let payload = json!({ "text": text, "client_id": "c-1" });
    let frame = json!({ "type": "message:new", "payload": payload, "ref": { "n": 1 } });
    client.text(&frame.to_string()).await;
    let error = client.error().await;
    assert_eq!(error.code, "invalid");
    assert_eq!(error.client_id.as_deref(), Some("c-1"));
    assert_eq!(error.reference, Some(json!({ "n": 1 })));
    assert!(!error.retryable);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_may_not_be_said_are_refused_in_words_and_leave_nothing() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let head = cluster.head(group).await;
    let mut client = cluster.live(0, &anna, group).await;
    let too_long = "😀".repeat(limits::MESSAGE_CHARS + 1);
    for text in [None, Some(""), Some(" \n\t"), Some("a\0b"), Some(&*too_long)] {
        refused(&mut client, text).await;
    }
    assert_eq!(cluster.head(group).await, head);
    let longest = "😀".repeat(limits::MESSAGE_CHARS);
    client.say(group, &longest, "c-1").await;
    assert_eq!(client.ack().await.seq, head.next());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_names_a_message_of_the_same_conversation() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let elsewhere = cluster.group(&anna, &[&boris]).await;
    let (here, there) = (
        cluster.say(&anna, group, "here").await,
        cluster.say(&anna, elsewhere, "there").await,
    );
    let mut client = cluster.live(0, &anna, group).await;
    client
        .send("message:new", json!({ "text": "yes", "reply_to": here.id }))
        .await;
    assert_eq!(client.message("yes").await.reply_to, Some(here.id));
    client
        .send("message:new", json!({ "text": "no", "reply_to": there.id }))
        .await;
    assert_eq!(client.error().await.code, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_a_send_is_answered_with_an_error_to_retry_and_the_socket_stays() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    cluster.store.close().await;
    for _ in 0..2 {
        client.say(group, "hello?", "mine").await;
        let error = client.error().await;
        assert_eq!((error.code.as_str(), error.retryable), ("unavailable", true));
        assert_eq!(error.client_id.as_deref(), Some("mine"));
    }
    client.is_silent().await;
}
