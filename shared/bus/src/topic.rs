//! What one subscribes to.

use protocol::{ConversationId, UserId};

/// The subject of a subscription. Small and cheap to copy; how it is spelt on a wire is the implementation's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Every change of one conversation.
    Conversation(ConversationId),
    /// What concerns one person on all their sockets.
    User(UserId),
    /// What every gateway has to look at, whoever its sockets belong to.
    Everyone,
}
