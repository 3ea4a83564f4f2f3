//! A conversation under its lock: every change but new messages is made here. What changes messages is in `messages`
//! and `reactions`.

mod details;
pub(super) mod files;
mod messages;
mod reactions;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use protocol::frames::{ConversationGone, ParticipantChange, ParticipantGone, ServerFrame};
use protocol::models::{Conversation, Participant, Role};
use protocol::{ConversationId, Seq, Timestamp, UserId};
use sqlx::{FromRow, query, query_as, query_scalar};

use super::conversations::ONE;
use super::dialect::{Spelled, locking};
use super::notifications;
use super::outbox::{self, Note};
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_tx};
use crate::records::{Change, OutboxId};
use crate::rows::{ConversationRow, ListedRow, ParticipantRow, conversation_columns, participant_columns};
use crate::screen::Screen;

const LOCK: Spelled = locking!(concat!(
    "select ",
    conversation_columns!(),
    ", c.last_message_at from conversations c where c.id = $1 and c.deleted_at is null"
));

const PARTICIPANT: &str = concat!(
    "select ",
    participant_columns!(),
    " from participants p join users u on u.id = p.user_id
     where p.conversation_id = $1 and p.user_id = $2 and p.left_seq is null"
);

const COUNT: &str = "select count(*) from participants where conversation_id = $1 and left_seq is null";

const HEIR: &str = "select user_id from participants
     where conversation_id = $1 and left_seq is null and not exists (
        select 1 from participants admins
        where admins.conversation_id = $1 and admins.left_seq is null and admins.role = 'admin')
     order by joined_seq, joined_at, user_id limit 1";

const IS_OPEN: &str = "select is_open from conversations where id = $1";

/// Who has left joins anew; who is in it stays joined as before and gets the role.
/// What was said before counts as read.
const JOIN: &str = "insert into participants
        (conversation_id, user_id, role, joined_at, joined_seq, changed_seq, last_read_seq)
     values ($1, $2, $5, $4, $3, $3, $3)
     on conflict (conversation_id, user_id) do update set
        role = excluded.role,
        joined_at = case when participants.left_seq is null then participants.joined_at else excluded.joined_at end,
        joined_seq = case when participants.left_seq is null then participants.joined_seq else excluded.joined_seq end,
        last_read_seq = case when participants.left_seq is null
            then participants.last_read_seq else excluded.last_read_seq end,
        hidden_seq = case when participants.left_seq is null then participants.hidden_seq end,
        is_marked_unread = participants.left_seq is null and participants.is_marked_unread,
        left_seq = null,
        changed_seq = excluded.changed_seq";

const LEAVE: &str = "update participants set left_seq = $3, changed_seq = $3
     where conversation_id = $1 and user_id = $2 and left_seq is null
     returning user_id";

/// The pair may start anew at once.
const DELETE_CONVERSATION: &str =
    "update conversations set changed_seq = $2, deleted_at = $3, direct_key = null
     where id = $1";

const ADVANCE: &str = "update conversations set last_seq = $2 where id = $1";

/// A conversation under its row lock, in a transaction that rolls back when dropped. Each change takes the next `seq`.
/// Hold it briefly and call nothing else of the store meanwhile: other writers of the conversation wait, on SQLite
/// all writers do, and a second connection asked for now may be one that waits for this.
#[derive(Debug)]
pub struct Locked {
    tx: Tx,
    screen: Option<Arc<dyn Screen>>,
    conversation: Conversation,
    /// Where it stood when it was locked.
    before: Seq,
    /// When its newest message was said.
    last_message_at: Option<Timestamp>,
    /// Who has been let in since.
    joined: Vec<UserId>,
}

#[derive(FromRow)]
struct LockedRow {
    #[sqlx(flatten)]
    conversation: ConversationRow,
    last_message_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Waits for the conversation's lock. `None` when unknown or deleted.
    pub async fn lock(&self, id: ConversationId) -> Result<Option<Locked>> {
        let mut tx = self.pools.begin().await?;
        let sql = LOCK.within(&tx);
        let row: Option<LockedRow> = on_tx!(&mut tx, |connection| query_as(sql)
            .bind(id.0)
            .fetch_optional(connection)
            .await)?;
        Ok(row.map(|row| {
            let conversation = Conversation::from(row.conversation);
            Locked {
                tx,
                screen: self.screen.clone(),
                before: conversation.last_seq,
                last_message_at: row.last_message_at.map(Timestamp::from),
                joined: Vec::new(),
                conversation,
            }
        }))
    }
}

impl Locked {
    /// As it is under the lock, without its newest message and its participants.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// As a list shows it at this point: with its newest message and with the changes made so far counted, without
    /// its participants. A deleted one is an error.
    pub async fn listed(&mut self) -> Result<Conversation> {
        let Conversation { id, last_seq, .. } = self.conversation;
        let row: ListedRow = on_tx!(&mut self.tx, |connection| query_as(ONE)
            .bind(id.0)
            .fetch_one(connection)
            .await)?;
        Ok(Conversation {
            last_seq,
            ..row.into()
        })
    }

    /// Somebody who is in it now.
    pub async fn participant(&mut self, user: UserId) -> Result<Option<Participant>> {
        Ok(self.participant_row(user).await?.map(Participant::from))
    }

    /// How many are in it now.
    pub async fn participant_count(&mut self) -> Result<i64> {
        let id = self.conversation.id.0;
        let count = on_tx!(&mut self.tx, |connection| query_scalar(COUNT)
            .bind(id)
            .fetch_one(connection)
            .await)?;
        Ok(count)
    }

    /// Whether anybody may join it by themself.
    pub async fn is_open(&mut self) -> Result<bool> {
        let id = self.conversation.id.0;
        Ok(on_tx!(&mut self.tx, |connection| query_scalar(IS_OPEN)
            .bind(id)
            .fetch_one(connection)
            .await)?)
    }

    /// Who should become admin because nobody is: whoever has been in it longest. `None` while there is an admin, and
    /// when nobody is left.
    pub async fn heir(&mut self) -> Result<Option<UserId>> {
        let id = self.conversation.id.0;
        let heir: Option<i64> = on_tx!(&mut self.tx, |connection| query_scalar(HEIR)
            .bind(id)
            .fetch_optional(connection)
            .await)?;
        Ok(heir.map(UserId))
    }

    /// Lets somebody in. Who is in it already gets the role, and the change is a `participant:updated`.
    pub async fn add_participant(&mut self, user: UserId, role: Role, now: Timestamp) -> Result<Change> {
        let (conversation, seq, now) = self.next(now);
        on_tx!(&mut self.tx, |connection| query(JOIN)
            .bind(conversation.0)
            .bind(user.0)
            .bind(seq.0)
            .bind(now)
            .bind(role.as_str())
            .execute(connection)
            .await
            .map(drop))?;
        let row = self
            .participant_row(user)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?;
        let joined_now = row.joined_seq == seq.0;
        let change = ParticipantChange {
            conversation_id: conversation,
            participant: row.into(),
        };
        let frame = if joined_now {
            self.joined.push(user);
            ServerFrame::ParticipantAdded(change)
        } else {
            ServerFrame::ParticipantUpdated(change)
        };
        Ok(self.took(seq, frame))
    }

    /// Ends somebody's part in it; the change is the last that they see. Who is not in it is an error.
    pub async fn remove_participant(&mut self, user: UserId, _now: Timestamp) -> Result<Change> {
        let conversation = self.conversation.id;
        let seq = self.conversation.last_seq.next();
        let _left: i64 = on_tx!(&mut self.tx, |connection| query_scalar(LEAVE)
            .bind(conversation.0)
            .bind(user.0)
            .bind(seq.0)
            .fetch_one(connection)
            .await)?;
        notifications::end(&mut self.tx, conversation, Some(user)).await?;
        let frame = ServerFrame::ParticipantRemoved(ParticipantGone {
            conversation_id: conversation,
            user_id: user,
        });
        Ok(self.took(seq, frame))
    }

    /// Deletes it for everybody; nothing can be changed after this.
    pub async fn delete_conversation(&mut self, now: Timestamp) -> Result<Change> {
        let (conversation, seq, now) = self.next(now);
        on_tx!(&mut self.tx, |connection| query(DELETE_CONVERSATION)
            .bind(conversation.0)
            .bind(seq.0)
            .bind(now)
            .execute(connection)
            .await
            .map(drop))?;
        self.doom_files_of_conversation(now.into()).await?;
        notifications::end(&mut self.tx, conversation, None).await?;
        Ok(self.took(
            seq,
            ServerFrame::ConversationDeleted(ConversationGone { id: conversation }),
        ))
    }

    /// Commits; leaves an outbox row when anything changed. It names who was let in beside the head.
    pub async fn commit(mut self, now: Timestamp) -> Result<Option<OutboxId>> {
        let Conversation { id, last_seq, .. } = self.conversation;
        if last_seq == self.before {
            return Ok(None);
        }
        on_tx!(&mut self.tx, |connection| query(ADVANCE)
            .bind(id.0)
            .bind(last_seq.0)
            .execute(connection)
            .await
            .map(drop))?;
        let note = Note {
            heads: &[(id, last_seq)],
            users: &self.joined,
        };
        let outbox = outbox::note(&mut self.tx, note, now).await?;
        self.tx.commit().await?;
        Ok(Some(outbox))
    }

    async fn participant_row(&mut self, user: UserId) -> Result<Option<ParticipantRow>> {
        let conversation = self.conversation.id.0;
        Ok(on_tx!(&mut self.tx, |connection| query_as(PARTICIPANT)
            .bind(conversation)
            .bind(user.0)
            .fetch_optional(connection)
            .await)?)
    }

    /// What every change's statement begins with.
    fn next(&self, now: Timestamp) -> (ConversationId, Seq, DateTime<Utc>) {
        (self.conversation.id, self.conversation.last_seq.next(), now.utc())
    }

    /// Counts a change that has been written.
    fn took(&mut self, seq: Seq, frame: ServerFrame) -> Change {
        self.conversation.last_seq = seq;
        Change {
            conversation: self.conversation.id,
            seq,
            frame,
        }
    }
}
