//! Contact protection, as administrators see it.

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::{ConversationId, MessageId, Timestamp, UserId};

/// Whether contact details are screened in one conversation, whatever the installation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContactPolicy {
    /// They are.
    On,
    /// They are not.
    Off,
}

one_word!(ContactPolicy { On = "on", Off = "off" });

/// A message that waits for an administrator because it seems to hold contact details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldMessage {
    /// Becomes the message's id.
    pub id: MessageId,
    /// Where it was to be said.
    pub conversation_id: ConversationId,
    /// Who said it.
    pub sender_id: UserId,
    /// What.
    pub text: String,
    /// The message that it answers.
    #[schema(required)]
    pub reply_to: Option<MessageId>,
    /// Since when it waits.
    pub held_at: Timestamp,
}
