//! Messages, and what belongs to them.

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::{AttachmentId, ConversationId, MessageId, Seq, Timestamp, UserId};

/// A message in one line, for lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageHead {
    /// UUIDv7.
    pub id: MessageId,
    /// Who wrote it.
    pub sender_id: UserId,
    /// The whole text.
    #[schema(required)]
    pub text: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// What a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Somebody said it.
    #[default]
    Text,
    /// Somebody did it: "X added Y". It counts as unread for nobody.
    System,
}

one_word!(MessageKind { Text = "text", System = "system" });

impl MessageKind {
    /// Whether somebody said it.
    pub const fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }
}

/// What a system message says, for clients that have words of their own for it. Its sender did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SystemEvent {
    /// The sender let somebody in.
    Added {
        /// Whom.
        user_id: UserId,
    },
    /// The sender removed somebody.
    Removed {
        /// Whom.
        user_id: UserId,
    },
    /// The sender left.
    Left,
    /// The sender joined by themself.
    Joined,
    /// The sender changed the title.
    Renamed {
        /// As it is now.
        #[schema(required)]
        title: Option<String>,
    },
}

/// A person named in a message's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mention {
    /// Who: a participant.
    pub user_id: UserId,
    /// Where in the text it begins, in UTF-16 code units, as browsers count.
    pub offset: u32,
    /// How long it is, in UTF-16 code units.
    pub length: u32,
}

/// One emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reaction {
    /// Which.
    pub emoji: String,
    /// How many people.
    pub count: i64,
    /// The first of them, fifty at most.
    pub user_ids: Vec<UserId>,
}

/// The message that another one answers, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyHead {
    /// UUIDv7.
    pub id: MessageId,
    /// Its place.
    pub seq: Seq,
    /// Who wrote it.
    pub sender_id: UserId,
    /// The beginning of its text as it is now, 200 characters at most; `null` once deleted.
    #[schema(required)]
    pub text: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// UUIDv7.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Who said it: always taken from the token.
    pub sender_id: UserId,
    /// What was said; `null` once deleted.
    #[schema(required)]
    pub text: Option<String>,
    /// The message that this one answers, in the same conversation.
    #[schema(required)]
    pub reply_to: Option<MessageId>,
    /// Whether the author changed the text afterwards.
    pub is_edited: bool,
    /// When; ascending in a conversation, whatever the clocks of the nodes say.
    pub created_at: Timestamp,
    /// Its place in the conversation; never changes.
    pub seq: Seq,
    /// The same message for clients that speak integers; ascending.
    pub number: i64,
    /// The name that the sender's client gave it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Left out when somebody said it.
    #[serde(default, skip_serializing_if = "MessageKind::is_text")]
    pub kind: MessageKind,
    /// What a system message says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<SystemEvent>,
    /// When the text was changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// What it answers, quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyHead>,
    /// Who is named in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// What people feel about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Since when it is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_at: Option<Timestamp>,
    /// Since when it is gone; such messages are shown only where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// Whether somebody other than its sender has read it. Left out of frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_read: Option<bool>,
}

/// A text that a message once had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageEdit {
    /// What it said.
    pub text: String,
    /// Until when.
    pub replaced_at: Timestamp,
}

/// A message that a search has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundMessage {
    /// It; its `seq` is what `around` takes.
    pub message: Message,
    /// The part of a long text that was found; left out when the whole text is short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
}

/// A file that belongs to a message: what it is and where it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Ascending.
    pub id: AttachmentId,
    /// The message it belongs to; left out while an uploaded file waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// `http` or `https`; of an uploaded file a path of this service, which wants a token or a signed link.
    pub file_url: String,
    /// How to show it.
    pub file_type: FileType,
    /// Bytes: counted of an uploaded file, else as the sender said.
    pub file_size: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// What an uploaded file is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What an uploaded file is, by its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Pixels of an uploaded image, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    /// Pixels of an uploaded image, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// What to show until an uploaded image is there: a thumbhash in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
}

/// A link to an uploaded file, for whatever cannot send a token: an image on a page, a download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileLink {
    /// Which file.
    pub id: AttachmentId,
    /// A path of this service. It is the person's who asked for it, and good as long as they may have the file.
    pub url: String,
    /// From this moment on it is refused.
    pub expires_at: Timestamp,
}

/// How a client shows an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileType {
    /// Shown in place.
    Image,
    /// Played in place.
    Video,
    /// Offered for download.
    File,
}

one_word!(FileType { Image = "image", Video = "video", File = "file" });
