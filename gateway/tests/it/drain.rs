//! Leaving in good order.

use std::time::Duration;

use futures_util::StreamExt;
use protocol::paths::SOCKET;
use runtime::config::ShutdownConfig;
use runtime::lifecycle::Stopped;
use tokio::time::Instant;

use crate::client::in_time;
use crate::cluster::TestCluster;

const SOCKETS: usize = 6;

/// A drain closes the first sockets at once; this many pauses lie before the last.
async fn drained_in(closes_per_second: u32) -> Duration {
    let cluster = TestCluster::tuned(|config| config.drain_closes_per_second = closes_per_second).await;
    let (anna, _, group) = cluster.pair().await;
    let mut clients = Vec::new();
    for _ in 0..SOCKETS {
        clients.push(cluster.live(0, &anna, group).await);
    }
    let started = Instant::now();
    let closings = async {
        let mut pauses = Vec::new();
        for client in &mut clients {
            let reason = client.closed(1012).await;
            assert_eq!(reason["code"], "restart");
            pauses.push(reason["reconnect_after_ms"].as_u64().unwrap());
        }
        pauses.dedup();
        assert!(pauses.len() > 1, "all come back at the same moment: {pauses:?}");
    };
    in_time("the drain", async {
        tokio::join!(cluster.node(0).gateway.drain(), closings)
    })
    .await;
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_closes_with_1012_at_the_configured_pace() {
    let took = drained_in(10).await;
    assert!(took >= Duration::from_millis(500), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_below_the_ticks_of_the_drain_is_kept_too() {
    let took = drained_in(4).await;
    assert!(took >= Duration::from_millis(1_250), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_leaves_ends_cleanly_and_its_clients_resume_elsewhere() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut client = cluster.live(0, &boris, group).await;
    let mut everything = cluster.at_everything(0, &boris, "").await;
    everything.sync(group).await;
    // One that has not said yet who it is, and one that does not read.
    let mut unknown = cluster.open(0, SOCKET, None).await;
    let silent = cluster.live(0, &boris, group).await.into_stream();
    let last = cluster.say(&anna, group, "before").await;
    for reader in [&mut client, &mut everything] {
        reader.message("before").await;
    }
    let limits = ShutdownConfig {
        ready_pause_seconds: 0,
        ..ShutdownConfig::default()
    };
    let node = cluster.node(0);
    let signals = futures_util::stream::iter(["test"]).chain(futures_util::stream::pending());
    let leaving = node
        .tasks
        .run_until_stopped(signals, node.gateway.drain(), &limits);
    let clients = async {
        client.hung_up(1012).await;
        everything.hung_up(1012).await;
        unknown.closed(1012).await;
        let said = cluster.node(1).say(&anna, group, "meanwhile").await;
        let mut back = cluster.at_door(1, &boris, group, Some(last.seq.0)).await;
        back.hello().await;
        assert_eq!(back.message("meanwhile").await.id, said.id);
    };
    let (stopped, ()) = tokio::join!(in_time("the node's end", leaving), clients);
    assert_eq!(stopped, Stopped::Cleanly);
    drop(silent);
}
