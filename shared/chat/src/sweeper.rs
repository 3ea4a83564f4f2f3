//! Announces what was committed but perhaps never published, because its node was killed or the bus was away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use metrics::{counter, describe_counter, describe_gauge, gauge};
use runtime::{Clock, Tasks};
use store::Store;
use tokio::time::{MissedTickBehavior, interval};

use crate::announce;

/// How often a node looks.
const SWEEP_EVERY: Duration = Duration::from_millis(500);

/// Rows younger than this belong to the node that wrote them.
const PATIENCE: Duration = Duration::from_secs(1);

/// A node whose bus takes nothing leaves the rows to the others for this long: twice what a claim holds, or it would
/// take them again each time before a node that could announce them.
const LET_OTHERS: Duration = Duration::from_secs(2);

/// Rows taken at once.
const ROWS_PER_SWEEP: i64 = 200;

pub(crate) fn start(store: Store, bus: Arc<dyn Bus>, clock: Clock, tasks: &Tasks) {
    let stopping = tasks.stopping();
    tasks.spawn_vital("outbox sweeper", async move {
        let mut tick = interval(SWEEP_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                _ = tick.tick() => {}
            }
            let swept = turn(&store, &*bus, &clock).await;
            // One line each way, not one a tick.
            match (&swept, failing) {
                (Err(error), false) => tracing::warn!(%error, "the outbox cannot be swept at the moment"),
                (Ok(()), true) => tracing::info!("the outbox is swept again"),
                _ => {}
            }
            failing = swept.is_err();
            if matches!(swept, Err(SweepError::Bus(_))) {
                tick.reset_after(LET_OTHERS);
            }
        }
    });
}

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Bus(#[from] bus::BusError),
}

/// The age is taken first: it grows while the bus takes nothing.
async fn turn(store: &Store, bus: &dyn Bus, clock: &Clock) -> Result<(), SweepError> {
    let oldest = store.oldest_unpublished().await?;
    let age = oldest.map_or(Duration::ZERO, |oldest| clock.now().since(oldest));
    gauge!("chat_outbox_age_seconds").set(age.as_secs_f64());
    sweep(store, bus, clock).await
}

async fn sweep(store: &Store, bus: &dyn Bus, clock: &Clock) -> Result<(), SweepError> {
    let now = clock.now();
    let rows = store.unpublished(now.minus(PATIENCE), ROWS_PER_SWEEP).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let heads = rows.iter().flat_map(|row| &row.heads);
    let heads = heads.map(|&(conversation, seq)| announce::head(conversation, seq, now));
    let users: BTreeSet<_> = rows.iter().flat_map(|row| &row.users).collect();
    let users = users.into_iter().map(|&user| announce::relist(user, now));
    bus.publish(heads.chain(users).collect()).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    store.forget_published(&ids).await?;
    counter!("chat_outbox_swept_total").increment(ids.len() as u64);
    Ok(())
}

pub(crate) fn describe_metrics() {
    describe_gauge!(
        "chat_outbox_age_seconds",
        "How long the oldest commit that was not published yet has waited; 0 when none waits"
    );
    describe_counter!(
        "chat_outbox_swept_total",
        "Commits that a sweeper announced because their own node had not within a second"
    );
}
