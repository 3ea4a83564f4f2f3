//! The list of revoked tokens, and what ends together with them: families of refresh tokens, passwords.
//!
//! The order of locks is the user's row, then `sessions`: an insert into the list locks the user's row too, by its
//! foreign key.

use std::time::Duration;

use protocol::{RevocationId, Timestamp, UserId};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::dialect::{Spelled, locking};
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::{Ended, Revocation};
use crate::rows::RevocationRow;

macro_rules! insert {
    ($now:literal) => {
        concat!(
            "insert into revocations (user_id, family, spared, created_at) values ($1, $2, $3, ",
            $now,
            ") returning id, user_id, family, spared, created_at"
        )
    };
}

/// Not the transaction's beginning (`now()`), which may lie seconds before what it ends.
const INSERT: Spelled = Spelled {
    postgres: insert!("clock_timestamp()"),
    sqlite: insert!("strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"),
};

macro_rules! by_age {
    ($before:literal, $sign:literal, $after:literal) => {
        Spelled {
            postgres: concat!(
                $before,
                " created_at ",
                $sign,
                " now() - make_interval(secs => $1)",
                $after
            ),
            sqlite: concat!(
                $before,
                " created_at ",
                $sign,
                " strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-' || $1 || ' seconds')",
                $after
            ),
        }
    };
}

const YOUNGER: Spelled = by_age!(
    "select id, user_id, family, spared, created_at from revocations where",
    ">=",
    " order by id"
);

const FORGET: Spelled = by_age!("delete from revocations where", "<", "");

const NEWEST: &str = "select coalesce(max(id), 0) from revocations where user_id = $1 and family is null";

/// Whether the sign-in `$2`, whose token knows the list up to `$3`, has ended.
const HAS_ENDED: &str = "select count(*) from revocations where user_id = $1
    and (family = $2 or (family is null and id > $3 and (spared is null or spared <> $2)))";

const LOCK: Spelled = locking!("select id from users where id = $1");

const REVOKE_FAMILY: &str =
    "update sessions set revoked_at = $3 where family = $2 and user_id = $1 and revoked_at is null";

const REVOKE_USER: &str = "update sessions set revoked_at = $2 where user_id = $1 and revoked_at is null";

impl Store {
    /// Ends all tokens that descend from one sign-in of a person.
    pub async fn revoke_family(&self, user: UserId, family: Uuid, now: Timestamp) -> Result<Revocation> {
        let mut tx = self.pools.begin().await?;
        let revocation = list(&mut tx, user, Ended::SignIn(family)).await?;
        on_tx!(&mut tx, |connection| query(REVOKE_FAMILY)
            .bind(user.0)
            .bind(family)
            .bind(now.utc())
            .execute(connection)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(revocation)
    }

    /// Ends all tokens of a person; `None`: there is no such person.
    pub async fn revoke_user(&self, user: UserId, now: Timestamp) -> Result<Option<Revocation>> {
        let mut tx = self.pools.begin().await?;
        let lock = LOCK.within(&tx);
        let found: Option<i64> = on_tx!(&mut tx, |connection| query_scalar(lock)
            .bind(user.0)
            .fetch_optional(connection)
            .await)?;
        if found.is_none() {
            return Ok(None);
        }
        let revocation = end_all(&mut tx, user, None, now).await?;
        tx.commit().await?;
        Ok(Some(revocation))
    }

    /// Replaces a password's hash and ends all tokens of the person, but for the access tokens of `by`: the sign-in
    /// that asks, and the newest revocation that its token knows. `None`, and nothing is changed: there is no such
    /// person, or that sign-in has ended itself.
    pub async fn change_password(
        &self,
        user: UserId,
        hash: &str,
        by: Option<(Uuid, RevocationId)>,
        now: Timestamp,
    ) -> Result<Option<Revocation>> {
        const SET: &str = "update users set password_hash = $2 where id = $1";
        let mut tx = self.pools.begin().await?;
        let found = on_tx!(&mut tx, |connection| query(SET)
            .bind(user.0)
            .bind(hash)
            .execute(connection)
            .await
            .map(|done| done.rows_affected()))?;
        if found == 0 || has_ended(&mut tx, user, by).await? {
            return Ok(None);
        }
        let spared = by.map(|(family, _)| family);
        let revocation = end_all(&mut tx, user, spared, now).await?;
        tx.commit().await?;
        Ok(Some(revocation))
    }

    /// The newest revocation of all of a person's tokens, for a new token to know; zero when there is none. Read it
    /// before whatever proves that the token may be made.
    pub async fn newest_revocation(&self, user: UserId) -> Result<RevocationId> {
        let id: i64 = on_pool!(&self.pools.write, |pool| query_scalar(NEWEST)
            .bind(user.0)
            .fetch_one(pool)
            .await)?;
        Ok(RevocationId(id))
    }

    /// What was revoked within the last `span` of the database's clock, by id. Commits may become visible in another
    /// order than their ids have.
    pub async fn revocations(&self, span: Duration) -> Result<Vec<Revocation>> {
        let rows: Vec<RevocationRow> =
            on_pool!(&self.pools.read, |pool| query_as(YOUNGER.on(&self.pools.read))
                .bind(span.as_secs_f64())
                .fetch_all(pool)
                .await)?;
        Ok(rows.into_iter().map(Revocation::from).collect())
    }

    /// Deletes what is older than `span` by the database's clock, and says how many rows that were.
    pub async fn forget_revocations(&self, span: Duration) -> Result<u64> {
        let forgotten = on_pool!(&self.pools.write, |pool| query(FORGET.on(&self.pools.write))
            .bind(span.as_secs_f64())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(forgotten)
    }
}

/// The user's row must be locked.
async fn end_all(tx: &mut Tx, user: UserId, spared: Option<Uuid>, now: Timestamp) -> Result<Revocation> {
    on_tx!(tx, |connection| query(REVOKE_USER)
        .bind(user.0)
        .bind(now.utc())
        .execute(connection)
        .await
        .map(drop))?;
    list(tx, user, Ended::All { spared }).await
}

async fn list(tx: &mut Tx, user: UserId, ended: Ended) -> Result<Revocation> {
    let (family, spared) = match ended {
        Ended::SignIn(family) => (Some(family), None),
        Ended::All { spared } => (None, spared),
    };
    let insert = INSERT.within(tx);
    let row: RevocationRow = on_tx!(tx, |connection| query_as(insert)
        .bind(user.0)
        .bind(family)
        .bind(spared)
        .fetch_one(connection)
        .await)?;
    Ok(row.into())
}

async fn has_ended(tx: &mut Tx, user: UserId, sign_in: Option<(Uuid, RevocationId)>) -> Result<bool> {
    let Some((family, RevocationId(after))) = sign_in else {
        return Ok(false);
    };
    let count: i64 = on_tx!(tx, |connection| query_scalar(HAS_ENDED)
        .bind(user.0)
        .bind(family)
        .bind(after)
        .fetch_one(connection)
        .await)?;
    Ok(count > 0)
}
