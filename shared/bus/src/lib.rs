//! Publish/subscribe between the nodes: what one node commits, every interested gateway hears.
//!
//! The bus is a wake-up, not a record. It promises at most once, and it promises to say so when it may have lost
//! something ([`BusEvent::Interrupted`]); the truth is in the store, and `seq` shows every hole.
//!
//! Module map: this page is the contract ([`Bus`], [`BusEvent`]); [`topic`] is what one subscribes to; [`envelope`]
//! what travels, with its binary form; [`presence`] who is online; [`in_process`] and [`redis`] are the two implementations; `mailbox` is the
//! bounded inbox that both fill; `metrics` names what an operator sees.
//!
//! This crate must not know what is inside a frame, who may read it, or how it is stored: no JSON, no SQL, no
//! sockets, no rules. To add an implementation: a module beside [`in_process`], a [`Bus`] that fills a `Mailbox`,
//! and a line in `tests/it/main.rs`, so that the one conformance suite runs against it too. To add a kind of
//! envelope: a variant of [`Kind`] and its byte in [`envelope`].

pub mod envelope;
pub mod in_process;
mod mailbox;
mod metrics;
pub mod presence;
pub mod redis;
pub mod topic;

use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc;

pub use envelope::{Envelope, EnvelopeError, Kind};
pub use in_process::InProcess;
pub use mailbox::INBOX_CAPACITY;
pub use metrics::describe_metrics;
pub use presence::{Among, Presence, Turned};
pub use topic::Topic;

/// What a node finds in its inbox.
#[derive(Debug)]
pub enum BusEvent {
    /// Somebody, perhaps this node itself, published this on a topic that this node subscribed to.
    Delivered(Topic, Envelope),
    /// Anything may have been missed on every topic since the last event: compare with the store.
    Interrupted,
}

/// Where a node's events arrive, at most [`INBOX_CAPACITY`] waiting. Dropping it takes the node off the bus.
pub type Inbox = mpsc::Receiver<BusEvent>;

/// Why the bus did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// Not now; whether it happened is unknown. The text is for the operator, never for a client.
    #[error("the bus is not available: {0}")]
    Unavailable(String),
}

impl BusError {
    pub(crate) fn unavailable(why: impl fmt::Display) -> Self {
        Self::Unavailable(why.to_string())
    }
}

/// One node's end of the bus. Events arrive at the [`Inbox`] that came with it.
#[async_trait::async_trait]
pub trait Bus: Send + Sync + fmt::Debug + 'static {
    /// Hands the frames, in the order given, to every node subscribed to their topics; to this node too, if it
    /// subscribed.
    ///
    /// At most once: `Ok` says that the bus took them, not that anyone has them. Calls that one node makes one after
    /// the other keep their order on each topic; between nodes and between topics there is none. After an error any
    /// of the frames may have been published; publishing them again is harmless, since receivers compare `seq`.
    /// Never waits for a lost connection to come back, and a few seconds at most for an answer.
    async fn publish(&self, frames: Vec<(Topic, Envelope)>) -> Result<(), BusError>;

    /// Starts delivery. When it returns `Ok`, every envelope published afterwards reaches the inbox, unless
    /// [`BusEvent::Interrupted`] does; subscriptions survive interruptions. After an error none of the topics that
    /// this call asked for first is subscribed. Subscribing twice is subscribing once. If the future is dropped
    /// the topics are undecided until either method is called again.
    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError>;

    /// Ends delivery. What was published after it returned does not reach the inbox; what had arrived before may
    /// still wait there. The topics are forgotten even if an error is returned.
    async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError>;

    /// True for the first caller with this key within `ttl` (millisecond precision), on any node; false for all
    /// others. After an error the key may or may not be taken.
    async fn claim(&self, key: &str, ttl: Duration) -> Result<bool, BusError>;

    /// Who is online: the leases of this install.
    fn presence(&self) -> &dyn Presence;

    /// Whether publishing, subscribing and claiming would work now: what readiness asks.
    async fn ping(&self) -> Result<(), BusError>;

    /// Whether this node hears and is heard, as far as it knows: false within a second of the bus going silent, true
    /// again once it answers. Costs nothing: it asks nobody. While it is false, compare with the store now and then.
    fn is_up(&self) -> bool;
}
