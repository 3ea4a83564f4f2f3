//! What people said, for the clients that speak integers: no system messages, nothing deleted, and of each message
//! whether somebody other than its sender has read it.

mod marks;

use std::collections::{BTreeSet, HashMap};

use protocol::models::Message;
use protocol::{ConversationId, Seq, UserId, limits};
use sqlx::{FromRow, query_as, query_scalar};

use super::dialect::{Spelled, Uuids, one_of_uuids};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{Before, Window};
use crate::rows::{MessageRow, message_columns};
use marks::{Mark, Marks};
use uuid::Uuid;

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

/// Of a window of messages, newest first, those before which less than `$5` bytes of text stand. Texts are measured
/// first, and only those that are answered are read.
macro_rules! weighed {
    ($window:expr) => {
        concat!(
            "select ",
            message_columns!(),
            " from (
                select heard_number, sum(bytes) over (
                    order by heard_number desc rows between unbounded preceding and current row) - bytes as newer
                from (select number as heard_number, coalesce(octet_length(text), 0) as bytes ",
            $window,
            " limit $3 offset $4) measured) weighed
             join messages on messages.number = weighed.heard_number
             where weighed.newer < $5 order by messages.number desc"
        )
    };
}

/// Numbers ascend with `seq` in one conversation: both are given under its lock.
const IN_ONE: &str = weighed!(concat!(
    "from messages where conversation_id = $1 and number < $2 and ",
    by_people!("messages"),
    " order by seq desc"
));

const TO_USER: &str = weighed!(concat!(
    "from messages where conversation_id in (
        select p.conversation_id from participants p join conversations c on c.id = p.conversation_id
        where p.user_id = $1 and p.left_seq is null and c.deleted_at is null)
     and number < $2 and ",
    by_people!("messages"),
    " order by number desc"
));

/// Of those who came at the same time the two furthest say it all: one of them is not the sender.
const MARKS: Spelled = one_of_uuids!(
    "select conversation_id, user_id, joined_seq, last_read_seq from (
         select conversation_id, user_id, joined_seq, last_read_seq, row_number() over (
             partition by conversation_id, joined_seq order by last_read_seq desc, user_id) as place
         from participants where last_read_seq > joined_seq and conversation_id",
    ") readers where place <= 2"
);

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

#[derive(FromRow)]
struct MarkRow {
    conversation_id: Uuid,
    user_id: i64,
    joined_seq: i64,
    last_read_seq: i64,
}

impl Store {
    /// A part of what was said in one conversation, newest first, each with `is_read`; less than the window when the
    /// texts come to [`limits::UNPAGED_BYTES`].
    pub async fn said_in(
        &self,
        conversation: ConversationId,
        before: Before,
        window: Window,
    ) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(IN_ONE)
            .bind(conversation.0)
            .bind(before.number())
            .bind(window.limit.max(0))
            .bind(window.offset.max(0))
            .bind(limits::UNPAGED_BYTES)
            .fetch_all(pool)
            .await)?;
        self.with_is_read(rows).await
    }

    /// The same of all conversations that a person is in, by number.
    pub async fn said_to(&self, user: UserId, before: Before, window: Window) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(TO_USER)
            .bind(user.0)
            .bind(before.number())
            .bind(window.limit.max(0))
            .bind(window.offset.max(0))
            .bind(limits::UNPAGED_BYTES)
            .fetch_all(pool)
            .await)?;
        self.with_is_read(rows).await
    }

    /// The marks are read once for the whole page, however many messages and readers there are.
    async fn with_is_read(&self, rows: Vec<MessageRow>) -> Result<Vec<Message>> {
        let mut messages: Vec<Message> = rows.into_iter().map(Message::from).collect();
        let ids: BTreeSet<_> = messages.iter().map(|message| message.conversation_id).collect();
        let ids = Uuids(ids.into_iter().map(|id| id.0).collect());
        let rows: Vec<MarkRow> = on_pool!(&self.pools.read, |pool| query_as(MARKS.on(&self.pools.read))
            .bind(ids)
            .fetch_all(pool)
            .await)?;
        let mut readers: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            let of_one = readers.entry(ConversationId(row.conversation_id)).or_default();
            of_one.push(Mark {
                user: UserId(row.user_id),
                joined: Seq(row.joined_seq),
                read: Seq(row.last_read_seq),
            });
        }
        let marks: HashMap<_, _> = readers
            .into_iter()
            .map(|(id, of_one)| (id, Marks::new(of_one)))
            .collect();
        for message in &mut messages {
            let of_one = marks.get(&message.conversation_id);
            message.is_read =
                Some(of_one.is_some_and(|marks| marks.have_read(message.seq, message.sender_id)));
        }
        Ok(messages)
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
