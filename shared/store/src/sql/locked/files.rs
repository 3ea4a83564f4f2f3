//! The files of a message. Which they are stands in rows of their own; what clients see of them, in the message's row too.

use std::collections::HashMap;

use protocol::frames::ServerFrame;
use protocol::models::Attachment;
use protocol::{AttachmentId, ConversationId, MessageId, Timestamp, UserId};
use sqlx::types::Json;
use sqlx::{FromRow, query, query_as};
use uuid::Uuid;

use super::Locked;
use crate::error::Result;
use crate::pool::{Tx, on_tx};
use crate::records::{Change, NewAttachment};
use crate::rows::{AttachmentRow, MessageRow, attachment_columns, message_columns};
use crate::sql::dialect::{Numbers, Spelled, one_of_numbers};

const NOTE: &str = concat!(
    "insert into attachments (message_id, conversation_id, file_url, file_type, file_size, created_at)
     values ($1, $2, $3, $4, $5, $6)
     returning ",
    attachment_columns!()
);

const OF_MESSAGE: &str = concat!(
    "select ",
    attachment_columns!(),
    " from attachments where message_id = $1 and doomed_at is null order by id"
);

macro_rules! waiting {
    ($lock:literal) => {
        one_of_numbers!(
            concat!(
                "select conversation_id, ",
                attachment_columns!(),
                " from attachments where id"
            ),
            concat!(
                "and uploaded_by is not null and message_id is null and stored_at is not null and doomed_at is null
                 order by id",
                $lock
            )
        )
    };
}

/// Locked in the order of ids, so that two sends never wait for each other.
const WAITING: Spelled = Spelled {
    postgres: waiting!(" for update").postgres,
    sqlite: waiting!("").sqlite,
};

const GIVE: Spelled = one_of_numbers!(
    "update attachments set message_id = $2, conversation_id = $3 where id",
    ""
);

const SHOW: &str = "update messages set attachments = $2 where id = $1";

const CHANGE: &str = concat!(
    "update messages set attachments = $3, changed_seq = $4
     where conversation_id = $1 and id = $2 and deleted_at is null
     returning ",
    message_columns!()
);

const DOOM_MESSAGE: &str = "update attachments set doomed_at = $2
     where message_id = $1 and file_key is not null and doomed_at is null";

const DOOM_CONVERSATION: &str = "update attachments set doomed_at = $2
     where conversation_id = $1 and file_key is not null and doomed_at is null";

/// Files that wait for a message.
pub(in crate::sql) type Waiting = HashMap<AttachmentId, Waiter>;

/// A file that waits for a message.
pub(in crate::sql) struct Waiter {
    pub(in crate::sql) file: Attachment,
    uploader: UserId,
    /// Where it was uploaded for, if that was said.
    conversation: Option<ConversationId>,
}

#[derive(FromRow)]
struct WaitingRow {
    conversation_id: Option<Uuid>,
    #[sqlx(flatten)]
    file: AttachmentRow,
}

impl Locked {
    /// Adds a file that lies elsewhere to a message. One that is not there is an error.
    pub async fn note_attachment(
        &mut self,
        new: &NewAttachment,
        now: Timestamp,
    ) -> Result<(Attachment, Change)> {
        let conversation = self.conversation.id;
        let row: AttachmentRow = on_tx!(&mut self.tx, |connection| query_as(NOTE)
            .bind(new.message.0)
            .bind(conversation.0)
            .bind(&new.file_url)
            .bind(new.file_type.as_str())
            .bind(new.file_size)
            .bind(now.utc())
            .fetch_one(connection)
            .await)?;
        let change = self.show_files(new.message).await?;
        Ok((row.into(), change))
    }

    /// Gives a message files that a person has uploaded and that wait for one. `None`, and nothing is changed: one of
    /// them is not theirs, does not wait, or was uploaded for another conversation.
    pub async fn attach(
        &mut self,
        message: MessageId,
        ids: &[AttachmentId],
        uploader: UserId,
    ) -> Result<Option<Change>> {
        let waiting = waiting(&mut self.tx, ids).await?;
        if !are_theirs(&waiting, ids, (uploader, self.conversation.id)) {
            return Ok(None);
        }
        give(&mut self.tx, ids, message, self.conversation.id).await?;
        self.show_files(message).await.map(Some)
    }

    async fn show_files(&mut self, message: MessageId) -> Result<Change> {
        let rows: Vec<AttachmentRow> = on_tx!(&mut self.tx, |connection| query_as(OF_MESSAGE)
            .bind(message.0)
            .fetch_all(connection)
            .await)?;
        let files: Vec<Attachment> = rows.into_iter().map(Attachment::from).collect();
        let (conversation, seq) = (self.conversation.id, self.conversation.last_seq.next());
        let row: MessageRow = on_tx!(&mut self.tx, |connection| query_as(CHANGE)
            .bind(conversation.0)
            .bind(message.0)
            .bind(Json(&files))
            .bind(seq.0)
            .fetch_one(connection)
            .await)?;
        Ok(self.took(seq, ServerFrame::MessageEdited(row.into())))
    }

    pub(super) async fn doom_files_of_message(&mut self, message: MessageId, now: Timestamp) -> Result<()> {
        on_tx!(&mut self.tx, |connection| query(DOOM_MESSAGE)
            .bind(message.0)
            .bind(now.utc())
            .execute(connection)
            .await
            .map(drop))?;
        Ok(())
    }

    pub(super) async fn doom_files_of_conversation(&mut self, now: Timestamp) -> Result<()> {
        let conversation = self.conversation.id;
        on_tx!(&mut self.tx, |connection| query(DOOM_CONVERSATION)
            .bind(conversation.0)
            .bind(now.utc())
            .execute(connection)
            .await
            .map(drop))?;
        Ok(())
    }
}

/// Those of the files that wait for a message; until the transaction ends nobody else takes them.
pub(in crate::sql) async fn waiting(tx: &mut Tx, ids: &[AttachmentId]) -> Result<Waiting> {
    if ids.is_empty() {
        return Ok(Waiting::new());
    }
    let sql = WAITING.within(tx);
    let rows: Vec<WaitingRow> = on_tx!(tx, |connection| query_as(sql)
        .bind(numbers(ids))
        .fetch_all(connection)
        .await)?;
    let files = rows.into_iter().filter_map(|row| {
        let waiter = Waiter {
            uploader: UserId(row.file.uploaded_by?),
            conversation: row.conversation_id.map(ConversationId),
            file: row.file.into(),
        };
        Some((waiter.file.id, waiter))
    });
    Ok(files.collect())
}

/// Whether all of the files wait, are this person's, and may be sent there.
pub(in crate::sql) fn are_theirs(
    waiting: &Waiting,
    ids: &[AttachmentId],
    (uploader, conversation): (UserId, ConversationId),
) -> bool {
    ids.iter().all(|id| {
        waiting.get(id).is_some_and(|waiter| {
            waiter.uploader == uploader && waiter.conversation.is_none_or(|meant| meant == conversation)
        })
    })
}

async fn give(
    tx: &mut Tx,
    ids: &[AttachmentId],
    message: MessageId,
    conversation: ConversationId,
) -> Result<()> {
    let sql = GIVE.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(numbers(ids))
        .bind(message.0)
        .bind(conversation.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Gives a message that was just stored the files that it is shown with.
pub(in crate::sql) async fn give_new(
    tx: &mut Tx,
    files: &[Attachment],
    message: MessageId,
    conversation: ConversationId,
) -> Result<()> {
    let ids: Vec<_> = files.iter().map(|file| file.id).collect();
    give(tx, &ids, message, conversation).await?;
    on_tx!(tx, |connection| query(SHOW)
        .bind(message.0)
        .bind(Json(files))
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

fn numbers(ids: &[AttachmentId]) -> Numbers {
    Numbers(ids.iter().map(|id| id.0).collect())
}
