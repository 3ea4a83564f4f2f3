//! Whoever signs out at one node is out at every other.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::client::{PATIENCE, Person, Socket};
use crate::processes::{Cluster, POLL};

/// The promise: sockets are closed everywhere within this long.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_at_one_node_closes_the_sockets_on_all_and_no_node_takes_the_token() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let api_1 = &cluster.apis[0].public;
    let anna = Person::register(api_1, "anna").await;
    let boris = Person::register(api_1, "boris").await;
    let mut ends = JoinSet::new();
    let mut staying = Vec::new();
    for gateway in &cluster.gateways {
        for _ in 0..2 {
            let mut socket = anna.open(&gateway.public, "").await;
            socket.next().await.expect("hello");
            ends.spawn(close_code(socket));
        }
        staying.push(boris.open(&gateway.public, "").await);
    }
    let since = Instant::now();
    let answer = anna.post(api_1, "../auth/logout/", &json!({})).await;
    assert!(answer.status().is_success(), "{}", answer.status());
    for code in ends.join_all().await {
        assert_eq!(code, Some(4401));
    }
    let took = since.elapsed();
    assert!(took < AT_ONCE, "took {took:?}");
    for gateway in &cluster.gateways {
        let refused = anna.try_open(&gateway.public, "").await;
        let Err(tokio_tungstenite::tungstenite::Error::Http(answer)) = refused else {
            panic!("let in again")
        };
        assert_eq!(answer.status(), 401);
    }
    for api in &cluster.apis {
        timeout(PATIENCE, is_refused(&anna, &api.public))
            .await
            .expect("every API node hears of it");
    }
    for mut socket in staying {
        socket.send(&json!({"type": "ping"})).await;
        socket.next().await.expect("still open");
    }
}

async fn close_code(mut socket: Socket) -> Option<u16> {
    loop {
        if let Err(close) = socket.next().await {
            return close.map(|frame| frame.code.into());
        }
    }
}

/// Nothing wakes an API node: it refuses the token once it has looked.
async fn is_refused(anna: &Person, api: &str) {
    while anna.post(api, "tickets/", &json!({})).await.status() != 401 {
        tokio::time::sleep(POLL).await;
    }
}
