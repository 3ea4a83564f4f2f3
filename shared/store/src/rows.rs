//! Rows as the databases hand them out, and what they mean.

use chrono::{DateTime, Utc};
use protocol::models::{
    Attachment, ContactPolicy, Conversation, ConversationType, FileType, Mention, Message, MessageHead,
    MessageKind, Participant, Reaction, ReplyHead, Role, SystemEvent,
};
use protocol::{AttachmentId, ConversationId, MessageId, RevocationId, Seq, Timestamp, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::records::{Ended, Revocation, Session, User};

type Moment = DateTime<Utc>;

// Columns are named, never `*`: a statement that a node has prepared must mean the same after a newer node has added
// a column.

macro_rules! user_columns {
    () => {
        "id, username, email, first_name, last_name, avatar, role, password_hash, is_online, last_seen, created_at"
    };
}

/// The quoted head comes by three steps in an index rather than by a join, so that `returning` can have it too.
macro_rules! message_columns {
    () => {
        "number, id, conversation_id, seq, sender_id, text, reply_to, changed_seq, client_id, is_edited, \
         edited_at, deleted_at, created_at, kind, event, mentions, reactions, attachments, pinned_at, \
         (select quoted.seq from messages quoted where quoted.id = messages.reply_to) as reply_seq, \
         (select quoted.sender_id from messages quoted where quoted.id = messages.reply_to) as reply_sender, \
         (select substr(quoted.text, 1, 200) from messages quoted where quoted.id = messages.reply_to) as reply_text"
    };
}

macro_rules! conversation_columns {
    () => {
        "c.number, c.id, c.kind, c.title, c.description, c.created_by, c.created_at, c.service, c.service_id, \
         c.last_seq, c.link"
    };
}

macro_rules! participant_columns {
    () => {
        "p.user_id, p.role, p.joined_at, p.joined_seq, p.left_seq, p.changed_seq, \
         p.last_read_seq, u.first_name, u.last_name, u.avatar, u.is_online, u.last_seen"
    };
}

macro_rules! attachment_columns {
    () => {
        "id, message_id, uploaded_by, file_url, file_type, file_size, file_name, content_type, width, height, \
         placeholder, created_at"
    };
}

pub(crate) use {
    attachment_columns, conversation_columns, message_columns, participant_columns, user_columns,
};

#[derive(FromRow)]
pub(crate) struct UserRow {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    avatar: String,
    role: String,
    password_hash: Option<String>,
    is_online: bool,
    last_seen: Option<Moment>,
    created_at: Moment,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            username: row.username,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            avatar: row.avatar,
            role: row.role,
            password_hash: row.password_hash,
            is_online: row.is_online,
            last_seen: row.last_seen.map(Timestamp::from),
            created_at: row.created_at.into(),
        }
    }
}

#[derive(FromRow)]
pub(crate) struct SessionRow {
    token_hash: String,
    family: Uuid,
    parent: Option<String>,
    user_id: i64,
    expires_at: Moment,
    used_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            token_hash: row.token_hash,
            family: row.family,
            parent: row.parent,
            user: UserId(row.user_id),
            expires_at: row.expires_at.into(),
            used_at: row.used_at.map(Timestamp::from),
            revoked_at: row.revoked_at.map(Timestamp::from),
        }
    }
}

#[derive(FromRow)]
pub(crate) struct ConversationRow {
    pub(crate) number: i64,
    id: Uuid,
    kind: String,
    title: Option<String>,
    description: Option<String>,
    created_by: i64,
    created_at: Moment,
    service: Option<String>,
    service_id: Option<String>,
    last_seq: i64,
    link: Option<String>,
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: ConversationId(row.id),
            number: row.number,
            kind: kind(&row.kind),
            title: row.title,
            description: row.description,
            created_by: UserId(row.created_by),
            created_at: row.created_at.into(),
            service: row.service,
            service_id: row.service_id,
            last_seq: Seq(row.last_seq),
            link: row.link,
            last_message: None,
            unread_count: None,
            my: None,
            other_user: None,
            participants: None,
            participants_head: Vec::new(),
        }
    }
}

/// A conversation with its newest message that is not deleted.
#[derive(FromRow)]
pub(crate) struct ListedRow {
    #[sqlx(flatten)]
    pub(crate) conversation: ConversationRow,
    message_id: Option<Uuid>,
    message_sender: Option<i64>,
    message_text: Option<String>,
    message_at: Option<Moment>,
}

impl From<ListedRow> for Conversation {
    fn from(row: ListedRow) -> Self {
        let last_message = match (row.message_id, row.message_sender, row.message_at) {
            (Some(id), Some(sender), Some(at)) => Some(MessageHead {
                id: MessageId(id),
                sender_id: UserId(sender),
                text: row.message_text,
                created_at: at.into(),
            }),
            _ => None,
        };
        Self {
            last_message,
            ..row.conversation.into()
        }
    }
}

#[derive(FromRow)]
pub(crate) struct ParticipantRow {
    user_id: i64,
    role: String,
    joined_at: Moment,
    pub(crate) joined_seq: i64,
    pub(crate) left_seq: Option<i64>,
    pub(crate) changed_seq: i64,
    last_read_seq: i64,
    first_name: String,
    last_name: String,
    avatar: String,
    is_online: bool,
    last_seen: Option<Moment>,
}

impl From<ParticipantRow> for Participant {
    fn from(row: ParticipantRow) -> Self {
        Self {
            user_id: UserId(row.user_id),
            role: role(&row.role),
            joined_at: row.joined_at.into(),
            first_name: row.first_name,
            last_name: row.last_name,
            avatar: row.avatar,
            last_read_seq: Seq(row.last_read_seq),
            is_online: row.is_online,
            last_seen: row.last_seen.map(Timestamp::from),
        }
    }
}

#[derive(FromRow)]
pub(crate) struct MessageRow {
    number: i64,
    id: Uuid,
    conversation_id: Uuid,
    pub(crate) seq: i64,
    sender_id: i64,
    text: Option<String>,
    reply_to: Option<Uuid>,
    pub(crate) changed_seq: i64,
    client_id: Option<String>,
    is_edited: bool,
    edited_at: Option<Moment>,
    pub(crate) deleted_at: Option<Moment>,
    created_at: Moment,
    kind: String,
    #[sqlx(json(nullable))]
    event: Option<SystemEvent>,
    #[sqlx(json)]
    mentions: Vec<Mention>,
    #[sqlx(json)]
    reactions: Vec<Reaction>,
    #[sqlx(json)]
    attachments: Vec<Attachment>,
    pinned_at: Option<Moment>,
    reply_seq: Option<i64>,
    reply_sender: Option<i64>,
    reply_text: Option<String>,
}

/// What a message answers, in a line; `None` unless all of it is known.
pub(crate) fn reply_head(
    id: Option<Uuid>,
    seq: Option<i64>,
    sender: Option<i64>,
    text: Option<String>,
) -> Option<ReplyHead> {
    Some(ReplyHead {
        id: MessageId(id?),
        seq: Seq(seq?),
        sender_id: UserId(sender?),
        text,
    })
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: MessageId(row.id),
            conversation_id: ConversationId(row.conversation_id),
            sender_id: UserId(row.sender_id),
            text: row.text,
            reply_to: row.reply_to.map(MessageId),
            is_edited: row.is_edited,
            created_at: row.created_at.into(),
            seq: Seq(row.seq),
            number: row.number,
            client_id: row.client_id,
            kind: message_kind(&row.kind),
            event: row.event,
            edited_at: row.edited_at.map(Timestamp::from),
            // A deleted message quotes nothing.
            reply: reply_head(row.reply_to, row.reply_seq, row.reply_sender, row.reply_text)
                .filter(|_| row.deleted_at.is_none()),
            mentions: row.mentions,
            reactions: row.reactions,
            attachments: row.attachments,
            pinned_at: row.pinned_at.map(Timestamp::from),
            deleted_at: row.deleted_at.map(Timestamp::from),
            is_read: None,
        }
    }
}

#[derive(FromRow)]
pub(crate) struct AttachmentRow {
    id: i64,
    message_id: Option<Uuid>,
    pub(crate) uploaded_by: Option<i64>,
    file_url: String,
    file_type: String,
    file_size: i64,
    file_name: Option<String>,
    content_type: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
    placeholder: Option<String>,
    created_at: Moment,
}

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        Self {
            id: AttachmentId(row.id),
            message_id: row.message_id.map(MessageId),
            file_url: row.file_url,
            file_type: match row.file_type.as_str() {
                "image" => FileType::Image,
                "video" => FileType::Video,
                _ => FileType::File,
            },
            file_size: row.file_size,
            created_at: row.created_at.into(),
            name: row.file_name,
            content_type: row.content_type,
            width: row.width,
            height: row.height,
            placeholder: row.placeholder,
        }
    }
}

// The tables' checks let no other words in.

pub(crate) fn kind(word: &str) -> ConversationType {
    if word == ConversationType::Private.as_str() {
        ConversationType::Private
    } else {
        ConversationType::Group
    }
}

/// Null: as the installation says.
pub(crate) fn contact_policy(word: Option<&str>) -> Option<ContactPolicy> {
    match word {
        Some(word) if word == ContactPolicy::On.as_str() => Some(ContactPolicy::On),
        Some(_) => Some(ContactPolicy::Off),
        None => None,
    }
}

fn message_kind(word: &str) -> MessageKind {
    if word == MessageKind::System.as_str() {
        MessageKind::System
    } else {
        MessageKind::Text
    }
}

pub(crate) fn role(word: &str) -> Role {
    if word == Role::Admin.as_str() {
        Role::Admin
    } else {
        Role::Member
    }
}

#[derive(FromRow)]
pub(crate) struct RevocationRow {
    id: i64,
    user_id: i64,
    family: Option<Uuid>,
    spared: Option<Uuid>,
    created_at: Moment,
}

impl From<RevocationRow> for Revocation {
    fn from(row: RevocationRow) -> Self {
        Self {
            id: RevocationId(row.id),
            user: UserId(row.user_id),
            ended: match row.family {
                Some(family) => Ended::SignIn(family),
                None => Ended::All { spared: row.spared },
            },
            created_at: row.created_at.into(),
        }
    }
}
