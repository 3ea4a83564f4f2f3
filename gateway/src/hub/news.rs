//! Who came and who went, passed on to the seats that may know: each socket hears of a person once, however many
//! conversations they share, and nobody hears of themself.

use std::collections::HashMap;

use bus::{Envelope, Topic};
use chat::presence::News;
use metrics::{counter, describe_counter};
use protocol::frames::{PresenceChange, ServerFrame};
use tokio::sync::mpsc;
use tokio::task::yield_now;

use super::Hub;
use super::channel::{Channel, SocketId};
use crate::outbox::{Outbox, Outgoing};
use crate::text::Text;

/// Envelopes that wait to be passed on: a few megabytes at most. Beyond it they are dropped, and whoever looks reads the
/// state over REST.
pub(super) const WAITING: usize = 64;

const DROPPED: &str = "chat_gateway_presence_dropped_total";

/// For each socket the places of those in [`News::told`] that it hears of, ascending.
type Heard = HashMap<SocketId, (Outbox, Vec<usize>)>;

/// Never waits: the hub has messages to deliver.
pub(super) fn queue(waiting: &mpsc::Sender<Envelope>, envelope: Envelope) {
    if waiting.try_send(envelope).is_err() {
        counter!(DROPPED).increment(1);
    }
}

/// Follows what all gateways follow, for as long as the node lives.
pub(super) async fn pass_on(hub: Hub, mut waiting: mpsc::Receiver<Envelope>) {
    let Ok(_hold) = hub.subscribe(vec![Topic::Everyone]).await else {
        return;
    };
    while let Some(envelope) = waiting.recv().await {
        if let Some(news) = News::decode(&envelope) {
            let heard = who_hears(&hub, &news).await;
            tell(&news, heard);
        }
    }
}

async fn who_hears(hub: &Hub, news: &News) -> Heard {
    let mut heard = Heard::new();
    for (place, told) in news.told.iter().enumerate() {
        for &conversation in &told.conversations {
            let shard = hub.shard(conversation);
            let seats = shard.get(&conversation).into_iter().flat_map(Channel::seats);
            for seat in seats.filter(|seat| seat.user != told.person.user_id) {
                let (_, people) = heard
                    .entry(seat.socket)
                    .or_insert_with(|| (seat.outbox.clone(), Vec::new()));
                if people.last() != Some(&place) {
                    people.push(place);
                }
            }
        }
        // Messages go first.
        yield_now().await;
    }
    heard
}

fn tell(news: &News, heard: Heard) {
    let mut texts: HashMap<Vec<usize>, Text> = HashMap::new();
    for (outbox, places) in heard.into_values() {
        let text = texts.entry(places).or_insert_with_key(|places| {
            let people = places.iter().filter_map(|place| news.told.get(*place));
            let users = people.map(|told| told.person.clone()).collect();
            ServerFrame::Presence(PresenceChange { users })
                .encode(None)
                .into()
        });
        outbox.push(Outgoing::Passing { text: text.clone() });
    }
}

pub(super) fn describe_metrics() {
    describe_counter!(
        DROPPED,
        "Batches of presence that this node had no time to pass on; clients see the state when they next read it"
    );
}
