//! Looks through all messages once more, some at a time: for what killed nodes left undone, and to count them.

use std::time::Duration;

use protocol::{ConversationId, Timestamp};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::dialect::Spelled;
use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::Sweep;

/// Messages that one look goes through at most. Those that were there before there was a look take several.
const MESSAGES_PER_SWEEP: i64 = 100_000;

/// The least time between two looks. Whoever takes a `messages.number` has committed or given up well within it (a
/// statement has ten seconds, a silent transaction three), so at the second look the range of the first is complete.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(29);

/// A look dated further ahead than this comes from a wrong clock; it is not waited for.
const DATED_AHEAD: Duration = Duration::from_mins(5);

const CLAIM: &str = "update message_sweep set swept_at = $1
     where id = 1 and (swept_at < $2 or swept_at > $3) returning done, seen";

const HEAD: &str = "select coalesce(max(number), 0) from messages";

const BEHIND: &str = "select m.conversation_id
     from messages m
     join conversations c on c.id = m.conversation_id and c.deleted_at is null
     left join notification_marks n on n.conversation_id = m.conversation_id
     where m.number > $1 and m.number <= $2
     group by m.conversation_id, n.seq
     having max(m.seq) > coalesce(n.seq, -1)";

const FINISH: &str = "update message_sweep set done = $2, seen = $3 where id = 1 and done = $1 and seen = $2";

/// The hour of a moment as it stands in `message_counts`.
macro_rules! hour_of {
    ($before:expr, $moment:literal, $after:expr) => {
        $crate::sql::dialect::Spelled {
            postgres: concat!(
                $before,
                "to_char(",
                $moment,
                " at time zone 'utc', 'YYYY-MM-DD\"T\"HH24')",
                $after
            ),
            sqlite: concat!($before, "substr(", $moment, ", 1, 13)", $after),
        }
    };
}

pub(super) use hour_of;

const COUNT: Spelled = hour_of!(
    "insert into message_counts (hour, messages) select ",
    "created_at",
    ", count(*) from messages where number > $1 and number <= $2 and kind = 'text' group by 1
     on conflict (hour) do update set messages = message_counts.messages + excluded.messages"
);

impl Store {
    /// Takes the next look, unless some node took one within the last half minute. Notify the conversations that it
    /// names, then [`Store::finish_sweep`]; a look that is not finished is taken again. Nothing that was committed is
    /// passed over, however long ago its node died.
    pub async fn begin_sweep(&self, now: Timestamp) -> Result<Option<Sweep>> {
        let claimed: Option<(i64, i64)> = on_pool!(&self.pools.write, |pool| query_as(CLAIM)
            .bind(now.utc())
            .bind(now.minus(BETWEEN_SWEEPS).utc())
            .bind(now.plus(DATED_AHEAD).utc())
            .fetch_optional(pool)
            .await)?;
        let Some((done, seen)) = claimed else {
            return Ok(None);
        };
        let head: i64 = on_pool!(&self.pools.write, |pool| query_scalar(HEAD).fetch_one(pool).await)?;
        let until = head.min(seen + MESSAGES_PER_SWEEP);
        let behind: Vec<Uuid> = on_pool!(&self.pools.write, |pool| query_scalar(BEHIND)
            .bind(done)
            .bind(until)
            .fetch_all(pool)
            .await)?;
        Ok(Some(Sweep {
            done,
            seen,
            until,
            behind: behind.into_iter().map(ConversationId).collect(),
        }))
    }

    /// Counts what the look before this one saw, each message once, and goes on from there.
    pub async fn finish_sweep(&self, sweep: &Sweep) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        let finished = on_tx!(&mut tx, |connection| query(FINISH)
            .bind(sweep.done)
            .bind(sweep.seen)
            .bind(sweep.until)
            .execute(connection)
            .await
            .map(|done| done.rows_affected()))?;
        // Another node was faster: it has counted them.
        if finished == 1 && sweep.seen > sweep.done {
            count(&mut tx, sweep).await?;
        }
        tx.commit().await
    }
}

async fn count(tx: &mut Tx, sweep: &Sweep) -> Result<()> {
    let sql = COUNT.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(sweep.done)
        .bind(sweep.seen)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
