//! Who is in a conversation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::Participant;
use protocol::requests::AddParticipant;
use protocol::{ConversationId, UserId};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Caller, Ids, JsonBody};
use crate::openapi::{Refusals, WriteRefusals};

/// Everybody in a conversation.
#[utoipa::path(
    get,
    path = "/conversations/{id}/participants",
    operation_id = "list_participants",
    tag = "participants",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 200, description = "All of them.", body = Vec<Participant>), Refusals)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
) -> Result<Json<Vec<Participant>>, ApiError> {
    Ok(Json(state.chat.participants(caller, id).await?))
}

/// Adds a person to a group; for its admins.
#[utoipa::path(
    post,
    path = "/conversations/{id}/participants/",
    operation_id = "add_participant",
    tag = "participants",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    request_body = AddParticipant,
    responses(
        (status = 201, description = "They are in it now.", body = Participant),
        (status = 200, description = "They were in it already, as this.", body = Participant),
        WriteRefusals,
    )
)]
pub(crate) async fn add(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
    JsonBody(request): JsonBody<AddParticipant>,
) -> Result<(StatusCode, Json<Participant>), ApiError> {
    let added = state
        .chat
        .add_participant(caller, id, request.user_id, request.role)
        .await?;
    let status = if added.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(added.participant)))
}

/// Leaves a group. Nothing more of it is seen from then on.
#[utoipa::path(
    post,
    path = "/conversations/{id}/leave/",
    operation_id = "leave_conversation",
    tag = "participants",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 204, description = "The caller is out."), Refusals)
)]
pub(crate) async fn leave(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
) -> Result<StatusCode, ApiError> {
    state.chat.remove_participant(caller, id, caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a person from a group; for its admins. Anybody removes themselves.
#[utoipa::path(
    delete,
    path = "/conversations/{id}/participants/{user_id}",
    operation_id = "remove_participant",
    tag = "participants",
    params(
        ("id" = ConversationId, Path, description = "Which conversation."),
        ("user_id" = UserId, Path, description = "Whom."),
    ),
    responses((status = 204, description = "They see nothing more of it."), Refusals)
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids((id, user)): Ids<(ConversationId, UserId)>,
) -> Result<StatusCode, ApiError> {
    state.chat.remove_participant(caller, id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
