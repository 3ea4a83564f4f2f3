//! What only an administrator may do.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::UserId;

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
