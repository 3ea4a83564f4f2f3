//! Read marks, what a person has made of a conversation, and the list of conversations.

use protocol::models::{Conversation, ConversationType, MyState};
use protocol::{ConversationId, Seq, Timestamp, UserId};

/// Somebody has read a conversation up to here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which.
    pub conversation: ConversationId,
    /// Who.
    pub user: UserId,
    /// Everything up to here.
    pub seq: Seq,
}

impl Mark {
    /// The place that means "all there is".
    pub const EVERYTHING: Seq = Seq(i64::MAX);
}

/// A conversation as one person has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyConversation {
    /// What others wrote and they have not read: exact up to 99, 100 means "more".
    pub unread_count: i64,
    /// The rest.
    pub my: MyState,
}

/// What to change of what a person has made of a conversation; `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MyPatch {
    /// Out of the list until somebody writes.
    pub is_hidden: Option<bool>,
    /// At the top of the list.
    pub is_pinned: Option<bool>,
    /// `Some(None)`: muted no longer.
    pub muted_until: Option<Option<Timestamp>>,
    /// Shown as unread although everything may be read.
    pub is_marked_unread: Option<bool>,
}

/// What to change of a conversation; `None` stays, `Some(None)` takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationPatch {
    /// What it is called.
    pub title: Option<Option<String>>,
    /// A longer text.
    pub description: Option<Option<String>>,
    /// An address for the details panel.
    pub link: Option<Option<String>>,
}

/// Up to where somebody has read, and since when they could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub user: UserId,
    /// Nothing up to here was said to them.
    pub joined_seq: Seq,
    /// Everything up to here is read.
    pub last_read_seq: Seq,
}

/// Who has read a stretch of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readers {
    /// As many as are needed to say of each message whether somebody other than its sender has read it.
    pub others: Vec<Reader>,
    /// The asker's own place, and whether they have marked the conversation unread. `None`: they are not in it.
    pub mine: Option<(Seq, bool)>,
}

/// Which of a person's conversations to list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// How many at most.
    pub limit: i64,
    /// Where the page before ended; `None`: from the top.
    pub after: Option<ListPlace>,
    /// Only those that they have hidden; otherwise only those that they have not.
    pub is_hidden: bool,
    /// Only those with something unread, or only those without.
    pub is_unread: Option<bool>,
    /// Only of this kind.
    pub kind: Option<ConversationType>,
    /// Only those whose title, or of private ones whose other side's name, contains this, without case.
    pub search: Option<String>,
}

/// A place in a person's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPlace {
    /// The pinned come first.
    pub is_pinned: bool,
    /// Then the newest activity.
    pub active_at: Timestamp,
    /// Then whichever was made later.
    pub number: i64,
}

/// A part of a person's list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPage {
    /// Each as the person has it.
    pub conversations: Vec<Conversation>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<ListPlace>,
}
