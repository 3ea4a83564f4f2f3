//! Publish/subscribe between nodes. (skeleton)
#![expect(clippy::unused_async, missing_docs, clippy::todo, reason = "skeleton")]
use bytes::Bytes;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// What one subscribes to. Names on Redis: `{prefix}:c:{uuid}` and `{prefix}:u:{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Conversation(ConversationId),
    User(UserId),
}

/// What a gateway must know of a frame without reading its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A change that every participant sees.
    Change,
    /// A change: this person is in the conversation from now on.
    Joined(UserId),
    /// A change: this person sees nothing above this `seq`.
    Left(UserId),
    /// The last change: the conversation is gone.
    Deleted,
    /// No frame: the conversation's head is at least `seq`; whoever has less reads the store.
    Head,
}

/// `conversation | seq | kind | committed_at | frame bytes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub conversation: ConversationId,
    pub seq: Seq,
    pub kind: Kind,
    pub committed_at: Timestamp,
    /// JSON text, shared by every receiver; empty for `Kind::Head`.
    pub frame: Bytes,
}

#[derive(Debug)]
pub enum BusEvent {
    Delivered(Topic, Envelope),
    /// Anything may have been missed on every topic since the last event: compare with the store.
    Interrupted,
}

pub type Inbox = mpsc::Receiver<BusEvent>;

#[derive(Debug, thiserror::Error)]
pub enum BusError {
    #[error("the bus is not available: {0}")]
    Unavailable(String),
}

#[async_trait::async_trait]
pub trait Bus: Send + Sync + std::fmt::Debug + 'static {
    async fn publish(&self, frames: Vec<(Topic, Envelope)>) -> Result<(), BusError>;
    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError>;
    async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError>;
    /// True for the first caller within `ttl`, on any node.
    async fn claim(&self, key: &str, ttl: Duration) -> Result<bool, BusError>;
    async fn ping(&self) -> Result<(), BusError>;
}

/// A bus inside one process; every `attach` is one node with an inbox of its own.
#[derive(Clone, Debug)]
pub struct InProcess;
impl InProcess {
    pub fn new() -> Self {
        todo!()
    }
    pub fn attach(&self) -> (Arc<dyn Bus>, Inbox) {
        todo!()
    }
}
pub mod redis {
    use super::*;
    /// Connects for publishing, claiming and subscribing; starts even when Redis is away.
    pub async fn connect(
        _url: &str,
        _prefix: &str,
        _tasks: &runtime::Tasks,
    ) -> Result<(Arc<dyn Bus>, Inbox), BusError> {
        todo!()
    }
}
