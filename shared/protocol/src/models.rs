//! What clients read. Field names and shapes are the canonical (KSTU) ones; old clients ignore the fields they do
//! not know (`seq`, `number`, `client_id`).

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::{ConversationId, NotificationId, Seq, Timestamp, UserId};

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

mod contacts;
mod messages;
mod notifications;

pub use contacts::{ContactPolicy, HeldMessage};
pub use messages::{
    Attachment, FileLink, FileType, FoundMessage, Mention, Message, MessageEdit, MessageHead, MessageKind,
    Reaction, ReplyHead, SystemEvent,
};
pub use notifications::{DayCount, Figures, NotificationSettings, NotificationSwitch};

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
    #[schema(required)]
    pub title: Option<String>,
    /// A longer text, for the details panel.
    #[schema(required)]
    pub description: Option<String>,
    /// Whoever created it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// The kind of thing at the host that this is about, such as `order`.
    #[schema(required)]
    pub service: Option<String>,
    /// The host's id of that thing.
    #[schema(required)]
    pub service_id: Option<String>,
    /// The number of the newest change: what a fresh read of this conversation is true for.
    pub last_seq: Seq,
    /// An address for the details panel, `http` or `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The newest message that is not deleted.
    #[serde(default)]
    #[schema(required)]
    pub last_message: Option<MessageHead>,
    /// What others wrote and the caller has not read: exact up to 99, 100 means "more". Left out of frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<i64>,
    /// What the caller has made of it. Left out of frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub my: Option<MyState>,
    /// The other side of a private conversation, as the caller sees it. Left out of frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_user: Option<Person>,
    /// Who is in it; left out of frames and of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participants: Option<Vec<Participant>>,
    /// In the list, of groups: the first five by joining.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants_head: Vec<Participant>,
}

/// What one person has made of a conversation; nobody else sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MyState {
    /// Everything up to here is read.
    pub last_read_seq: Seq,
    /// Shown as unread although everything may be read, until it is read again.
    pub is_marked_unread: bool,
    /// Left out of the list until somebody writes.
    pub is_hidden: bool,
    /// At the top of the list.
    pub is_pinned: bool,
    /// No notifications of plain messages until then.
    #[schema(required)]
    pub muted_until: Option<Timestamp>,
}

/// Somebody, as everybody may see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// Unique.
    pub username: String,
    /// Empty when unknown, never `null`.
    pub first_name: String,
    /// Empty when unknown, never `null`.
    pub last_name: String,
    /// Address of a picture; empty when there is none.
    pub avatar: String,
    /// Has a socket open, or has signed in and not out.
    pub is_online: bool,
    /// When that changed last.
    #[schema(required)]
    pub last_seen: Option<Timestamp>,
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
    /// Everything up to here is read.
    #[serde(default)]
    #[schema(required)]
    pub last_read_seq: Seq,
    /// Has a socket open, or has signed in and not out; as of this reading.
    #[serde(default)]
    #[schema(required)]
    pub is_online: bool,
    /// When that changed last.
    #[serde(default)]
    #[schema(required)]
    pub last_seen: Option<Timestamp>,
}

/// An entry of a person's list of notifications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    /// Ascending.
    pub id: NotificationId,
    /// `message`, `mention`, `reply`, `added`, `system`, or a word of the host's own.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type for people.
    pub type_display: String,
    /// One line.
    pub title: String,
    /// The text; of a conversation's entry the newest message.
    pub message: String,
    /// The integer id of what it is about.
    #[schema(required)]
    pub related_object_id: Option<i64>,
    /// What kind of thing that is: `chat`, or a word of the host's own.
    #[schema(required)]
    pub related_object_type: Option<String>,
    /// The conversation that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Seen.
    pub is_read: bool,
    /// When it came; of a conversation's entry, when its newest message did.
    pub created_at: Timestamp,
    /// Whatever the host wants its page to know. Of a conversation's entry, who and where, to say the title in another
    /// language: `conversation_type`; of a group `conversation_title`, `null` when it has none; `sender_name` where
    /// somebody spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

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
