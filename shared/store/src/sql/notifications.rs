//! Lists of notifications: reading them, and what their owners do with them. Who gets which stands in `notifying`.

use chrono::{DateTime, Utc};
use protocol::models::NotificationSwitch;
use protocol::{ConversationId, NotificationId, Timestamp, UserId, limits};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{FromRow, query, query_as, query_scalar};
use uuid::Uuid;

use super::dialect::{Numbers, Spelled};
use crate::Store;
use crate::error::{Result, StoreError, is_unique_violation};
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::{About, HostNotice, ListVersion, NewNotice, Notice, Said};
use crate::rows::kind;

/// The picked rows of `notifications`, with what they show. An entry of kind `message` shows the newest message by
/// somebody else, found by a step or two down the index on `(conversation_id, seq)`: by a subquery, for Postgres would
/// rather read all messages once than look up a few hundred. Only what is left after `$cut` is joined.
macro_rules! noticed {
    ($picked:expr, $cut:literal) => {
        concat!(
            "select n.id, n.user_id, n.kind, n.conversation_id, n.is_read, n.type_display, n.title, n.message,
                n.related_object_id, n.related_object_type, n.data, n.came_at,
                c.number as conversation_number, c.kind as conversation_kind, c.title as conversation_title,
                m.text as text, s.username, s.first_name, s.last_name
             from (
                select shown.*, coalesce(
                    case when shown.kind = 'message' then
                        (select m.created_at from messages m where m.id = shown.shown_id) end,
                    shown.created_at) as came_at
                from (
                    select picked.*, case when picked.kind = 'message' then (
                        select newest.id from messages newest
                        where newest.conversation_id = picked.conversation_id
                            and newest.sender_id <> picked.user_id
                            and newest.kind = 'text' and newest.deleted_at is null
                            and (picked.read_seq is null or newest.seq <= picked.read_seq)
                        order by newest.seq desc limit 1) else picked.message_id end as shown_id
                    from (",
            $picked,
            ") picked) shown ",
            $cut,
            ") n
             left join conversations c on c.id = n.conversation_id
             left join messages m on m.id = n.shown_id
             left join users s on s.id = m.sender_id
             order by n.came_at desc, n.id desc"
        )
    };
}

/// The entry `told` is its owner's to see: of the host's, or about a conversation that is there and that they are in,
/// whatever has been cleaned up by now. Not `exists`: Postgres would rather read all participants once.
macro_rules! is_theirs {
    () => {
        "(told.conversation_id is null or (
            select true from participants p join conversations there on there.id = p.conversation_id
            where p.conversation_id = told.conversation_id and p.user_id = told.user_id
                and p.left_seq is null and there.deleted_at is null) is not null)"
    };
}

const LIST: &str = noticed!(
    concat!(
        "select told.* from notifications told where told.user_id = $1 and ",
        is_theirs!(),
        " order by told.id desc limit $2"
    ),
    "order by came_at desc, shown.id desc limit $3 offset $4"
);

const ONE: &str = noticed!(
    concat!(
        "select told.* from notifications told where told.user_id = $1 and told.id = $2 and ",
        is_theirs!()
    ),
    ""
);

/// Only for people whom a frame would reach, and only what nobody has read yet.
const FOR_SOCKETS: Spelled = Spelled {
    postgres: noticed!(
        concat!(
            "select told.* from notifications told join users u on u.id = told.user_id
             where told.id = any($1::bigint[]) and u.is_online and not told.is_read and ",
            is_theirs!()
        ),
        ""
    ),
    sqlite: noticed!(
        concat!(
            "select told.* from notifications told join users u on u.id = told.user_id
             where told.id in (select value from json_each($1)) and u.is_online and not told.is_read and ",
            is_theirs!()
        ),
        ""
    ),
};

/// A few steps in indices for each entry; no text is read.
const VERSION: &str = concat!(
    "select count(*), coalesce(min(n.id), 0), coalesce(max(n.id), 0),
        cast(coalesce(sum(n.revision), 0) as bigint), cast(coalesce(sum(c.last_seq), 0) as bigint),
        (select version from directory)
     from (
        select told.id, told.conversation_id, told.revision from notifications told where told.user_id = $1 and ",
    is_theirs!(),
    " order by told.id desc limit $2) n
     left join conversations c on c.id = n.conversation_id"
);

const UNREAD: &str = concat!(
    "select count(*) from notifications told where told.user_id = $1 and not told.is_read and ",
    is_theirs!()
);

const DELETE: &str = "delete from notifications where user_id = $1 and id = $2";

const END_FOR_ONE: &str = "delete from notifications where conversation_id = $1 and user_id = $2";

const END_FOR_ALL: &str = "delete from notifications where conversation_id = $1";

/// Ids ascend with time, so the oldest rows are found without an index on the time.
const FORGET: &str = "delete from notifications where id in (
        select id from (select id, created_at from notifications order by id limit $2) oldest where created_at < $1)";

macro_rules! insert_for {
    ($people:literal) => {
        concat!(
            "insert into notifications (user_id, kind, type_display, title, message, related_object_id,
                related_object_type, data, created_at)
             select u.id, $3, $4, $5, $6, $7, $8, $9, $10
             from users u left join notification_settings s on s.user_id = u.id
             where u.id ",
            $people,
            " and case $2
                    when 'orderConfirmation' then coalesce(s.order_confirmation, true)
                    when 'claims' then coalesce(s.claims, true)
                    when 'messages' then coalesce(s.messages, true)
                    when 'balanceTopUp' then coalesce(s.balance_top_up, true)
                    when 'bids' then coalesce(s.bids, true)
                    when 'systemUpdates' then coalesce(s.system_updates, true)
                    else true end
             returning id"
        )
    };
}

const INSERT: Spelled = Spelled {
    postgres: insert_for!("= any($1::bigint[])"),
    sqlite: insert_for!("in (select value from json_each($1))"),
};

#[derive(FromRow)]
struct NoticeRow {
    id: i64,
    user_id: i64,
    kind: String,
    conversation_id: Option<Uuid>,
    is_read: bool,
    type_display: Option<String>,
    title: Option<String>,
    message: Option<String>,
    related_object_id: Option<i64>,
    related_object_type: Option<String>,
    data: Option<Json<Value>>,
    came_at: DateTime<Utc>,
    conversation_number: Option<i64>,
    conversation_kind: Option<String>,
    conversation_title: Option<String>,
    text: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl From<NoticeRow> for Notice {
    fn from(row: NoticeRow) -> Self {
        let conversation = row.conversation_id.zip(row.conversation_number);
        let about = match conversation {
            Some((id, number)) => About::Conversation {
                id: ConversationId(id),
                number,
                kind: kind(row.conversation_kind.as_deref().unwrap_or_default()),
                title: row.conversation_title,
                said: row.text.zip(row.username).map(|(text, username)| Said {
                    username,
                    first_name: row.first_name.unwrap_or_default(),
                    last_name: row.last_name.unwrap_or_default(),
                    text,
                }),
            },
            None => About::Host(HostNotice {
                type_display: row.type_display.unwrap_or_default(),
                title: row.title.unwrap_or_default(),
                message: row.message.unwrap_or_default(),
                related_object_id: row.related_object_id,
                related_object_type: row.related_object_type,
                data: row.data.map(|Json(data)| data),
            }),
        };
        Self {
            id: NotificationId(row.id),
            user: UserId(row.user_id),
            kind: row.kind,
            is_read: row.is_read,
            created_at: row.came_at.into(),
            about,
        }
    }
}

impl Store {
    /// A person's entries, newest first, after skipping `offset` of them. Only the newest thousand are looked at.
    pub async fn notifications(&self, user: UserId, limit: i64, offset: i64) -> Result<Vec<Notice>> {
        let rows: Vec<NoticeRow> = on_pool!(&self.pools.read, |pool| query_as(LIST)
            .bind(user.0)
            .bind(limits::NOTIFICATIONS_KEPT)
            .bind(limit.max(0))
            .bind(offset.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Notice::from).collect())
    }

    /// One entry of a person's.
    pub async fn notification(&self, user: UserId, id: NotificationId) -> Result<Option<Notice>> {
        let row: Option<NoticeRow> = on_pool!(&self.pools.read, |pool| query_as(ONE)
            .bind(user.0)
            .bind(id.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Notice::from))
    }

    /// Those of the entries that are unread and whose people are online, for their sockets.
    pub async fn notifications_for_sockets(&self, ids: &[NotificationId]) -> Result<Vec<Notice>> {
        let ids = ids.iter().map(|id| id.0).collect();
        let rows: Vec<NoticeRow> = on_pool!(&self.pools.read, |pool| query_as(
            FOR_SOCKETS.on(&self.pools.read)
        )
        .bind(Numbers(ids))
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(Notice::from).collect())
    }

    /// Whether the list reads as before, without reading it.
    pub async fn notifications_version(&self, user: UserId) -> Result<ListVersion> {
        let (count, oldest, newest, revisions, heads, directory): (i64, i64, i64, i64, i64, i64) =
            on_pool!(&self.pools.read, |pool| query_as(VERSION)
                .bind(user.0)
                .bind(limits::NOTIFICATIONS_KEPT)
                .fetch_one(pool)
                .await)?;
        Ok(ListVersion {
            count,
            span: (oldest, newest),
            revisions,
            heads,
            directory,
        })
    }

    /// How many a person has not read.
    pub async fn unread_notifications(&self, user: UserId) -> Result<i64> {
        Ok(on_pool!(&self.pools.read, |pool| query_scalar(UNREAD)
            .bind(user.0)
            .fetch_one(pool)
            .await)?)
    }

    /// Marks one entry as read, or as unread again. What is so already stays as it is. Fails with `Taken` when a second
    /// entry of the same conversation would be unread.
    pub async fn set_notification_read(&self, user: UserId, id: NotificationId, is_read: bool) -> Result<()> {
        const READ: &str = "update notifications set is_read = true, revision = revision + 1, read_seq =
                (select c.last_seq from conversations c where c.id = notifications.conversation_id)
             where user_id = $1 and id = $2 and not is_read";
        const UNREAD_AGAIN: &str =
            "update notifications set is_read = false, revision = revision + 1, read_seq = null
             where user_id = $1 and id = $2 and is_read";
        let sql = if is_read { READ } else { UNREAD_AGAIN };
        let updated = on_pool!(&self.pools.write, |pool| query(sql)
            .bind(user.0)
            .bind(id.0)
            .execute(pool)
            .await
            .map(drop));
        match updated {
            Err(error) if is_unique_violation(&error) => Err(StoreError::Taken("notification")),
            done => Ok(done?),
        }
    }

    /// Marks everything as read.
    pub async fn read_all_notifications(&self, user: UserId) -> Result<()> {
        const SQL: &str = "update notifications set is_read = true, revision = revision + 1, read_seq =
                (select c.last_seq from conversations c where c.id = notifications.conversation_id)
             where user_id = $1 and not is_read";
        on_pool!(&self.pools.write, |pool| query(SQL)
            .bind(user.0)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether there was such an entry.
    pub async fn delete_notification(&self, user: UserId, id: NotificationId) -> Result<bool> {
        let deleted = on_pool!(&self.pools.write, |pool| query(DELETE)
            .bind(user.0)
            .bind(id.0)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Says something to those of the people who exist and have not turned it off.
    pub async fn create_notices(&self, new: &NewNotice, now: Timestamp) -> Result<Vec<NotificationId>> {
        let users = new.users.iter().map(|user| user.0).collect();
        let ids: Vec<i64> = on_pool!(&self.pools.write, |pool| query_scalar(
            INSERT.on(&self.pools.write)
        )
        .bind(Numbers(users))
        .bind(new.switch.map(NotificationSwitch::as_str))
        .bind(&new.kind)
        .bind(&new.says.type_display)
        .bind(&new.says.title)
        .bind(&new.says.message)
        .bind(new.says.related_object_id)
        .bind(&new.says.related_object_type)
        .bind(new.says.data.as_ref().map(Json))
        .bind(now.utc())
        .fetch_all(pool)
        .await)?;
        Ok(ids.into_iter().map(NotificationId).collect())
    }

    /// Deletes entries that came before this, of the `limit` oldest there are, and says how many.
    pub async fn forget_notifications(&self, before: Timestamp, limit: i64) -> Result<u64> {
        Ok(on_pool!(&self.pools.write, |pool| query(FORGET)
            .bind(before.utc())
            .bind(limit.max(0))
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?)
    }
}

/// The conversation has ended, for everybody or for one: what it had to say to them is not theirs to read any more.
pub(super) async fn end(tx: &mut Tx, conversation: ConversationId, of: Option<UserId>) -> Result<()> {
    match of {
        Some(user) => on_tx!(tx, |connection| query(END_FOR_ONE)
            .bind(conversation.0)
            .bind(user.0)
            .execute(connection)
            .await
            .map(drop))?,
        None => on_tx!(tx, |connection| query(END_FOR_ALL)
            .bind(conversation.0)
            .execute(connection)
            .await
            .map(drop))?,
    }
    Ok(())
}
