//! The moment between the read of the store and the seat.

use std::sync::Arc;

use gateway::hub::Hub;
use gateway::hub::channel::{Seat, Seating, Standpoint};
use gateway::hub::subscriptions::Hold;
use gateway::outbox::{Outbox, Outgoing};
use protocol::{ConversationId, Seq, UserId};
use runtime::Tasks;

use crate::client::in_time;
use crate::cluster::{Person, TestCluster};
use crate::lossy::{Fault, Lossy};

const ROOM_BYTES: usize = 1_000_000;

/// A hub of its own on the cluster's bus, so that a test can stand between the steps of a join.
struct Bystander {
    hub: Hub,
    bus: Arc<Lossy>,
    _tasks: Tasks,
}

impl Bystander {
    fn on(cluster: &TestCluster) -> Self {
        let tasks = Tasks::new();
        let (bus, inbox) = cluster.attach(&tasks);
        let hub = Hub::start(bus.clone(), inbox, cluster.node(0).chat.clone(), &tasks);
        Self {
            hub,
            bus,
            _tasks: tasks,
        }
    }

    async fn hold(&self, conversation: ConversationId) -> Arc<Hold> {
        Arc::new(self.hub.hold(&[conversation]).await.unwrap().pop().unwrap())
    }

    fn sit_down(&self, hold: Arc<Hold>, conversation: ConversationId, at: Seq) -> Outbox {
        let outbox = Outbox::new(ROOM_BYTES);
        let seat = Seat {
            socket: 1,
            user: UserId(1),
            outbox: outbox.clone(),
            ends_with_place: true,
            hold,
        };
        let standpoint = Standpoint {
            position: at,
            permitted_at: at,
        };
        let seating = self.hub.take_seat(conversation, seat, standpoint);
        assert_eq!(seating, Seating::Seated);
        outbox
    }

    /// The bus may have lost anything; returns once the hub has compared everything with the store.
    async fn interrupt(&self, cluster: &TestCluster, anna: &Person) {
        let marker = cluster.group(anna, &[]).await;
        let at = cluster.head(marker).await;
        let outbox = self.sit_down(self.hold(marker).await, marker, at);
        // Straight into the store: only a comparison finds it.
        let mut locked = cluster.store.lock(marker).await.unwrap().unwrap();
        let now = cluster.clock.now();
        locked.delete_conversation(now).await.unwrap();
        locked.commit(now).await.unwrap();
        self.bus.interrupt().await;
        while !texts(&outbox)
            .iter()
            .any(|text| text.contains("conversation:deleted"))
        {
            in_time("the comparison", outbox.ready()).await;
        }
    }

    /// Waits until the hub has dealt with everything that was on the bus before now.
    async fn has_heard_all(&self, cluster: &TestCluster, anna: &Person) {
        let marker = cluster.group(anna, &[]).await;
        let at = cluster.head(marker).await;
        let outbox = self.sit_down(self.hold(marker).await, marker, at);
        drop(texts(&outbox));
        cluster.say(anna, marker, "marker").await;
        while !texts(&outbox).iter().any(|text| text.contains("marker")) {
            in_time("the marker", outbox.ready()).await;
        }
    }
}

fn texts(outbox: &Outbox) -> Vec<String> {
    let mut items = Vec::new();
    outbox.take(&mut items);
    let texts = items.into_iter().filter_map(|item| match item {
        Outgoing::Change { text, .. } => Some(text.as_str().to_owned()),
        _ => None,
    });
    texts.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_between_the_read_and_the_first_seat_is_not_lost() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let bystander = Bystander::on(&cluster);
    let hold = bystander.hold(group).await;
    let read = cluster.head(group).await;
    cluster.say(&anna, group, "in between").await;
    bystander.has_heard_all(&cluster, &anna).await;
    let outbox = bystander.sit_down(hold, group, read);
    let mut heard = texts(&outbox);
    while !heard.iter().any(|text| text.contains("in between")) {
        in_time("the frame in between", outbox.ready()).await;
        heard.extend(texts(&outbox));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_between_the_read_and_the_first_seat_is_made_good() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let node = cluster.node(0);
    let bystander = Bystander::on(&cluster);
    let hold = bystander.hold(group).await;
    let read = cluster.head(group).await;
    node.bus.set(Fault::Drop);
    cluster.say(&anna, group, "in between").await;
    node.bus.has_caught(1).await;
    node.bus.set(Fault::None);
    bystander.interrupt(&cluster, &anna).await;
    let outbox = bystander.sit_down(hold, group, read);
    let mut heard = texts(&outbox);
    while !heard.iter().any(|text| text.contains("in between")) {
        in_time("the lost frame", outbox.ready()).await;
        heard.extend(texts(&outbox));
    }
}
