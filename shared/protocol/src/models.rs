//! What clients read. Field names and shapes are the canonical (KSTU) ones; old clients ignore the fields they do
//! not know (`seq`, `number`, `client_id`).

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::{AttachmentId, ConversationId, MessageId, Seq, Timestamp, UserId};

/// The words of an enum, and reading them: a string and nothing else, where serde's own reading would also take
/// `{"group": null}`.
macro_rules! one_word {
    ($name:ident { $($variant:ident = $word:literal),+ }) => {
        impl $name {
            /// The word on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match String::deserialize(deserializer)?.as_str() {
                    $($word => Ok(Self::$variant),)+
                    other => Err(de::Error::unknown_variant(other, &[$($word),+])),
                }
            }
        }
    };
}

/// Two people, or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConversationType {
    /// Exactly two people; each pair has one at most.
    Private,
    /// Any number, with admins.
    Group,
}

one_word!(ConversationType { Private = "private", Group = "group" });

/// What a participant may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Manages members; the creator starts as one.
    Admin,
    /// Reads and writes.
    Member,
}

one_word!(Role { Admin = "admin", Member = "member" });

/// A conversation as its participants see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// UUIDv7.
    pub id: ConversationId,
    /// The same conversation for clients that speak integers; ascending.
    pub number: i64,
    /// Two people, or a group.
    #[serde(rename = "type")]
    pub kind: ConversationType,
    /// Set for groups; a private conversation is named by its other side.
    pub title: Option<String>,
    /// A longer text, for the details panel.
    pub description: Option<String>,
    /// Whoever created it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// The kind of thing at the host that this is about, such as `order`.
    pub service: Option<String>,
    /// The host's id of that thing.
    pub service_id: Option<String>,
    /// The number of the newest change: what a fresh read of this conversation is true for.
    pub last_seq: Seq,
    /// The newest message that is not deleted.
    #[serde(default)]
    pub last_message: Option<MessageHead>,
    /// Who is in it; left out of frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participants: Option<Vec<Participant>>,
}

/// A message in one line, for lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageHead {
    /// UUIDv7.
    pub id: MessageId,
    /// Who wrote it.
    pub sender_id: UserId,
    /// The whole text.
    pub text: Option<String>,
    /// When.
    pub created_at: Timestamp,
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
    pub text: Option<String>,
    /// The message that this one answers, in the same conversation.
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
}

/// A person in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Who.
    pub user_id: UserId,
    /// What they may do here.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
    /// Empty when unknown, never `null`.
    pub first_name: String,
    /// Empty when unknown, never `null`.
    pub last_name: String,
    /// Address of a picture; empty when there is none.
    pub avatar: String,
}

/// A file that belongs to a message: what it is and where it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Ascending.
    pub id: AttachmentId,
    /// The message it belongs to.
    pub message_id: MessageId,
    /// `http` or `https`.
    pub file_url: String,
    /// How to show it.
    pub file_type: FileType,
    /// Bytes, as the sender said.
    pub file_size: i64,
    /// When it was added.
    pub created_at: Timestamp,
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

/// A person as the create dialog shows them. Every text is present: the picker reads first letters without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatUser {
    /// Ascending.
    pub id: UserId,
    /// Given name, or the username when there is none.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Empty: this system keeps none.
    pub middle_name: String,
    /// Address of a picture.
    pub avatar: String,
    /// `user` or `admin`.
    pub role: String,
    /// Empty unless the host says.
    pub position: String,
    /// Empty: other people's addresses are not shown.
    pub email: String,
    /// Empty: this system keeps none.
    pub bio: String,
    /// Empty: this system keeps none.
    pub number_phone: String,
    /// Empty: this system keeps none.
    pub telegram_username: String,
    /// Empty: this system keeps none.
    pub group: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_is_written_and_nothing_else_is_taken_for_one() {
        for role in [Role::Admin, Role::Member] {
            let written = serde_json::to_string(&role).unwrap();
            assert_eq!(written, format!("\"{}\"", role.as_str()));
            assert_eq!(serde_json::from_str::<Role>(&written).unwrap(), role);
        }
        for other in [r#"{"admin":null}"#, r#"["admin"]"#, r#""ADMIN""#, "1", "null"] {
            assert!(serde_json::from_str::<Role>(other).is_err(), "{other}");
        }
    }
}
