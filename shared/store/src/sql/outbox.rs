//! Commits that nobody has confirmed as published.

use std::time::Duration;

use chrono::{DateTime, Utc};
use protocol::{ConversationId, Seq, Timestamp, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{query, query_as, query_scalar};

use super::dialect::{Numbers, Spelled, one_of_numbers};
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::{OutboxId, Unpublished};

/// How long a claimed row is left to the sweeper that took it. Publishing takes milliseconds; a sweeper that has not
/// deleted the row by now has died, or its bus is away. To announce a head twice is harmless, to announce it late is
/// not.
const CLAIM_HELD: Duration = Duration::from_secs(1);

/// A row or a claim dated further after a sweeper's `before` than this comes from a node whose clock is ahead. It is
/// taken at once: if that node has died, waiting for its date to pass could take as long as its clock was wrong.
const DATED_AHEAD: Duration = Duration::from_secs(2);

const INSERT: &str = "insert into outbox (created_at, heads, users) values ($1, $2, $3) returning id";

const DELETE: Spelled = one_of_numbers!("delete from outbox where id", "");

const UNANNOUNCED: &str = "select id, users from outbox where users <> '[]' order by id desc limit $1";

macro_rules! claim {
    ($skip_locked:literal) => {
        concat!(
            "update outbox set claimed_at = $1 where id in (
                select id from outbox
                where (created_at < $1 or created_at > $3)
                    and (claimed_at is null or claimed_at < $2 or claimed_at > $3)
                order by id limit $4",
            $skip_locked,
            ") returning id, heads, users"
        )
    };
}

/// `skip locked`: a second sweeper takes other rows instead of waiting for the same.
const CLAIM: Spelled = Spelled {
    postgres: claim!(" for update skip locked"),
    sqlite: claim!(""),
};

/// What a commit leaves in its row.
#[derive(Default)]
pub(super) struct Note<'a> {
    pub(super) heads: &'a [(ConversationId, Seq)],
    pub(super) users: &'a [UserId],
}

impl Store {
    /// Deletes the rows of commits that the bus has taken.
    pub async fn forget_published(&self, ids: &[OutboxId]) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(DELETE.on(&self.pools.write))
            .bind(numbers(ids))
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// When the oldest unpublished row was written; `None`: there is none. One step into the key, however many wait.
    pub async fn oldest_unpublished(&self) -> Result<Option<Timestamp>> {
        const SQL: &str = "select created_at from outbox order by id limit 1";
        let oldest: Option<DateTime<Utc>> = on_pool!(&self.pools.read, |pool| query_scalar(SQL)
            .fetch_optional(pool)
            .await)?;
        Ok(oldest.map(Timestamp::from))
    }

    /// The people that unpublished rows name, the newest `limit` such rows, whoever has claimed them: what a gateway
    /// looks at while nothing can be published.
    pub async fn unannounced(&self, limit: i64) -> Result<Vec<(OutboxId, Vec<UserId>)>> {
        let rows: Vec<UsersRow> = on_pool!(&self.pools.read, |pool| query_as(UNANNOUNCED)
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        let named = rows
            .into_iter()
            .map(|(id, users)| Ok((OutboxId(id), from_json(&users)?)));
        named.collect()
    }

    /// Rows older than `before`, and rows that a clock two seconds ahead of it has dated, in the order written. They
    /// are claimed: for the next second no other call answers with them, then somebody else may try.
    pub async fn unpublished(&self, before: Timestamp, limit: i64) -> Result<Vec<Unpublished>> {
        // Claims are counted in the callers' `before`, which lags behind every node's clock by the same patience.
        let rows: Vec<Row> = on_pool!(&self.pools.write, |pool| query_as(CLAIM.on(&self.pools.write))
            .bind(before.utc())
            .bind(before.minus(CLAIM_HELD).utc())
            .bind(before.plus(DATED_AHEAD).utc())
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        let mut rows = rows.into_iter().map(unpublished).collect::<Result<Vec<_>>>()?;
        rows.sort_by_key(|row| row.id.0);
        Ok(rows)
    }
}

/// `id`, `users`.
type UsersRow = (i64, String);

/// `id`, `heads`, `users`.
type Row = (i64, String, String);

fn unpublished((id, heads, users): Row) -> Result<Unpublished> {
    Ok(Unpublished {
        id: OutboxId(id),
        heads: from_json(&heads)?,
        users: from_json(&users)?,
    })
}

fn from_json<T: DeserializeOwned>(list: &str) -> Result<Vec<T>> {
    Ok(serde_json::from_str(list).map_err(|error| sqlx::Error::Decode(error.into()))?)
}

pub(super) fn json(list: &[impl Serialize]) -> Result<String> {
    Ok(serde_json::to_string(list).map_err(|error| sqlx::Error::Encode(error.into()))?)
}

/// Notes what a transaction changed, inside it.
pub(super) async fn note(tx: &mut Tx, note: Note<'_>, now: Timestamp) -> Result<OutboxId> {
    let (heads, users) = (json(note.heads)?, json(note.users)?);
    let id: i64 = on_tx!(tx, |connection| query_scalar(INSERT)
        .bind(now.utc())
        .bind(&heads)
        .bind(&users)
        .fetch_one(connection)
        .await)?;
    Ok(OutboxId(id))
}

/// As [`Store::forget_published`], inside a transaction.
pub(super) async fn forget(tx: &mut Tx, ids: &[OutboxId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = DELETE.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(numbers(ids))
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) fn numbers(ids: &[OutboxId]) -> Numbers {
    Numbers(ids.iter().map(|id| id.0).collect())
}
