//! Notifications: what is stored of them, and what the background work hands around.

use protocol::models::{ConversationType, NotificationSwitch};
use protocol::{ConversationId, NotificationId, Timestamp, UserId};
use serde_json::Value;

/// An entry of somebody's list, before it is put into words.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Ascending.
    pub id: NotificationId,
    /// Whose list it is on.
    pub user: UserId,
    /// `message`, `mention`, `reply`, `added`, or a word of the host's own.
    pub kind: String,
    /// Seen.
    pub is_read: bool,
    /// When it came; of a conversation's entry, when the message that it shows did.
    pub created_at: Timestamp,
    /// What it says.
    pub about: About,
}

/// What a [`Notice`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// Something in a conversation, as that is now.
    Conversation {
        /// Which.
        id: ConversationId,
        /// The same for clients that speak integers.
        number: i64,
        /// Two people, or a group.
        kind: ConversationType,
        /// What it is called.
        title: Option<String>,
        /// What was said; `None`: nothing that is still there.
        said: Option<Said>,
    },
    /// What the host said.
    Host(HostNotice),
}

/// A message, as an entry shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who said it.
    pub username: String,
    /// Empty when unknown.
    pub first_name: String,
    /// Empty when unknown.
    pub last_name: String,
    /// The whole text.
    pub text: String,
}

/// What a host says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostNotice {
    /// The type for people.
    pub type_display: String,
    /// One line.
    pub title: String,
    /// The text.
    pub message: String,
    /// What it is about.
    pub related_object_id: Option<i64>,
    /// What kind of thing that is.
    pub related_object_type: Option<String>,
    /// For the host's own page.
    pub data: Option<Value>,
}

/// Something to say to many.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotice {
    /// Whom.
    pub users: Vec<UserId>,
    /// The type's word.
    pub kind: String,
    /// What.
    pub says: HostNotice,
    /// Who has turned this off is passed over.
    pub switch: Option<NotificationSwitch>,
}

/// Changes whenever the newest thousand entries of a person's list read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListVersion {
    /// How many there are, a thousand at most.
    pub count: i64,
    /// The oldest and the newest of them: together with the count they say which they are.
    pub span: (i64, i64),
    /// Grows whenever one of them is read, or is not any more.
    pub revisions: i64,
    /// Grows whenever anything changes in a conversation that one of them is about.
    pub heads: i64,
    /// Grows whenever somebody is called something else.
    pub directory: i64,
}

/// What one look at some conversations has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notified {
    /// The new entries, in no order.
    pub entries: Vec<NotificationId>,
    /// Whether there was more than one look takes: look again.
    pub has_more: bool,
}

/// A look for what killed nodes left undone: see [`crate::Store::begin_sweep`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    pub(crate) done: i64,
    pub(crate) seen: i64,
    pub(crate) until: i64,
    /// Conversations with messages that nobody was notified of yet.
    pub behind: Vec<ConversationId>,
}
