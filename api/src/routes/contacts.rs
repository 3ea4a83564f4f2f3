//! Contact protection, for administrators: where it is on, and what it holds.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::{HeldMessage, Message};
use protocol::requests::SetContactPolicy;
use protocol::{ConversationId, MessageId};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Ids, JsonBody, KnownCaller};
use crate::openapi::{Refusals, WriteRefusals};

/// Says whether contact details are screened in a conversation; `null`: as the installation says.
#[utoipa::path(
    put,
    path = "/conversations/{id}/contact-policy/",
    operation_id = "set_contact_policy",
    tag = "administration",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    request_body = SetContactPolicy,
    responses((status = 204, description = "Every later send and edit obeys it."), WriteRefusals)
)]
pub(crate) async fn set_policy(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(conversation): Ids<ConversationId>,
    JsonBody(request): JsonBody<SetContactPolicy>,
) -> Result<StatusCode, ApiError> {
    let policy = request.policy;
    state
        .chat
        .set_contact_policy(&caller, conversation, policy)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Messages that wait for a decision, the oldest first, 200 at most: the next come up when these are decided.
#[utoipa::path(
    get,
    path = "/held-messages/",
    operation_id = "held_messages",
    tag = "administration",
    responses((status = 200, description = "What waits.", body = Vec<HeldMessage>), Refusals)
)]
pub(crate) async fn held(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
) -> Result<Json<Vec<HeldMessage>>, ApiError> {
    Ok(Json(state.chat.held_messages(&caller).await?))
}

/// Sends a held message as its sender. It takes its place in the conversation now; repeated, the answer is the same.
#[utoipa::path(
    post,
    path = "/held-messages/{id}/approve/",
    operation_id = "approve_held_message",
    tag = "administration",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 200, description = "It is sent.", body = Message), Refusals)
)]
pub(crate) async fn approve(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(message): Ids<MessageId>,
) -> Result<Json<Message>, ApiError> {
    let sent = state.chat.approve_held(&caller, message).await?;
    Ok(Json(sent.message))
}

/// A held message is never sent; its sender is not told.
#[utoipa::path(
    post,
    path = "/held-messages/{id}/reject/",
    operation_id = "reject_held_message",
    tag = "administration",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 204, description = "It never is."), Refusals)
)]
pub(crate) async fn reject(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(message): Ids<MessageId>,
) -> Result<StatusCode, ApiError> {
    state.chat.reject_held(&caller, message).await?;
    Ok(StatusCode::NO_CONTENT)
}
