//! `/api/chat/chats/` as OkoZnaniy's clients know it, and its exact bodies.

#![cfg(test)]

mod chats;
mod messages;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};

/// Below `/api/chat/chats/`.
async fn call(app: &TestApp, who: &Person, call: (Method, &str, Value), expected: StatusCode) -> Value {
    let (method, path, body) = call;
    let path = format!("/api/chat/chats/{path}");
    app.ask(who, (method, &path, body), expected).await
}

async fn get(app: &TestApp, who: &Person, path: &str) -> Value {
    call(app, who, (Method::GET, path, Value::Null), StatusCode::OK).await
}

async fn post(app: &TestApp, who: &Person, path: &str, body: Value, expected: StatusCode) -> Value {
    call(app, who, (Method::POST, path, body), expected).await
}

/// The chat of an order with two people in it, as the host makes it; its number.
async fn chat(app: &TestApp, client: &Person, expert: &Person, order: i64) -> i64 {
    let body = json!({
        "type": "group", "service": "order", "service_id": order.to_string(), "participant_ids": [expert.id],
    });
    let path = "/api/unet-chat/conversations/";
    let made = app
        .ask(client, (Method::POST, path, body), StatusCode::CREATED)
        .await;
    made["number"].as_i64().unwrap()
}

async fn say(app: &TestApp, who: &Person, chat: i64, text: &str) -> Value {
    let path = format!("{chat}/send_message/");
    post(app, who, &path, json!({ "text": text }), StatusCode::OK).await
}

/// How a person is shown, and nothing more of them.
async fn user(app: &TestApp, who: &Person) -> Value {
    let me = app.get(who, "/api/auth/me/").await;
    json!({
        "id": me["id"], "username": me["username"], "first_name": me["first_name"],
        "last_name": me["last_name"], "avatar": "",
    })
}

fn texts(messages: &Value) -> Vec<&str> {
    let messages = messages.as_array().unwrap();
    messages
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

fn stranger() -> Value {
    json!({ "detail": "Вы не являетесь участником этого чата" })
}
