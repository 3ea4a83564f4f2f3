//! Who is there: leases that run out by themselves, so that nobody stays online on the word of a node that is dead.
//!
//! Each node that has sockets of a person holds a lease on them, and renews it. A person is *online* from their first
//! lease until somebody finds, by [`Presence::lapsed`] or [`Presence::sign_out`], that the last one is over. Both
//! turns are told exactly once, to one caller: an *edge*. Moments are those of the one clock that the leases run by,
//! so edges of one person can be put in order whichever nodes saw them.
//!
//! The leases may be lost like everything else on the bus. Then nobody is told an edge, the next renewal brings them
//! back, and [`Among::is_settled`] is false for as long as somebody's renewal may still be on its way.

use std::fmt;
use std::time::Duration;

use protocol::{Timestamp, UserId};
use uuid::Uuid;

use crate::BusError;

/// A look at the leases that comes later than this part of a lease after the one before says that nobody could renew
/// either: for a whole lease nobody is taken for gone.
pub(crate) const SILENCE_PER_LEASE: u32 = 3;

/// Whom a call turned, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// By the clock of the leases. All of them were so at this moment.
    pub at: Timestamp,
    /// In no order, each once.
    pub people: Vec<UserId>,
}

/// What is known of some people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Among {
    /// By the clock of the leases.
    pub at: Timestamp,
    /// Those who are online.
    pub online: Vec<UserId>,
    /// False while leases may be missing: they began anew, or could not be renewed, less than a lease ago.
    pub is_settled: bool,
}

/// The leases of one install. No method waits for a lost connection to come back; after an error what was asked may
/// or may not have happened, and asking again is harmless.
#[async_trait::async_trait]
pub trait Presence: Send + Sync + fmt::Debug {
    /// This holder has sockets of these people, for `lease` from now: the first call and every renewal. Ends their
    /// login lease ([`Presence::sign_in`]). Answers who was not online before.
    async fn hold(&self, holder: Uuid, people: &[UserId], lease: Duration) -> Result<Turned, BusError>;

    /// This holder has none of theirs any more. If nobody else has, they go on being online for `grace`: a page that
    /// is loaded anew is back by then. Whom this holder did not hold is left as they are.
    async fn release(&self, holder: Uuid, people: &[UserId], grace: Duration) -> Result<(), BusError>;

    /// Online without a socket, until the first one takes over or `lease` is over. Answers them if they were not.
    async fn sign_in(&self, person: UserId, lease: Duration) -> Result<Turned, BusError>;

    /// Offline at once, unless somebody holds sockets of theirs; a grace does not count. Answers them if they were online.
    async fn sign_out(&self, person: UserId) -> Result<Turned, BusError>;

    /// Takes at most `limit` people whose last lease is over; exactly one caller gets each. To be called by every
    /// node several times a lease: when the calls stop for long, nobody could renew either, and nobody is gone before
    /// another `lease` has passed.
    async fn lapsed(&self, lease: Duration, limit: usize) -> Result<Turned, BusError>;

    /// Who of these people is online.
    async fn among(&self, people: &[UserId], lease: Duration) -> Result<Among, BusError>;
}
