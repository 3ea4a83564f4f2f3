//! The same chat behind Socket.IO 4: each frame an event, each acknowledgement Socket.IO's own.

use std::collections::HashMap;

use axum::extract::ws::{Message as Socketed, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use protocol::UserId;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Chat, Outgoing, QUEUE, answer, conversations_of, enter, leave};

pub(super) async fn door(
    State(chat): State<Chat>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    assert_eq!(
        (query["EIO"].as_str(), query["transport"].as_str()),
        ("4", "websocket")
    );
    upgrade.on_upgrade(move |socket| attend(chat, socket))
}

/// What is not as Socket.IO's own client does it ends the socket, and with it the run.
async fn attend(chat: Chat, mut socket: WebSocket) {
    say(&mut socket, r#"0{"sid":"a","upgrades":[],"pingInterval":25000}"#).await;
    let auth = hear(&mut socket).await;
    let auth: Value = serde_json::from_str(auth.strip_prefix("40").unwrap()).unwrap();
    let user: UserId = auth["token"].as_str().unwrap().parse().unwrap();
    // Some servers do not wait with the first ping.
    say(&mut socket, "2").await;
    assert_eq!(hear(&mut socket).await, "3");
    say(&mut socket, r#"40{"sid":"b"}"#).await;
    say(&mut socket, "2").await;
    assert_eq!(hear(&mut socket).await, "3");

    let (frames, mut outgoing) = mpsc::channel(QUEUE);
    let followed = conversations_of(&chat, user);
    let number = enter(&chat, (user, true), &frames, followed);
    loop {
        tokio::select! {
            frame = outgoing.recv() => match frame.unwrap() {
                Outgoing::Text(text) => say(&mut socket, &packet(&text)).await,
                Outgoing::Close(_) => break,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Socketed::Text(text))) => answer(&chat, (number, user), &frames, &frame_of(&text)),
                Some(Ok(_)) => {}
                _ => break,
            },
        }
    }
    leave(&chat, number);
}

async fn say(socket: &mut WebSocket, text: &str) {
    // Whoever has gone is noticed by reading.
    let _gone = socket.send(Socketed::text(text)).await;
}

async fn hear(socket: &mut WebSocket) -> String {
    let Some(Ok(Socketed::Text(text))) = socket.recv().await else {
        panic!("no text");
    };
    text.to_string()
}

/// A frame of the protocol as Socket.IO says it.
fn packet(frame: &str) -> String {
    let mut frame: Value = serde_json::from_str(frame).unwrap();
    let mut payload = frame["payload"].take();
    if frame["type"] == "message:ack" {
        let index = index_of(&payload).to_owned();
        return format!("43{index}{}", json!([payload]));
    }
    if let Some(seq) = frame.get("seq") {
        payload["seq"] = seq.clone();
    }
    format!("42{}", json!([frame["type"], payload]))
}

/// An event that asks to be acknowledged, as a frame of the protocol.
fn frame_of(packet: &str) -> String {
    let (index, event) = packet.strip_prefix("42").unwrap().split_once('[').unwrap();
    let (kind, payload): (String, Value) = serde_json::from_str(&format!("[{event}")).unwrap();
    assert_eq!(index_of(&payload), index);
    json!({"type": kind, "payload": payload}).to_string()
}

/// Behind the moment in a send's name, its index in the schedule.
fn index_of(payload: &Value) -> &str {
    let (_, index) = payload["client_id"].as_str().unwrap().split_once('-').unwrap();
    index
}
