//! Who lives, and whose token still counts.

use std::time::Duration;

use protocol::Timestamp;
use protocol::frames::ServerFrame;
use runtime::Clock;
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::client::{Client, in_time};
use crate::cluster::{Person, Setup, TestCluster};

const NODE: usize = 0;

/// An access token of the default configuration lives for an hour; the warning comes a minute before.
const UNTIL_WARNING: Duration = Duration::from_secs(59 * 60 + 1);
const UNTIL_EXPIRY: Duration = Duration::from_hours(1);
const FROM_WARNING_TO_EXPIRY: Duration = Duration::from_mins(1);
const ALMOST_AN_HOUR: Duration = Duration::from_secs(60 * 60 - 3);

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_answers_no_ping_is_closed_with_4504() {
    let cluster = TestCluster::tuned(|config| config.heartbeat_seconds = 1).await;
    let (anna, _, group) = cluster.pair().await;
    let mut alive = cluster.live(NODE, &anna, group).await;
    let mut dead = cluster.live(NODE, &anna, group).await.into_stream();
    let mut bytes = Vec::new();
    // Read without a library, which would answer.
    tokio::select! {
        read = in_time("the end", dead.read_to_end(&mut bytes)) => drop(read.unwrap()),
        () = alive.raw_until_close() => panic!("the living one was closed"),
    }
    let close = [0x88_u8, 4504_u16.to_be_bytes()[0], 4504_u16.to_be_bytes()[1]];
    let at = bytes
        .windows(4)
        .position(|window| window[0] == close[0] && window[2..4] == close[1..3]);
    let before = &bytes[..at.unwrap_or_else(|| panic!("no close with 4504 in {bytes:?}"))];
    assert_eq!(before, [0x89, 0, 0x89, 0], "two pings");
    alive.is_silent().await;
}

struct Scene {
    cluster: TestCluster,
    clock: Clock,
    anna: Person,
    client: Client,
}

/// A socket on a clock that the test moves.
async fn scene() -> Scene {
    let clock = Clock::fixed(noon());
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let cluster = TestCluster::start(setup).await;
    let anna = cluster.person("anna").await;
    let client = cluster.at_everything(NODE, &anna, "").await;
    Scene {
        cluster,
        clock,
        anna,
        client,
    }
}

fn noon() -> Timestamp {
    chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap().into()
}

impl Scene {
    /// Moves the clock. A fixed clock wakes nobody: a frame makes the socket look at it.
    async fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.client.send("ping", json!({})).await;
    }

    async fn warned(&mut self) -> Timestamp {
        let warning = self.client.until(|received| match &received.frame {
            ServerFrame::AuthExpiring(expiring) => Some(expiring.expires_at),
            _ => None,
        });
        warning.await.1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_runs_out_is_warned_of_once_and_then_closes_with_4401() {
    let mut scene = scene().await;
    scene.advance(UNTIL_WARNING).await;
    assert_eq!(scene.warned().await, noon().plus(UNTIL_EXPIRY));
    scene.client.is_silent().await;
    scene.advance(FROM_WARNING_TO_EXPIRY).await;
    let (before, reason) = scene.client.closed_after(4401).await;
    assert_eq!(reason["code"], "token");
    assert!(before.iter().all(|it| matches!(it.frame, ServerFrame::Pong(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_token_in_place_keeps_the_socket_and_is_warned_of_in_its_turn() {
    let mut scene = scene().await;
    for _ in 0..2 {
        scene.advance(UNTIL_WARNING).await;
        scene.warned().await;
        let (fresh, expires_at) = scene.cluster.tokens.access(scene.anna.id);
        scene.client.send("auth", json!({ "token": fresh })).await;
        let ok = scene.client.until(|received| match &received.frame {
            ServerFrame::AuthOk(ok) => Some(ok.clone()),
            _ => None,
        });
        let ok = ok.await.1;
        assert_eq!((ok.user_id, ok.expires_at), (scene.anna.id, expires_at));
    }
    scene.client.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_token_or_none_at_all_closes_with_4401() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    for token in [&boris.token, "garbage"] {
        let mut client = cluster.at_everything(NODE, &anna, "").await;
        client.send("auth", json!({ "token": token })).await;
        assert_eq!(client.closed(4401).await["code"], "token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_machines_clock_too_a_token_ends_when_it_says() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    // Signed almost an hour ago, with the same key.
    let earlier = cluster.clock.now().minus(ALMOST_AN_HOUR);
    let issuer =
        runtime::tokens::Tokens::new(&crate::cluster::tokens_config(), Clock::fixed(earlier)).unwrap();
    let (token, _) = issuer.access(anna.id);
    let old = Person { id: anna.id, token };
    let mut client = cluster.at_everything(NODE, &old, "").await;
    let (before, _) = client.closed_after(4401).await;
    assert!(
        matches!(before[..], [ref only] if matches!(only.frame, ServerFrame::AuthExpiring(_))),
        "{before:?}"
    );
}
