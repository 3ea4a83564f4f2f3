//! Who is let in, by which carrier, and what the others are told.

use std::time::Duration;

use protocol::ConversationId;
use protocol::paths::{SOCKET, conversation_socket};
use reqwest::StatusCode;
use runtime::Clock;
use runtime::tokens::Tokens;
use serde_json::Value;
use uuid::Uuid;

use crate::client::{Client, Header, Heard};
use crate::cluster::{OUR_PAGES, Person, TestCluster, bearer, tokens_config};

/// `{"alg":"none","typ":"JWT"}`
const UNSIGNED: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

const NODE: usize = 0;

impl TestCluster {
    fn doors(conversation: ConversationId) -> [String; 4] {
        let slashed = conversation_socket(conversation);
        [
            SOCKET.into(),
            format!("{SOCKET}/"),
            slashed.trim_end_matches('/').into(),
            slashed,
        ]
    }

    async fn status(&self, path: &str, headers: &[Header]) -> StatusCode {
        self.handshake(NODE, path, headers).await.status()
    }

    /// The problem document of a refusal; checks what all of them share.
    async fn refusal(&self, path: &str, headers: &[Header], status: StatusCode) -> Value {
        let response = self.handshake(NODE, path, headers).await;
        assert_eq!(response.status(), status, "{path}");
        let said = response.headers().clone();
        assert_eq!(said["content-type"], "application/problem+json");
        assert_eq!(
            said.contains_key("www-authenticate"),
            status == StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            said.contains_key("retry-after"),
            status == StatusCode::SERVICE_UNAVAILABLE
        );
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], status.as_u16());
        problem
    }

    fn ways_to_carry(&self, who: &Person) -> Vec<(String, Vec<Header>)> {
        let token = &who.token;
        let (ticket, _) = self.tokens.ticket(who.id, None);
        vec![
            (String::new(), vec![bearer(token)]),
            (
                String::new(),
                vec![("www-authenticate", format!("Bearer {token}"))],
            ),
            (format!("token={token}"), vec![]),
            (format!("Authorization=Bearer%20{token}"), vec![]),
            (format!("WWW-Authenticate=Bearer%20{token}"), vec![]),
            (format!("ticket={ticket}"), vec![]),
        ]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_carrier_opens_both_doors_with_and_without_the_slash() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    for door in TestCluster::doors(group) {
        for (query, headers) in cluster.ways_to_carry(&anna) {
            let path = format!("{door}?{query}");
            let opened = Client::open(cluster.address(NODE), &path, &headers).await;
            let hello = opened
                .unwrap_or_else(|error| panic!("{path}: {error}"))
                .hello()
                .await;
            assert_eq!(hello.user_id, anna.id, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_good_is_refused_before_the_upgrade() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let earlier = Clock::fixed(cluster.clock.now().minus(Duration::from_hours(2)));
    let (expired, _) = Tokens::new(&tokens_config(), earlier).unwrap().access(anna.id);
    let (refresh, _) = cluster.tokens.refresh(anna.id, Uuid::now_v7());
    let (ticket, _) = cluster.tokens.ticket(anna.id, None);
    let claims = anna.token.split('.').nth(1).unwrap();
    let unsigned = format!("{UNSIGNED}.{claims}.");
    let mut bent = anna.token.clone();
    bent.truncate(bent.len() - 4);
    for door in TestCluster::doors(group) {
        for bad in ["garbage", &expired, &refresh, &ticket, &unsigned, &bent] {
            for (query, headers) in [
                (String::new(), vec![bearer(bad)]),
                (format!("token={bad}"), vec![]),
                (format!("Authorization=Bearer%20{bad}"), vec![]),
                (format!("WWW-Authenticate=Bearer%20{bad}"), vec![]),
                (format!("ticket={bad}x"), vec![]),
            ] {
                let path = format!("{door}?{query}");
                let problem = cluster.refusal(&path, &headers, StatusCode::UNAUTHORIZED).await;
                assert_eq!(problem["code"], "unauthorized");
            }
        }
        let basic = ("authorization", "Basic YTpi".to_owned());
        cluster.refusal(&door, &[basic], StatusCode::UNAUTHORIZED).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_not_rescued_by_a_good_one_in_another_carrier() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let path = format!("{SOCKET}?token={}", anna.token);
    cluster
        .refusal(&path, &[bearer("garbage")], StatusCode::UNAUTHORIZED)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_403_and_what_does_not_exist_is_404() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let stranger = cluster.person("stranger").await;
    let at = conversation_socket(group);
    let problem = cluster
        .refusal(&at, &[bearer(&stranger.token)], StatusCode::FORBIDDEN)
        .await;
    assert_eq!(problem["code"], "not_participant");

    let unknown = conversation_socket(ConversationId(Uuid::now_v7()));
    let no_uuid = format!("{SOCKET}/conversations/17/");
    for path in [&unknown, &no_uuid] {
        let problem = cluster
            .refusal(path, &[bearer(&anna.token)], StatusCode::NOT_FOUND)
            .await;
        assert_eq!(problem["code"], "not_found");
        cluster
            .refusal(path, &[bearer("garbage")], StatusCode::UNAUTHORIZED)
            .await;
    }

    cluster
        .node(NODE)
        .chat
        .delete_conversation(anna.id, group)
        .await
        .unwrap();
    for who in [&anna, &stranger] {
        cluster
            .refusal(&at, &[bearer(&who.token)], StatusCode::NOT_FOUND)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_foreign_origins_are_refused_and_programs_are_not_asked() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    for door in TestCluster::doors(group) {
        for (origin, status) in [
            (Some("https://evil.example"), StatusCode::FORBIDDEN),
            (Some("null"), StatusCode::FORBIDDEN),
            (Some(OUR_PAGES), StatusCode::SWITCHING_PROTOCOLS),
            (None, StatusCode::SWITCHING_PROTOCOLS),
        ] {
            let mut headers = vec![bearer(&anna.token)];
            headers.extend(origin.map(|origin| ("origin", origin.to_owned())));
            assert_eq!(cluster.status(&door, &headers).await, status, "{door} {origin:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_get_is_told_to_upgrade() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    for door in TestCluster::doors(group) {
        let path = format!("{door}?token={}", anna.token);
        let response = cluster.get(NODE, &path).await;
        assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
        assert_eq!(response.headers()["upgrade"], "websocket");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_means_nothing_is_refused() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let at = conversation_socket(group);
    for path in [
        format!("{at}?after=-1"),
        format!("{at}?after=many"),
        format!("{at}?after="),
        format!("{at}?after=99999999999999999999"),
        format!("{SOCKET}?subscribe=some"),
    ] {
        cluster
            .refusal(&path, &[bearer(&anna.token)], StatusCode::BAD_REQUEST)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_one_socket_on_one_node() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let (ticket, _) = cluster.tokens.ticket(anna.id, None);
    let path = format!("{SOCKET}?ticket={ticket}");
    assert_eq!(cluster.open(0, &path, None).await.hello().await.user_id, anna.id);
    for node in 0..2 {
        let again = cluster.handshake(node, &path, &[]).await;
        assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_node_lets_nobody_in() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    cluster.node(NODE).tasks.draining().cancel();
    for door in TestCluster::doors(group) {
        let problem = cluster
            .refusal(&door, &[bearer(&anna.token)], StatusCode::SERVICE_UNAVAILABLE)
            .await;
        assert_eq!(problem["code"], "unavailable");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_node_refuses_and_every_kind_of_end_gives_the_place_back() {
    const PLACES: usize = 3;
    let cluster = TestCluster::tuned(|config| config.max_connections = PLACES).await;
    let (anna, _, group) = cluster.pair().await;
    let at = conversation_socket(group);
    for end in [
        "close",
        "reset",
        "too large",
        "bad token",
        "refused handshake",
        "half a handshake",
    ] {
        let mut sockets = Vec::new();
        while sockets.len() < PLACES {
            // A place comes back a moment after its socket ended: the refusal says when to try again.
            match Client::open(cluster.address(NODE), &at, &[bearer(&anna.token)]).await {
                Ok(mut client) => {
                    client.hello().await;
                    client.sync(group).await;
                    sockets.push(client);
                }
                Err(_full) => tokio::task::yield_now().await,
            }
        }
        let problem = cluster
            .refusal(&at, &[bearer(&anna.token)], StatusCode::SERVICE_UNAVAILABLE)
            .await;
        assert_eq!(problem["retryable"], true);
        for client in sockets {
            end_by(end, &cluster, client).await;
        }
    }
    crate::client::in_time("the last places", async {
        while cluster.status(&at, &[bearer(&anna.token)]).await != StatusCode::SWITCHING_PROTOCOLS {}
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rush_is_let_in_bit_by_bit_and_told_when_to_come_back() {
    let cluster = TestCluster::tuned(|config| config.upgrades_per_second = 1).await;
    let (anna, _, group) = cluster.pair().await;
    let (at, token) = (conversation_socket(group), [bearer(&anna.token)]);
    let mut first = Client::open(cluster.address(NODE), &at, &token).await.unwrap();
    let refused = loop {
        // A slow machine may let a second pass between two handshakes.
        let answer = cluster.handshake(NODE, &at, &token).await;
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            break answer;
        }
    };
    let seconds: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=3).contains(&seconds), "{seconds}");
    // Whoever is in notices nothing, and the others come in as told.
    first.hello().await;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    assert!(Client::open(cluster.address(NODE), &at, &token).await.is_ok());
}

async fn end_by(end: &str, cluster: &TestCluster, mut client: Client) {
    match end {
        "close" => client.hang_up().await,
        "reset" => drop(client.into_stream()),
        "too large" => {
            client.text(&"x".repeat(protocol::limits::FRAME_BYTES + 1)).await;
            client.closed(4400).await;
        }
        "bad token" => {
            client
                .send("auth", serde_json::json!({ "token": "garbage" }))
                .await;
            client.closed(4401).await;
        }
        "refused handshake" => {
            drop(client);
            let bad = cluster.handshake(NODE, SOCKET, &[bearer("garbage")]).await;
            assert!(bad.status().is_client_error() || bad.status().is_server_error());
        }
        "half a handshake" => {
            drop(client);
            // Nobody waits for the answer: the place was taken, and the connection is gone before the upgrade.
            let stream = tokio::net::TcpStream::connect(cluster.address(NODE))
                .await
                .unwrap();
            let request = format!(
                "GET {SOCKET} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                 sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            );
            stream.writable().await.unwrap();
            stream.try_write(request.as_bytes()).unwrap();
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hello_says_who_and_how_the_socket_is_kept_alive() {
    let cluster = TestCluster::tuned(|config| config.heartbeat_seconds = 7).await;
    let anna = cluster.person("anna").await;
    let mut client = cluster.open(NODE, SOCKET, Some(&anna.token)).await;
    let Heard::Frame(first) = client.heard().await else {
        panic!("no frame")
    };
    let protocol::frames::ServerFrame::Hello(hello) = first.frame else {
        panic!("not hello")
    };
    assert_eq!((hello.user_id, hello.heartbeat_interval_ms), (anna.id, 7_000));
}
