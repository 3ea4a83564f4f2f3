//! What keeps delivery whole is needed: without any one of it a test fails. Which one, for each:
//!
//! - the outbox and its sweeper: here;
//! - the canary: `without_the_canary_a_subscribe_connection_that_went_deaf_stays_deaf` in
//!   `shared/bus/tests/it/redis_faults.rs`;
//! - and in `gateway/tests/simulation/seeds.rs`
//!   the gap fill (`without_the_gap_fill_something_is_lost`),
//!   the race-free join (`without_the_order_of_a_join_something_is_lost`),
//!   the dropping of repeated changes (`without_the_dedupe_something_comes_twice`) and
//!   the removal filter (`without_the_removal_filter_somebody_hears_what_they_must_not`).

use std::time::Duration;

use tokio::time::timeout;

use crate::cluster::{Setup, TestCluster};
use crate::lossy::Fault;

/// The sweeper's patience and its period, and some of the machine's own.
const SWEPT_WITHIN: Duration = Duration::from_secs(4);

/// Anna's node commits a message, cannot publish it, and never says anything again; Boris reads on the other node, to
/// which the bus is good. Whether he hears of it.
async fn hears_what_was_committed_and_never_published(setup: Setup) -> bool {
    let cluster = TestCluster::start(setup).await;
    let (anna, boris, group) = cluster.pair().await;
    let mut reader = cluster.live(1, &boris, group).await;
    cluster.say(&anna, group, "published").await;
    reader.message("published").await;

    let mute = &cluster.node(0).bus;
    mute.set(Fault::RefuseAll);
    cluster.say(&anna, group, "committed").await;
    mute.has_caught(1).await;
    timeout(SWEPT_WITHIN, reader.message("committed")).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_sweeper_what_a_node_committed_and_could_not_publish_is_not_heard() {
    assert!(hears_what_was_committed_and_never_published(Setup::default()).await);
    let setup = Setup {
        has_sweeper: false,
        ..Setup::default()
    };
    assert!(!hears_what_was_committed_and_never_published(setup).await);
}
