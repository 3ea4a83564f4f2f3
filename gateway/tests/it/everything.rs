//! The door for everything that a person has.

use std::collections::HashMap;

use protocol::frames::ServerFrame;
use serde_json::json;

use crate::cluster::TestCluster;

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_is_joined_at_its_head() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let mut heads = HashMap::new();
    for count in 0..5 {
        let group = cluster.group(&anna, &[&boris]).await;
        cluster.say_many(&anna, group, count).await;
        heads.insert(group, cluster.head(group).await);
    }
    let mut client = cluster.at_everything(1, &boris, "").await;
    let mut synced = HashMap::new();
    while synced.len() < heads.len() {
        match client.frame().await.frame {
            ServerFrame::Sync(sync) => assert!(synced.insert(sync.conversation_id, sync.head).is_none()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(synced, heads);
    for group in heads.keys() {
        cluster.say(&anna, *group, "live").await;
        assert_eq!(client.message("live").await.conversation_id, *group);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_conversation_comes_by_itself() {
    let cluster = TestCluster::new().await;
    let (anna, boris, known) = cluster.pair().await;
    let mut client = cluster.at_everything(1, &boris, "?subscribe=all").await;
    client.sync(known).await;
    for _ in 0..10 {
        let group = cluster.group(&anna, &[&boris]).await;
        cluster.say(&anna, group, "welcome").await;
        let shown = client.frame().await;
        assert!(
            matches!(&shown.frame, ServerFrame::ConversationNew(new) if new.id == group && new.participants.is_none()),
            "{shown:?}"
        );
        // Live or resumed: `sync` before the message or behind it.
        let (mut synced, mut welcomed) = (0, 0);
        while synced == 0 || welcomed == 0 {
            match client.frame().await.frame {
                ServerFrame::Sync(sync) if sync.conversation_id == group => synced += 1,
                ServerFrame::MessageNew(message) if message.conversation_id == group => welcomed += 1,
                other => panic!("{other:?}"),
            }
        }
        client.is_silent().await;
        assert_eq!((synced, welcomed), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manual_socket_hears_what_it_asks_for_and_of_new_conversations() {
    let cluster = TestCluster::new().await;
    let (anna, boris, wanted) = cluster.pair().await;
    let unwanted = cluster.group(&anna, &[&boris]).await;
    let mut client = cluster.at_everything(1, &boris, "?subscribe=manual").await;
    client.is_silent().await;
    client
        .send("subscribe", json!({ "conversation_id": wanted }))
        .await;
    client.sync(wanted).await;
    cluster.say(&anna, unwanted, "unheard").await;
    cluster.say(&anna, wanted, "heard").await;
    client.message("heard").await;

    let new = cluster.group(&anna, &[&boris]).await;
    cluster.say(&anna, new, "unheard").await;
    cluster.say(&anna, wanted, "heard again").await;
    let mut shown = false;
    loop {
        match client.frame().await.frame {
            ServerFrame::ConversationNew(conversation) => shown = conversation.id == new,
            ServerFrame::MessageNew(message) => {
                assert_eq!(message.text.as_deref(), Some("heard again"));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    if !shown {
        let frame = client.frame().await.frame;
        assert!(matches!(frame, ServerFrame::ConversationNew(_)), "{frame:?}");
    }
    client.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsubscribing_stops_a_conversation_also_right_behind_its_subscribe() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let other = cluster.group(&anna, &[&boris]).await;
    let mut client = cluster.at_everything(1, &boris, "?subscribe=manual").await;
    client
        .send("subscribe", json!({ "conversation_id": other }))
        .await;
    client.sync(other).await;
    for _ in 0..10 {
        let both = ["subscribe", "unsubscribe"]
            .map(|kind| json!({ "type": kind, "payload": { "conversation_id": group } }).to_string());
        client.texts(both).await;
        // A command of its own, so that both before it are done when it is answered.
        client.say(other, "after them", "again").await;
        client.ack().await;
        cluster.say(&anna, group, "unheard").await;
        cluster.say(&anna, other, "heard").await;
        client
            .until(|received| match &received.frame {
                ServerFrame::MessageNew(message) => {
                    assert_eq!(message.conversation_id, other, "{message:?}");
                    (message.text.as_deref() == Some("heard")).then_some(())
                }
                _ => None,
            })
            .await;
    }
    client
        .send("subscribe", json!({ "conversation_id": group }))
        .await;
    client.sync(group).await;
    cluster.say(&anna, group, "heard").await;
    client.message("heard").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_follows_so_many_and_no_more() {
    const MAX: usize = 3;
    let cluster = TestCluster::tuned(|config| config.max_subscriptions = MAX).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let mut groups = Vec::new();
    for _ in 0..=MAX {
        groups.push(cluster.group(&anna, &[&boris]).await);
    }
    let mut client = cluster.at_everything(1, &boris, "?subscribe=manual").await;
    for group in &groups[..MAX] {
        client
            .send("subscribe", json!({ "conversation_id": group }))
            .await;
        client.sync(*group).await;
    }
    let one_more = json!({ "type": "subscribe", "payload": { "conversation_id": groups[MAX] }, "ref": 7 });
    client.text(&one_more.to_string()).await;
    let error = client.error().await;
    assert_eq!(
        (error.code.as_str(), error.reference),
        ("invalid", Some(7.into()))
    );
    client
        .send("subscribe", json!({ "conversation_id": groups[0] }))
        .await;
    client.sync(groups[0]).await;
    client
        .send("unsubscribe", json!({ "conversation_id": groups[0] }))
        .await;
    client
        .send("subscribe", json!({ "conversation_id": groups[MAX] }))
        .await;
    client.sync(groups[MAX]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_follows_everything_says_what_it_leaves_out() {
    const MAX: usize = 3;
    let cluster = TestCluster::tuned(|config| config.max_subscriptions = MAX).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    for _ in 0..=MAX {
        cluster.group(&anna, &[&boris]).await;
    }
    let mut client = cluster.at_everything(1, &boris, "").await;
    let (mut synced, mut told) = (0, 0);
    while synced < MAX || told < 1 {
        match client.frame().await.frame {
            ServerFrame::Sync(_) => synced += 1,
            ServerFrame::Error(error) => {
                assert_eq!(error.code, "invalid");
                told += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    // One that comes later is shown, and left out as well.
    let late = cluster.group(&anna, &[&boris]).await;
    cluster.say(&anna, late, "unheard").await;
    let shown = client.frame().await.frame;
    assert!(matches!(shown, ServerFrame::ConversationNew(_)), "{shown:?}");
    assert_eq!(client.error().await.code, "invalid");
    client.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_subscribe_is_answered_with_an_error() {
    let cluster = TestCluster::new().await;
    let (_, _, group) = cluster.pair().await;
    let stranger = cluster.person("stranger").await;
    let mut client = cluster.at_everything(1, &stranger, "").await;
    for (conversation, code) in [
        (group, "not_participant"),
        (protocol::ConversationId(uuid::Uuid::now_v7()), "not_found"),
    ] {
        let payload = json!({ "conversation_id": conversation, "after": 0 });
        let frame = json!({ "type": "subscribe", "payload": payload, "ref": "s" });
        client.text(&frame.to_string()).await;
        let error = client.error().await;
        assert_eq!((error.code.as_str(), error.reference), (code, Some("s".into())));
    }
    client.is_silent().await;
}
