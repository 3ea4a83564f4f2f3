//! `/api/chat/` as the clients of the Mini Chat Backend know it: every row of its table, and its exact bodies.

#![cfg(test)]

mod messages;
mod people;
mod rooms;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};

/// Below `/api/chat/`.
async fn call(app: &TestApp, who: &Person, call: (Method, &str, Value), expected: StatusCode) -> Value {
    let (method, path, body) = call;
    let path = format!("/api/chat/{path}");
    app.ask(who, (method, &path, body), expected).await
}

async fn get(app: &TestApp, who: &Person, path: &str) -> Value {
    call(app, who, (Method::GET, path, Value::Null), StatusCode::OK).await
}

async fn post(app: &TestApp, who: &Person, path: &str, body: Value, expected: StatusCode) -> Value {
    call(app, who, (Method::POST, path, body), expected).await
}

async fn refused(app: &TestApp, who: &Person, path: &str, body: Value, with: Value) {
    let answer = post(app, who, path, body.clone(), StatusCode::BAD_REQUEST).await;
    assert_eq!(answer, with, "{path} {body}");
}

/// A room that somebody makes; its number.
async fn room(app: &TestApp, who: &Person, body: Value) -> i64 {
    let made = post(app, who, "rooms/", body, StatusCode::CREATED).await;
    made["id"].as_i64().unwrap()
}

/// The direct room of two; its number.
async fn direct(app: &TestApp, who: &Person, other: &Person) -> i64 {
    let body = json!({ "user_id": other.id });
    let made = post(app, who, "create-direct-chat/", body, StatusCode::CREATED).await;
    made["room"]["id"].as_i64().unwrap()
}

/// How a person is shown.
async fn user(app: &TestApp, who: &Person) -> Value {
    app.get(who, "/api/auth/me/").await
}

fn unseen() -> Value {
    json!({ "detail": "No ChatRoom matches the given query." })
}

fn not_found() -> Value {
    json!({ "error": "Комната не найдена" })
}
