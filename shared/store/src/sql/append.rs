//! The hot path: many new messages, of any conversations, in one commit.
//!
//! Lock the conversations, look up what the decision needs, decide in plain Rust (`decide`), write, commit: five round
//! trips on Postgres however many messages there are.

pub(crate) mod decide;
mod postgres;
mod screening;
mod sqlite;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use protocol::models::{Attachment, ContactPolicy, Message};
use protocol::{ConversationId, MessageId, Seq, Timestamp};
use sqlx::{FromRow, query_as};
use uuid::Uuid;

use self::decide::{Counter, Facts, Plan, Verdict, decide};
use self::screening::Asked;
use super::dialect::{Spelled, Uuids, one_of_uuids};
use super::locked::files::{self, Waiting, are_theirs, give_new};
use super::outbox;
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_tx};
use crate::records::{Appended, Batch, NewMessage, OutboxId};
use crate::rows::{MessageRow, contact_policy, message_columns, reply_head};

/// Times that a batch is written when it collides with another node's: a `client_id` that both are storing, in two
/// conversations, or a deadlock over two of them. The second attempt sees what the other has committed.
const ATTEMPTS: u32 = 4;

/// Locked in the order of ids, so that two batches never wait for each other.
const LOCK: Spelled = Spelled {
    postgres: "select id, last_seq, last_message_at, service, contact_policy from conversations
        where id = any($1::uuid[]) and deleted_at is null order by id for update",
    sqlite: "select id, last_seq, last_message_at, service, contact_policy from conversations
        where id in (select unhex(value) from json_each($1)) and deleted_at is null",
};

const BY_IDS: Spelled = one_of_uuids!(
    concat!("select ", message_columns!(), " from messages where id"),
    ""
);

/// What the statement of facts answers with for one message.
#[derive(FromRow)]
struct FactsRow {
    is_participant: bool,
    repeated: Option<Uuid>,
    reply_seq: Option<i64>,
    reply_sender: Option<i64>,
    reply_text: Option<String>,
    stranger: Option<i64>,
}

impl FactsRow {
    fn of(self, message: &NewMessage) -> Facts {
        let target = message.reply_to.map(|id| id.0);
        Facts {
            is_participant: self.is_participant,
            repeated: self.repeated.map(MessageId),
            reply: reply_head(target, self.reply_seq, self.reply_sender, self.reply_text),
            stranger: self.stranger.and_then(|place| usize::try_from(place).ok()),
            // Looked up for the whole batch.
            has_files: message.attachments.is_empty(),
        }
    }
}

/// What the write statement answers with.
struct Written {
    numbers: HashMap<MessageId, i64>,
    outbox: OutboxId,
}

impl Store {
    /// Stores messages in one commit and answers for each, in the order given. Each stored one takes the next `seq` of
    /// its conversation and a moment later than the message before it; what is refused or repeated takes none.
    /// A repeated `client_id` is answered with its first message, wherever that is and even if deleted since.
    /// Rows of `published` are deleted with it.
    pub async fn append(
        &self,
        batch: &[NewMessage],
        published: &[OutboxId],
        now: Timestamp,
    ) -> Result<Batch> {
        let mut attempt = 1;
        loop {
            match self.try_append(batch, published, now).await {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    async fn try_append(
        &self,
        batch: &[NewMessage],
        published: &[OutboxId],
        now: Timestamp,
    ) -> Result<Batch> {
        let mut tx = self.pools.begin().await?;
        let locked = lock(&mut tx, batch).await?;
        // A statement of its own, for in READ COMMITTED each statement sees what was committed when it began: this one
        // began after the lock was taken, so it sees every change that the locked counters have counted.
        let mut facts = match &mut tx {
            Tx::Postgres(tx) => postgres::facts(tx, batch).await?,
            Tx::Sqlite(tx) => sqlite::facts(tx, batch).await?,
        };
        let files = waiting(&mut tx, batch).await?;
        for (message, facts) in batch.iter().zip(&mut facts) {
            facts.has_files = are_theirs(
                &files,
                &message.attachments,
                (message.sender, message.conversation),
            );
        }
        let judged = match &self.screen {
            Some(screen) => {
                let (facts, locked, files) = (facts.as_slice(), &locked, &files);
                let asked = Asked {
                    batch,
                    facts,
                    locked,
                    files,
                    now,
                };
                screening::judge(&mut tx, screen.as_ref(), asked).await?
            }
            None => Vec::new(),
        };
        let counters = locked.into_iter().map(|(id, there)| (id, there.counter));
        let mut plan = decide(batch, counters.collect(), &facts, &judged, now);
        show_files(&mut plan, batch, &files);
        screening::hold(&mut tx, batch, &mut plan, now).await?;
        let repeated = messages(&mut tx, &plan).await?;
        let outbox = if plan.stored.is_empty() {
            outbox::forget(&mut tx, published).await?;
            None
        } else {
            let written = match &mut tx {
                Tx::Postgres(tx) => postgres::write(tx, &plan, published, now).await?,
                Tx::Sqlite(_) => sqlite::write(&mut tx, &plan, published, now).await?,
            };
            number(&mut plan.stored, &written.numbers);
            for message in plan
                .stored
                .iter()
                .filter(|message| !message.attachments.is_empty())
            {
                give_new(&mut tx, &message.attachments, message.id, message.conversation_id).await?;
            }
            Some(written.outbox)
        };
        tx.commit().await?;
        Ok(Batch {
            outcomes: outcomes(plan, &repeated)?,
            outbox,
        })
    }
}

/// A conversation of the batch, locked.
struct There {
    counter: Counter,
    service: Option<String>,
    contact_policy: Option<ContactPolicy>,
}

#[derive(FromRow)]
struct LockedRow {
    id: Uuid,
    last_seq: i64,
    last_message_at: Option<DateTime<Utc>>,
    service: Option<String>,
    contact_policy: Option<String>,
}

async fn lock(tx: &mut Tx, batch: &[NewMessage]) -> Result<HashMap<ConversationId, There>> {
    let ids: BTreeSet<Uuid> = batch.iter().map(|message| message.conversation.0).collect();
    let sql = LOCK.within(tx);
    let rows: Vec<LockedRow> = on_tx!(tx, |connection| query_as(sql)
        .bind(Uuids(ids.into_iter().collect()))
        .fetch_all(connection)
        .await)?;
    let there = rows.into_iter().map(|row| {
        let counter = Counter {
            last_seq: Seq(row.last_seq),
            last_message_at: row.last_message_at.map(Timestamp::from),
        };
        let contact_policy = contact_policy(row.contact_policy.as_deref());
        let there = There {
            counter,
            service: row.service,
            contact_policy,
        };
        (ConversationId(row.id), there)
    });
    Ok(there.collect())
}

/// The files of the whole batch that wait for a message. Few messages have any: most batches cost nothing here.
async fn waiting(tx: &mut Tx, batch: &[NewMessage]) -> Result<Waiting> {
    let ids = batch.iter().flat_map(|message| &message.attachments);
    files::waiting(tx, &ids.copied().collect::<Vec<_>>()).await
}

/// Puts the files into the messages that are to be stored, as clients will see them.
fn show_files(plan: &mut Plan, batch: &[NewMessage], files: &Waiting) {
    for (message, verdict) in batch.iter().zip(&plan.verdicts) {
        let Verdict::Stored(place) = *verdict else {
            continue;
        };
        let theirs = message.attachments.iter().filter_map(|id| files.get(id));
        plan.stored[place].attachments = theirs
            .map(|waiter| Attachment {
                message_id: Some(message.id),
                ..waiter.file.clone()
            })
            .collect();
    }
}

/// The messages that earlier sends became.
async fn messages(tx: &mut Tx, plan: &Plan) -> Result<HashMap<MessageId, Message>> {
    let ids: Vec<Uuid> = plan.repeated().map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = BY_IDS.within(tx);
    let rows: Vec<MessageRow> = on_tx!(tx, |connection| query_as(sql)
        .bind(Uuids(ids))
        .fetch_all(connection)
        .await)?;
    let messages = rows.into_iter().map(Message::from);
    Ok(messages.map(|message| (message.id, message)).collect())
}

fn number(stored: &mut [Message], numbers: &HashMap<MessageId, i64>) {
    for message in stored {
        if let Some(&number) = numbers.get(&message.id) {
            message.number = number;
        }
    }
}

fn outcomes(plan: Plan, repeated: &HashMap<MessageId, Message>) -> Result<Vec<Appended>> {
    let Plan { verdicts, stored, .. } = plan;
    let outcomes = verdicts.into_iter().map(|verdict| {
        Ok(match verdict {
            Verdict::Stored(place) => Appended::Stored(stored[place].clone()),
            Verdict::RepeatedHere(place) => Appended::Repeated(stored[place].clone()),
            Verdict::Repeated(id) => {
                Appended::Repeated(repeated.get(&id).ok_or(sqlx::Error::RowNotFound)?.clone())
            }
            Verdict::Refused(refusal) => refusal.into(),
            Verdict::Held => Appended::Held,
        })
    });
    outcomes.collect()
}
