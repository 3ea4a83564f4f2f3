//! Which topics this node listens to upstream: the first holder subscribes, the last one leaves after a pause. While
//! the bus is away topics are held all the same, unconfirmed.

use std::collections::{HashMap, HashSet};
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
    topics: Mutex<Topics>,
    leaving: mpsc::Sender<(Topic, Instant)>,
}

#[derive(Debug, Default)]
struct Topics {
    entries: HashMap<Topic, Entry>,
    /// Held, but the bus has not confirmed them: it was away.
    unconfirmed: HashSet<Topic>,
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

    /// Holds topics; returns once the bus has confirmed all of them, or cannot. What it could not confirm is asked for
    /// again by [`Subscriptions::confirm_pending`]; until then nothing arrives on it, so its holder polls the store.
    pub async fn hold(&self, topics: &[Topic]) -> Vec<Hold> {
        let (holds, gates) = self.claim(topics);
        self.confirm(gates).await;
        holds
    }

    /// Whether anything is held that the bus has not confirmed.
    pub fn has_pending(&self) -> bool {
        !self.0.lock().unconfirmed.is_empty()
    }

    /// Asks the bus once more for what it has not confirmed; answers what it has confirmed now.
    pub async fn confirm_pending(&self) -> Vec<Topic> {
        let mut gates = {
            let topics = self.0.lock();
            let gate_of = |topic: &Topic| Some((*topic, topics.entries.get(topic)?.gate.clone()));
            topics.unconfirmed.iter().filter_map(gate_of).collect::<Vec<_>>()
        };
        in_order(&mut gates);
        self.confirm(gates).await
    }

    /// Subscribes what is held and not subscribed yet; answers what was.
    async fn confirm(&self, gates: Vec<(Topic, Gate)>) -> Vec<Topic> {
        let mut opened = Vec::with_capacity(gates.len());
        for (topic, gate) in gates {
            opened.push((topic, gate.lock_owned().await));
        }
        opened.retain(|(topic, is_confirmed)| !**is_confirmed && self.0.is_held(*topic, is_confirmed));
        let missing: Vec<_> = opened.iter().map(|(topic, _)| *topic).collect();
        if missing.is_empty() {
            return missing;
        }
        match self.subscribe(&missing).await {
            Ok(()) => {
                for (_, is_confirmed) in &mut opened {
                    **is_confirmed = true;
                }
                let mut topics = self.0.lock();
                for topic in &missing {
                    topics.unconfirmed.remove(topic);
                }
                drop(topics);
                missing
            }
            Err(error) => {
                tracing::debug!(%error, topics = missing.len(), "held without the bus");
                self.0.lock().unconfirmed.extend(missing);
                Vec::new()
            }
        }
    }

    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        if self.0.bus.is_up() {
            return self.0.bus.subscribe(topics).await;
        }
        // Nobody shall wait for an answer that is not to be expected.
        Err(BusError::Unavailable("the bus is away".into()))
    }

    /// Counts the holders first, so that a topic about to be left is seen as held.
    fn claim(&self, topics: &[Topic]) -> (Vec<Hold>, Vec<(Topic, Gate)>) {
        let mut holds = Vec::with_capacity(topics.len());
        let mut gates = Vec::with_capacity(topics.len());
        let mut known = self.0.lock();
        for &topic in topics {
            let entry = known.entries.entry(topic).or_insert_with(|| Entry {
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
        drop(known);
        in_order(&mut gates);
        (holds, gates)
    }
}

/// One global order, so that two callers with overlapping topics cannot wait for each other.
fn in_order(gates: &mut Vec<(Topic, Gate)>) {
    gates.sort_unstable_by_key(|(topic, _)| order_of(*topic));
    gates.dedup_by_key(|(topic, _)| *topic);
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
    let mut topics = inner.lock();
    if topics.entries.get(&topic).is_some_and(|entry| entry.holders == 0) {
        topics.entries.remove(&topic);
        topics.unconfirmed.remove(&topic);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Topics> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self, topic: Topic) -> bool {
        let topics = self.lock();
        topics.entries.get(&topic).is_some_and(|entry| entry.holders == 0)
    }

    /// Whether somebody holds the topic by this very gate: it may have been left, and held anew by another.
    fn is_held(&self, topic: Topic, gate: &OwnedMutexGuard<bool>) -> bool {
        let is_same = |entry: &Entry| Arc::ptr_eq(&entry.gate, OwnedMutexGuard::mutex(gate));
        let topics = self.lock();
        topics
            .entries
            .get(&topic)
            .is_some_and(|entry| entry.holders > 0 && is_same(entry))
    }

    async fn gate_of_idle(&self, topic: Topic) -> Option<OwnedMutexGuard<bool>> {
        let gate = self
            .lock()
            .entries
            .get(&topic)
            .filter(|entry| entry.holders == 0)
            .map(|entry| entry.gate.clone());
        Some(gate?.lock_owned().await)
    }
}

impl Hold {
    /// A claim on nothing, for tests of what merely keeps one.
    pub const fn detached(topic: Topic) -> Self {
        Self {
            topic,
            inner: Weak::new(),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let Some(inner) = self.inner.upgrade() else { return };
        let is_last = inner.lock().entries.get_mut(&self.topic).is_some_and(|entry| {
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
        Topic::Everyone => (2, 0),
    }
}

#[cfg(test)]
mod tests;
