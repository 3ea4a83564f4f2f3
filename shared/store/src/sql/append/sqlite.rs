//! A batch on SQLite: a statement a message, for there is no network between.

use std::collections::HashMap;

use protocol::Timestamp;
use protocol::models::Message;
use sqlx::types::Json;
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use super::decide::{Facts, Plan};
use super::{FactsRow, Written};
use crate::error::Result;
use crate::pool::{Tx, on_tx};
use crate::records::{NewMessage, OutboxId};
use crate::sql::outbox::{self, Note};

const FACTS: &str = "select
        exists (select 1 from participants where conversation_id = $1 and user_id = $2 and left_seq is null)
            as is_participant,
        (select id from messages where sender_id = $2 and client_id = $3) as repeated,
        target.seq as reply_seq, target.sender_id as reply_sender, substr(target.text, 1, 200) as reply_text,
        (select min(named.key) from json_each($5) named
            where not exists (select 1 from participants
                where conversation_id = $1 and user_id = named.value ->> 'user_id' and left_seq is null))
            as stranger
     from (select 1) left join messages target
        on target.id = $4 and target.conversation_id = $1 and target.deleted_at is null";

const INSERT: &str = "insert into messages
        (id, conversation_id, seq, changed_seq, sender_id, text, reply_to, client_id, created_at, mentions)
     values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)
     returning number";

const ADVANCE: &str = "update conversations set last_seq = $2, last_message_at = $3, last_activity_at = $3
     where id = $1";

pub(super) async fn facts(connection: &mut SqliteConnection, batch: &[NewMessage]) -> Result<Vec<Facts>> {
    let mut facts = Vec::with_capacity(batch.len());
    for message in batch {
        let row: FactsRow = query_as(FACTS)
            .bind(message.conversation.0)
            .bind(message.sender.0)
            .bind(&message.client_id)
            .bind(message.reply_to.map(|id| id.0))
            .bind(Json(&message.mentions))
            .fetch_one(&mut *connection)
            .await?;
        facts.push(row.of(message));
    }
    Ok(facts)
}

pub(super) async fn write(
    tx: &mut Tx,
    plan: &Plan,
    published: &[OutboxId],
    now: Timestamp,
) -> Result<Written> {
    let mut numbers = HashMap::with_capacity(plan.stored.len());
    for message in &plan.stored {
        numbers.insert(message.id, insert(tx, message).await?);
    }
    for (id, counter) in &plan.counters {
        on_tx!(tx, |connection| query(ADVANCE)
            .bind(id.0)
            .bind(counter.last_seq.0)
            .bind(counter.last_message_at.map(Timestamp::utc))
            .execute(connection)
            .await
            .map(drop))?;
    }
    outbox::forget(tx, published).await?;
    let note = Note {
        heads: &plan.heads(),
        ..Note::default()
    };
    let outbox = outbox::note(tx, note, now).await?;
    Ok(Written { numbers, outbox })
}

async fn insert(tx: &mut Tx, message: &Message) -> Result<i64> {
    let number = on_tx!(tx, |connection| query_scalar(INSERT)
        .bind(message.id.0)
        .bind(message.conversation_id.0)
        .bind(message.seq.0)
        .bind(message.sender_id.0)
        .bind(&message.text)
        .bind(message.reply_to.map(|id| id.0))
        .bind(&message.client_id)
        .bind(message.created_at.utc())
        .bind(Json(&message.mentions))
        .fetch_one(connection)
        .await)?;
    Ok(number)
}
