//! A bus inside one process: for a node that is alone, and for tests that need several.

mod leases;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::counter;
use runtime::Clock;
use tokio::time::Instant;

use crate::mailbox::Mailbox;
use crate::metrics::PUBLISHED;
use crate::{Bus, BusError, Envelope, INBOX_CAPACITY, Inbox, Presence, Topic};
pub use leases::Leases;

/// Unexpired claims kept at once. A claim is a ticket spent or a sweep taken, and lives for seconds: a node that
/// holds this many is under attack, and refusing is better than growing.
const CLAIM_CAPACITY: usize = 100_000;

/// A bus inside one process; every [`InProcess::attach`] is one node with an inbox of its own. Clones are the same bus.
#[derive(Clone, Debug, Default)]
pub struct InProcess {
    exchange: Arc<Mutex<Exchange>>,
    leases: Arc<Leases>,
}

impl InProcess {
    /// A bus that nobody has joined yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, whose edges of presence have this clock's moments.
    pub fn by(clock: Clock) -> Self {
        Self {
            leases: Arc::new(Leases::by(clock)),
            ..Self::default()
        }
    }

    /// A new node. It stays on the bus until its inbox is dropped; its inbox never loses more than it says.
    pub fn attach(&self) -> (Arc<dyn Bus>, Inbox) {
        let (mailbox, inbox) = Mailbox::new(INBOX_CAPACITY);
        let node = self.exchange().attach(mailbox);
        (
            Arc::new(Node {
                id: node,
                bus: self.clone(),
            }),
            inbox,
        )
    }

    fn exchange(&self) -> MutexGuard<'_, Exchange> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type NodeId = u64;

/// One attached node.
#[derive(Debug)]
struct Node {
    id: NodeId,
    bus: InProcess,
}

#[async_trait::async_trait]
impl Bus for Node {
    async fn publish(&self, frames: Vec<(Topic, Envelope)>) -> Result<(), BusError> {
        counter!(PUBLISHED).increment(frames.len() as u64);
        self.bus.exchange().publish(frames);
        Ok(())
    }

    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.bus.exchange().subscribe(self.id, topics)
    }

    async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.bus.exchange().unsubscribe(self.id, topics);
        Ok(())
    }

    async fn claim(&self, key: &str, ttl: Duration) -> Result<bool, BusError> {
        self.bus.exchange().claims.take(key, ttl)
    }

    fn presence(&self) -> &dyn Presence {
        &*self.bus.leases
    }

    async fn ping(&self) -> Result<(), BusError> {
        Ok(())
    }

    fn is_up(&self) -> bool {
        true
    }
}

/// Who listens to what. One short lock around all of it gives every topic one order.
#[derive(Debug, Default)]
struct Exchange {
    next: NodeId,
    nodes: HashMap<NodeId, Attached>,
    listeners: HashMap<Topic, HashSet<NodeId>>,
    claims: Claims,
}

#[derive(Debug)]
struct Attached {
    mailbox: Mailbox,
    topics: HashSet<Topic>,
}

impl Exchange {
    fn attach(&mut self, mailbox: Mailbox) -> NodeId {
        let id = self.next;
        self.next += 1;
        self.nodes.insert(
            id,
            Attached {
                mailbox,
                topics: HashSet::new(),
            },
        );
        id
    }

    fn publish(&mut self, frames: Vec<(Topic, Envelope)>) {
        let mut gone = HashSet::new();
        for (topic, envelope) in frames {
            for id in self.listeners.get(&topic).into_iter().flatten() {
                match self.nodes.get(id) {
                    Some(node) if !node.mailbox.is_closed() => node.mailbox.deliver(topic, envelope.clone()),
                    _ => {
                        gone.insert(*id);
                    }
                }
            }
        }
        for id in gone {
            self.detach(id);
        }
    }

    fn subscribe(&mut self, id: NodeId, topics: &[Topic]) -> Result<(), BusError> {
        let Some(node) = self.nodes.get_mut(&id).filter(|node| !node.mailbox.is_closed()) else {
            self.detach(id);
            return Err(BusError::unavailable("this node's inbox was dropped"));
        };
        for topic in topics {
            node.topics.insert(*topic);
            self.listeners.entry(*topic).or_default().insert(id);
        }
        Ok(())
    }

    fn unsubscribe(&mut self, id: NodeId, topics: &[Topic]) {
        for topic in topics {
            if let Some(node) = self.nodes.get_mut(&id) {
                node.topics.remove(topic);
            }
            if let Some(listeners) = self.listeners.get_mut(topic) {
                listeners.remove(&id);
                if listeners.is_empty() {
                    self.listeners.remove(topic);
                }
            }
        }
    }

    fn detach(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.remove(&id) {
            self.unsubscribe(id, &node.topics.into_iter().collect::<Vec<_>>());
        }
    }
}

/// Keys that are taken, until they expire.
#[derive(Debug, Default)]
struct Claims {
    taken: HashSet<Arc<str>>,
    by_expiry: BTreeSet<(Instant, Arc<str>)>,
}

impl Claims {
    fn take(&mut self, key: &str, ttl: Duration) -> Result<bool, BusError> {
        let now = Instant::now();
        while self.by_expiry.first().is_some_and(|(expiry, _)| *expiry <= now) {
            if let Some((_, expired)) = self.by_expiry.pop_first() {
                self.taken.remove(&expired);
            }
        }
        if self.taken.contains(key) {
            return Ok(false);
        }
        if self.taken.len() >= CLAIM_CAPACITY {
            return Err(BusError::unavailable("too many claims are held at once"));
        }
        let expiry = now
            .checked_add(ttl)
            .ok_or_else(|| BusError::unavailable("the claim never expires"))?;
        let key: Arc<str> = key.into();
        self.taken.insert(Arc::clone(&key));
        self.by_expiry.insert((expiry, key));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use protocol::UserId;

    use super::*;

    #[tokio::test]
    async fn a_node_whose_inbox_was_dropped_is_forgotten_with_its_topics() {
        let bus = InProcess::new();
        let (stays, _inbox) = bus.attach();
        let (leaves, inbox) = bus.attach();
        leaves
            .subscribe(&[Topic::User(UserId(1)), Topic::User(UserId(2))])
            .await
            .unwrap();
        drop(inbox);
        let (topic, envelope) = head();
        stays.publish(vec![(topic, envelope)]).await.unwrap();
        assert_eq!(bus.exchange().nodes.len(), 1);
        assert!(bus.exchange().listeners.is_empty());
        assert!(leaves.subscribe(&[topic]).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn expired_claims_leave_nothing_behind_and_a_flood_is_refused() {
        let mut claims = Claims::default();
        for key in 0..CLAIM_CAPACITY {
            assert!(claims.take(&key.to_string(), Duration::from_secs(1)).unwrap());
        }
        assert!(claims.take("one more", Duration::from_secs(1)).is_err());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(claims.take("one more", Duration::from_secs(1)).unwrap());
        assert_eq!((claims.taken.len(), claims.by_expiry.len()), (1, 1));
    }

    fn head() -> (Topic, Envelope) {
        let envelope = Envelope {
            conversation: protocol::ConversationId(uuid::Uuid::nil()),
            seq: protocol::Seq(1),
            kind: crate::Kind::Head,
            committed_at: chrono::DateTime::UNIX_EPOCH.into(),
            frame: bytes::Bytes::new(),
        };
        (Topic::User(UserId(1)), envelope)
    }
}
