//! The requests that `loadtest run` makes.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Json, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::routing::post;
use axum::{Router, response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Asked, Chat, Io, Message};

type Shared = Arc<(Arc<Chat>, Io)>;
type Answer<T> = response::Result<(StatusCode, Json<T>)>;

pub fn router(chat: Arc<Chat>, io: Io) -> Router {
    Router::new()
        .route("/api/auth/register/", post(register))
        .route("/api/unet-chat/conversations/", post(open))
        .route("/api/unet-chat/messages/", post(send))
        .with_state(Arc::new((chat, io)))
}

/// Whose token the request came with.
struct User(i64);

impl FromRequestParts<Shared> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, StatusCode> {
        let value = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = value
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(StatusCode::UNAUTHORIZED)?;
        state
            .0
            .tokens
            .verify(token)
            .map(User)
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

#[derive(Deserialize)]
struct Register {
    username: String,
}

#[derive(Deserialize)]
struct Open {
    #[serde(rename = "type")]
    kind: String,
    title: Option<String>,
    participant_ids: Option<Vec<i64>>,
}

fn failed(error: impl std::fmt::Display) -> StatusCode {
    eprintln!("a request: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn register(State(shared): State<Shared>, Json(asked): Json<Register>) -> Answer<Value> {
    let Register { username } = asked;
    let id = shared.0.store.add_user(&username).await.map_err(failed)?;
    let access = shared.0.tokens.make(id).map_err(failed)?;
    let shown = json!({"user": {"id": id, "username": username}, "tokens": {"access": access}});
    Ok((StatusCode::CREATED, Json(shown)))
}

async fn open(State(shared): State<Shared>, User(creator): User, Json(asked): Json<Open>) -> Answer<Value> {
    let mut members = asked.participant_ids.unwrap_or_default();
    members.push(creator);
    members.sort_unstable();
    members.dedup();
    let id = shared.0.store.add_conversation(&members).await.map_err(failed)?;
    let shown = json!({"id": id, "type": asked.kind, "title": asked.title, "created_by": creator});
    Ok((StatusCode::CREATED, Json(shown)))
}

async fn send(State(shared): State<Shared>, User(sender): User, Json(asked): Json<Asked>) -> Answer<Message> {
    let (chat, io) = &*shared;
    let message = chat.send(io, sender, asked).await.map_err(failed)?;
    Ok((StatusCode::CREATED, Json(message)))
}
