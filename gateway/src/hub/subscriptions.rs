//! Which topics this node listens to upstream: the first holder subscribes, the last one leaves after a pause.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bus::{Bus, BusError, Topic};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, mpsc};
use tokio::time::{Instant, sleep_until};

/// How long a topic stays subscribed after its last holder left: a page reload comes back within it.
const LINGER: Duration = Duration::from_secs(2);

/// Topics that wait for their linger to pass; beyond it the topic stays subscribed until it is held and left again.
const LEAVING_TOPICS: usize = 65_536;

/// Keeps topics subscribed while anybody holds them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Subscriptions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Arc<dyn Bus>,
    topics: Mutex<HashMap<Topic, Entry>>,
    leaving: mpsc::Sender<(Topic, Instant)>,
}

/// Serialises one topic's transitions; the value says whether the bus has confirmed it.
type Gate = Arc<AsyncMutex<bool>>;

#[derive(Debug)]
struct Entry {
    holders: usize,
    gate: Gate,
}

/// A claim on one topic: while it lives, the topic stays subscribed.
#[derive(Debug)]
pub struct Hold {
    topic: Topic,
    inner: Weak<Inner>,
}

/// Topics without holders, to be left once their linger has passed. See [`Leaving::run`].
#[derive(Debug)]
pub struct Leaving {
    topics: mpsc::Receiver<(Topic, Instant)>,
}

impl Subscriptions {
    /// Nothing is subscribed yet.
    pub fn new(bus: Arc<dyn Bus>) -> (Self, Leaving) {
        let (leaving, topics) = mpsc::channel(LEAVING_TOPICS);
        (
            Self(Arc::new(Inner {
                bus,
                topics: Mutex::default(),
                leaving,
            })),
            Leaving { topics },
        )
    }

    /// Holds topics; returns once the bus has confirmed all of them. On an error none is held.
    pub async fn hold(&self, topics: &[Topic]) -> Result<Vec<Hold>, BusError> {
        let (holds, gates) = self.claim(topics);
        let mut opened = Vec::with_capacity(gates.len());
        for (topic, gate) in gates {
            opened.push((topic, gate.lock_owned().await));
        }
        opened.retain(|(_, is_confirmed)| !**is_confirmed);
        if !opened.is_empty() {
            let missing: Vec<_> = opened.iter().map(|(topic, _)| *topic).collect();
            self.0.bus.subscribe(&missing).await?;
            for (_, is_confirmed) in &mut opened {
                **is_confirmed = true;
            }
        }
        Ok(holds)
    }

    /// Counts the holders first, so that a topic about to be left is seen as held; gates in one global order, so
    /// that two callers with overlapping topics cannot wait for each other.
    fn claim(&self, topics: &[Topic]) -> (Vec<Hold>, Vec<(Topic, Gate)>) {
        let mut holds = Vec::with_capacity(topics.len());
        let mut gates = Vec::with_capacity(topics.len());
        let mut entries = self.0.lock();
        for &topic in topics {
            let entry = entries.entry(topic).or_insert_with(|| Entry {
                holders: 0,
                gate: Arc::new(AsyncMutex::new(false)),
            });
            entry.holders += 1;
            holds.push(Hold {
                topic,
                inner: Arc::downgrade(&self.0),
            });
            gates.push((topic, entry.gate.clone()));
        }
        drop(entries);
        gates.sort_unstable_by_key(|(topic, _)| order_of(*topic));
        gates.dedup_by_key(|(topic, _)| *topic);
        (holds, gates)
    }
}

impl Leaving {
    /// Leaves topics whose linger passed without a new holder; calls `left` under the topic's gate, just before.
    /// Runs until it is dropped.
    pub async fn run(mut self, subscriptions: Subscriptions, left: impl Fn(Topic)) {
        // Topics come in the order in which they were left, so the oldest is always the next.
        while let Some((topic, left_at)) = self.topics.recv().await {
            sleep_until(left_at + LINGER).await;
            leave(&subscriptions, topic, &left).await;
        }
    }
}

async fn leave(subscriptions: &Subscriptions, topic: Topic, left: &impl Fn(Topic)) {
    let inner = &subscriptions.0;
    let Some(mut gate) = inner.gate_of_idle(topic).await else {
        return;
    };
    if !inner.is_idle(topic) {
        return;
    }
    left(topic);
    if *gate {
        // A topic that could not be left is only heard for nothing; the next reconnect forgets it.
        if let Err(error) = inner.bus.unsubscribe(&[topic]).await {
            tracing::debug!(%error, "a topic could not be left upstream");
        }
        *gate = false;
    }
    let mut entries = inner.lock();
    if entries.get(&topic).is_some_and(|entry| entry.holders == 0) {
        entries.remove(&topic);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, Entry>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self, topic: Topic) -> bool {
        self.lock().get(&topic).is_some_and(|entry| entry.holders == 0)
    }

    async fn gate_of_idle(&self, topic: Topic) -> Option<OwnedMutexGuard<bool>> {
        let gate = self
            .lock()
            .get(&topic)
            .filter(|entry| entry.holders == 0)
            .map(|entry| entry.gate.clone());
        Some(gate?.lock_owned().await)
    }
}

impl Hold {
    /// A claim on nothing, for tests of what merely keeps one.
    #[cfg(test)]
    pub(crate) fn detached(topic: Topic) -> Self {
        Self {
            topic,
            inner: Weak::new(),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let Some(inner) = self.inner.upgrade() else { return };
        let is_last = inner.lock().get_mut(&self.topic).is_some_and(|entry| {
            entry.holders -= 1;
            entry.holders == 0
        });
        if is_last && inner.leaving.try_send((self.topic, Instant::now())).is_err() {
            tracing::debug!("a topic stays subscribed: too many are being left at once");
        }
    }
}

/// Any total order will do; this one is stable across calls.
fn order_of(topic: Topic) -> (u8, u128) {
    match topic {
        Topic::Conversation(id) => (0, id.0.as_u128()),
        Topic::User(id) => (1, u128::from(id.0.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests;
