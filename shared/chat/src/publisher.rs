//! Carries committed changes to the bus, in commit order, and remembers which outbox rows are done with.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bus::{Bus, Envelope, Topic};
use metrics::{counter, describe_counter};
use runtime::Tasks;
use store::{OutboxId, Store};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::notifier::Notifier;

/// Commits that wait for the bus. Beyond this the sweeper announces them: they are committed, nothing is lost.
const WAITING_COMMITS: usize = 1_024;

/// Commits that go to the bus in one call.
const COMMITS_PER_PUBLISH: usize = 64;

/// How long a published row may stay when no send comes to take it along; shorter than the sweeper's patience.
const FORGET_EVERY: Duration = Duration::from_millis(400);

/// What one commit has to say.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) frames: Vec<(Topic, Envelope)>,
    pub(crate) outbox: Option<OutboxId>,
}

/// Hands commits to the node's one publishing task. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    queue: mpsc::Sender<Commit>,
    published: Published,
    notifier: Notifier,
}

/// Outbox rows whose frames the bus has taken, until somebody deletes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published(Arc<Mutex<Vec<OutboxId>>>);

impl Published {
    /// All of them; the caller deletes them, or puts them back with [`Published::add`].
    pub(crate) fn take(&self) -> Vec<OutboxId> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn add(&self, rows: impl IntoIterator<Item = OutboxId>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
    }
}

impl Publisher {
    pub(crate) fn start(store: Store, bus: Arc<dyn Bus>, notifier: Notifier, tasks: &Tasks) -> Self {
        let (queue, commits) = mpsc::channel(WAITING_COMMITS);
        let published = Published::default();
        tasks.spawn_vital(
            "publisher",
            run(commits, bus, store, published.clone(), tasks.clone()),
        );
        Self {
            queue,
            published,
            notifier,
        }
    }

    /// Never waits: what finds the queue full stays in the outbox for the sweeper.
    pub(crate) fn publish(&self, commit: Commit) {
        self.notifier.note(&commit.frames);
        if self.queue.try_send(commit).is_err() {
            counter!("chat_publish_deferred_total").increment(1);
        }
    }

    pub(crate) fn published(&self) -> &Published {
        &self.published
    }
}

async fn run(
    mut commits: mpsc::Receiver<Commit>,
    bus: Arc<dyn Bus>,
    store: Store,
    published: Published,
    tasks: Tasks,
) {
    let stopping = tasks.stopping();
    let mut forget = interval(FORGET_EVERY);
    forget.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waiting = Vec::with_capacity(COMMITS_PER_PUBLISH);
    loop {
        // Stopping comes last: what is committed is still announced.
        tokio::select! {
            biased;
            count = commits.recv_many(&mut waiting, COMMITS_PER_PUBLISH) => {
                if count == 0 {
                    break;
                }
                announce(&*bus, &published, &mut waiting).await;
            }
            _ = forget.tick() => forget_published(&store, &published).await,
            () = stopping.cancelled() => break,
        }
    }
    forget_published(&store, &published).await;
}

async fn announce(bus: &dyn Bus, published: &Published, waiting: &mut Vec<Commit>) {
    let rows: Vec<_> = waiting.iter().filter_map(|commit| commit.outbox).collect();
    let frames = waiting.drain(..).flat_map(|commit| commit.frames).collect();
    match bus.publish(frames).await {
        Ok(()) => published.add(rows),
        // The bus says so itself, once a transition; the rows stay and the sweeper announces them.
        Err(_unavailable) => counter!("chat_publish_deferred_total").increment(rows.len() as u64),
    }
}

async fn forget_published(store: &Store, published: &Published) {
    let rows = published.take();
    if rows.is_empty() {
        return;
    }
    if let Err(error) = store.forget_published(&rows).await {
        tracing::warn!(%error, "published outbox rows could not be deleted yet");
        published.add(rows);
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_publish_deferred_total",
        "Commits that the bus did not take at once; the outbox sweeper announces them within two seconds"
    );
}
