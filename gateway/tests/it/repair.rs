//! A bus that drops, reorders and doubles: every client still hears every change once, in order.

use std::time::Duration;

use protocol::frames::ServerFrame;
use protocol::models::ConversationType;
use protocol::requests::CreateConversation;
use protocol::{ConversationId, Seq};
use tokio::time::Instant;

use crate::client::Client;
use crate::cluster::{Person, TestCluster};
use crate::lossy::Fault;

/// Before this the sweeper of no node has looked at a row: whoever hears earlier was told by something else.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sweeper's patience and its period, and some of the machine's own.
const SWEPT_WITHIN: Duration = Duration::from_secs(4);

struct Scene {
    cluster: TestCluster,
    anna: Person,
    group: ConversationId,
    readers: Vec<Client>,
}

/// Anna speaks on the first node; Boris listens on both, at both doors.
async fn scene() -> Scene {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut readers = Vec::new();
    for node in 0..2 {
        readers.push(cluster.live(node, &boris, group).await);
        let mut client = cluster.at_everything(node, &boris, "").await;
        client.sync(group).await;
        readers.push(client);
    }
    Scene {
        cluster,
        anna,
        group,
        readers,
    }
}

impl Scene {
    async fn say(&self, text: &str) -> Seq {
        self.cluster.say(&self.anna, self.group, text).await.seq
    }

    fn fault(&self, fault: Fault) {
        self.cluster.node(0).bus.set(fault);
    }

    fn fault_everywhere(&self, fault: Fault) {
        for node in 0..2 {
            self.cluster.node(node).bus.set(fault);
        }
    }

    async fn caught(&self, count: usize) {
        self.cluster.node(0).bus.has_caught(count).await;
    }

    async fn all_hear(&mut self, texts: &[&str]) {
        for reader in &mut self.readers {
            for text in texts {
                reader.message(text).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_frames_are_read_from_the_store_in_order() {
    let mut scene = scene().await;
    scene.fault(Fault::Drop);
    scene.say("lost one").await;
    scene.say("lost two").await;
    scene.caught(2).await;
    scene.fault(Fault::None);
    scene.say("heard").await;
    scene.all_hear(&["lost one", "lost two", "heard"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_edit_and_deletion_are_repaired_and_sync_says_where_the_client_is() {
    let mut scene = scene().await;
    let (chat, anna) = (scene.cluster.node(0).chat.clone(), scene.anna.id);
    let said = scene.cluster.say(&scene.anna, scene.group, "before").await;
    scene.all_hear(&["before"]).await;
    scene.fault(Fault::Drop);
    chat.edit_message(anna, said.id, "changed".into()).await.unwrap();
    chat.delete_message(anna, said.id).await.unwrap();
    scene.caught(2).await;
    scene.fault(Fault::None);
    let last = scene.say("heard").await;
    for reader in &mut scene.readers {
        // One row that changed twice comes once: its first number is missing, so `sync` follows.
        let deleted = reader.frame().await;
        assert!(
            matches!(&deleted.frame, ServerFrame::MessageDeleted(gone) if gone.id == said.id),
            "{deleted:?}"
        );
        reader.message("heard").await;
        assert_eq!(reader.sync(scene.group).await, last);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reordered_frames_are_heard_in_order() {
    let mut scene = scene().await;
    scene.fault(Fault::Hold);
    for text in ["one", "two", "three"] {
        scene.say(text).await;
    }
    scene.caught(3).await;
    scene.cluster.node(0).bus.release(|held| held.reverse()).await;
    scene.all_hear(&["one", "two", "three"]).await;
    for reader in &mut scene.readers {
        reader.is_silent().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_and_late_frames_are_heard_once() {
    let mut scene = scene().await;
    scene.fault(Fault::Double);
    scene.say("one").await;
    scene.say("two").await;
    scene.all_hear(&["one", "two"]).await;
    scene.fault(Fault::Hold);
    scene.say("late").await;
    scene.caught(1).await;
    scene.fault(Fault::None);
    scene.say("three").await;
    scene.all_hear(&["late", "three"]).await;
    scene.cluster.node(0).bus.release(|_| {}).await;
    scene.say("four").await;
    scene.all_hear(&["four"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_frame_that_the_bus_refused_is_announced_by_the_sweeper() {
    let mut scene = scene().await;
    scene.fault(Fault::Refuse);
    let committed = Instant::now();
    scene.say("refused").await;
    scene.caught(1).await;
    scene.fault(Fault::None);
    scene.all_hear(&["refused"]).await;
    let took = committed.elapsed();
    assert!(took >= PATIENCE && took <= SWEPT_WITHIN, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_is_away_for_longer_costs_no_message() {
    let mut scene = scene().await;
    scene.fault_everywhere(Fault::Refuse);
    let texts: Vec<_> = (0..30).map(|number| format!("refused {number}")).collect();
    for text in &texts {
        scene.say(text).await;
    }
    // The sweepers' own announcements are refused as well.
    let (writer, other) = (scene.cluster.node(0), scene.cluster.node(1));
    tokio::select! {
        () = writer.bus.has_caught(texts.len() + 1) => {}
        () = other.bus.has_caught(1) => {}
    }
    scene.fault_everywhere(Fault::None);
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    scene.all_hear(&texts).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_interruption_idle_conversations_catch_up() {
    let mut scene = scene().await;
    scene.fault(Fault::Drop);
    scene.say("lost").await;
    scene.caught(1).await;
    for node in 0..2 {
        scene.cluster.node(node).bus.interrupt().await;
    }
    scene.all_hear(&["lost"]).await;
    for reader in &mut scene.readers {
        reader.is_silent().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_whose_news_were_lost_is_joined_after_an_interruption() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut client = cluster.at_everything(1, &boris, "").await;
    client.sync(group).await;
    // Straight into the store: nobody says so on the bus.
    let mut locked = cluster.store.lock(group).await.unwrap().unwrap();
    locked
        .remove_participant(boris.id, cluster.clock.now())
        .await
        .unwrap();
    locked.commit(cluster.clock.now()).await.unwrap();
    cluster.node(1).bus.interrupt().await;
    let removed = client.frame().await;
    assert!(
        matches!(&removed.frame, ServerFrame::ParticipantRemoved(gone) if gone.user_id == boris.id),
        "{removed:?}"
    );
    let mut locked = cluster.store.lock(group).await.unwrap().unwrap();
    locked
        .add_participant(boris.id, protocol::models::Role::Member, cluster.clock.now())
        .await
        .unwrap();
    locked.commit(cluster.clock.now()).await.unwrap();
    cluster.node(1).bus.interrupt().await;
    let said = cluster.say(&anna, group, "welcome back").await;
    // Found by looking again, or by going on behind the removal: nothing is missing up to the newest either way.
    client
        .until(|received| {
            let is_it = matches!(&received.frame, ServerFrame::MessageNew(message) if message.id == said.id);
            let is_told = matches!(&received.frame, ServerFrame::Sync(sync) if sync.head == said.seq);
            (is_it || is_told).then_some(())
        })
        .await;
    cluster.say(&anna, group, "and on").await;
    client
        .until(|received| {
            matches!(&received.frame, ServerFrame::MessageNew(message) if message.text.as_deref() == Some("and on"))
                .then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_conversation_whose_announcement_the_bus_refused_is_shown_and_followed_from_its_start() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("Anna").await, cluster.person("Boris").await);
    let known = cluster.group(&anna, &[&boris]).await;
    let mut client = cluster.at_everything(1, &boris, "").await;
    // What he has at the start is followed by now: what comes later has to be shown.
    client.sync(known).await;
    cluster.node(0).bus.set(Fault::RefuseAll);
    let request = CreateConversation {
        kind: ConversationType::Group,
        title: Some("Unheard of".into()),
        description: None,
        participant_ids: Some(vec![boris.id]),
        service: None,
        service_id: None,
    };
    let opened = cluster.node(0).chat.create_conversation(anna.id, request).await;
    let group = opened.unwrap().conversation.id;
    // Refused, and not only waiting for its turn.
    crate::client::in_time("the refusal", cluster.node(0).bus.has_caught(1)).await;
    let said = cluster.say(&anna, group, "is anybody there?").await;
    cluster.node(0).bus.set(Fault::None);

    client
        .until(|received| {
            let shown = matches!(&received.frame, ServerFrame::ConversationNew(new) if new.id == group);
            shown.then_some(())
        })
        .await;
    let heard = client.message("is anybody there?").await;
    assert_eq!((heard.id, heard.seq), (said.id, said.seq));
    assert_eq!(client.sync(group).await, said.seq);
}
