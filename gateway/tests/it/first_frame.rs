//! Sockets that bring no token say who they are by their first frame.

use protocol::paths::{SOCKET, conversation_socket};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message as Ws;

use crate::client::Client;
use crate::cluster::TestCluster;

const NODE: usize = 0;

#[tokio::test(flavor = "multi_thread")]
async fn a_first_frame_with_a_token_opens_both_doors() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    for path in [SOCKET, &conversation_socket(group)] {
        for token in [anna.token.clone(), format!("Bearer {}", anna.token)] {
            let mut client = cluster.open(NODE, path, None).await;
            client.send("auth", json!({ "token": token })).await;
            assert_eq!(client.hello().await.user_id, anna.id);
            client.sync(group).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_before_it_are_answered_and_do_nothing() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let head = cluster.head(group).await;
    let mut client = cluster.open(NODE, &conversation_socket(group), None).await;
    for text in [
        r#"{"type":"message:new","payload":{"text":"hi"}}"#,
        r#"{"type":"ping"}"#,
        "not json",
    ] {
        client.text(text).await;
        assert_eq!(client.error().await.code, "unauthorized");
    }
    client.send("auth", json!({ "token": anna.token })).await;
    client.hello().await;
    assert_eq!(client.sync(group).await, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_says_nothing_or_only_nonsense_is_closed_with_4408() {
    let cluster = TestCluster::tuned(|config| config.auth_deadline_seconds = 1).await;
    let mut silent = cluster.open(NODE, SOCKET, None).await;
    let mut babbling = cluster.open(NODE, SOCKET, None).await;
    for _ in 0..20 {
        babbling.send("ping", json!({})).await;
    }
    babbling.closed(4408).await;
    let reason = silent.closed(4408).await;
    assert_eq!(reason["code"], "auth_timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_closed_with_4401() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let (refresh, _) = cluster.tokens.refresh(anna.id, uuid::Uuid::now_v7());
    for token in ["garbage", &refresh] {
        let mut client = cluster.open(NODE, SOCKET, None).await;
        client.send("auth", json!({ "token": token })).await;
        let reason = client.closed(4401).await;
        assert_eq!(reason["code"], "token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_at_a_conversations_door_is_closed_with_4403_and_at_none_with_4404() {
    let cluster = TestCluster::new().await;
    let (_, _, group) = cluster.pair().await;
    let stranger = cluster.person("stranger").await;
    let nowhere = protocol::ConversationId(uuid::Uuid::now_v7());
    for (conversation, code) in [(group, 4403), (nowhere, 4404)] {
        let path = conversation_socket(conversation);
        let mut client = cluster.open(NODE, &path, None).await;
        client.send("auth", json!({ "token": stranger.token })).await;
        let (before, _) = client.closed_after(code).await;
        assert!(before.iter().all(|received| received.seq.is_none()), "{before:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_before_it_is_answered_in_kind() {
    let cluster = TestCluster::new().await;
    let mut client = cluster.open(NODE, SOCKET, None).await;
    close_normally(&mut client).await;
    assert_eq!(closing_code(&mut client).await, Some(1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_the_limit_before_it_is_closed_with_4400() {
    let cluster = TestCluster::new().await;
    let mut client = cluster.open(NODE, SOCKET, None).await;
    client.text(&"x".repeat(protocol::limits::FRAME_BYTES + 1)).await;
    client.closed(4400).await;
}

pub(crate) async fn close_normally(client: &mut Client) {
    use tokio_tungstenite::tungstenite::protocol::CloseFrame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    let frame = CloseFrame {
        code: CloseCode::Normal,
        reason: "Component unmounting".into(),
    };
    client.ws(Ws::Close(Some(frame))).await;
}

/// The code of the next close frame; `None` when the connection just ends.
pub(crate) async fn closing_code(client: &mut Client) -> Option<u16> {
    loop {
        match client.raw().await {
            Some(Ok(Ws::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}
