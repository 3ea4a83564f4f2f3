//! What an installation counts about itself. Every query has a bound that does not grow with the history: the newest
//! messages by `number`, or a table that holds a row for each conversation or person.

use std::time::Duration;

use protocol::Timestamp;
use protocol::models::Figures;
use sqlx::types::Json;
use sqlx::{query, query_as, query_scalar};

use super::dialect::Spelled;
use super::sweep::hour_of;
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;

/// Messages that answers and unread ones are looked for in: a week of an installation that sends one every twelve
/// seconds. A busier one is judged by its newest.
const RECENT: i64 = 50_000;

/// Messages that may lie behind the sweep's count; more do only while it catches up after an upgrade.
const UNCOUNTED: i64 = 200_000;

const DAY: Duration = Duration::from_hours(24);

const HOURS: &str = "select hour, messages from message_counts where hour >= $1";

const NEWEST_HOURS: Spelled = hour_of!(
    "select ",
    "uncounted.created_at",
    ", count(*) from (
        select created_at from messages
        where number > (select done from message_sweep) and kind = 'text'
        order by number limit $1) uncounted group by 1"
);

macro_rules! response {
    ($span:literal) => {
        concat!(
            "with recent as (
                select conversation_id, seq, sender_id, created_at from messages
                where number > (select coalesce(max(number), 0) from messages) - $1
                    and created_at >= $2 and kind = 'text'),
             spoken as (
                select conversation_id, seq, sender_id, created_at,
                    lag(sender_id) over (partition by conversation_id order by seq) as before
                from recent),
             turns as (
                select created_at, lead(created_at) over (partition by conversation_id order by seq) as answered_at
                from spoken where before is null or before <> sender_id),
             answers as (
                select ",
            $span,
            " as seconds from turns where answered_at is not null)
             select avg(seconds) from answers where seconds <= $3"
        )
    };
}

const RESPONSE: Spelled = Spelled {
    postgres: response!("cast(extract(epoch from answered_at - created_at) as double precision)"),
    sqlite: response!("(julianday(answered_at) - julianday(created_at)) * 86400.0"),
};

const UNREAD: &str = "select count(*) from messages m
     join conversations c on c.id = m.conversation_id and c.deleted_at is null
     where m.number > (select coalesce(max(number), 0) from messages) - $1
        and m.created_at >= $2 and m.kind = 'text' and m.deleted_at is null
        and not exists (
            select 1 from participants p
            where p.conversation_id = m.conversation_id and p.user_id <> m.sender_id
                and p.last_read_seq >= m.seq)";

const ACTIVE: &str = "select count(case when last_message_at >= $1 then 1 end), count(*)
     from conversations where last_message_at >= $2 and deleted_at is null";

const ONLINE: &str = "select count(*) from users where is_online";

const KEEP: &str = "insert into figures (id, counted_at, figures) values (1, $1, $2)
     on conflict (id) do update set counted_at = excluded.counted_at, figures = excluded.figures";

impl Store {
    /// How many messages people sent in each hour since the one given (`2026-01-31T09`); an hour may come twice.
    pub async fn messages_by_hour(&self, since: &str) -> Result<Vec<(String, i64)>> {
        let mut hours: Vec<(String, i64)> = on_pool!(&self.pools.read, |pool| query_as(HOURS)
            .bind(since)
            .fetch_all(pool)
            .await)?;
        let newest: Vec<(String, i64)> = on_pool!(&self.pools.read, |pool| query_as(
            NEWEST_HOURS.on(&self.pools.read)
        )
        .bind(UNCOUNTED)
        .fetch_all(pool)
        .await)?;
        hours.extend(newest.into_iter().filter(|(hour, _)| hour.as_str() >= since));
        Ok(hours)
    }

    /// Mean seconds to an answer: see [`Figures::response_seconds_mean`].
    pub async fn mean_response(&self, since: Timestamp) -> Result<Option<f64>> {
        Ok(on_pool!(&self.pools.read, |pool| query_scalar(
            RESPONSE.on(&self.pools.read)
        )
        .bind(RECENT)
        .bind(since.utc())
        .bind(DAY.as_secs_f64())
        .fetch_one(pool)
        .await)?)
    }

    /// How many messages since then nobody but their sender has read.
    pub async fn messages_read_by_nobody(&self, since: Timestamp) -> Result<i64> {
        Ok(on_pool!(&self.pools.read, |pool| query_scalar(UNREAD)
            .bind(RECENT)
            .bind(since.utc())
            .fetch_one(pool)
            .await)?)
    }

    /// In how many conversations something was said since `day`, and since `week`, which lies before.
    pub async fn active_conversations(&self, day: Timestamp, week: Timestamp) -> Result<(i64, i64)> {
        Ok(on_pool!(&self.pools.read, |pool| query_as(ACTIVE)
            .bind(day.utc())
            .bind(week.utc())
            .fetch_one(pool)
            .await)?)
    }

    /// How many people are online.
    pub async fn online_count(&self) -> Result<i64> {
        Ok(on_pool!(&self.pools.read, |pool| query_scalar(ONLINE)
            .fetch_one(pool)
            .await)?)
    }

    /// Keeps the figures for all nodes to show.
    pub async fn keep_figures(&self, figures: &Figures) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(KEEP)
            .bind(figures.counted_at.utc())
            .bind(Json(figures))
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The figures as they were kept last.
    pub async fn figures(&self) -> Result<Option<Figures>> {
        const SQL: &str = "select figures from figures where id = 1";
        let kept: Option<Json<Figures>> = on_pool!(&self.pools.read, |pool| query_scalar(SQL)
            .fetch_optional(pool)
            .await)?;
        Ok(kept.map(|Json(figures)| figures))
    }
}
