//! Read marks, and what each person has made of a conversation. None of it takes a `seq`: it is state of one person's.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use protocol::limits::UNREAD_COUNTED;
use protocol::models::MyState;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use sqlx::{FromRow, query, query_as, query_scalar};
use uuid::Uuid;

use super::dialect::{Numbers, Spelled, Uuids, of_pairs, one_of_uuids};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{Mark, MyConversation, MyPatch, Reader, Readers};

/// Times that marks are written when another node's writing is in the way.
const ATTEMPTS: u32 = 4;

/// As [`UNREAD_COUNTED`], for the text of a statement.
macro_rules! unread_counted {
    () => {
        100
    };
}

const _: () = assert!(UNREAD_COUNTED == unread_counted!(), "one number in two spellings");

/// What others have said to the participant `p` and `p` has not read.
macro_rules! unread {
    () => {
        "from messages unread
         where unread.conversation_id = p.conversation_id and unread.seq > p.last_read_seq
             and unread.sender_id <> p.user_id and unread.deleted_at is null and unread.kind = 'text'"
    };
}

/// How much that is, and no more than [`UNREAD_COUNTED`]. In order, so that Postgres stops at the last that counts
/// instead of noting all that there are first.
macro_rules! unread_count {
    () => {
        concat!(
            "(select count(*) from (select 1 ",
            $crate::sql::reading::unread!(),
            " order by unread.seq limit ",
            $crate::sql::reading::unread_counted!(),
            ") counted)"
        )
    };
}

/// Whether the participant `p` has hidden the conversation and nobody has written since.
macro_rules! is_hidden {
    () => {
        "(p.hidden_seq is not null and not exists (
            select 1 from messages written
            where written.conversation_id = p.conversation_id and written.seq > p.hidden_seq
                and written.deleted_at is null and written.kind = 'text'))"
    };
}

pub(super) use {is_hidden, unread, unread_count, unread_counted};

/// Rows are locked in one order, so that two nodes that mark the same never wait for each other in a circle.
const MARK: Spelled = Spelled {
    postgres: "with held as (
            select p.conversation_id, p.user_id, least(asked.seq, c.last_seq) as seq
            from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as asked (conversation_id, user_id, seq)
            join participants p on p.conversation_id = asked.conversation_id and p.user_id = asked.user_id
            join conversations c on c.id = p.conversation_id
            where p.left_seq is null and c.deleted_at is null
                and (p.last_read_seq < least(asked.seq, c.last_seq) or p.is_marked_unread)
            order by p.conversation_id, p.user_id for update of p)
        update participants set last_read_seq = greatest(participants.last_read_seq, held.seq),
            is_marked_unread = false
        from held
        where participants.conversation_id = held.conversation_id and participants.user_id = held.user_id
        returning participants.conversation_id, participants.user_id, participants.last_read_seq",
    sqlite: "update participants set last_read_seq = max(participants.last_read_seq, held.seq),
            is_marked_unread = false
        from (
            select p.conversation_id, p.user_id, min(seqs.value, c.last_seq) as seq
            from json_each($1) ids
            join json_each($2) users on users.key = ids.key
            join json_each($3) seqs on seqs.key = ids.key
            join participants p on p.conversation_id = unhex(ids.value) and p.user_id = users.value
            join conversations c on c.id = p.conversation_id
            where p.left_seq is null and c.deleted_at is null
                and (p.last_read_seq < min(seqs.value, c.last_seq) or p.is_marked_unread)) held
        where participants.conversation_id = held.conversation_id and participants.user_id = held.user_id
        returning conversation_id, user_id, last_read_seq",
};

const MINE: Spelled = of_pairs!(
    concat!(
        "select asked.place, ",
        unread_count!(),
        " as unread_count, p.last_read_seq, p.is_marked_unread, ",
        is_hidden!(),
        " as is_hidden, p.pinned_at is not null as is_pinned, p.muted_until from "
    ),
    "asked
     join participants p on p.conversation_id = asked.conversation_id and p.user_id = asked.user_id
     join conversations c on c.id = p.conversation_id
     where p.left_seq is null and c.deleted_at is null"
);

/// Of those who came at the same time the two furthest say it all: one of them is not the sender.
const READERS: &str = "select user_id, joined_seq, last_read_seq, is_marked_unread, left_seq is null as is_in
     from (
         select user_id, joined_seq, last_read_seq, is_marked_unread, left_seq,
             row_number() over (partition by joined_seq order by last_read_seq desc, user_id) as place
         from participants
         where conversation_id = $1
             and (user_id = $2 or (last_read_seq >= $3 and last_read_seq > joined_seq and joined_seq < $4))
     ) readers
     where place <= 2 or user_id = $2";

/// The newest number at that moment is the one above which something must be said.
const PATCH: &str = "update participants set
        hidden_seq = case when $3 is null then hidden_seq
            when $3 then (select last_seq from conversations where id = $1) end,
        pinned_at = case when $4 is null then pinned_at when $4 then coalesce(pinned_at, $5) end,
        muted_until = case when $6 then $7 else muted_until end,
        is_marked_unread = coalesce($8, is_marked_unread)
     where conversation_id = $1 and user_id = $2 and left_seq is null
         and exists (select 1 from conversations c where c.id = $1 and c.deleted_at is null)";

const TOTAL: &str = concat!(
    "select cast(coalesce(sum(unread_count), 0) as bigint) from (select ",
    unread_count!(),
    " as unread_count
     from participants p join conversations c on c.id = p.conversation_id
     where p.user_id = $1 and p.left_seq is null and c.deleted_at is null and c.last_seq > p.last_read_seq
         and not ",
    is_hidden!(),
    ") listed"
);

const LARGER: Spelled = one_of_uuids!(
    "select c.id from conversations c
     where (select count(*) from (
         select 1 from participants p where p.conversation_id = c.id and p.left_seq is null limit $2 + 1) counted) > $2
     and c.id",
    ""
);

#[derive(FromRow)]
struct MineRow {
    place: i64,
    unread_count: i64,
    last_read_seq: i64,
    is_marked_unread: bool,
    is_hidden: bool,
    is_pinned: bool,
    muted_until: Option<DateTime<Utc>>,
}

impl From<MineRow> for MyConversation {
    fn from(row: MineRow) -> Self {
        Self {
            unread_count: row.unread_count,
            my: MyState {
                last_read_seq: Seq(row.last_read_seq),
                is_marked_unread: row.is_marked_unread,
                is_hidden: row.is_hidden,
                is_pinned: row.is_pinned,
                muted_until: row.muted_until.map(Timestamp::from),
            },
        }
    }
}

#[derive(FromRow)]
struct ReaderRow {
    user_id: i64,
    joined_seq: i64,
    last_read_seq: i64,
    is_marked_unread: bool,
    is_in: bool,
}

impl Store {
    /// Moves many read marks in one statement and answers with those that it changed, as they are now, in no order. A
    /// mark never goes back and never beyond the head. To read takes "marked unread" away, so that alone is a change
    /// too. Who is not in a conversation, and deleted conversations, are passed over.
    pub async fn mark_read(&self, marks: &[Mark]) -> Result<Vec<Mark>> {
        let mut furthest: HashMap<_, Seq> = HashMap::with_capacity(marks.len());
        for mark in marks {
            let seq = furthest.entry((mark.conversation, mark.user)).or_default();
            *seq = mark.seq.max(*seq);
        }
        let mut attempt = 1;
        loop {
            match self.try_mark(&furthest).await {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    async fn try_mark(&self, furthest: &HashMap<(ConversationId, UserId), Seq>) -> Result<Vec<Mark>> {
        let (pairs, seqs): (Vec<_>, Vec<_>) = furthest.iter().map(|(&pair, seq)| (pair, seq.0)).unzip();
        let (conversations, users) = lists(&pairs);
        let rows: Vec<(Uuid, i64, i64)> =
            on_pool!(&self.pools.write, |pool| query_as(MARK.on(&self.pools.write))
                .bind(conversations)
                .bind(users)
                .bind(Numbers(seqs))
                .fetch_all(pool)
                .await)?;
        let moved = rows.into_iter().map(|(conversation, user, seq)| Mark {
            conversation: ConversationId(conversation),
            user: UserId(user),
            seq: Seq(seq),
        });
        Ok(moved.collect())
    }

    /// Conversations as people have them, in the order of the pairs, by one statement. `None`: not in it, or there is
    /// no such conversation.
    pub async fn my_conversations(
        &self,
        of: &[(ConversationId, UserId)],
    ) -> Result<Vec<Option<MyConversation>>> {
        let (conversations, users) = lists(of);
        let rows: Vec<MineRow> = on_pool!(&self.pools.read, |pool| query_as(MINE.on(&self.pools.read))
            .bind(conversations)
            .bind(users)
            .fetch_all(pool)
            .await)?;
        let mut mine = vec![None; of.len()];
        for row in rows {
            let place = usize::try_from(row.place).ok();
            if let Some(found) = place.and_then(|place| mine.get_mut(place)) {
                *found = Some(row.into());
            }
        }
        Ok(mine)
    }

    /// Changes what a person has made of a conversation. False: they are not in it, or there is no such conversation.
    pub async fn update_my_conversation(
        &self,
        (conversation, user): (ConversationId, UserId),
        patch: &MyPatch,
        now: Timestamp,
    ) -> Result<bool> {
        let changed = on_pool!(&self.pools.write, |pool| query(PATCH)
            .bind(conversation.0)
            .bind(user.0)
            .bind(patch.is_hidden)
            .bind(patch.is_pinned)
            .bind(now.utc())
            .bind(patch.muted_until.is_some())
            .bind(patch.muted_until.flatten().map(Timestamp::utc))
            .bind(patch.is_marked_unread)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// What a person has not read in all conversations that their list shows: the sum of its rows' counts.
    pub async fn unread_total(&self, user: UserId) -> Result<i64> {
        let total = on_pool!(&self.pools.read, |pool| query_scalar(TOTAL)
            .bind(user.0)
            .fetch_one(pool)
            .await)?;
        Ok(total)
    }

    /// Who has read the messages from `first` to `last`, and the asker's own place. Who has left counts, and nobody
    /// for what was said before they joined.
    pub async fn readers(
        &self,
        (conversation, asker): (ConversationId, UserId),
        (first, last): (Seq, Seq),
    ) -> Result<Readers> {
        let rows: Vec<ReaderRow> = on_pool!(&self.pools.read, |pool| query_as(READERS)
            .bind(conversation.0)
            .bind(asker.0)
            .bind(first.0)
            .bind(last.0)
            .fetch_all(pool)
            .await)?;
        let mut readers = Readers::default();
        for row in rows {
            if row.user_id == asker.0 && row.is_in {
                readers.mine = Some((Seq(row.last_read_seq), row.is_marked_unread));
            }
            readers.others.push(Reader {
                user: UserId(row.user_id),
                joined_seq: Seq(row.joined_seq),
                last_read_seq: Seq(row.last_read_seq),
            });
        }
        Ok(readers)
    }

    /// Those of the conversations that more people than this are in, in no order. Counts no further than it must.
    pub async fn larger_than(
        &self,
        people: i64,
        conversations: &[ConversationId],
    ) -> Result<Vec<ConversationId>> {
        let ids = conversations.iter().map(|id| id.0).collect();
        let rows: Vec<Uuid> = on_pool!(&self.pools.read, |pool| query_scalar(LARGER.on(&self.pools.read))
            .bind(Uuids(ids))
            .bind(people)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(ConversationId).collect())
    }
}

fn lists(pairs: &[(ConversationId, UserId)]) -> (Uuids, Numbers) {
    let conversations = pairs.iter().map(|(conversation, _)| conversation.0).collect();
    let users = pairs.iter().map(|(_, user)| user.0).collect();
    (Uuids(conversations), Numbers(users))
}
