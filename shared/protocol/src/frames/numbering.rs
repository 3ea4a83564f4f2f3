//! Which frames take a place in the order of a conversation.

use super::ServerFrame;
use crate::Seq;

/// Whether a frame carries the number of a change, beside its payload as `seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// It always does.
    Always,
    /// It does, unless the server says it again to somebody who asked: the end of a conversation, or of one's place in it.
    Sometimes,
    /// It tells of no change in the order of a conversation.
    Never,
}

impl Numbering {
    /// Whether a frame of this kind may be said with this number, or without one.
    pub(super) const fn allows(self, seq: Option<Seq>) -> bool {
        match self {
            Self::Always => seq.is_some(),
            Self::Sometimes => true,
            Self::Never => seq.is_none(),
        }
    }
}

impl ServerFrame {
    /// Whether frames of this kind carry a number.
    pub const fn numbering(&self) -> Numbering {
        match self {
            Self::MessageNew(_)
            | Self::MessageEdited(_)
            | Self::MessageDeleted(_)
            | Self::ConversationUpdated(_)
            | Self::ParticipantAdded(_)
            | Self::ParticipantUpdated(_) => Numbering::Always,
            Self::ConversationDeleted(_) | Self::ParticipantRemoved(_) => Numbering::Sometimes,
            Self::Hello(_)
            | Self::MessageAck(_)
            | Self::ConversationNew(_)
            | Self::MessageRead(_)
            | Self::ConversationState(_)
            | Self::Typing(_)
            | Self::Presence(_)
            | Self::NotificationNew(_)
            | Self::Sync(_)
            | Self::Pong(_)
            | Self::AuthExpiring(_)
            | Self::AuthOk(_)
            | Self::Error(_) => Numbering::Never,
        }
    }
}
