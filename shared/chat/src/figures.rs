//! What the installation counts about itself: once a minute by one node, shown by all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use metrics::{describe_gauge, gauge};
use protocol::Timestamp;
use protocol::models::{DayCount, Figures};
use runtime::{Clock, Tasks, Throttle};
use store::{Store, StoreError, User};
use tokio::time::{MissedTickBehavior, interval};

use crate::{Chat, ChatError, permit};

const COUNT_EVERY: Duration = Duration::from_mins(1);

/// Shorter than a minute, so that whoever counts next finds the claim free.
const CLAIM_HELD: Duration = Duration::from_secs(55);

/// The claim's name on the bus.
const CLAIM: &str = "figures";

/// Figures that are younger are answered as they are: whoever asks often does not count often.
const FRESH: Duration = Duration::from_secs(5);

const DAY: Duration = Duration::from_hours(24);

const WEEK: Duration = Duration::from_hours(7 * 24);

/// Days that are listed, today among them.
const DAYS: u32 = 30;

/// Characters of the day in an hour's name, `2026-01-31T09`.
const DAY_CHARS: usize = 10;

pub(crate) fn start(store: Store, bus: Arc<dyn Bus>, clock: Clock, tasks: &Tasks) {
    let stopping = tasks.stopping();
    let log = Throttle::default();
    tasks.spawn_vital("figures", async move {
        let mut tick = interval(COUNT_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stopping.run_until_cancelled(tick.tick()).await.is_some() {
            if let Err(error) = turn(&store, &*bus, &clock).await
                && log.allows()
            {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the figures cannot be counted at the moment"
                );
            }
        }
    });
}

async fn turn(store: &Store, bus: &dyn Bus, clock: &Clock) -> Result<(), StoreError> {
    // While the bus is away nobody counts, and the gauges stand still.
    if bus.claim(CLAIM, CLAIM_HELD).await.unwrap_or(false) {
        count(store, clock.now()).await?;
    }
    if let Some(figures) = store.figures().await? {
        show(&figures);
    }
    Ok(())
}

async fn count(store: &Store, now: Timestamp) -> Result<Figures, StoreError> {
    let (day, week) = (now.minus(DAY), now.minus(WEEK));
    let first_day = now.minus(DAY * (DAYS - 1));
    let hours = store.messages_by_hour(&name_of_day(first_day)).await?;
    let (active_conversations_day, active_conversations_week) = store.active_conversations(day, week).await?;
    let figures = Figures {
        counted_at: now,
        messages_per_day: by_day(&hours, now),
        messages_last_day: since(&hours, &name_of_hour(day)),
        response_seconds_mean: store.mean_response(week).await?,
        active_conversations_day,
        active_conversations_week,
        unread_messages: store.messages_read_by_nobody(week).await?,
        online_users: store.online_count().await?,
    };
    store.keep_figures(&figures).await?;
    Ok(figures)
}

fn name_of_hour(at: Timestamp) -> String {
    at.utc().format("%Y-%m-%dT%H").to_string()
}

fn name_of_day(at: Timestamp) -> String {
    at.utc().format("%Y-%m-%d").to_string()
}

/// Every day is there, also when nobody said anything.
fn by_day(hours: &[(String, i64)], now: Timestamp) -> Vec<DayCount> {
    let days = (0..DAYS).rev().map(|ago| (name_of_day(now.minus(DAY * ago)), 0));
    let mut days: BTreeMap<String, i64> = days.collect();
    for (hour, count) in hours {
        if let Some(day) = hour.get(..DAY_CHARS).and_then(|day| days.get_mut(day)) {
            *day += count;
        }
    }
    days.into_iter()
        .map(|(day, count)| DayCount { day, count })
        .collect()
}

fn since(hours: &[(String, i64)], first: &str) -> i64 {
    let counted = hours.iter().filter(|(hour, _)| hour.as_str() >= first);
    counted.map(|(_, count)| count).sum()
}

fn show(figures: &Figures) {
    gauge!("chat_messages_last_day").set(figures.messages_last_day as f64);
    gauge!("chat_response_seconds_mean").set(figures.response_seconds_mean.unwrap_or_default());
    gauge!("chat_active_conversations", "within" => "day").set(figures.active_conversations_day as f64);
    gauge!("chat_active_conversations", "within" => "week").set(figures.active_conversations_week as f64);
    gauge!("chat_unread_messages").set(figures.unread_messages as f64);
    gauge!("chat_online_users").set(figures.online_users as f64);
}

impl Chat {
    /// What the installation counts about itself, a few seconds old at most. For administrators.
    pub async fn figures(&self, actor: &User) -> Result<Figures, ChatError> {
        permit::read_figures(actor)?;
        let now = self.clock.now();
        match self.store.figures().await? {
            Some(kept) if now.since(kept.counted_at) < FRESH => Ok(kept),
            _ => Ok(count(&self.store, now).await?),
        }
    }
}

pub(crate) fn describe_metrics() {
    describe_gauge!(
        "chat_messages_last_day",
        "Messages that people sent in the last 24 hours"
    );
    describe_gauge!(
        "chat_response_seconds_mean",
        "Mean seconds from a message to the first answer by somebody else, over seven days; 0 when nobody answered"
    );
    describe_gauge!(
        "chat_active_conversations",
        "Conversations in which something was said within the last day or week"
    );
    describe_gauge!(
        "chat_unread_messages",
        "Messages of the last seven days that nobody but their sender has read"
    );
    describe_gauge!("chat_online_users", "People who are online");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_listed_and_an_hour_counts_for_its_own() {
        let now = Timestamp::from(chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        let hours = [
            ("2023-11-14T22", 3),
            ("2023-11-14T00", 2),
            ("2023-10-16T23", 1),
            ("2023-10-15T23", 9),
        ];
        let hours = hours.map(|(hour, count)| (hour.to_owned(), count));
        let days = by_day(&hours, now);
        assert_eq!(days.len(), 30);
        let of = |day: &str| days.iter().find(|it| it.day == day).map(|it| it.count);
        assert_eq!(of("2023-11-14"), Some(5));
        assert_eq!(of("2023-11-13"), Some(0));
        assert_eq!(of("2023-10-16"), Some(1));
        assert_eq!(of("2023-10-15"), None);
        assert_eq!(days.last().unwrap().day, "2023-11-14");
        assert_eq!(since(&hours, &name_of_hour(now.minus(DAY))), 5);
        assert_eq!(since(&hours, "2023-11-14T01"), 3);
    }
}
