//! Who is online, and who is told. The truth are the leases on the bus ([`bus::Presence`]); here the edges that they
//! turn are noted in the store, for lists to read, and told to the gateways, many at once ([`News`]).
//!
//! An edge is told only if the store's row did change by it: whatever is found twice, late or again after an outage
//! tells nobody anything. Nothing here is needed for anything else; while the bus is away presence stands still.

mod announcer;
mod mend;
mod news;

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError, Turned};
use metrics::describe_counter;
use protocol::{Timestamp, UserId};
use runtime::{Clock, Tasks};
use store::{Edge, Store, StoreError};
use uuid::Uuid;

use self::announcer::Pending;
pub use self::news::News;

/// How long somebody who has signed in is online without ever opening a socket: a lesson of work in a client that
/// only polls.
const LOGIN_LEASE: Duration = Duration::from_hours(1);

/// People taken off the leases in one call.
const LAPSED_AT_ONCE: usize = 500;

/// The presence of one node's people. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Presence {
    bus: Arc<dyn Bus>,
    store: Store,
    clock: Clock,
    pending: Arc<Pending>,
}

/// Why presence stands as it did.
#[derive(Debug, thiserror::Error)]
pub enum PresenceError {
    /// The leases cannot be asked.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The store cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Presence {
    /// Starts the task that notes and tells edges; it ends with `tasks`.
    pub(crate) fn start(store: Store, bus: Arc<dyn Bus>, clock: Clock, tasks: &Tasks) -> Self {
        let pending = Arc::new(Pending::default());
        let announcing = announcer::run(store.clone(), bus.clone(), pending.clone(), tasks.stopping());
        tasks.spawn_vital("presence announcer", announcing);
        Self {
            bus,
            store,
            clock,
            pending,
        }
    }

    /// This node has sockets of these people, for `lease` from now. Answers the moment at which all of them were
    /// online.
    pub async fn hold(&self, node: Uuid, people: &[UserId], lease: Duration) -> Result<Timestamp, BusError> {
        let turned = self.bus.presence().hold(node, people, lease).await?;
        self.tell(&turned, true);
        Ok(turned.at)
    }

    /// This node has none of theirs any more; they are offline after `grace` unless they come back.
    pub async fn release(&self, node: Uuid, people: &[UserId], grace: Duration) -> Result<(), BusError> {
        self.bus.presence().release(node, people, grace).await
    }

    /// Tells of those whose last lease is over. To be called several times a lease by every node with sockets.
    pub async fn sweep(&self, lease: Duration) -> Result<(), BusError> {
        loop {
            let turned = self.bus.presence().lapsed(lease, LAPSED_AT_ONCE).await?;
            self.tell(&turned, false);
            if turned.people.len() < LAPSED_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// Somebody has signed in: online from now on, until they sign out or their last socket is gone. The store knows
    /// at once; without the bus, by this node's clock.
    pub(crate) async fn sign_in(&self, user: UserId) -> Result<(), StoreError> {
        let at = match self.bus.presence().sign_in(user, LOGIN_LEASE).await {
            Ok(turned) => turned.at,
            Err(error) => self.stand_in(&error),
        };
        self.note(user, true, at).await
    }

    /// Somebody has signed out: offline at once, unless they have a socket open.
    pub(crate) async fn sign_out(&self, user: UserId) -> Result<(), StoreError> {
        match self.leave(user).await {
            Ok(Some(at)) => self.note(user, false, at).await,
            Ok(None) => Ok(()),
            Err(error) => {
                let at = self.stand_in(&error);
                self.note(user, false, at).await
            }
        }
    }

    /// Since when they are offline; `None`: they are not.
    async fn leave(&self, user: UserId) -> Result<Option<Timestamp>, BusError> {
        let leases = self.bus.presence();
        leases.sign_out(user).await?;
        // They may have been offline before, by leases that got lost, and the store does not know yet.
        let among = leases.among(&[user], LOGIN_LEASE).await?;
        Ok(among.online.is_empty().then_some(among.at))
    }

    fn stand_in(&self, error: &BusError) -> Timestamp {
        tracing::debug!(%error, "presence goes by this node's clock");
        self.clock.now()
    }

    async fn note(&self, user: UserId, is_online: bool, at: Timestamp) -> Result<(), StoreError> {
        let edge = Edge { user, is_online, at };
        self.pending.announce(self.store.note_presence(&[edge]).await?);
        Ok(())
    }

    fn tell(&self, turned: &Turned, is_online: bool) {
        let at = turned.at;
        let edges = turned.people.iter();
        self.pending.note(edges.map(|&user| Edge { user, is_online, at }));
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_presence_edges_total",
        "People who came online or went offline, as the store learnt it, by what they are now"
    );
}
