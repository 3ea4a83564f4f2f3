//! What only Redis can suffer: crashes, cut connections, silence, rubbish. Each test has a server of its own.

use std::time::Duration;

use tokio::time::Instant;

use crate::cluster::{Cluster, Member, conversation, envelope, eventually, redis_url, user};
use crate::deafening_proxy::DeafeningProxy;
use crate::redis_server::RedisServer;

/// Far more than refusing without a connection needs, far less than any timeout.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Twice what a canary takes: a second until the next beat, two until it counts as lost, and a new connection.
const FOUND_OUT_WITHIN: Duration = Duration::from_secs(6);

async fn refuses_at_once(node: &Member) {
    let asked = Instant::now();
    assert!(node.bus.publish(vec![(user(1), envelope(1))]).await.is_err());
    assert!(node.bus.subscribe(&[user(1)]).await.is_err());
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
}

async fn notices_the_loss(node: &Member) {
    eventually(async || {
        node.bus.publish(vec![(user(1), envelope(1))]).await.is_err()
            && node.bus.subscribe(&[user(99)]).await.is_err()
    })
    .await;
}

#[tokio::test]
async fn a_killed_redis_comes_back_with_every_subscription() {
    if redis_url().is_none() {
        return;
    }
    let mut server = RedisServer::started().await;
    let cluster = Cluster::redis(&server.url());
    let (publisher, mut node) = (cluster.join().await, cluster.join().await);
    // More than one SUBSCRIBE's worth, so that restoring takes several.
    let topics: Vec<_> = (0..1_500).map(|_| conversation()).collect();
    node.bus.subscribe(&topics).await.unwrap();
    node.bus.subscribe(&[user(1), user(2)]).await.unwrap();

    server.kill();
    notices_the_loss(&node).await;
    notices_the_loss(&publisher).await;
    refuses_at_once(&publisher).await;
    assert!(node.bus.ping().await.is_err());
    node.bus.unsubscribe(&[user(2)]).await.unwrap();
    server.start().await;

    node.is_interrupted().await;
    publisher.is_ready().await;
    publisher.says(user(2), 1).await;
    for topic in topics.iter().chain([&user(1)]) {
        publisher.says(*topic, 2).await;
        assert_eq!(node.hears().await, (*topic, 2));
    }
    assert!(node.bus.claim("key", Duration::from_mins(1)).await.unwrap());
}

#[tokio::test]
async fn a_cut_subscribe_connection_is_restored_before_the_interruption_is_told() {
    if redis_url().is_none() {
        return;
    }
    let server = RedisServer::started().await;
    let cluster = Cluster::redis(&server.url());
    let (publisher, mut node) = (cluster.join().await, cluster.join().await);
    node.bus.subscribe(&[user(1)]).await.unwrap();
    for seq in 1..=3 {
        server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await;
        node.is_interrupted().await;
        publisher.says_at_last(user(1), seq).await;
        assert_eq!(node.hears().await, (user(1), seq));
    }
}

#[tokio::test]
async fn cut_publish_and_command_connections_come_back_and_subscriptions_stay() {
    if redis_url().is_none() {
        return;
    }
    let server = RedisServer::started().await;
    let mut node = Cluster::redis(&server.url()).join().await;
    node.bus.subscribe(&[user(1)]).await.unwrap();
    for seq in 1..=3 {
        server.command(&["CLIENT", "KILL", "TYPE", "normal"]).await;
        node.says_at_last(user(1), seq).await;
        assert_eq!(node.hears().await, (user(1), seq));
        assert!(
            node.bus
                .claim(&format!("key {seq}"), Duration::from_mins(1))
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn a_node_starts_while_redis_is_away_and_joins_when_it_comes() {
    if redis_url().is_none() {
        return;
    }
    let mut server = RedisServer::reserve();
    let mut node = Cluster::redis(&server.url()).join().await;
    refuses_at_once(&node).await;
    assert!(node.bus.claim("key", Duration::from_mins(1)).await.is_err());
    server.start().await;

    node.is_interrupted().await;
    node.is_ready().await;
    node.bus.subscribe(&[user(1)]).await.unwrap();
    node.says(user(1), 1).await;
    assert_eq!(node.hears().await, (user(1), 1));
}

#[tokio::test]
async fn a_redis_that_keeps_its_sockets_open_and_says_nothing_is_found_out() {
    if redis_url().is_none() {
        return;
    }
    let server = RedisServer::started().await;
    let mut node = Cluster::redis(&server.url()).join().await;
    node.bus.subscribe(&[user(1)]).await.unwrap();

    assert!(node.bus.is_up());
    server.signal("-STOP");
    let frozen = Instant::now();
    eventually(async || !node.bus.is_up()).await;
    // A heartbeat a second, and half a second for its answer; the rest is the machine's.
    assert!(
        frozen.elapsed() < Duration::from_secs(3),
        "doubted after {:?}",
        frozen.elapsed()
    );
    notices_the_loss(&node).await;
    refuses_at_once(&node).await;
    server.signal("-CONT");

    node.is_interrupted().await;
    eventually(async || node.bus.is_up()).await;
    node.says_at_last(user(1), 2).await;
    // Frames that were under way when the server froze may or may not be heard; this one must.
    while node.hears().await != (user(1), 2) {}
}

/// A node whose subscribe connection hears nothing from here on, and its server; "2" was said into its deaf ear.
async fn gone_deaf(join: impl AsyncFnOnce(Cluster) -> Member) -> (Member, RedisServer) {
    let server = RedisServer::started().await;
    let proxy = DeafeningProxy::to(server.address(), runtime::Tasks::new()).await;
    let mut node = join(Cluster::redis(proxy.url())).await;
    node.bus.subscribe(&[user(1)]).await.unwrap();
    node.says(user(1), 1).await;
    assert_eq!(node.hears().await, (user(1), 1));

    proxy.deafen_subscribers();
    node.says(user(1), 2).await;
    (node, server)
}

#[tokio::test]
async fn a_subscribe_connection_that_went_deaf_alone_is_found_out_by_its_canary() {
    if redis_url().is_none() {
        return;
    }
    let (mut node, _server) = gone_deaf(async |cluster| cluster.join().await).await;
    let deaf = Instant::now();
    node.is_interrupted().await;
    assert!(deaf.elapsed() < FOUND_OUT_WITHIN, "{:?}", deaf.elapsed());
    node.says(user(1), 3).await;
    assert_eq!(node.hears().await, (user(1), 3));
}

#[tokio::test]
async fn without_the_canary_a_subscribe_connection_that_went_deaf_stays_deaf() {
    if redis_url().is_none() {
        return;
    }
    let (mut node, _server) = gone_deaf(async |cluster| cluster.join_without_canary().await).await;
    let heard = tokio::time::timeout(FOUND_OUT_WITHIN, node.inbox.recv()).await;
    assert!(heard.is_err(), "{heard:?}");
    assert!(node.bus.is_up(), "it does not even know");
}

#[tokio::test]
async fn rubbish_on_a_channel_is_an_interruption_and_nothing_worse() {
    if redis_url().is_none() {
        return;
    }
    let server = RedisServer::started().await;
    let cluster = Cluster::redis(&server.url());
    let mut node = cluster.join().await;
    node.bus.subscribe(&[user(1)]).await.unwrap();
    server
        .command(&["PUBLISH", &cluster.channel(user(1)), "rubbish"])
        .await;
    node.is_interrupted().await;
    node.says(user(1), 1).await;
    assert_eq!(node.hears().await, (user(1), 1));
}

#[tokio::test]
async fn a_stopping_node_leaves_the_bus() {
    let Some(url) = redis_url() else { return };
    let cluster = Cluster::redis(&url);
    let node = cluster.join().await;
    let Cluster::Redis { tasks, .. } = &cluster else {
        unreachable!()
    };
    tasks.stopping().cancel();
    notices_the_loss(&node).await;
    assert!(node.bus.unsubscribe(&[user(1)]).await.is_err());
}

#[tokio::test]
async fn an_url_that_cannot_be_read_is_refused() {
    let refused = bus::redis::connect("not an url", "test", &runtime::Tasks::new()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_away_for_a_tls_url() {
    let Some(url) = redis_url() else { return };
    let cluster = Cluster::redis(&url.replacen("redis://", "rediss://", 1));
    let node = cluster.join().await;
    refuses_at_once(&node).await;
    node.bus.unsubscribe(&[user(1)]).await.expect("the task lives on");
}
