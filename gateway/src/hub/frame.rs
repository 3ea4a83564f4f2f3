//! One durable change on its way to the sockets: the header that the hub reads, and the bytes that it does not.

use bus::{Envelope, Kind};
use chat::announce;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use store::Change;

use crate::outbox::Outgoing;
use crate::text::Text;

/// A change, ready to be written as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Its number.
    pub seq: Seq,
    /// What the hub must do beside passing it on.
    pub effect: Effect,
    /// The JSON, shared by all receivers.
    pub text: Text,
    /// When it was committed; `None` for frames read back from the store, whose lateness says nothing about delivery.
    pub committed_at: Option<Timestamp>,
}

/// What a change does to who may listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// This person hears nothing after it.
    Removes(UserId),
    /// Nobody hears anything after it.
    Ends,
}

impl Effect {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Left(user) => Self::Removes(user),
            Kind::Deleted => Self::Ends,
            Kind::Change
            | Kind::Joined(_)
            | Kind::Head
            | Kind::Revoked
            | Kind::Passing { .. }
            | Kind::Personal => Self::None,
        }
    }
}

/// The bytes of an envelope are not text, so no socket can be given them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is not UTF-8")]
pub struct NotText;

impl Frame {
    /// A frame as it came from the bus.
    pub fn live(envelope: Envelope) -> Result<Self, NotText> {
        let effect = Effect::of(envelope.kind);
        let text = Text::try_from(envelope.frame).map_err(|_| NotText)?;
        Ok(Self {
            seq: envelope.seq,
            effect,
            text,
            committed_at: Some(envelope.committed_at),
        })
    }

    /// A change as it was read back from the store.
    pub fn read(change: &Change) -> Self {
        Self {
            seq: change.seq,
            effect: Effect::of(announce::kind_of(&change.frame)),
            text: change.frame.encode(Some(change.seq)).into(),
            committed_at: None,
        }
    }

    pub(crate) fn outgoing(&self, conversation: ConversationId) -> Outgoing {
        Outgoing::Change {
            conversation,
            seq: self.seq,
            text: self.text.clone(),
            committed_at: self.committed_at,
        }
    }
}
