//! What the caller has read, and what they make of a conversation for themself.

use axum::Json;
use axum::extract::State;
use protocol::models::MyState;
use protocol::requests::{MarkRead, UpdateMyState};
use protocol::{ConversationId, Seq};
use serde::Serialize;
use store::MyConversation;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Caller, Ids, JsonBody, OptionalJsonBody};
use crate::openapi::{Refusals, WriteRefusals};

/// A conversation as the caller has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadState {
    /// What others wrote and the caller has not read: exact up to 99, 100 means "more".
    unread_count: i64,
    /// Everything up to here is read.
    last_read_seq: Seq,
    /// The rest.
    my: MyState,
}

impl From<MyConversation> for ReadState {
    fn from(mine: MyConversation) -> Self {
        Self {
            unread_count: mine.unread_count,
            last_read_seq: mine.my.last_read_seq,
            my: mine.my,
        }
    }
}

/// What the caller has not read, everywhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadTotal {
    /// The sum of what the list shows.
    unread_count: i64,
}

/// Marks a conversation as read up to a `seq`, or all of it. A mark never goes back.
#[utoipa::path(
    post,
    path = "/conversations/{id}/read/",
    operation_id = "mark_read",
    tag = "reading",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    request_body(content = MarkRead, description = "May be left out: then everything is read."),
    responses((status = 200, description = "As it is now.", body = ReadState), WriteRefusals)
)]
pub(crate) async fn read(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
    OptionalJsonBody(request): OptionalJsonBody<MarkRead>,
) -> Result<Json<ReadState>, ApiError> {
    let mine = state.chat.mark_read(caller, id, request.seq).await?;
    Ok(Json(mine.into()))
}

/// Shows a conversation as unread until the caller reads in it again.
#[utoipa::path(
    post,
    path = "/conversations/{id}/unread/",
    operation_id = "mark_unread",
    tag = "reading",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    responses((status = 200, description = "As it is now.", body = ReadState), Refusals)
)]
pub(crate) async fn unread(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
) -> Result<Json<ReadState>, ApiError> {
    Ok(Json(state.chat.mark_unread(caller, id).await?.into()))
}

/// Hides a conversation until somebody writes, pins it, or mutes it for a time; for the caller alone.
#[utoipa::path(
    patch,
    path = "/conversations/{id}/my/",
    operation_id = "update_my_state",
    tag = "reading",
    params(("id" = ConversationId, Path, description = "Which conversation.")),
    request_body = UpdateMyState,
    responses((status = 200, description = "As it is now.", body = ReadState), WriteRefusals)
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<ConversationId>,
    JsonBody(request): JsonBody<UpdateMyState>,
) -> Result<Json<ReadState>, ApiError> {
    let mine = state.chat.update_my_state(caller, id, request).await?;
    Ok(Json(mine.into()))
}

/// How much the caller has not read in all conversations that their list shows.
#[utoipa::path(
    get,
    path = "/unread/",
    operation_id = "unread_total",
    tag = "reading",
    responses((status = 200, description = "As it is now.", body = UnreadTotal), Refusals)
)]
pub(crate) async fn total(
    State(state): State<AppState>,
    Caller(caller): Caller,
) -> Result<Json<UnreadTotal>, ApiError> {
    let unread_count = state.chat.unread_total(caller).await?;
    Ok(Json(UnreadTotal { unread_count }))
}
