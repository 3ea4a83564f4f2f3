//! One client that is busy, or has its own wishes, and what others get of it.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::poll;
use gateway::hub::Hub;
use gateway::join::{Join, Joiner, Step};
use gateway::outbox::Outbox;
use gateway::session::From;
use protocol::Seq;
use runtime::Tasks;
use tokio::time::{sleep, timeout};

use crate::cluster::TestCluster;

/// Far more than a page takes, and less than a blocked socket is borne with.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_busy_writing_holds_up_no_other_resume() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    cluster.say_many(&anna, group, 5).await;
    let tasks = Tasks::new();
    let (bus, inbox) = cluster.attach(&tasks);
    let hub = Hub::start(bus, inbox, cluster.node(0).chat.clone(), &tasks);
    let joiner = |socket, user| Joiner {
        socket,
        user,
        outbox: Outbox::new(1 << 20),
        ends_with_place: false,
    };
    // The slow one is polled a few times; then its connection is in the middle of a write and polls it no more.
    let slow = Join::new(joiner(1, anna.id), group, From::After(Seq(0))).step(&hub);
    let mut slow = pin!(slow);
    for _ in 0..3 {
        assert!(matches!(poll!(&mut slow), Poll::Pending));
        sleep(Duration::from_millis(300)).await;
    }
    let other = Join::new(joiner(2, boris.id), group, From::After(Seq(0))).step(&hub);
    let outcome = timeout(SOON, other).await;
    assert!(matches!(outcome, Ok(Step::Seated(_))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unsubscribed_stays_so_after_an_interruption() {
    let cluster = TestCluster::new().await;
    let (anna, boris, unwanted) = cluster.pair().await;
    let wanted = cluster.group(&anna, &[&boris]).await;
    cluster.say_many(&anna, unwanted, 5).await;
    let mut reader = cluster.at_everything(1, &boris, "").await;
    for _ in 0..2 {
        reader.frame().await;
    }
    let leave = serde_json::json!({ "conversation_id": unwanted });
    reader.send("unsubscribe", leave).await;
    reader.is_silent().await;
    cluster.node(1).bus.interrupt().await;
    // A conversation that the look at the list finds shows that it was done.
    let new = cluster.group(&anna, &[&boris]).await;
    reader
        .until(|received| (crate::client::conversation_of(&received.frame) == Some(new)).then_some(()))
        .await;
    reader.sync(new).await;
    sleep(Duration::from_secs(1)).await;
    cluster.say(&anna, wanted, "heard").await;
    cluster.say(&anna, unwanted, "unheard").await;
    reader.message("heard").await;
    reader.is_silent().await;
}
