//! What goes into the store and comes out of it, where the wire's own models do not say it already.

mod notifications;
mod people;
mod reading;

use protocol::frames::ServerFrame;
use protocol::models::{ConversationType, FileType, Mention, Message, Role, SystemEvent};
use protocol::{AttachmentId, ConversationId, MessageId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::notifications::{About, HostNotice, ListVersion, NewNotice, Notice, Notified, Said, Sweep};
mod rooms;

pub use self::people::{Edge, Ended, NewUser, ProfilePatch, Revocation, Session, User};
pub use self::reading::{
    ConversationPatch, ListPage, ListPlace, Listing, Mark, MyConversation, MyPatch, Reader, Readers,
};
pub use self::rooms::{Before, Members, RoomOrder, Stamp, Window};
use crate::screen::Screening;

/// A conversation to store.
#[derive(Clone, Debug)]
pub struct NewConversation {
    /// UUIDv7.
    pub id: ConversationId,
    /// Two people, or a group.
    pub kind: ConversationType,
    /// For groups.
    pub title: Option<String>,
    /// A longer text.
    pub description: Option<String>,
    /// Becomes admin.
    pub created_by: UserId,
    /// The kind of thing that it is about.
    pub service: Option<String>,
    /// The id of that thing.
    pub service_id: Option<String>,
    /// The same for both sides of a private pair; unique among conversations that are not deleted.
    pub direct_key: Option<String>,
    /// Everybody in it, the creator too, each once.
    pub participants: Vec<UserId>,
}

/// What became of a [`NewConversation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It was made.
    New {
        /// As it was asked for.
        id: ConversationId,
        /// The row that says "published?" for telling its participants.
        outbox: OutboxId,
    },
    /// The pair, or the order, has one already.
    Existing(ConversationId),
    /// It was not made: its title or its description gives contact details away.
    Screened,
}

/// A message to append. It is also kept as JSON while it waits for a decision: a new field needs a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewMessage {
    /// UUIDv7; becomes the message's id unless the send is a repetition.
    pub id: MessageId,
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub sender: UserId,
    /// What.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// Unique for its sender, for ever.
    pub client_id: Option<String>,
    /// Files that the sender has uploaded and that wait for a message; each once.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// Who is named in the text.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// Whether its text is looked at before it is stored.
    #[serde(default)]
    pub screening: Screening,
}

/// A message of kind `system` to store.
#[derive(Clone, Debug)]
pub struct NewSystemMessage {
    /// UUIDv7.
    pub id: MessageId,
    /// Who did it.
    pub sender: UserId,
    /// What they did.
    pub event: SystemEvent,
    /// The same in words, for clients that have none of their own.
    pub text: String,
}

/// A message that waits for an administrator's decision, or has had it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The message as it would have been stored.
    pub message: NewMessage,
    /// Since when it waits.
    pub held_at: Timestamp,
}

/// What an administrator says of a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is sent as it is.
    Approved,
    /// It never is.
    Rejected,
}

impl Decision {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// What became of one [`NewMessage`].
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// It was stored under the next `seq`.
    Stored(Message),
    /// Its sender has sent this `client_id` before: this is that message, as it is now.
    Repeated(Message),
    /// There is no such conversation, or it is deleted.
    NoConversation,
    /// The sender is not in it.
    NotParticipant,
    /// `reply_to` names no message of this conversation.
    NoReplyTarget,
    /// This one of its mentions, counted from 0, names somebody who is not in the conversation.
    MentionsStranger(usize),
    /// The screen refused its text.
    Screened,
    /// It waits for a decision.
    Held,
    /// One of `attachments` is not the sender's, waits for no message any more, or was uploaded for another conversation.
    NoFile,
    /// Its sender has used this `client_id` for a message that was held in another conversation.
    NameTaken,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// One for each message, in the order given.
    pub outcomes: Vec<Appended>,
    /// The row that says "published?" for this batch; `None` when nothing was stored.
    pub outbox: Option<OutboxId>,
}

/// Conversations, each with its newest `seq`.
pub type Heads = Vec<(ConversationId, Seq)>;

/// A row of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutboxId(pub i64);

/// A commit that nobody has confirmed as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpublished {
    /// The row.
    pub id: OutboxId,
    /// The newest `seq` of each conversation in the commit.
    pub heads: Vec<(ConversationId, Seq)>,
    /// Whom the commit put into a conversation.
    pub users: Vec<UserId>,
}

/// One durable change of a conversation: what the live frame says, and what a resume repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub conversation: ConversationId,
    /// Its number.
    pub seq: Seq,
    /// What a client is told.
    pub frame: ServerFrame,
}

/// Where reading "everything after N" goes on. Start with [`Cursor::after`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Everything up to here is known to the reader.
    pub after: Seq,
    /// The head that the whole answer is true for; fixed by the first page.
    pub head: Option<Seq>,
    /// The place reached: first new messages by `seq`, then other changes by `changed_seq`.
    pub place: Place,
}

/// See [`Cursor::place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// New messages above this `seq` are to be read.
    NewMessages(Seq),
    /// Other changes above this `changed_seq` are to be read.
    OtherChanges(Seq),
}

impl Cursor {
    /// The start of "everything after N".
    pub const fn after(after: Seq) -> Self {
        Self {
            after,
            head: None,
            place: Place::NewMessages(after),
        }
    }
}

/// A part of "everything after N".
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePage {
    /// The head that the whole answer is true for: once `next` is `None`, the reader has everything up to it.
    pub head: Seq,
    /// New messages by `seq`, then other changes by `changed_seq`; each row once, in its latest state.
    pub changes: Vec<Change>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// How a user stands to a conversation at one moment, read in one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The newest `seq` at that moment.
    pub head: Seq,
    /// Two people, or a group.
    pub kind: ConversationType,
    /// `None`: not in it, or no longer.
    pub role: Option<Role>,
    /// The change by which the user came in; zero for who was there from the start, and for who is not in it.
    pub joined_seq: Seq,
    /// Whether it was deleted.
    pub is_deleted: bool,
}

/// Which messages a page of history holds. Deleted messages are never on it; the page is always ascending by `seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest, after skipping `offset` of them.
    Latest {
        /// How many to skip, counted from the newest.
        offset: i64,
    },
    /// The newest below this.
    Before(Seq),
    /// The oldest above this.
    After(Seq),
    /// Half before, this one, half after.
    Around(Seq),
}

/// What to search for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// Words, or a part of a text; three characters at least.
    pub text: String,
    /// Only there.
    pub conversation: Option<ConversationId>,
    /// Only what this person wrote.
    pub sender: Option<UserId>,
    /// Nothing older.
    pub from: Option<Timestamp>,
    /// Nothing newer.
    pub to: Option<Timestamp>,
    /// Only messages with files, or only those without.
    pub has_file: Option<bool>,
    /// Only messages whose [`Message::number`] is lower: the next page.
    pub below: Option<i64>,
}

/// An attachment to store.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// The message that it belongs to.
    pub message: MessageId,
    /// Where the file lies.
    pub file_url: String,
    /// How to show it.
    pub file_type: FileType,
    /// Bytes.
    pub file_size: i64,
}

/// A file that is about to be uploaded.
#[derive(Clone, Copy, Debug)]
pub struct NewUpload {
    /// Who sends it.
    pub by: UserId,
    /// Its name in the store of files.
    pub key: Uuid,
}

/// A file that has been uploaded.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// Where it is downloaded.
    pub url: String,
    /// How to show it.
    pub file_type: FileType,
    /// Bytes.
    pub size: i64,
    /// What it is called.
    pub name: String,
    /// What it is, by its bytes.
    pub content_type: String,
    /// Pixels of an image: width and height.
    pub pixels: Option<(i64, i64)>,
    /// What to show until an image is there.
    pub placeholder: Option<String>,
    /// The only conversation that it may be sent into; `None`: any of its sender's.
    pub conversation: Option<ConversationId>,
}

/// An uploaded file, and how somebody stands to it, read in one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStanding {
    /// Which.
    pub id: AttachmentId,
    /// Its name in the store of files.
    pub key: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is, by its bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Where it is downloaded.
    pub url: String,
    /// Whether they uploaded it.
    pub is_uploader: bool,
    /// Whether it still waits for a message.
    pub is_waiting: bool,
    /// Whether they are in its conversation.
    pub is_participant: bool,
}
