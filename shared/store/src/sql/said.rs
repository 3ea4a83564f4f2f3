//! What people said, for the clients that speak integers: no system messages, nothing deleted, and of each message
//! whether somebody other than its sender has read it.

use std::collections::HashMap;

use protocol::models::Message;
use protocol::{ConversationId, UserId};
use sqlx::{FromRow, query_as, query_scalar};

use super::dialect::{Spelled, Uuids};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{Before, Window};
use crate::rows::{MessageRow, message_columns};

/// Who came later than a message has not read it, though their mark stands above it. Who has left has read what they
/// have read.
macro_rules! said {
    ($from_and_where:expr) => {
        concat!(
            "select ",
            message_columns!(),
            ", exists (select 1 from participants reader
                where reader.conversation_id = messages.conversation_id and reader.user_id <> messages.sender_id
                    and reader.joined_seq < messages.seq and reader.last_read_seq >= messages.seq) as is_read ",
            $from_and_where
        )
    };
}

macro_rules! by_people {
    ($message:literal) => {
        concat!($message, ".deleted_at is null and ", $message, ".kind = 'text'")
    };
}

/// Numbers ascend with `seq` in one conversation: both are given under its lock.
const IN_ONE: &str = said!(concat!(
    "from messages where conversation_id = $1 and number < $2 and ",
    by_people!("messages"),
    " order by seq desc limit $3 offset $4"
));

const TO_USER: &str = said!(concat!(
    "from messages where conversation_id in (
        select p.conversation_id from participants p join conversations c on c.id = p.conversation_id
        where p.user_id = $1 and p.left_seq is null and c.deleted_at is null)
     and number < $2 and ",
    by_people!("messages"),
    " order by number desc limit $3 offset $4"
));

const COUNT: &str = concat!(
    "select count(*) from messages where conversation_id = $1 and ",
    by_people!("messages")
);

/// A few steps in the index for each conversation. SQLite has no lateral join: there the place of the last one wanted
/// is looked for first.
const NEWEST: Spelled = Spelled {
    postgres: said!(concat!(
        "from unnest($1::uuid[]) as listed (listed_id) cross join lateral (
            select newest.* from messages newest where newest.conversation_id = listed_id and ",
        by_people!("newest"),
        " order by newest.seq desc limit $2) messages
         order by conversation_id, seq desc"
    )),
    sqlite: said!(concat!(
        "from (select unhex(value) as listed_id from json_each($1)) listed
         join messages on messages.conversation_id = listed.listed_id and ",
        by_people!("messages"),
        " and messages.seq >= coalesce((
            select last.seq from messages last where last.conversation_id = listed.listed_id and ",
        by_people!("last"),
        " order by last.seq desc limit 1 offset $2 - 1), 0)
         order by conversation_id, seq desc"
    )),
};

#[derive(FromRow)]
struct SaidRow {
    #[sqlx(flatten)]
    message: MessageRow,
    is_read: bool,
}

impl From<SaidRow> for Message {
    fn from(row: SaidRow) -> Self {
        Self {
            is_read: Some(row.is_read),
            ..row.message.into()
        }
    }
}

impl Store {
    /// A part of what was said in one conversation, newest first, each with `is_read`.
    pub async fn said_in(
        &self,
        conversation: ConversationId,
        before: Before,
        window: Window,
    ) -> Result<Vec<Message>> {
        let rows: Vec<SaidRow> = on_pool!(&self.pools.read, |pool| query_as(IN_ONE)
            .bind(conversation.0)
            .bind(before.number())
            .bind(window.limit.max(0))
            .bind(window.offset.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// The same of all conversations that a person is in, by number.
    pub async fn said_to(&self, user: UserId, before: Before, window: Window) -> Result<Vec<Message>> {
        let rows: Vec<SaidRow> = on_pool!(&self.pools.read, |pool| query_as(TO_USER)
            .bind(user.0)
            .bind(before.number())
            .bind(window.limit.max(0))
            .bind(window.offset.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// How much was said in a conversation.
    pub async fn said_count(&self, conversation: ConversationId) -> Result<i64> {
        Ok(on_pool!(&self.pools.read, |pool| query_scalar(COUNT)
            .bind(conversation.0)
            .fetch_one(pool)
            .await)?)
    }

    /// The newest of each, `most` of them, newest first. What nothing was said in is left out.
    pub async fn newest_said(
        &self,
        conversations: &[ConversationId],
        most: i64,
    ) -> Result<HashMap<ConversationId, Vec<Message>>> {
        let ids = conversations.iter().map(|id| id.0).collect();
        let rows: Vec<SaidRow> = on_pool!(&self.pools.read, |pool| query_as(NEWEST.on(&self.pools.read))
            .bind(Uuids(ids))
            .bind(most.max(1))
            .fetch_all(pool)
            .await)?;
        let mut newest: HashMap<_, Vec<_>> = HashMap::new();
        for message in rows.into_iter().map(Message::from) {
            newest.entry(message.conversation_id).or_default().push(message);
        }
        Ok(newest)
    }
}
