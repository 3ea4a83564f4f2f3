//! Uploaded files: their rows before they have a message, who may have them, and the end of them.

use std::collections::HashSet;
use std::time::Duration;

use protocol::models::Attachment;
use protocol::{AttachmentId, Timestamp, UserId};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::dialect::{Numbers, Spelled, Uuids, one_of_numbers, one_of_uuids};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{FileStanding, NewUpload, Uploaded};
use crate::rows::{AttachmentRow, attachment_columns};

/// How long a claimed file is left to the sweeper that took it: a store that is slow or away takes as long.
const CLAIM_HELD: Duration = Duration::from_mins(5);

const BEGIN: &str =
    "insert into attachments (file_url, file_type, file_size, uploaded_by, file_key, created_at)
     values ('', 'file', 0, $1, $2, $3)
     returning id";

const COUNT_WAITING: &str = "select count(*) from attachments
     where uploaded_by = $1 and message_id is null and file_key is not null and doomed_at is null";

const FINISH: &str = concat!(
    "update attachments set file_url = $2, file_type = $3, file_size = $4, file_name = $5, content_type = $6,
        width = $7, height = $8, placeholder = $9, stored_at = $10, conversation_id = $11
     where id = $1 and stored_at is null and doomed_at is null
     returning ",
    attachment_columns!()
);

const DOOM: &str = "update attachments set doomed_at = $2
     where id = $1 and message_id is null and doomed_at is null";

/// What a held message names waits with it for the decision; after an approval, for the send that follows it.
macro_rules! doom_orphans {
    ($named:literal) => {
        concat!(
            "update attachments set doomed_at = $1
             where message_id is null and file_key is not null and doomed_at is null and created_at < $2
                and id not in (",
            $named,
            " where h.decision is null or (h.decision = 'approved' and h.decided_at >= $2))"
        )
    };
}

const DOOM_ORPHANS: Spelled = Spelled {
    postgres: doom_orphans!(
        "select named.id::bigint from held_messages h
         cross join lateral jsonb_array_elements_text(h.message -> 'attachments') as named (id)"
    ),
    sqlite: doom_orphans!(
        "select named.value from held_messages h join json_each(h.message, '$.attachments') named"
    ),
};

/// A file of a deleted message is nobody's: its row is doomed by the same commit, and goes soon.
const STANDING: Spelled = one_of_numbers!(
    "select a.id, a.file_key, a.file_name, a.content_type, a.file_size, a.file_url, a.uploaded_by = $2,
        a.message_id is null,
        p.user_id is not null
     from attachments a
     left join conversations c on c.id = a.conversation_id
     left join participants p
        on p.conversation_id = a.conversation_id and p.user_id = $2 and p.left_seq is null
     where a.file_key is not null and a.stored_at is not null and a.doomed_at is null
        and c.deleted_at is null and a.id",
    "order by a.id"
);

macro_rules! claim {
    ($skip_locked:literal) => {
        concat!(
            "update attachments set claimed_at = $1 where id in (
                select id from attachments
                where doomed_at is not null and (claimed_at is null or claimed_at < $2)
                order by doomed_at limit $3",
            $skip_locked,
            ") returning id, file_key"
        )
    };
}

const CLAIM: Spelled = Spelled {
    postgres: claim!(" for update skip locked"),
    sqlite: claim!(""),
};

const FORGET: Spelled = one_of_numbers!("delete from attachments where doomed_at is not null and id", "");

const KNOWN_KEYS: Spelled = one_of_uuids!("select file_key from attachments where file_key", "");

/// A date ahead is a clock that was wrong.
const TAKE_CHORE: &str =
    "update chores set begun_at = $2 where name = $1 and (begun_at <= $3 or begun_at > $2)";

impl Store {
    /// Notes that a file is about to come.
    pub async fn begin_upload(&self, new: NewUpload, now: Timestamp) -> Result<AttachmentId> {
        let id: i64 = on_pool!(&self.pools.write, |pool| query_scalar(BEGIN)
            .bind(new.by.0)
            .bind(new.key)
            .bind(now.utc())
            .fetch_one(pool)
            .await)?;
        Ok(AttachmentId(id))
    }

    /// How many files of a person have come, or still come, and have no message.
    pub async fn waiting_files(&self, user: UserId) -> Result<i64> {
        let count = on_pool!(&self.pools.read, |pool| query_scalar(COUNT_WAITING)
            .bind(user.0)
            .fetch_one(pool)
            .await)?;
        Ok(count)
    }

    /// Notes that all of a file has come. `None`: it was given up meanwhile.
    pub async fn finish_upload(
        &self,
        id: AttachmentId,
        file: &Uploaded,
        now: Timestamp,
    ) -> Result<Option<Attachment>> {
        let row: Option<AttachmentRow> = on_pool!(&self.pools.write, |pool| query_as(FINISH)
            .bind(id.0)
            .bind(&file.url)
            .bind(file.file_type.as_str())
            .bind(file.size)
            .bind(&file.name)
            .bind(&file.content_type)
            .bind(file.pixels.map(|(width, _)| width))
            .bind(file.pixels.map(|(_, height)| height))
            .bind(&file.placeholder)
            .bind(now.utc())
            .bind(file.conversation.map(|conversation| conversation.0))
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Attachment::from))
    }

    /// Gives up a file that has no message: the next sweep removes it.
    pub async fn give_up_upload(&self, id: AttachmentId, now: Timestamp) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(DOOM)
            .bind(id.0)
            .bind(now.utc())
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// How somebody stands to uploaded files, by id. What is unknown, unfinished, deleted, or not an upload is left out.
    pub async fn file_standings(&self, ids: &[AttachmentId], user: UserId) -> Result<Vec<FileStanding>> {
        type Row = (i64, Uuid, String, String, i64, String, bool, bool, bool);
        let rows: Vec<Row> = on_pool!(&self.pools.read, |pool| query_as(STANDING.on(&self.pools.read))
            .bind(Numbers(ids.iter().map(|id| id.0).collect()))
            .bind(user.0)
            .fetch_all(pool)
            .await)?;
        let standings = rows.into_iter().map(
            |(id, key, name, content_type, size, url, is_uploader, is_waiting, is_participant)| {
                FileStanding {
                    id: AttachmentId(id),
                    key,
                    name,
                    content_type,
                    size,
                    url,
                    is_uploader,
                    is_waiting,
                    is_participant,
                }
            },
        );
        Ok(standings.collect())
    }

    /// Dooms files that came before `before` and still have no message, not even one that waits for a decision; says
    /// how many.
    pub async fn doom_orphans(&self, before: Timestamp, now: Timestamp) -> Result<u64> {
        let doomed = on_pool!(&self.pools.write, |pool| query(
            DOOM_ORPHANS.on(&self.pools.write)
        )
        .bind(now.utc())
        .bind(before.utc())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(doomed)
    }

    /// Files to remove, the longest doomed first, with their names in the store of files. They are claimed: for the next
    /// five minutes no other call answers with them.
    pub async fn doomed_files(&self, now: Timestamp, limit: i64) -> Result<Vec<(AttachmentId, Uuid)>> {
        let rows: Vec<(i64, Uuid)> =
            on_pool!(&self.pools.write, |pool| query_as(CLAIM.on(&self.pools.write))
                .bind(now.utc())
                .bind(now.minus(CLAIM_HELD).utc())
                .bind(limit.max(0))
                .fetch_all(pool)
                .await)?;
        Ok(rows
            .into_iter()
            .map(|(id, key)| (AttachmentId(id), key))
            .collect())
    }

    /// Forgets files that are removed from the store of files.
    pub async fn forget_files(&self, ids: &[AttachmentId]) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(FORGET.on(&self.pools.write))
            .bind(Numbers(ids.iter().map(|id| id.0).collect()))
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Which of these names in the store of files no row has.
    pub async fn unknown_files(&self, keys: &[Uuid]) -> Result<Vec<Uuid>> {
        // From where it is written: a row that was committed a moment ago must be seen.
        let known: Vec<Uuid> = on_pool!(&self.pools.write, |pool| query_scalar(
            KNOWN_KEYS.on(&self.pools.write)
        )
        .bind(Uuids(keys.to_vec()))
        .fetch_all(pool)
        .await)?;
        let known: HashSet<_> = known.into_iter().collect();
        Ok(keys.iter().copied().filter(|key| !known.contains(key)).collect())
    }

    /// Whether the caller is to do something that one node does for all: nobody has begun it within `every`.
    pub async fn take_chore(&self, name: &str, every: Duration, now: Timestamp) -> Result<bool> {
        let taken = on_pool!(&self.pools.write, |pool| query(TAKE_CHORE)
            .bind(name)
            .bind(now.utc())
            .bind(now.minus(every).utc())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(taken > 0)
    }
}
