//! Delivery while the bus is away: what somebody listens to is compared with the store, again and again.

use std::collections::HashSet;
use std::time::Duration;

use bus::Topic;
use metrics::{describe_gauge, gauge};
use store::{OutboxId, StoreError};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Hub, fill};
use crate::outbox::Outgoing;
use crate::reads;

/// How often the state of the bus is looked at; it costs the read of a flag.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Between the end of one comparison and the next. With the half second that it takes to doubt a silent bus and a
/// read of what is missing, a message is at most two seconds late, and a thousand conversations cost two queries.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// How long polling goes on once the bus is back: the nodes that send reconnect within it.
const AFTERGLOW: Duration = Duration::from_secs(3);

/// Commits looked at for people who were put into a conversation meanwhile; those are rare among all commits.
const NEWCOMERS: i64 = 1_000;

/// Watches the bus for as long as the node lives.
pub(super) async fn keep_watch(hub: Hub) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut outage: Option<Outage> = None;
    loop {
        looks.tick().await;
        let is_whole = is_whole_again(&hub).await;
        if !is_whole {
            outage.get_or_insert_with(Outage::begin).seen_at = Instant::now();
        }
        let Some(under_way) = &mut outage else { continue };
        if under_way.is_over() {
            outage = None;
            gauge!("chat_gateway_degraded").set(0);
            tracing::info!("the bus delivers again");
            continue;
        }
        if under_way.is_due() {
            if let Err(error) = under_way.poll(&hub).await {
                tracing::debug!(%error, "the store could not be asked either; tried again");
            }
            under_way.polled_at = Some(Instant::now());
        }
    }
}

/// Whether the bus is up and has confirmed everything that is held; asks it for what it has not.
async fn is_whole_again(hub: &Hub) -> bool {
    let subscriptions = &hub.0.subscriptions;
    if !hub.0.bus.is_up() {
        return false;
    }
    if !subscriptions.has_pending() {
        return true;
    }
    for topic in subscriptions.confirm_pending().await {
        if let Topic::User(user) = topic {
            hub.0.people.tell(user, &Outgoing::Relist);
        }
    }
    // What was confirmed just now is compared once more: a change may have come in between.
    false
}

/// A time without the bus, or with a part of it.
struct Outage {
    seen_at: Instant,
    polled_at: Option<Instant>,
    /// Commits whose newcomers were told.
    told: HashSet<OutboxId>,
}

impl Outage {
    fn begin() -> Self {
        gauge!("chat_gateway_degraded").set(1);
        tracing::warn!(every = ?POLL_EVERY, "the bus is away: changes are read from the store");
        Self {
            seen_at: Instant::now(),
            polled_at: None,
            told: HashSet::new(),
        }
    }

    fn is_over(&self) -> bool {
        self.seen_at.elapsed() > AFTERGLOW
    }

    fn is_due(&self) -> bool {
        self.polled_at.is_none_or(|at| at.elapsed() >= POLL_EVERY)
    }

    async fn poll(&mut self, hub: &Hub) -> Result<(), StoreError> {
        for chunk in hub.listened_to().chunks(fill::RECONCILE_CHUNK) {
            reads::count("heads");
            fill::compare(hub, hub.0.chat.store().heads(chunk).await?);
        }
        for (commit, users) in hub.0.chat.store().unannounced(NEWCOMERS).await? {
            if self.told.insert(commit) {
                for user in users {
                    hub.0.people.tell(user, &Outgoing::Relist);
                }
            }
        }
        Ok(())
    }
}

pub(super) fn describe_metrics() {
    describe_gauge!(
        "chat_gateway_degraded",
        "1 while this node reads changes from the store because the bus is away"
    );
}
