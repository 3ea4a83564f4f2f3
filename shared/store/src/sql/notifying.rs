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
mod statements;

use protocol::models::{Mention, MessageKind, SystemEvent};
use protocol::{ConversationId, MessageId, NotificationId, Seq, Timestamp, UserId};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use self::decide::{Direct, Joined, Plain, Plan, Spoken, Window, decide};
use self::statements::{
    ADVANCE, COVERED, COVERED_OF, FORGET_UNSAID, GONE, INSERT_DIRECT, INSERT_PLAIN, JOINED, MARK, REPLACE,
    SPOKEN, UNSAID, WINDOWS,
};
use super::dialect::{Numbers, Spelled, Uuids};
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::Notified;

/// Messages that one look reads at most; the rest is for the next one.
const MESSAGES_PER_LOOK: i64 = 2_000;

/// Times that entries are put right when somebody else's writing is in the way.
const ATTEMPTS: u32 = 4;

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
            replace(&mut tx, &entries).await?;
        }
        let looked_at = as_table(&plan.windows);
        forget_unsaid(&mut tx, &looked_at).await?;
        advance(&mut tx, &looked_at).await?;
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
        let mut attempt = 1;
        loop {
            match self.try_settle(entries).await {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    async fn try_settle(&self, entries: &[i64]) -> Result<()> {
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
        let pairs = json!(pairs).to_string();
        let mut attempt = 1;
        loop {
            match self.try_read(&pairs).await {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    async fn try_read(&self, pairs: &str) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(COVERED_OF.on(&self.pools.write))
            .bind(pairs)
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
    let spoken = rows.into_iter().map(
        |(conversation, seq, id, sender, kind, event, mentions, answers)| Spoken {
            conversation: ConversationId(conversation),
            seq: Seq(seq),
            id: MessageId(id),
            sender: UserId(sender),
            is_text: kind == MessageKind::Text.as_str(),
            event: event.map(|Json(event)| event),
            mentions: mentions.0.iter().map(|mention| mention.user_id).collect(),
            answers: answers.map(UserId),
        },
    );
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

async fn insert(tx: &mut Tx, sql: Spelled, rows: Vec<serde_json::Value>, now: Timestamp) -> Result<Vec<i64>> {
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

async fn forget_unsaid(tx: &mut Tx, windows: &str) -> Result<()> {
    let (unsaid, forget) = (UNSAID.within(tx), FORGET_UNSAID.within(tx));
    let conversations: Vec<Uuid> = on_tx!(tx, |connection| query_scalar(unsaid)
        .bind(windows)
        .fetch_all(connection)
        .await)?;
    if !conversations.is_empty() {
        on_tx!(tx, |connection| query(forget)
            .bind(Uuids(conversations))
            .execute(connection)
            .await
            .map(drop))?;
    }
    Ok(())
}

async fn advance(tx: &mut Tx, windows: &str) -> Result<()> {
    let sql = ADVANCE.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(windows)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

async fn replace(tx: &mut Tx, entries: &[i64]) -> Result<()> {
    let sql = REPLACE.within(tx);
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
