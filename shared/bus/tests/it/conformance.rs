//! What every bus must do, whatever carries it.

use std::time::Duration;

use bus::{BusEvent, Topic};
use futures_util::future::join_all;
use tokio::task::unconstrained;

use crate::cluster::{Cluster, conversation, envelope, eventually, redis_url, user};

macro_rules! on_every_bus {
    ($($test:ident),* $(,)?) => {
        mod in_process {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&super::Cluster::in_process()).await;
            })*
        }
        mod redis {
            $(#[tokio::test]
            async fn $test() {
                if let Some(url) = super::redis_url() {
                    super::$test(&super::Cluster::redis(&url)).await;
                }
            })*
        }
    };
}

pub(crate) use on_every_bus;

on_every_bus!(
    an_envelope_reaches_every_subscribed_node_whole,
    a_publisher_hears_itself_if_it_subscribed,
    one_publisher_keeps_its_order_on_a_topic,
    nothing_arrives_without_a_subscription,
    nothing_arrives_after_unsubscribing,
    a_subscription_counts_from_the_moment_it_is_confirmed,
    subscribing_twice_is_subscribing_once,
    transitions_of_one_topic_happen_in_the_order_asked,
    thousands_of_topics_are_served_by_one_node,
    nothing_to_do_is_not_an_error,
    a_claim_is_won_once_and_again_after_it_expired,
    a_claim_is_won_by_one_of_many,
    two_installs_do_not_hear_or_block_each_other,
);

async fn an_envelope_reaches_every_subscribed_node_whole(cluster: &Cluster) {
    let (publisher, topic) = (cluster.join().await, conversation());
    for mut node in [cluster.join().await, cluster.join().await] {
        node.bus.subscribe(&[topic]).await.unwrap();
        publisher.says(topic, 1).await;
        let BusEvent::Delivered(heard_on, heard) = node.event().await else {
            panic!("interrupted")
        };
        assert_eq!((heard_on, heard), (topic, envelope(1)));
    }
}

async fn a_publisher_hears_itself_if_it_subscribed(cluster: &Cluster) {
    let mut node = cluster.join().await;
    node.bus.subscribe(&[user(7)]).await.unwrap();
    node.says(user(7), 1).await;
    assert_eq!(node.hears().await, (user(7), 1));
}

async fn one_publisher_keeps_its_order_on_a_topic(cluster: &Cluster) {
    let (publisher, mut node, topic) = (cluster.join().await, cluster.join().await, conversation());
    node.bus.subscribe(&[topic]).await.unwrap();
    for batch in 0..20 {
        let frames = (1..=50).map(|seq| (topic, envelope(batch * 50 + seq))).collect();
        publisher.bus.publish(frames).await.unwrap();
    }
    for seq in 1..=1_000 {
        assert_eq!(node.hears().await, (topic, seq));
    }
}

async fn nothing_arrives_without_a_subscription(cluster: &Cluster) {
    let (publisher, mut node) = (cluster.join().await, cluster.join().await);
    node.bus.subscribe(&[user(2)]).await.unwrap();
    publisher.says(user(1), 1).await;
    publisher.says(conversation(), 2).await;
    publisher.says(user(2), 3).await;
    assert_eq!(node.hears().await, (user(2), 3));
}

async fn nothing_arrives_after_unsubscribing(cluster: &Cluster) {
    let (publisher, mut node) = (cluster.join().await, cluster.join().await);
    node.bus.subscribe(&[user(1), user(2)]).await.unwrap();
    publisher.says(user(1), 1).await;
    assert_eq!(node.hears().await, (user(1), 1));
    node.bus.unsubscribe(&[user(1)]).await.unwrap();
    publisher.says(user(1), 2).await;
    publisher.says(user(2), 3).await;
    assert_eq!(node.hears().await, (user(2), 3));
}

async fn a_subscription_counts_from_the_moment_it_is_confirmed(cluster: &Cluster) {
    let (publisher, mut node) = (cluster.join().await, cluster.join().await);
    for seq in 1..=200 {
        let topic = conversation();
        node.bus.subscribe(&[topic]).await.unwrap();
        publisher.says(topic, seq).await;
        assert_eq!(node.hears().await, (topic, seq));
    }
}

async fn subscribing_twice_is_subscribing_once(cluster: &Cluster) {
    let mut node = cluster.join().await;
    node.bus.subscribe(&[user(1), user(1)]).await.unwrap();
    node.bus.subscribe(&[user(1), user(2)]).await.unwrap();
    node.says(user(1), 1).await;
    node.says(user(2), 2).await;
    assert_eq!(node.hears().await, (user(1), 1));
    assert_eq!(node.hears().await, (user(2), 2));
    node.bus.unsubscribe(&[user(1)]).await.unwrap();
    node.says(user(1), 3).await;
    node.says(user(2), 4).await;
    assert_eq!(node.hears().await, (user(2), 4));
}

async fn transitions_of_one_topic_happen_in_the_order_asked(cluster: &Cluster) {
    let mut node = cluster.join().await;
    for round in 1..=20 {
        // Unconstrained: a task that is made to yield between two sends would leave their order open.
        let asked = (0..400).map(async |turn| match turn % 2 {
            0 => node.bus.unsubscribe(&[user(1)]).await,
            _ => node.bus.subscribe(&[user(1)]).await,
        });
        assert!(unconstrained(join_all(asked)).await.iter().all(Result::is_ok));
        node.says(user(1), round).await;
        assert_eq!(node.hears().await, (user(1), round));
    }
}

async fn thousands_of_topics_are_served_by_one_node(cluster: &Cluster) {
    let (publisher, mut node) = (cluster.join().await, cluster.join().await);
    let topics: Vec<Topic> = (0..2_000).map(|_| conversation()).collect();
    node.bus.subscribe(&topics).await.unwrap();
    let frames = topics
        .iter()
        .zip(1..)
        .map(|(topic, seq)| (*topic, envelope(seq)))
        .collect();
    publisher.bus.publish(frames).await.unwrap();
    for (topic, seq) in topics.iter().zip(1..) {
        assert_eq!(node.hears().await, (*topic, seq));
    }
    node.bus.unsubscribe(&topics).await.unwrap();
    node.bus.subscribe(&[user(1)]).await.unwrap();
    publisher.says(topics[0], 1).await;
    publisher.says(user(1), 2).await;
    assert_eq!(node.hears().await, (user(1), 2));
}

async fn nothing_to_do_is_not_an_error(cluster: &Cluster) {
    let node = cluster.join().await;
    node.bus.publish(vec![]).await.unwrap();
    node.bus.subscribe(&[]).await.unwrap();
    node.bus.unsubscribe(&[]).await.unwrap();
    node.bus.unsubscribe(&[user(1)]).await.unwrap();
    node.bus.ping().await.unwrap();
}

async fn a_claim_is_won_once_and_again_after_it_expired(cluster: &Cluster) {
    let (one, two) = (cluster.join().await, cluster.join().await);
    let ttl = Duration::from_millis(300);
    assert!(one.bus.claim("ticket", ttl).await.unwrap());
    assert!(!two.bus.claim("ticket", ttl).await.unwrap());
    assert!(!one.bus.claim("ticket", ttl).await.unwrap());
    assert!(two.bus.claim("another", ttl).await.unwrap());
    eventually(async || two.bus.claim("ticket", ttl).await.unwrap()).await;
}

async fn a_claim_is_won_by_one_of_many(cluster: &Cluster) {
    let nodes = [cluster.join().await, cluster.join().await, cluster.join().await];
    let claims = (0..30).map(|turn| nodes[turn % 3].bus.claim("sweep", Duration::from_mins(1)));
    let won = join_all(claims)
        .await
        .into_iter()
        .filter(|claim| *claim.as_ref().unwrap())
        .count();
    assert_eq!(won, 1);
}

async fn two_installs_do_not_hear_or_block_each_other(cluster: &Cluster) {
    let neighbour = cluster.neighbour().join().await;
    let mut node = cluster.join().await;
    node.bus.subscribe(&[user(1)]).await.unwrap();
    neighbour.says(user(1), 1).await;
    node.says(user(1), 2).await;
    assert_eq!(node.hears().await, (user(1), 2));
    assert!(
        neighbour
            .bus
            .claim("ticket", Duration::from_mins(1))
            .await
            .unwrap()
    );
    assert!(node.bus.claim("ticket", Duration::from_mins(1)).await.unwrap());
}
