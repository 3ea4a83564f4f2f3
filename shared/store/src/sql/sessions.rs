//! Refresh-token families. What ends them stands in `revocations`.

use protocol::Timestamp;
use sqlx::{query, query_as};

use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::Session;
use crate::rows::SessionRow;

const INSERT: &str =
    "insert into sessions (token_hash, family, parent, user_id, expires_at, used_at, revoked_at)
     values ($1, $2, $3, $4, $5, $6, $7)";

const BY_HASH: &str = "select token_hash, family, parent, user_id, expires_at, used_at, revoked_at
     from sessions where token_hash = $1";

const USE: &str = "update sessions set used_at = $2
     where token_hash = $1 and used_at is null and revoked_at is null";

impl Store {
    /// Stores a refresh token.
    pub async fn create_session(&self, session: &Session) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(INSERT)
            .bind(&session.token_hash)
            .bind(session.family)
            .bind(&session.parent)
            .bind(session.user.0)
            .bind(session.expires_at.utc())
            .bind(session.used_at.map(Timestamp::utc))
            .bind(session.revoked_at.map(Timestamp::utc))
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// A refresh token, used, revoked and expired ones too.
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>> {
        let row: Option<SessionRow> = on_pool!(&self.pools.read, |pool| query_as(BY_HASH)
            .bind(token_hash)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Session::from))
    }

    /// True if this call was the first to use it, however many try at once; a revoked one cannot be used.
    pub async fn use_session(&self, token_hash: &str, now: Timestamp) -> Result<bool> {
        let used = on_pool!(&self.pools.write, |pool| query(USE)
            .bind(token_hash)
            .bind(now.utc())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(used == 1)
    }

    /// Deletes what has expired and says how many rows that were.
    pub async fn forget_expired_sessions(&self, now: Timestamp) -> Result<u64> {
        const SQL: &str = "delete from sessions where expires_at <= $1";
        let forgotten = on_pool!(&self.pools.write, |pool| query(SQL)
            .bind(now.utc())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(forgotten)
    }
}
