//! A batch on Postgres: lists go as arrays, one statement for all messages.

use protocol::{MessageId, Timestamp};
use sqlx::types::Json;
use sqlx::{PgConnection, query_as};
use uuid::Uuid;

use super::decide::{Facts, Plan};
use super::{FactsRow, Written};
use crate::error::Result;
use crate::records::{NewMessage, OutboxId};
use crate::sql::outbox;

/// Not `exists`, and `limit` in the target: for many messages Postgres would rather read a whole table once than look
/// each up.
const FACTS: &str = "select
        (select true from participants p
            where p.conversation_id = m.conversation_id and p.user_id = m.sender_id and p.left_seq is null)
            is not null as is_participant,
        (select first.id from messages first
            where first.sender_id = m.sender_id and first.client_id = m.client_id) as repeated,
        target.seq as reply_seq, target.sender_id as reply_sender, target.text as reply_text,
        (select min(named.place) - 1 from jsonb_array_elements(m.mentions) with ordinality as named (mention, place)
            where (select true from participants p
                where p.conversation_id = m.conversation_id and p.user_id = (named.mention ->> 'user_id')::bigint
                    and p.left_seq is null) is null) as stranger
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::jsonb[])
        with ordinality as m (conversation_id, sender_id, client_id, reply_to, mentions, place)
     left join lateral (select seq, sender_id, substr(text, 1, 200) as text from messages
        where id = m.reply_to and conversation_id = m.conversation_id and deleted_at is null limit 1) target on true
     order by m.place";

const WRITE: &str = "with stored as (
        insert into messages
            (id, conversation_id, seq, changed_seq, sender_id, text, reply_to, client_id, created_at, mentions)
        select id, conversation_id, seq, seq, sender_id, text, reply_to, client_id, created_at, mentions
        from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::uuid[], $7::text[],
            $8::timestamptz[], $15::jsonb[])
            as m (id, conversation_id, seq, sender_id, text, reply_to, client_id, created_at, mentions)
        returning id, number
     ), advanced as (
        update conversations c set last_seq = h.last_seq, last_message_at = h.at, last_activity_at = h.at
        from unnest($9::uuid[], $10::bigint[], $11::timestamptz[]) as h (id, last_seq, at)
        where c.id = h.id
     ), forgotten as (
        delete from outbox where id = any($12::bigint[])
     ), noted as (
        insert into outbox (created_at, heads) values ($13, $14) returning id
     )
     select stored.id, stored.number, noted.id from stored, noted";

pub(super) async fn facts(connection: &mut PgConnection, batch: &[NewMessage]) -> Result<Vec<Facts>> {
    let rows: Vec<FactsRow> = query_as(FACTS)
        .bind(column(batch, |message| message.conversation.0))
        .bind(column(batch, |message| message.sender.0))
        .bind(column(batch, |message| message.client_id.as_deref()))
        .bind(column(batch, |message| message.reply_to.map(|id| id.0)))
        .bind(column(batch, |message| Json(&message.mentions)))
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .zip(batch)
        .map(|(row, message)| row.of(message))
        .collect())
}

pub(super) async fn write(
    connection: &mut PgConnection,
    plan: &Plan,
    published: &[OutboxId],
    now: Timestamp,
) -> Result<Written> {
    let stored = &plan.stored;
    let counters: Vec<_> = plan.counters.iter().collect();
    let rows: Vec<(Uuid, i64, i64)> = query_as(WRITE)
        .bind(column(stored, |message| message.id.0))
        .bind(column(stored, |message| message.conversation_id.0))
        .bind(column(stored, |message| message.seq.0))
        .bind(column(stored, |message| message.sender_id.0))
        .bind(column(stored, |message| message.text.as_deref()))
        .bind(column(stored, |message| message.reply_to.map(|id| id.0)))
        .bind(column(stored, |message| message.client_id.as_deref()))
        .bind(column(stored, |message| message.created_at.utc()))
        .bind(column(&counters, |(id, _)| id.0))
        .bind(column(&counters, |(_, counter)| counter.last_seq.0))
        .bind(column(&counters, |(_, counter)| {
            counter.last_message_at.map(Timestamp::utc)
        }))
        .bind(outbox::numbers(published))
        .bind(now.utc())
        .bind(outbox::json(&plan.heads())?)
        .bind(column(stored, |message| Json(&message.mentions)))
        .fetch_all(connection)
        .await?;
    let outbox = rows.first().map(|&(_, _, outbox)| OutboxId(outbox));
    Ok(Written {
        numbers: rows
            .iter()
            .map(|&(id, number, _)| (MessageId(id), number))
            .collect(),
        outbox: outbox.ok_or(sqlx::Error::RowNotFound)?,
    })
}

/// One column of a table that is given as arrays.
fn column<'a, Row, Cell>(rows: &'a [Row], cell: impl Fn(&'a Row) -> Cell) -> Vec<Cell> {
    rows.iter().map(cell).collect()
}
