//! Whoever is signed out loses their sockets, on every node, at once; and soon, when the bus says nothing.

use std::time::Duration;

use protocol::frames::ServerFrame;
use protocol::paths::{SOCKET, conversation_socket};
use reqwest::StatusCode;
use runtime::tokens::SignIn;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::client::{Client, in_time};
use crate::cluster::{Person, Setup, TestCluster, bearer, on_each_database};
use crate::lossy::Fault;

/// The promise, while the bus carries what it is given.
const AT_ONCE: Duration = Duration::from_secs(1);

/// The promise, when it loses it.
const SOON: Duration = Duration::from_secs(5);

impl TestCluster {
    /// The same person, by the token of a sign-in of its own.
    async fn signed_in(&self, who: &Person) -> (Person, SignIn) {
        let sign_in = SignIn {
            family: Uuid::now_v7(),
            after: self.store.newest_revocation(who.id).await.unwrap(),
        };
        let (token, _) = self.tokens.access_of(who.id, sign_in);
        (Person { id: who.id, token }, sign_in)
    }

    /// Signs out at the first node.
    async fn sign_out(&self, who: &Person, sign_in: SignIn) {
        let revocations = self.node(0).chat.revocations();
        revocations.end_sign_in(who.id, sign_in.family).await.unwrap();
    }

    async fn is_refused_everywhere(&self, who: &Person, door: &str) {
        for node in 0..2 {
            let answer = self.handshake(node, door, &[bearer(&who.token)]).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "node {node}");
        }
    }
}

/// Every socket is closed with 4401 within this time of `since`.
async fn closed_within(clients: impl IntoIterator<Item = Client>, since: Instant, limit: Duration) {
    for mut client in clients {
        assert_eq!(client.closed(4401).await["code"], "token");
    }
    let took = since.elapsed();
    assert!(took < limit, "took {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_sign_ins_sockets_on_both_nodes_at_once_and_no_others() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let (phone, on_phone) = cluster.signed_in(&anna).await;
        let (laptop, _) = cluster.signed_in(&anna).await;
        let (mut ending, mut staying) = (Vec::new(), Vec::new());
        for node in 0..2 {
            ending.push(cluster.live(node, &phone, group).await);
            ending.push(cluster.at_everything(node, &phone, "").await);
            for other in [&laptop, &anna, &boris] {
                staying.push(cluster.live(node, other, group).await);
            }
        }
        let since = Instant::now();
        cluster.sign_out(&anna, on_phone).await;
        closed_within(ending, since, AT_ONCE).await;
        cluster.is_refused_everywhere(&phone, SOCKET).await;
        cluster
            .is_refused_everywhere(&phone, &conversation_socket(group))
            .await;
        cluster.say(&boris, group, "still there?").await;
        for mut client in staying {
            client.message("still there?").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_bus_loses_the_wake_up_they_are_closed_soon_all_the_same() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, _, group) = cluster.pair().await;
        let (phone, on_phone) = cluster.signed_in(&anna).await;
        let mut staying = cluster.live(1, &anna, group).await;
        let ending = [
            cluster.live(1, &phone, group).await,
            cluster.at_everything(0, &phone, "").await,
        ];
        cluster.node(0).bus.set(Fault::DropAll);
        let since = Instant::now();
        cluster.sign_out(&anna, on_phone).await;
        cluster.node(0).bus.has_caught(1).await;
        closed_within(ending, since, SOON).await;
        staying.is_silent().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_was_interrupted_is_made_up_for_by_a_look_at_once() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let (phone, on_phone) = cluster.signed_in(&anna).await;
    let ending = cluster.at_everything(1, &phone, "").await;
    cluster.node(0).bus.set(Fault::DropAll);
    cluster.sign_out(&anna, on_phone).await;
    cluster.node(0).bus.has_caught(1).await;
    let since = Instant::now();
    cluster.node(1).bus.interrupt().await;
    closed_within([ending], since, AT_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_a_person_ends_but_what_is_made_afterwards() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let root = store::User {
        role: "admin".into(),
        ..cluster.store.user(boris.id).await.unwrap().unwrap()
    };
    let (phone, _) = cluster.signed_in(&anna).await;
    let mut ending = Vec::new();
    for node in 0..2 {
        for who in [&anna, &phone] {
            ending.push(cluster.at_everything(node, who, "").await);
        }
    }
    let mut staying = cluster.at_everything(1, &boris, "").await;
    let since = Instant::now();
    cluster.node(0).chat.revoke_tokens(&root, anna.id).await.unwrap();
    closed_within(ending, since, AT_ONCE).await;
    let (again, _) = cluster.signed_in(&anna).await;
    for node in 0..2 {
        cluster.at_everything(node, &again, "").await.is_silent().await;
    }
    staying.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_goes_on_with_the_token_of_another_sign_in_ends_with_that_one() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let (phone, on_phone) = cluster.signed_in(&anna).await;
    let (laptop, on_laptop) = cluster.signed_in(&anna).await;
    let mut moved = cluster.at_everything(1, &phone, "").await;
    moved.send("auth", json!({ "token": laptop.token })).await;
    moved
        .until(|received| matches!(received.frame, ServerFrame::AuthOk(_)).then_some(()))
        .await;
    let left_behind = cluster.at_everything(1, &phone, "").await;
    cluster.sign_out(&anna, on_phone).await;
    closed_within([left_behind], Instant::now(), AT_ONCE).await;
    moved.is_silent().await;
    cluster.sign_out(&anna, on_laptop).await;
    closed_within([moved], Instant::now(), AT_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_of_a_ticket_ends_with_the_sign_in_that_asked_for_the_ticket() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let (_, sign_in) = cluster.signed_in(&anna).await;
    let ticket = || {
        let (ticket, _) = cluster.tokens.ticket(anna.id, Some(sign_in));
        format!("{SOCKET}?ticket={ticket}")
    };
    let mut opened = cluster.open(1, &ticket(), None).await;
    opened.hello().await;
    let unused = ticket();
    cluster.sign_out(&anna, sign_in).await;
    closed_within([opened], Instant::now(), AT_ONCE).await;
    for node in 0..2 {
        let answer = cluster.handshake(node, &unused, &[]).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "node {node}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_in_a_frame_is_closed_with_4401() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let (phone, on_phone) = cluster.signed_in(&anna).await;
    cluster.sign_out(&anna, on_phone).await;
    let first = cluster.open(0, SOCKET, None).await;
    let renewed = cluster.at_everything(0, &anna, "").await;
    for mut client in [first, renewed] {
        client.send("auth", json!({ "token": phone.token })).await;
        client.closed(4401).await;
    }
}

/// The node learns of the revocation while sockets of it are being opened: none may slip through between its check
/// and its place among the person's sockets.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_socket_that_opens_meanwhile_slips_through() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    for _ in 0..30 {
        let (phone, on_phone) = cluster.signed_in(&anna).await;
        let opening = async {
            let mut opened = Vec::new();
            // Until one is turned away: from then on the node knows.
            while let Ok(client) = Client::open(cluster.address(0), SOCKET, &[bearer(&phone.token)]).await {
                opened.push(client);
            }
            opened
        };
        let signing_out = cluster.sign_out(&anna, on_phone);
        let (opened, ()) = tokio::join!(in_time("a refusal", opening), signing_out);
        for mut client in opened {
            client.hung_up(4401).await;
        }
    }
}
