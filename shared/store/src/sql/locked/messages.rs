//! Messages under the conversation's lock: changing, deleting and pinning them, and what the system says.

use std::collections::BTreeSet;

use protocol::frames::{MessageDeleted, ServerFrame};
use protocol::models::{Mention, Message, MessageKind};
use protocol::{MessageId, Seq, Timestamp, UserId};
use sqlx::types::Json;
use sqlx::{query, query_as, query_scalar};

use super::Locked;
use crate::error::Result;
use crate::pool::on_tx;
use crate::records::{Change, NewSystemMessage};
use crate::rows::{MessageRow, message_columns};
use crate::screen::Judgement;
use crate::sql::append::decide::moment_after;
use crate::sql::contacts::{self, Edit};
use crate::sql::dialect::{Numbers, Spelled, one_of_numbers};

const MESSAGE: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and id = $2 and deleted_at is null"
);

const KEEP_TEXT: &str = "insert into message_edits (message_id, text, replaced_at)
     select id, text, $3 from messages
     where conversation_id = $1 and id = $2 and deleted_at is null";

const EDIT: &str = concat!(
    "update messages set changed_seq = $3, edited_at = $4, is_edited = true, text = $5, mentions = $6
     where conversation_id = $1 and id = $2 and deleted_at is null
     returning ",
    message_columns!()
);

const DELETE: &str = "update messages
     set changed_seq = $3, deleted_at = $4, text = null, mentions = '[]', reactions = '[]', attachments = '[]',
        pinned_at = null
     where conversation_id = $1 and id = $2 and deleted_at is null
     returning seq";

/// What belongs to a message goes with it.
const FORGET: [&str; 2] = [
    "delete from message_edits where message_id = $1",
    "delete from reactions where message_id = $1",
];

const PIN: &str = concat!(
    "update messages set changed_seq = $3, pinned_at = $4
     where conversation_id = $1 and id = $2 and deleted_at is null
     returning ",
    message_columns!()
);

const PINNED: &str = "select count(*) from messages where conversation_id = $1 and pinned_at is not null";

const PRESENT: Spelled = one_of_numbers!(
    "select user_id from participants where conversation_id = $2 and left_seq is null and user_id",
    ""
);

const SAY: &str = concat!(
    "insert into messages (id, conversation_id, seq, changed_seq, created_at, sender_id, text, kind, event)
     values ($2, $1, $3, $3, $4, $5, $6, $7, $8)
     returning ",
    message_columns!()
);

const SPOKEN: &str = "update conversations set last_message_at = $2, last_activity_at = $2 where id = $1";

impl Locked {
    /// A message of this conversation that is not deleted.
    pub async fn message(&mut self, id: MessageId) -> Result<Option<Message>> {
        let conversation = self.conversation.id.0;
        let row: Option<MessageRow> = on_tx!(&mut self.tx, |connection| query_as(MESSAGE)
            .bind(conversation)
            .bind(id.0)
            .fetch_optional(connection)
            .await)?;
        Ok(row.map(Message::from))
    }

    /// Gives a message a new text, and the mentions that stand in it; the old text is kept for administrators. The
    /// caller has seen it by [`Locked::message`]; one that is not there is an error.
    pub async fn edit_message(
        &mut self,
        id: MessageId,
        text: &str,
        mentions: &[Mention],
        now: Timestamp,
    ) -> Result<Change> {
        let (conversation, seq, now) = self.next(now);
        on_tx!(&mut self.tx, |connection| query(KEEP_TEXT)
            .bind(conversation.0)
            .bind(id.0)
            .bind(now)
            .execute(connection)
            .await
            .map(drop))?;
        let row: MessageRow = on_tx!(&mut self.tx, |connection| query_as(EDIT)
            .bind(conversation.0)
            .bind(id.0)
            .bind(seq.0)
            .bind(now)
            .bind(text)
            .bind(Json(mentions))
            .fetch_one(connection)
            .await)?;
        Ok(self.took(seq, ServerFrame::MessageEdited(row.into())))
    }

    /// What the installation's screen says of a text that a message of this conversation is to have.
    pub async fn judge_edit(&mut self, id: MessageId, text: &str, now: Timestamp) -> Result<Judgement> {
        match self.screen.clone() {
            Some(screen) => {
                let edit = Edit { id, text };
                contacts::judge_edit(&mut self.tx, screen.as_ref(), &self.conversation, (edit, now)).await
            }
            None => Ok(Judgement::Pass),
        }
    }

    /// Takes a message's text away, with the texts it had before, its files, its reactions and its pin; its place stays.
    /// One that is not there is an error.
    pub async fn delete_message(&mut self, id: MessageId, now: Timestamp) -> Result<Change> {
        let (conversation, seq, now) = self.next(now);
        let message_seq: i64 = on_tx!(&mut self.tx, |connection| query_scalar(DELETE)
            .bind(conversation.0)
            .bind(id.0)
            .bind(seq.0)
            .bind(now)
            .fetch_one(connection)
            .await)?;
        for sql in FORGET {
            on_tx!(&mut self.tx, |connection| query(sql)
                .bind(id.0)
                .execute(connection)
                .await
                .map(drop))?;
        }
        self.doom_files_of_message(id, now.into()).await?;
        let frame = ServerFrame::MessageDeleted(MessageDeleted {
            id,
            conversation_id: conversation,
            message_seq: Seq(message_seq),
        });
        Ok(self.took(seq, frame))
    }

    /// Pins a message, or with `false` takes it down. One that is not there is an error.
    pub async fn pin_message(&mut self, id: MessageId, is_pinned: bool, now: Timestamp) -> Result<Change> {
        let (conversation, seq, now) = self.next(now);
        let row: MessageRow = on_tx!(&mut self.tx, |connection| query_as(PIN)
            .bind(conversation.0)
            .bind(id.0)
            .bind(seq.0)
            .bind(is_pinned.then_some(now))
            .fetch_one(connection)
            .await)?;
        Ok(self.took(seq, ServerFrame::MessageEdited(row.into())))
    }

    /// How many messages are pinned here.
    pub async fn pinned_count(&mut self) -> Result<i64> {
        let id = self.conversation.id.0;
        let count = on_tx!(&mut self.tx, |connection| query_scalar(PINNED)
            .bind(id)
            .fetch_one(connection)
            .await)?;
        Ok(count)
    }

    /// Which of these people are in it now.
    pub async fn present(&mut self, users: &[UserId]) -> Result<BTreeSet<UserId>> {
        let id = self.conversation.id.0;
        let users = users.iter().map(|user| user.0).collect();
        let sql = PRESENT.within(&self.tx);
        let rows: Vec<i64> = on_tx!(&mut self.tx, |connection| query_scalar(sql)
            .bind(Numbers(users))
            .bind(id)
            .fetch_all(connection)
            .await)?;
        Ok(rows.into_iter().map(UserId).collect())
    }

    /// Says what somebody has done, as a message of kind `system`. It comes after the changes made so far: whoever
    /// was removed by one of them does not see it.
    pub async fn say_system(&mut self, new: &NewSystemMessage, now: Timestamp) -> Result<Change> {
        let at = moment_after(self.last_message_at, now);
        let (conversation, seq, moment) = self.next(at);
        let row: MessageRow = on_tx!(&mut self.tx, |connection| query_as(SAY)
            .bind(conversation.0)
            .bind(new.id.0)
            .bind(seq.0)
            .bind(moment)
            .bind(new.sender.0)
            .bind(&new.text)
            .bind(MessageKind::System.as_str())
            .bind(Json(&new.event))
            .fetch_one(connection)
            .await)?;
        on_tx!(&mut self.tx, |connection| query(SPOKEN)
            .bind(conversation.0)
            .bind(moment)
            .execute(connection)
            .await
            .map(drop))?;
        self.last_message_at = Some(at);
        Ok(self.took(seq, ServerFrame::MessageNew(row.into())))
    }
}
