//! Frames that mean nothing, too much of them, and the manners of the protocol below.

use protocol::limits::FRAME_BYTES;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message as Ws;

use crate::cluster::TestCluster;
use crate::first_frame::{close_normally, closing_code};

#[tokio::test(flavor = "multi_thread")]
async fn every_malformed_frame_is_answered_and_the_socket_stays() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (text, code) in [
        ("", "malformed"),
        ("not json", "malformed"),
        ("{", "malformed"),
        ("null", "malformed"),
        ("[]", "malformed"),
        ("7", "malformed"),
        ("{}", "malformed"),
        (r#"{"type":7}"#, "malformed"),
        (r#"{"type":null,"payload":{}}"#, "malformed"),
        (&deep, "malformed"),
        (r#"{"type":"whispering","payload":{}}"#, "unknown_type"),
        (r#"{"type":""}"#, "unknown_type"),
        (r#"{"type":"message:new","payload":[]}"#, "invalid"),
        (r#"{"type":"message:new","payload":{"text":7}}"#, "malformed"),
        (
            r#"{"type":"message:new","payload":{"text":"a","reply_to":"b"}}"#,
            "malformed",
        ),
        (
            r#"{"type":"message:new","payload":{"text":"\ud800"}}"#,
            "malformed",
        ),
        (r#"{"type":"message:new"}"#, "invalid"),
        (r#"{"type":"message:edit","payload":{}}"#, "malformed"),
        (
            r#"{"type":"message:edit","payload":{"message_id":1,"text":"a"}}"#,
            "malformed",
        ),
        (r#"{"type":"message:delete"}"#, "malformed"),
        (
            r#"{"type":"subscribe","payload":{"conversation_id":"x"}}"#,
            "malformed",
        ),
        (
            r#"{"type":"subscribe","payload":{"conversation_id":"00000000-0000-0000-0000-000000000001"}}"#,
            "invalid",
        ),
        (r#"{"type":"unsubscribe","payload":{}}"#, "malformed"),
        (r#"{"type":"auth","payload":{}}"#, "malformed"),
    ] {
        client.text(text).await;
        assert_eq!(client.error().await.code, code, "{text:.80}");
    }
    client.ws(Ws::binary(vec![0, 255, 7])).await;
    assert_eq!(client.error().await.code, "malformed");
    let payload = json!({ "conversation_id": group, "after": -1 });
    client.send("subscribe", payload).await;
    assert_eq!(client.error().await.code, "invalid");
    client.say(group, "still here", "c-1").await;
    client.ack().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_comes_back_exactly_as_it_was_sent() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let mut client = cluster.at_everything(0, &anna, "").await;
    for reference in [json!(1), json!("a"), json!({ "b": [null, 1.5] }), json!([[]])] {
        client
            .text(&json!({ "type": "no such type", "ref": reference }).to_string())
            .await;
        assert_eq!(client.error().await.reference, Some(reference));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_the_limit_is_closed_with_4400_and_one_at_the_limit_is_not() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    for size in [FRAME_BYTES + 1, 2 * FRAME_BYTES] {
        let mut client = cluster.live(0, &anna, group).await;
        client.text(&"x".repeat(FRAME_BYTES)).await;
        assert_eq!(client.error().await.code, "malformed");
        client.text(&"x".repeat(size)).await;
        assert_eq!(client.closed(4400).await["code"], "protocol");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_frames_are_answered_with_errors_and_far_too_many_with_4429() {
    const RATE: u32 = 20;
    let cluster = TestCluster::tuned(|config| config.frames_per_minute = RATE).await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    for _ in 0..3 * RATE {
        client.send("ping", json!({})).await;
    }
    let (answers, reason) = client.closed_after(4429).await;
    assert_eq!(reason["code"], "limit");
    let limited = answers
        .iter()
        .filter(|received| {
            matches!(&received.frame, protocol::frames::ServerFrame::Error(error)
                if error.code == "rate_limited" && error.retryable)
        })
        .count();
    let limited = u32::try_from(limited).unwrap();
    assert!((RATE - 1..=RATE + 1).contains(&limited), "{limited}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_closes_with_1000_is_answered_with_1000() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    close_normally(&mut client).await;
    assert_eq!(closing_code(&mut client).await, Some(1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_of_both_kinds_are_answered() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    client.is_silent().await;
    client.ws(Ws::Ping(b"anybody?".as_slice().into())).await;
    let Some(Ok(Ws::Pong(echo))) = client.raw().await else {
        panic!("no pong")
    };
    assert_eq!(&*echo, b"anybody?");
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_in_one_breath_are_stored_in_their_order() {
    const SENDS: usize = 200;
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut client = cluster.live(0, &anna, group).await;
    let texts: Vec<_> = (0..SENDS).map(|number| format!("number {number}")).collect();
    for text in &texts {
        client.send("message:new", json!({ "text": text })).await;
    }
    for text in &texts {
        client.message(text).await;
    }
}
