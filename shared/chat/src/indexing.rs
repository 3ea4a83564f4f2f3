//! Takes what was said lately into the indexes of the search.

use std::time::Duration;

use runtime::Tasks;
use store::Store;
use tokio::time::{MissedTickBehavior, interval};

/// How often a node does so: what waits is read through by every search, and at ten thousand messages a second it
/// still fits the list that Postgres lets wait.
const EVERY: Duration = Duration::from_secs(1);

pub(crate) fn start(store: Store, tasks: &Tasks) {
    let stopping = tasks.stopping();
    tasks.spawn_vital("search index", async move {
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                _ = tick.tick() => {}
            }
            let tidied = store.tidy_search().await;
            // One line each way, not one a tick.
            match (&tidied, failing) {
                (Err(error), false) => tracing::warn!(%error, "the search index is not tidied at the moment"),
                (Ok(()), true) => tracing::info!("the search index is tidied again"),
                _ => {}
            }
            failing = tidied.is_err();
        }
    });
}
