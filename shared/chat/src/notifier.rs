//! Notifies people of what was committed, behind the senders' backs: a send costs the same however many have to be told.
//!
//! Whatever this node publishes names its conversation here. Once a second those that were named are looked at
//! together: [`store::Store::notify`] writes what their people are owed. A busy conversation is therefore looked at
//! once a second on each node that writes to it, and writes nothing for whoever has an entry already.
//!
//! What is named here is only a hint, in memory. How far each conversation has been looked at stands in the database;
//! every half minute some node compares it with the messages there are, and looks at what a killed node left behind.

mod round;

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bus::{Bus, Envelope, Kind, Topic};
use metrics::{counter, describe_counter, describe_histogram, histogram};
use protocol::{ConversationId, NotificationId};
use runtime::{Clock, Tasks, Throttle};
use store::{Store, StoreError};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use self::round::Round;
use crate::announce;
use crate::notifications::worded;

/// How long the first change of a quiet while waits for others: a burst is one look, and an entry is fast enough for a
/// list that clients read each half minute.
const WINDOW: Duration = Duration::from_secs(1);

/// Conversations that wait to be looked at; what finds no room is found by the next sweep.
const WAITING: usize = 100_000;

/// Conversations in one look: enough for one transaction to be worth it, few enough to stay within milliseconds.
const AT_ONCE: usize = 200;

/// How often a node asks whether a sweep is due.
const SWEEP_EVERY: Duration = Duration::from_secs(10);

/// How long an entry is kept, read or not.
const KEEP: Duration = Duration::from_hours(90 * 24);

/// The oldest entries that one sweep may delete: more than are written in half a minute, few enough to be quick.
const FORGOTTEN_AT_ONCE: i64 = 5_000;

/// Names conversations to the node's notifying task. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notifier(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    conversations: Mutex<BTreeSet<ConversationId>>,
    some: Notify,
}

struct Work {
    store: Store,
    bus: Arc<dyn Bus>,
    clock: Clock,
    /// Of the log lines of an outage.
    log: Throttle,
}

impl Notifier {
    pub(crate) fn start(store: Store, bus: Arc<dyn Bus>, clock: Clock, tasks: &Tasks) -> Self {
        let notifier = Self::default();
        let work = Arc::new(Work {
            store,
            bus,
            clock,
            log: Throttle::default(),
        });
        tasks.spawn_vital("notifier", run(notifier.clone(), work.clone(), tasks.clone()));
        tasks.spawn_vital(
            "notification sweeper",
            sweep(notifier.clone(), work, tasks.clone()),
        );
        notifier
    }

    /// What is about to be published has been committed. Never waits.
    pub(crate) fn note(&self, frames: &[(Topic, Envelope)]) {
        let mut changed = frames
            .iter()
            .filter(|(_, envelope)| matches!(envelope.kind, Kind::Change | Kind::Joined(_)))
            .map(|(_, envelope)| envelope.conversation)
            .peekable();
        if changed.peek().is_none() {
            return;
        }
        let mut waiting = self.waiting();
        for conversation in changed {
            if waiting.len() < WAITING {
                waiting.insert(conversation);
            }
        }
        drop(waiting);
        self.0.some.notify_one();
    }

    fn take(&self) -> Vec<ConversationId> {
        mem::take(&mut *self.waiting()).into_iter().collect()
    }

    /// They are looked at again with the next that are named, or by the sweep.
    fn put_back(&self, conversations: &[ConversationId]) {
        if conversations.is_empty() {
            return;
        }
        self.waiting().extend(conversations);
        self.0.some.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<ConversationId>> {
        self.0
            .conversations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(notifier: Notifier, work: Arc<Work>, tasks: Tasks) {
    let stopping = tasks.stopping();
    while !stopping.is_cancelled() {
        let gathered = async {
            notifier.0.some.notified().await;
            sleep(WINDOW).await;
        };
        // A node that stops does not leave to others what it can do at once.
        let _stops = stopping.run_until_cancelled(gathered).await;
        let conversations = notifier.take();
        let missed = work.look_at(&conversations).await;
        notifier.put_back(&missed.conversations);
    }
}

async fn sweep(notifier: Notifier, work: Arc<Work>, tasks: Tasks) {
    let stopping = tasks.stopping();
    let mut tick = interval(SWEEP_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stopping.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(error) = work.sweep(&notifier).await {
            work.warn(&error);
        }
    }
}

/// What a round could not look at.
#[derive(Debug, Default)]
struct Missed {
    conversations: Vec<ConversationId>,
    /// The last failure that time may heal: an outage, or others in the way.
    passing: Option<StoreError>,
}

impl Work {
    /// Looks at conversations; one that cannot be looked at keeps none of the others from it.
    async fn look_at(&self, conversations: &[ConversationId]) -> Missed {
        let mut round = Round::new(conversations, AT_ONCE);
        let mut missed = Missed::default();
        while let Some(these) = round.next() {
            let Err(error) = self.notify(these).await else {
                continue;
            };
            let is_passing = matches!(error, StoreError::Unavailable(_)) || error.is_contention();
            if let ([conversation], false) = (these, is_passing) {
                tracing::error!(
                    conversation.id = %conversation,
                    error = &error as &dyn std::error::Error,
                    "the people of a conversation cannot be notified"
                );
            } else {
                self.warn(&error);
            }
            missed.conversations.extend(round.failed(these));
            missed.passing = is_passing.then_some(error).or(missed.passing);
        }
        missed
    }

    async fn notify(&self, conversations: &[ConversationId]) -> Result<(), StoreError> {
        let started = Instant::now();
        loop {
            let notified = self.store.notify(conversations, self.clock.now()).await?;
            counter!("chat_notifications_total").increment(notified.entries.len() as u64);
            self.tell(&notified.entries).await?;
            if !notified.has_more {
                break;
            }
        }
        histogram!("chat_notify_seconds").record(started.elapsed().as_secs_f64());
        Ok(())
    }

    /// Shows new entries to the sockets of those who are online and have not read them by now.
    async fn tell(&self, entries: &[NotificationId]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let notices = self.store.notifications_for_sockets(entries).await?;
        let frames: Vec<_> = notices
            .into_iter()
            .map(|notice| announce::notification(notice.user, worded(notice), now))
            .collect();
        // The bus says itself that it is away; the entries stand in the lists all the same.
        if !frames.is_empty() && self.bus.publish(frames).await.is_err() {
            counter!("chat_notifications_untold_total").increment(1);
        }
        Ok(())
    }

    /// A look that an outage cut short is not finished, and is taken again. Conversations that cannot be looked at for
    /// another reason would fail again: they wait with those that were named, so that the sweep goes on without them.
    async fn sweep(&self, notifier: &Notifier) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some(sweep) = self.store.begin_sweep(now).await? else {
            return Ok(());
        };
        let missed = self.look_at(&sweep.behind).await;
        if let Some(error) = missed.passing {
            return Err(error);
        }
        notifier.put_back(&missed.conversations);
        self.store.finish_sweep(&sweep).await?;
        self.store
            .forget_notifications(now.minus(KEEP), FORGOTTEN_AT_ONCE)
            .await?;
        Ok(())
    }

    fn warn(&self, error: &StoreError) {
        if self.log.allows() {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "people cannot be notified at the moment; tried again"
            );
        }
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_notifications_total",
        "Entries written into lists of notifications"
    );
    describe_counter!(
        "chat_notifications_untold_total",
        "Looks whose new entries could not be shown to sockets, because the bus was away"
    );
    describe_histogram!(
        "chat_notify_seconds",
        "Time of one look at the conversations in which something has happened"
    );
}
