//! Conversations: open, read, rename, delete. Their list is in [`super::listing`].

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::ConversationId;
use protocol::models::Conversation;
use protocol::requests::{CreateConversation, UpdateConversation};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Caller, Ids, JsonBody, KnownCaller};
use crate::openapi::{Refusals, WriteRefusals};

/// Opens a conversation. A pair of people, and an order, have one at most: the existing one is answered with 200.
#[utoipa::path(
    post,
    path = "/conversations/",
    operation_id = "create_conversation",
    tag = "conversations",
    request_body = CreateConversation,
    responses(
        (status = 201, description = "It was made.", body = Conversation),
        (status = 200, description = "The pair or the order has one already: this.", body = Conversation),
        (
            status = 409,
            description = "The order has a conversation that the caller is not in.",
            body = protocol::problem::Problem,
            content_type = "application/problem+json"
        ),
        WriteRefusals,
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    JsonBody(request): JsonBody<CreateConversation>,
) -> Result<(StatusCode, Json<Conversation>), ApiError> {
    let opened = state.chat.create_conversation(caller.id, request).await?;
    let status = if opened.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(opened.conversation)))
}

/// One conversation as the caller has it, with its participants.
#[utoipa::path(
    get,
    path = "/conversations/{id}",
    operation_id = "read_conversation",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 200, description = "As it is now.", body = Conversation), Refusals)
)]
pub(crate) async fn read(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
) -> Result<Json<Conversation>, ApiError> {
    Ok(Json(state.chat.conversation(caller, id).await?))
}

/// Renames a conversation, or changes its description or link; for everybody in it.
#[utoipa::path(
    patch,
    path = "/conversations/{id}",
    operation_id = "update_conversation",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    request_body = UpdateConversation,
    responses((status = 200, description = "As it is now.", body = Conversation), WriteRefusals)
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
    JsonBody(request): JsonBody<UpdateConversation>,
) -> Result<Json<Conversation>, ApiError> {
    Ok(Json(state.chat.update_conversation(caller, id, request).await?))
}

/// Deletes a conversation for everybody in it: either side of a private one, an admin of a group.
#[utoipa::path(
    delete,
    path = "/conversations/{id}",
    operation_id = "delete_conversation",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 204, description = "It is gone."), Refusals)
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
) -> Result<StatusCode, ApiError> {
    state.chat.delete_conversation(caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
