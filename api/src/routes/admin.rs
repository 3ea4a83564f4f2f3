//! What only an administrator may do.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::{Figures, MessageEdit};
use protocol::requests::CreateNotifications;
use protocol::{MessageId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Ids, JsonBody, KnownCaller};
use crate::openapi::{Refusals, WriteRefusals};

/// Ends everything that a person is signed in with: tokens are refused from now on, sockets are closed with 4401.
#[utoipa::path(
    post,
    path = "/users/{id}/revoke-tokens/",
    operation_id = "revoke_tokens",
    tag = "administration",
    params(("id" = i64, Path, description = "The person.")),
    responses((status = 204, description = "It has ended."), Refusals)
)]
pub(crate) async fn revoke_tokens(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(user): Ids<UserId>,
) -> Result<StatusCode, ApiError> {
    state.chat.revoke_tokens(&caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many were told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotifiedCount {
    /// Those who exist and have not turned it off.
    created: usize,
}

/// Tells people something on behalf of the host: an entry on each one's list of notifications.
#[utoipa::path(
    post,
    path = "/notifications/",
    operation_id = "create_notifications",
    tag = "administration",
    request_body = CreateNotifications,
    responses((status = 201, description = "They are on the lists.", body = NotifiedCount), WriteRefusals)
)]
pub(crate) async fn notify(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    JsonBody(request): JsonBody<CreateNotifications>,
) -> Result<(StatusCode, Json<NotifiedCount>), ApiError> {
    let created = state.chat.create_notifications(&caller, request).await?;
    Ok((StatusCode::CREATED, Json(NotifiedCount { created })))
}

/// What the installation counts about itself, a few seconds old at most.
#[utoipa::path(
    get,
    path = "/stats/",
    operation_id = "read_stats",
    tag = "administration",
    responses((status = 200, description = "The figures.", body = Figures), Refusals)
)]
pub(crate) async fn stats(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
) -> Result<Json<Figures>, ApiError> {
    Ok(Json(state.chat.figures(&caller).await?))
}

/// What a message said before it was changed, the oldest text first. Of a deleted message nothing is kept.
#[utoipa::path(
    get,
    path = "/messages/{id}/edits/",
    operation_id = "list_message_edits",
    tag = "administration",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 200, description = "Empty when it was never changed.", body = Vec<MessageEdit>), Refusals)
)]
pub(crate) async fn message_edits(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<MessageId>,
) -> Result<Json<Vec<MessageEdit>>, ApiError> {
    Ok(Json(state.chat.message_edits(&caller, id).await?))
}
