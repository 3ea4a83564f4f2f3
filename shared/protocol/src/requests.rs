//! What clients write over REST on the canonical paths. Unknown fields are ignored, as the old clients expect; a
//! known field of a wrong type is refused.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::models::{ContactPolicy, ConversationType, FileType, Mention, NotificationSwitch, Role};
use crate::{AttachmentId, ConversationId, MessageId, Seq, Timestamp, UserId};

/// Opens a conversation; the caller is always in it, named or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreateConversation {
    /// Two people, or a group.
    #[serde(rename = "type")]
    pub kind: ConversationType,
    /// What a group is called; clients have a word of their own for one without.
    #[serde(default)]
    pub title: Option<String>,
    /// A longer text.
    #[serde(default)]
    pub description: Option<String>,
    /// Who else; the caller's own id and repetitions are harmless.
    #[serde(default)]
    pub participant_ids: Option<Vec<UserId>>,
    /// The kind of thing at the host that this is about, such as `order`.
    #[serde(default)]
    pub service: Option<String>,
    /// The host's id of that thing.
    #[serde(default)]
    pub service_id: Option<String>,
}

/// Changes what everybody is shown of a conversation. What is absent stays; `null` takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdateConversation {
    /// What it is called.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub title: Option<Option<String>>,
    /// A longer text.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// An address, `http` or `https`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub link: Option<Option<String>>,
}

/// Changes what the caller has made of a conversation. What is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdateMyState {
    /// Leaves it out of the list until somebody writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_hidden: Option<bool>,
    /// Puts it at the top of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    /// No notifications of plain messages until then; `null`: from now on again.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Timestamp>)]
    pub muted_until: Option<Option<Timestamp>>,
}

/// Says up to where the caller has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkRead {
    /// Everything up to here; absent: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
}

/// Tells `null` from absent.
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things to say"
)]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Adds a person to a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AddParticipant {
    /// Whom.
    pub user_id: UserId,
    /// As what; member when absent.
    #[serde(default)]
    pub role: Option<Role>,
}

/// Sends a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SendMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Accepted and ignored: the sender is whoever the token says.
    #[serde(default)]
    pub sender_id: Option<serde_json::Value>,
    /// What; must not be blank.
    #[serde(default)]
    pub text: Option<String>,
    /// The message that this one answers.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// A name of the client's own choosing: the same name again gets the same message again.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Who is named in the text, fifty at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// Files that the sender has uploaded and not sent yet, ten at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<AttachmentId>,
}

/// Changes a message's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EditMessage {
    /// The new text; must not be blank.
    pub text: String,
    /// Who is named in the new text, fifty at most: the old text's mentions go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
}

impl From<&str> for EditMessage {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            mentions: Vec::new(),
        }
    }
}

/// Says whether contact details are screened in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SetContactPolicy {
    /// `null`: as the installation says. It must be said: a body without it would switch something by accident.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    pub policy: Option<ContactPolicy>,
}

/// Says that a file belongs to a message; the file itself lies elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreateAttachment {
    /// A message of the caller's own.
    pub message_id: MessageId,
    /// `http` or `https`.
    pub file_url: String,
    /// How to show it.
    pub file_type: FileType,
    /// Bytes.
    pub file_size: i64,
}

/// Asks for signed links to uploaded files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateLinks {
    /// Which files, a hundred at most; one that the caller may not have is left out of the answer.
    pub ids: Vec<AttachmentId>,
}

/// Tells people something, on behalf of the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreateNotifications {
    /// Whom, a thousand at most; who does not exist is passed over.
    pub user_ids: Vec<UserId>,
    /// A word of the host's own, or `system`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type for people; the word itself when absent.
    #[serde(default)]
    pub type_display: Option<String>,
    /// One line.
    pub title: String,
    /// The text.
    pub message: String,
    /// The integer id of what it is about.
    #[serde(default)]
    pub related_object_id: Option<i64>,
    /// What kind of thing that is.
    #[serde(default)]
    pub related_object_type: Option<String>,
    /// Whatever the host wants its page to know.
    #[serde(default)]
    pub data: Option<serde_json::Value>,
    /// Who has turned this off is not told.
    #[serde(default)]
    pub switch: Option<NotificationSwitch>,
}

/// Turns some of the six switches; what is left out stays as it is, and any other name is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchNotificationSettings {
    /// Orders that were confirmed.
    #[serde(default)]
    pub order_confirmation: Option<bool>,
    /// Claims.
    #[serde(default)]
    pub claims: Option<bool>,
    /// Messages, mentions, replies, and being let into a conversation.
    #[serde(default)]
    pub messages: Option<bool>,
    /// Money that came in.
    #[serde(default)]
    pub balance_top_up: Option<bool>,
    /// Bids.
    #[serde(default)]
    pub bids: Option<bool>,
    /// News of the installation.
    #[serde(default)]
    pub system_updates: Option<bool>,
}
