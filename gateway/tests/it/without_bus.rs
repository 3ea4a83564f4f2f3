//! The bus is away: chats go on, from the store, and nobody notices its return.

use std::time::Duration;

use protocol::ConversationId;
use protocol::frames::ServerFrame;
use serde_json::json;
use tokio::time::Instant;

use crate::client::Client;
use crate::cluster::{Person, Setup, TestCluster, on_each_database};

/// What DESIGN promises without the bus, and some of a busy machine's own.
const LATE_BY: Duration = Duration::from_secs(5);

fn go_away(cluster: &TestCluster) {
    for node in 0..2 {
        cluster.node(node).bus.go_away();
    }
}

async fn come_back(cluster: &TestCluster) {
    for node in 0..2 {
        cluster.node(node).bus.come_back().await;
    }
}

/// Anna says it on the first node, and it is heard in time.
async fn is_heard(
    cluster: &TestCluster,
    (anna, group): (&Person, ConversationId),
    readers: &mut [Client],
    text: &str,
) {
    let said = Instant::now();
    cluster.say(anna, group, text).await;
    for reader in readers {
        reader.message(text).await;
    }
    assert!(
        said.elapsed() < LATE_BY,
        "{text} was late by {:?}",
        said.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_without_the_bus_is_heard_all_the_same_once_and_in_order() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let mut readers = vec![
            cluster.live(0, &boris, group).await,
            cluster.live(1, &boris, group).await,
        ];
        is_heard(cluster, (&anna, group), &mut readers, "with it").await;
        go_away(cluster);
        is_heard(cluster, (&anna, group), &mut readers, "without it").await;
        is_heard(cluster, (&anna, group), &mut readers, "still without it").await;
        come_back(cluster).await;
        is_heard(cluster, (&anna, group), &mut readers, "with it again").await;
        for reader in &mut readers {
            reader.is_silent().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_without_the_bus_joins_and_stays_when_it_is_back() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    cluster.say(&anna, group, "long ago").await;
    go_away(&cluster);
    let mut all = cluster.at_everything(1, &boris, "").await;
    all.sync(group).await;
    let mut resumed = cluster.at_door(0, &boris, group, Some(0)).await;
    resumed.hello().await;
    resumed.message("long ago").await;
    resumed.sync(group).await;
    let mut readers = [all, resumed];
    is_heard(&cluster, (&anna, group), &mut readers, "without it").await;
    come_back(&cluster).await;
    // Longer than polling goes on: from then on only a confirmed subscription delivers.
    tokio::time::sleep(Duration::from_secs(4)).await;
    is_heard(&cluster, (&anna, group), &mut readers, "with it again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_without_the_bus_arrives() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let mut client = cluster.at_everything(1, &boris, "").await;
    client.is_silent().await;
    go_away(&cluster);
    let body = json!({ "type": "group", "title": "new", "participant_ids": [boris.id] });
    let request = serde_json::from_value(body).unwrap();
    let chat = &cluster.node(0).chat;
    let group = chat
        .create_conversation(anna.id, request)
        .await
        .unwrap()
        .conversation
        .id;
    let shown = client.frame().await;
    assert!(
        matches!(&shown.frame, ServerFrame::ConversationNew(new) if new.id == group),
        "{shown:?}"
    );
    client.sync(group).await;
    is_heard(&cluster, (&anna, group), &mut [client], "welcome").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_removed_without_the_bus_hears_nothing_after_it() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut client = cluster.live(1, &boris, group).await;
    go_away(&cluster);
    let chat = &cluster.node(0).chat;
    chat.remove_participant(anna.id, group, boris.id).await.unwrap();
    cluster.say(&anna, group, "not for Boris").await;
    let (before, _) = client.closed_after(4403).await;
    let is_removal = |frame: &ServerFrame| matches!(frame, ServerFrame::ParticipantRemoved(gone) if gone.user_id == boris.id);
    assert!(
        before.iter().all(|received| is_removal(&received.frame)),
        "{before:?}"
    );
}
