//! Who is told of what was said: looks at some conversations as a whole, never at one message for each of its readers.
//!
//! A look locks the conversations' marks, reads what was said and who joined since, decides in plain Rust (`decide`)
//! and writes entries for all of them by two statements. The mark moves in the same transaction, so whatever was
//! committed is looked at once, by whichever node: a node that dies leaves the mark behind, and the next look finds it.
//!
//! People read while a look is under way. So what it wrote is looked at again after its commit (`settle`): a mark that
//! was moved before is seen by then, and whoever moves one later calls [`Store::read_notifications_of`] when the
//! entries can be seen.

mod decide;

use protocol::models::{Mention, MessageKind, SystemEvent};
use protocol::{ConversationId, MessageId, NotificationId, Seq, Timestamp, UserId};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use self::decide::{Direct, Joined, Plan, Plain, Spoken, Window, decide};
use super::dialect::{Numbers, Spelled, Uuids, one_of_numbers, one_of_uuids};
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::Notified;

/// Messages that one look reads at most; the rest is for the next one.
const MESSAGES_PER_LOOK: i64 = 2_000;

/// A statement over a table that is given as JSON, `$1`: both spellings of the table between the same words.
macro_rules! over {
    ($before:expr, $name:literal($postgres:literal, $sqlite:literal), $after:expr) => {
        Spelled {
            postgres: concat!($before, "jsonb_to_recordset($1::jsonb) as ", $name, " (", $postgres, ") ", $after),
            sqlite: concat!($before, "(select ", $sqlite, " from json_each($1)) ", $name, " ", $after),
        }
    };
}

macro_rules! over_windows {
    ($before:expr, $after:expr) => {
        over!(
            $before,
            "w"(
                "conversation uuid, after_seq bigint, head bigint",
                "unhex(value ->> 'conversation') as conversation, value ->> 'after_seq' as after_seq,
                    value ->> 'head' as head"
            ),
            $after
        )
    };
}

const MARK: Spelled = one_of_uuids!(
    "insert into notification_marks (conversation_id, seq) select id, -1 from conversations where id",
    "on conflict do nothing"
);

macro_rules! windows {
    ($these:literal, $lock:literal) => {
        concat!(
            "select n.conversation_id, n.seq, c.last_seq, c.kind, c.created_by
             from notification_marks n join conversations c on c.id = n.conversation_id
             where n.conversation_id ",
            $these,
            " and c.deleted_at is null and c.last_seq > n.seq
             order by n.conversation_id",
            $lock
        )
    };
}

/// Locked in the order of ids, so that two nodes never wait for each other. Sends do not take these locks.
const WINDOWS: Spelled = Spelled {
    postgres: windows!("= any($1::uuid[])", " for update of n"),
    sqlite: windows!("in (select unhex(value) from json_each($1))", ""),
};

const SPOKEN: Spelled = over_windows!(
    "select m.conversation_id, m.seq, m.id, m.sender_id, m.kind, m.event, m.mentions, target.sender_id
     from ",
    "join messages m on m.conversation_id = w.conversation and m.seq > w.after_seq and m.seq <= w.head
     left join messages target on target.id = m.reply_to
     where m.deleted_at is null
     order by m.conversation_id, m.seq limit $2"
);

const JOINED: Spelled = over_windows!(
    "select p.conversation_id, p.user_id, p.joined_seq from ",
    "join participants p on p.conversation_id = w.conversation and p.changed_seq > w.after_seq
     where p.left_seq is null and p.joined_seq > w.after_seq and p.joined_seq <= w.head"
);

/// What was deleted since: entries that show nothing else are gone with it.
const UNSAID: Spelled = over_windows!(
    "delete from notifications where not is_read and kind <> 'added' and conversation_id in (
        select m.conversation_id from ",
    "join messages m on m.conversation_id = w.conversation
            and m.changed_seq > w.after_seq and m.changed_seq <= w.head
        where m.deleted_at is not null)
     and not exists (
        select 1 from messages m
        join participants p on p.conversation_id = m.conversation_id and p.user_id = notifications.user_id
        where m.conversation_id = notifications.conversation_id and m.deleted_at is null
            and case when notifications.kind = 'message'
                then m.seq > p.last_read_seq and m.sender_id <> notifications.user_id and m.kind = 'text'
                else m.id = notifications.message_id end)"
);

/// Whoever has an unread entry of the conversation keeps that one.
const INSERT_PLAIN: Spelled = over!(
    "insert into notifications (user_id, kind, conversation_id, created_at)
     select p.user_id, 'message', p.conversation_id, $2
     from ",
    "w"(
        "conversation uuid, newest bigint, newest_by bigint, by_others bigint",
        "unhex(value ->> 'conversation') as conversation, value ->> 'newest' as newest,
            value ->> 'newest_by' as newest_by, value ->> 'by_others' as by_others"
    ),
    "join participants p on p.conversation_id = w.conversation and p.left_seq is null
     left join notification_settings s on s.user_id = p.user_id
     where case when p.user_id = w.newest_by then w.by_others else w.newest end > p.last_read_seq
        and case when p.user_id = w.newest_by then w.by_others else w.newest end > p.joined_seq
        and coalesce(s.messages, true)
        and (p.muted_until is null or p.muted_until <= $2)
        and not exists (
            select 1 from notifications one
            where one.user_id = p.user_id and one.conversation_id = p.conversation_id
                and one.kind = 'message' and not one.is_read)
     on conflict do nothing
     returning id"
);

/// Being named pierces a mute, not the switch.
const INSERT_DIRECT: Spelled = over!(
    "insert into notifications (user_id, kind, conversation_id, message_id, seq, created_at)
     select d.person, d.kind, d.conversation, d.message, d.seq, $2
     from ",
    "d"(
        "person bigint, kind text, conversation uuid, message uuid, seq bigint",
        "value ->> 'person' as person, value ->> 'kind' as kind,
            unhex(value ->> 'conversation') as conversation, unhex(value ->> 'message') as message,
            value ->> 'seq' as seq"
    ),
    "join participants p
        on p.conversation_id = d.conversation and p.user_id = d.person and p.left_seq is null
     left join notification_settings s on s.user_id = p.user_id
     where coalesce(s.messages, true) and p.joined_seq <= d.seq
        and (d.message is null or p.last_read_seq < d.seq)
     on conflict do nothing
     returning id"
);

const ADVANCE: Spelled = over_windows!(
    "update notification_marks set seq = w.head from ",
    "where notification_marks.conversation_id = w.conversation"
);

/// A conversation has one entry on a list: a new one takes the place of the one that was read.
const REPLACE: Spelled = one_of_numbers!(
    "delete from notifications where kind = 'message' and is_read and (user_id, conversation_id) in (
        select user_id, conversation_id from notifications where kind = 'message' and id",
    ")"
);

/// Who has left meanwhile, and what was deleted meanwhile.
const GONE: Spelled = one_of_numbers!(
    "delete from notifications where conversation_id is not null and not exists (
        select 1 from participants p join conversations c on c.id = p.conversation_id
        where p.conversation_id = notifications.conversation_id and p.user_id = notifications.user_id
            and p.left_seq is null and c.deleted_at is null)
     and id",
    ""
);

/// Marks as read what its owner has read up to; `$which` says which entries are looked at.
macro_rules! covered {
    ($which:expr) => {
        concat!(
            "update notifications set is_read = true, revision = revision + 1, read_seq = (
                select p.last_read_seq from participants p
                where p.conversation_id = notifications.conversation_id and p.user_id = notifications.user_id)
             where not is_read and conversation_id is not null and ",
            $which,
            " and case kind
                when 'message' then not exists (
                    select 1 from messages m
                    join participants p
                        on p.conversation_id = m.conversation_id and p.user_id = notifications.user_id
                    where m.conversation_id = notifications.conversation_id and m.seq > p.last_read_seq
                        and m.sender_id <> notifications.user_id and m.kind = 'text' and m.deleted_at is null)
                when 'added' then $2
                else exists (
                    select 1 from participants p
                    where p.conversation_id = notifications.conversation_id
                        and p.user_id = notifications.user_id and p.last_read_seq >= notifications.seq) end"
        )
    };
}

const COVERED: Spelled = Spelled {
    postgres: covered!("id = any($1::bigint[])"),
    sqlite: covered!("id in (select value from json_each($1))"),
};

const COVERED_OF: Spelled = Spelled {
    postgres: covered!(
        "(user_id, conversation_id) in (
            select person, conversation from jsonb_to_recordset($1::jsonb) as r (person bigint, conversation uuid))"
    ),
    sqlite: covered!(
        "(user_id, conversation_id) in (
            select value ->> 'person', unhex(value ->> 'conversation') from json_each($1))"
    ),
};

impl Store {
    /// Looks at what happened in these conversations since the last look, and writes what their people are owed: one
    /// entry for each person and conversation with something unread, and one for whoever was named, answered or let in.
    /// A fixed number of statements, however many messages and people there are. Any number of nodes may look at once.
    pub async fn notify(&self, conversations: &[ConversationId], now: Timestamp) -> Result<Notified> {
        let mut tx = self.pools.begin().await?;
        let windows = windows(&mut tx, conversations).await?;
        if windows.is_empty() {
            return Ok(Notified::default());
        }
        let asked = as_table(&windows);
        let spoken = spoken(&mut tx, &asked).await?;
        let joined = joined(&mut tx, &asked).await?;
        let is_cut = i64::try_from(spoken.len()).is_ok_and(|count| count == MESSAGES_PER_LOOK);
        let plan = decide(&windows, &spoken, &joined, is_cut);
        let mut entries = insert_plain(&mut tx, &plan, now).await?;
        entries.extend(insert_direct(&mut tx, &plan, now).await?);
        if !entries.is_empty() {
            run_on(&mut tx, REPLACE, &entries).await?;
        }
        run_over(&mut tx, UNSAID, as_table(&plan.windows)).await?;
        run_over(&mut tx, ADVANCE, as_table(&plan.windows)).await?;
        tx.commit().await?;
        self.settle(&entries).await?;
        Ok(Notified {
            entries: entries.into_iter().map(NotificationId).collect(),
            has_more: is_cut,
        })
    }

    /// See the module.
    async fn settle(&self, entries: &[i64]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        on_pool!(&self.pools.write, |pool| query(COVERED.on(&self.pools.write))
            .bind(Numbers(entries.to_vec()))
            // Nobody has looked into it yet, however far they had read before.
            .bind(false)
            .execute(pool)
            .await
            .map(drop))?;
        on_pool!(&self.pools.write, |pool| query(GONE.on(&self.pools.write))
            .bind(Numbers(entries.to_vec()))
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Marks as read what these people's read marks cover by now. For whoever has moved marks, after that is committed;
    /// one statement, however many there are.
    pub async fn read_notifications_of(&self, pairs: &[(UserId, ConversationId)]) -> Result<()> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(user, conversation)| json!({ "person": user.0, "conversation": conversation.0.simple() }))
            .collect();
        on_pool!(&self.pools.write, |pool| query(COVERED_OF.on(&self.pools.write))
            .bind(json!(pairs).to_string())
            .bind(true)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}

/// Locks the marks of those that have moved on since they were looked at.
async fn windows(tx: &mut Tx, conversations: &[ConversationId]) -> Result<Vec<Window>> {
    let ids = || Uuids(conversations.iter().map(|id| id.0).collect());
    let (mark, lock) = (MARK.within(tx), WINDOWS.within(tx));
    on_tx!(tx, |connection| query(mark)
        .bind(ids())
        .execute(connection)
        .await
        .map(drop))?;
    let rows: Vec<(Uuid, i64, i64, String, i64)> = on_tx!(tx, |connection| query_as(lock)
        .bind(ids())
        .fetch_all(connection)
        .await)?;
    let windows = rows
        .into_iter()
        .map(|(id, after, head, kind, created_by)| Window {
            conversation: ConversationId(id),
            after: Seq(after),
            head: Seq(head),
            kind: crate::rows::kind(&kind),
            created_by: UserId(created_by),
        });
    Ok(windows.collect())
}

/// `conversation_id`, `seq`, `id`, `sender_id`, `kind`, `event`, `mentions`, the sender of what it answers.
type SpokenRow = (
    Uuid,
    i64,
    Uuid,
    i64,
    String,
    Option<Json<SystemEvent>>,
    Json<Vec<Mention>>,
    Option<i64>,
);

async fn spoken(tx: &mut Tx, windows: &str) -> Result<Vec<Spoken>> {
    let sql = SPOKEN.within(tx);
    let rows: Vec<SpokenRow> = on_tx!(tx, |connection| query_as(sql)
        .bind(windows)
        .bind(MESSAGES_PER_LOOK)
        .fetch_all(connection)
        .await)?;
    let spoken = rows
        .into_iter()
        .map(|(conversation, seq, id, sender, kind, event, mentions, answers)| Spoken {
            conversation: ConversationId(conversation),
            seq: Seq(seq),
            id: MessageId(id),
            sender: UserId(sender),
            is_text: kind == MessageKind::Text.as_str(),
            event: event.map(|Json(event)| event),
            mentions: mentions.0.iter().map(|mention| mention.user_id).collect(),
            answers: answers.map(UserId),
        });
    Ok(spoken.collect())
}

async fn joined(tx: &mut Tx, windows: &str) -> Result<Vec<Joined>> {
    let sql = JOINED.within(tx);
    let rows: Vec<(Uuid, i64, i64)> = on_tx!(tx, |connection| query_as(sql)
        .bind(windows)
        .fetch_all(connection)
        .await)?;
    let joined = rows.into_iter().map(|(conversation, user, seq)| Joined {
        conversation: ConversationId(conversation),
        user: UserId(user),
        seq: Seq(seq),
    });
    Ok(joined.collect())
}

async fn insert_plain(tx: &mut Tx, plan: &Plan, now: Timestamp) -> Result<Vec<i64>> {
    let row = |plain: &Plain| {
        json!({
            "conversation": plain.conversation.0.simple(),
            "newest": plain.newest.0,
            "newest_by": plain.newest_by.0,
            "by_others": plain.by_others.0,
        })
    };
    insert(tx, INSERT_PLAIN, plan.plain.iter().map(row).collect(), now).await
}

async fn insert_direct(tx: &mut Tx, plan: &Plan, now: Timestamp) -> Result<Vec<i64>> {
    let row = |direct: &Direct| {
        json!({
            "person": direct.person.0,
            "kind": direct.kind,
            "conversation": direct.conversation.0.simple(),
            "message": direct.message.map(|id| id.0.simple()),
            "seq": direct.seq.0,
        })
    };
    insert(tx, INSERT_DIRECT, plan.direct.iter().map(row).collect(), now).await
}

async fn insert(
    tx: &mut Tx,
    sql: Spelled,
    rows: Vec<serde_json::Value>,
    now: Timestamp,
) -> Result<Vec<i64>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let sql = sql.within(tx);
    Ok(on_tx!(tx, |connection| query_scalar(sql)
        .bind(json!(rows).to_string())
        .bind(now.utc())
        .fetch_all(connection)
        .await)?)
}

async fn run_over(tx: &mut Tx, sql: Spelled, table: String) -> Result<()> {
    let sql = sql.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(&table)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

async fn run_on(tx: &mut Tx, sql: Spelled, entries: &[i64]) -> Result<()> {
    let sql = sql.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(Numbers(entries.to_vec()))
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

fn as_table(windows: &[Window]) -> String {
    let row = |window: &Window| {
        json!({
            "conversation": window.conversation.0.simple(),
            "after_seq": window.after.0,
            "head": window.head.0,
        })
    };
    json!(windows.iter().map(row).collect::<Vec<_>>()).to_string()
}
