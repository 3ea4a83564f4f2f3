//! Whether anything has changed in a list, told without reading the list: a few numbers of each conversation.
//!
//! Why no change escapes: whatever lasts in a conversation (messages, edits, deletions, people, titles) takes a number,
//! so `last_seq` moves. Read marks take none, and only grow while nobody joins anew, which takes a number: each mark of
//! one's own is in the stamp itself, as is whether one has hidden the conversation, and those of others as their sum, where the list shows them. A conversation that
//! is made, deleted, joined or left enters the stamp or leaves it. What people are called moves the directory's
//! version. A stamp is read before the list that it goes out with, so it is never newer than the list.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use protocol::{ConversationId, UserId};
use sqlx::query_as;

use super::listing::heads_shown;
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::Stamp;

macro_rules! stamp {
    ($marks_of_others:literal, $which:literal) => {
        concat!(
            "select c.number, c.last_seq, p.last_read_seq, coalesce(p.hidden_seq, -1), ",
            $marks_of_others,
            ", (select version from directory)
             from participants p join conversations c on c.id = p.conversation_id
             where p.user_id = $1 and p.left_seq is null and c.deleted_at is null",
            $which,
            " order by c.number"
        )
    };
}

const ROOMS: &str = stamp!("cast(0 as bigint)", "");

const SAID: &str = stamp!(
    "(select cast(sum(marks.last_read_seq) as bigint) from participants marks where marks.conversation_id = c.id)",
    ""
);

const SAID_IN_ONE: &str = stamp!(
    "(select cast(sum(marks.last_read_seq) as bigint) from participants marks where marks.conversation_id = c.id)",
    " and c.id = $2"
);

/// The canonical list also shows what one has made of each conversation, and of its first people when they were there
/// and what they have read: the other side of a private one, the heads of a group. Not whether one is there oneself:
/// that is no news to who asks, and would make the reading that follows every opening of a socket a whole one.
const LIST: &str = concat!(
    "select c.number, c.last_seq, p.last_read_seq, coalesce(p.hidden_seq, -1),
        concat_ws(' ', p.is_marked_unread, p.pinned_at, '/', p.muted_until),
        (select string_agg(concat_ws(' ', head.user_id, head.is_online, head.last_read_seq, head.last_seen), ',')
         from (
            select h.user_id, h.last_read_seq,
                case when h.user_id <> $1 then u.is_online end as is_online,
                case when h.user_id <> $1 then u.last_seen end as last_seen
            from participants h join users u on u.id = h.user_id
            where h.conversation_id = c.id and h.left_seq is null
            order by h.joined_seq, h.user_id limit ",
    heads_shown!(),
    " + 1) head),
        (select version from directory)
     from participants p join conversations c on c.id = p.conversation_id
     where p.user_id = $1 and p.left_seq is null and c.deleted_at is null
     order by c.number"
);

/// `number`, `last_seq`, one's own mark, where it was hidden, what one has made of it, the heads, the directory's
/// version.
type ListStampRow = (i64, i64, i64, i64, String, Option<String>, i64);

/// `number`, `last_seq`, one's own mark, where it was hidden, the sum of all marks, the directory's version.
type StampRow = (i64, i64, i64, i64, i64, i64);

impl Store {
    /// Of a person's conversations, what is unread in each, and who is in them.
    pub async fn stamp_of_rooms(&self, user: UserId) -> Result<Stamp> {
        self.stamp(ROOMS, user).await
    }

    /// As [`Store::stamp_of_rooms`], and of what was said, and whether it was read.
    pub async fn stamp_of_said(&self, user: UserId) -> Result<Stamp> {
        self.stamp(SAID, user).await
    }

    /// The same of one conversation; of one that the person is not in, it never changes.
    pub async fn stamp_of_said_in(&self, user: UserId, conversation: ConversationId) -> Result<Stamp> {
        let row: Option<StampRow> = on_pool!(&self.pools.read, |pool| query_as(SAID_IN_ONE)
            .bind(user.0)
            .bind(conversation.0)
            .fetch_optional(pool)
            .await)?;
        Ok(stamp_of(row.as_slice()))
    }

    /// Of a person's canonical list.
    pub async fn stamp_of_list(&self, user: UserId) -> Result<Stamp> {
        let rows: Vec<ListStampRow> = on_pool!(&self.pools.read, |pool| query_as(LIST)
            .bind(user.0)
            .fetch_all(pool)
            .await)?;
        Ok(stamp_of(&rows))
    }

    async fn stamp(&self, sql: &'static str, user: UserId) -> Result<Stamp> {
        let rows: Vec<StampRow> = on_pool!(&self.pools.read, |pool| query_as(sql)
            .bind(user.0)
            .fetch_all(pool)
            .await)?;
        Ok(stamp_of(&rows))
    }
}

fn stamp_of(rows: &[impl Hash]) -> Stamp {
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    Stamp(hasher.finish())
}
