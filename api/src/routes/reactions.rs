//! What people feel about a message, and what is pinned.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::{Message, Reaction};
use protocol::{ConversationId, MessageId};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Caller, Ids};
use crate::openapi::Refusals;

/// Everybody's reactions to a message, with all their names.
#[utoipa::path(
    get,
    path = "/messages/{id}/reactions/",
    operation_id = "list_reactions",
    tag = "messages",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 200, description = "In the order in which the emoji came.", body = Vec<Reaction>), Refusals)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<MessageId>,
) -> Result<Json<Vec<Reaction>>, ApiError> {
    Ok(Json(state.chat.reactions(caller, id).await?))
}

/// Adds the caller's reaction; once is as good as twice.
#[utoipa::path(
    put,
    path = "/messages/{id}/reactions/{emoji}",
    operation_id = "react",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "Which message."),
        ("emoji" = String, Path, description = "One emoji."),
    ),
    responses((status = 200, description = "The message as it is now.", body = Message), Refusals)
)]
pub(crate) async fn react(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids((id, emoji)): Ids<(MessageId, String)>,
) -> Result<Json<Message>, ApiError> {
    let reacted = state.chat.react(caller, id, &emoji).await;
    reacted.map(Json).map_err(ApiError::of_query)
}

/// Takes the caller's reaction back, if there is one.
#[utoipa::path(
    delete,
    path = "/messages/{id}/reactions/{emoji}",
    operation_id = "unreact",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "Which message."),
        ("emoji" = String, Path, description = "One emoji."),
    ),
    responses((status = 204, description = "It is gone."), Refusals)
)]
pub(crate) async fn unreact(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids((id, emoji)): Ids<(MessageId, String)>,
) -> Result<StatusCode, ApiError> {
    let unreacted = state.chat.unreact(caller, id, &emoji).await;
    unreacted.map_err(ApiError::of_query)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pins a message for everybody in the conversation: in a group, for its admins.
#[utoipa::path(
    put,
    path = "/messages/{id}/pin/",
    operation_id = "pin_message",
    tag = "messages",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 200, description = "The message as it is now.", body = Message), Refusals)
)]
pub(crate) async fn pin(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<MessageId>,
) -> Result<Json<Message>, ApiError> {
    Ok(Json(state.chat.pin_message(caller, id, true).await?))
}

/// Takes a pinned message down.
#[utoipa::path(
    delete,
    path = "/messages/{id}/pin/",
    operation_id = "unpin_message",
    tag = "messages",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 204, description = "It is not pinned."), Refusals)
)]
pub(crate) async fn unpin(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<MessageId>,
) -> Result<StatusCode, ApiError> {
    state.chat.pin_message(caller, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is pinned in a conversation, the newest pin first.
#[utoipa::path(
    get,
    path = "/conversations/{id}/pins/",
    operation_id = "list_pins",
    tag = "messages",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 200, description = "All of them, a hundred at most.", body = Vec<Message>), Refusals)
)]
pub(crate) async fn pins(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
) -> Result<Json<Vec<Message>>, ApiError> {
    Ok(Json(state.chat.pinned_messages(caller, id).await?))
}
