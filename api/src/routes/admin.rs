//! What only an administrator may do.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::MessageEdit;
use protocol::{MessageId, UserId};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Ids, KnownCaller};
use crate::openapi::Refusals;

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
