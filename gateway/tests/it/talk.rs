//! Replies, mentions, reactions, pins and what the system says, as frames.

use protocol::frames::{Received, ServerFrame};
use protocol::models::{Message, SystemEvent};
use serde_json::json;

use crate::client::Client;
use crate::cluster::TestCluster;

async fn edited(client: &mut Client) -> Message {
    match client.frame().await {
        Received {
            frame: ServerFrame::MessageEdited(message),
            seq: Some(seq),
        } if seq > message.seq => message,
        other => panic!("a change of a message was expected, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_and_its_mentions_come_whole_to_every_node() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let target = cluster.say(&anna, group, "question").await;
    let mut sender = cluster.live(0, &anna, group).await;
    let mut reader = cluster.live(1, &boris, group).await;
    let mentions = json!([{ "user_id": boris.id, "offset": 0, "length": 6 }]);
    let payload = json!({ "text": "@boris?", "reply_to": target.id, "mentions": mentions });
    sender.send("message:new", payload).await;
    let heard = reader.message("@boris?").await;
    assert_eq!(sender.message("@boris?").await, heard);
    let reply = heard.reply.unwrap();
    assert_eq!((reply.id, reply.text.as_deref()), (target.id, Some("question")));
    assert_eq!(serde_json::to_value(&heard.mentions).unwrap(), mentions);
    let payload = json!({ "message_id": heard.id, "text": "hm", "mentions": [{ "user_id": anna.id, "offset": 0, "length": 9 }] });
    sender.send("message:edit", payload).await;
    assert_eq!(sender.error().await.code, "invalid");
    sender
        .send("message:edit", json!({ "message_id": heard.id, "text": "hm" }))
        .await;
    let now = edited(&mut reader).await;
    assert!(now.mentions.is_empty() && now.edited_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn reactions_and_pins_are_told_as_changes_once() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let said = cluster.say(&anna, group, "hi").await;
    let mut client = cluster.live(0, &anna, group).await;
    let mut reader = cluster.live(1, &boris, group).await;
    let react = json!({ "message_id": said.id, "emoji": "👍" });
    // The second one changes nothing: the next frame is of something else.
    for _ in 0..2 {
        client.send("message:react", react.clone()).await;
    }
    let now = edited(&mut reader).await;
    assert_eq!((now.id, now.is_edited), (said.id, false));
    assert_eq!(
        (now.reactions[0].count, &now.reactions[0].user_ids[..]),
        (1, &[anna.id][..])
    );
    let unreact = json!({ "message_id": said.id, "emoji": "👍", "remove": true });
    client.send("message:react", unreact).await;
    assert!(edited(&mut reader).await.reactions.is_empty());
    cluster
        .node(1)
        .chat
        .pin_message(anna.id, said.id, true)
        .await
        .unwrap();
    assert!(edited(&mut reader).await.pinned_at.is_some());
    for _ in 0..3 {
        edited(&mut client).await;
    }
    client
        .send("message:react", json!({ "message_id": said.id, "emoji": "no" }))
        .await;
    assert_eq!(client.error().await.code, "invalid");
    client.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_system_says_comes_to_those_who_stay_and_never_to_who_was_removed() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let carla = cluster.person("carla").await;
    let mut stays = cluster.live(1, &boris, group).await;
    let mut newcomer = cluster.at_everything(1, &carla, "").await;
    let chat = &cluster.node(0).chat;
    let added = chat.add_participant(anna.id, group, carla.id, None);
    added.await.unwrap();
    let event = |received: &Received| match &received.frame {
        ServerFrame::MessageNew(message) => message.event.clone(),
        _ => None,
    };
    for client in [&mut stays, &mut newcomer] {
        let (_, told) = client.until(event).await;
        assert_eq!(told, SystemEvent::Added { user_id: carla.id });
    }
    chat.remove_participant(anna.id, group, carla.id).await.unwrap();
    let (_, told) = stays.until(event).await;
    assert_eq!(told, SystemEvent::Removed { user_id: carla.id });
    let (_, ()) = newcomer
        .until(|received| matches!(received.frame, ServerFrame::ParticipantRemoved(_)).then_some(()))
        .await;
    newcomer.is_silent().await;
}
