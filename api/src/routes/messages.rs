//! Messages: send, read back, change, delete.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::Message;
use protocol::requests::{EditMessage, SendMessage};
use protocol::{ConversationId, MessageId, Seq, limits};
use serde::Deserialize;
use store::Page;
use utoipa::IntoParams;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Caller, Ids, JsonBody, Parameters};
use crate::openapi::{Refusals, WriteRefusals};

/// Sends a message. 201 means that it is stored for good; with a `client_id` the request may be repeated for ever.
#[utoipa::path(
    post,
    path = "/messages/",
    operation_id = "send_message",
    tag = "messages",
    request_body = SendMessage,
    responses(
        (status = 201, description = "It is stored, and on its way to everybody.", body = Message),
        (status = 200, description = "This `client_id` was sent before and became this.", body = Message),
        WriteRefusals,
    )
)]
pub(crate) async fn send(
    State(state): State<AppState>,
    Caller(caller): Caller,
    JsonBody(request): JsonBody<SendMessage>,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let sent = state.chat.send(caller, request).await?;
    let status = if sent.is_repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(sent.message)))
}

/// Which part of a conversation's history; at most one of `offset`, `before`, `after` and `around`.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParameters {
    /// Messages on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// How many to skip, counted from the newest.
    #[param(minimum = 0, maximum = 100_000, default = 0)]
    offset: Option<i64>,
    /// The newest below this `seq`.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// The oldest above this `seq`.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// The ones on both sides of this `seq`.
    #[param(minimum = 0)]
    around: Option<i64>,
    /// Shows the deleted ones too, without their texts.
    #[param(default = false)]
    tombstones: Option<bool>,
    /// Whether everything up to the newest message of the page counts as read; `false` is for clients that tell
    /// themselves, by `message:read`, what has been in view.
    #[param(default = true)]
    mark_read: Option<bool>,
}

impl HistoryParameters {
    fn page(self) -> Result<Page, ApiError> {
        let named = [
            ("offset", self.offset, limits::OFFSET_MAX),
            ("before", self.before, i64::MAX),
            ("after", self.after, i64::MAX),
            ("around", self.around, i64::MAX),
        ];
        for (name, value, max) in named {
            if value.is_some_and(|value| !(0..=max).contains(&value)) {
                return Err(ApiError::Query(format!("{name}: must be between 0 and {max}")));
            }
        }
        match (self.offset, self.before, self.after, self.around) {
            (offset, None, None, None) => Ok(Page::Latest {
                offset: offset.unwrap_or(0),
            }),
            (None, Some(seq), None, None) => Ok(Page::Before(Seq(seq))),
            (None, None, Some(seq), None) => Ok(Page::After(Seq(seq))),
            (None, None, None, Some(seq)) => Ok(Page::Around(Seq(seq))),
            _ => {
                let detail = "give at most one of offset, before, after and around";
                Err(ApiError::Query(detail.into()))
            }
        }
    }
}

/// A page of a conversation's history, ascending; without parameters the newest messages. Everything up to its newest
/// message counts as read by the caller, unless `mark_read=false`.
#[utoipa::path(
    get,
    path = "/messages/{id}",
    operation_id = "read_history",
    tag = "messages",
    params(("id" = ConversationId, Path, description = "Which conversation."), HistoryParameters),
    responses((status = 200, description = "The page; deleted messages are on it only when asked for.", body = Vec<Message>), Refusals)
)]
pub(crate) async fn history(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(conversation): Ids<ConversationId>,
    Parameters(parameters): Parameters<HistoryParameters>,
) -> Result<Json<Vec<Message>>, ApiError> {
    let page = parameters.page()?;
    let limit = parameters.limit.unwrap_or(limits::PAGE_DEFAULT);
    let chat = &state.chat;
    let messages = if parameters.tombstones.unwrap_or(false) {
        chat.history_with_tombstones(caller, conversation, page, limit)
            .await
    } else {
        chat.history(caller, conversation, page, limit).await
    }
    .map_err(ApiError::of_query)?;
    let is_marking = parameters.mark_read.unwrap_or(true);
    let page = chat.read_page(caller, conversation, messages, is_marking).await;
    page.map(Json).map_err(ApiError::of_query)
}

/// Gives a message of the caller's own a new text.
#[utoipa::path(
    put,
    path = "/messages/{id}",
    operation_id = "edit_message",
    tag = "messages",
    params(("id" = MessageId, Path, description = "Which message.")),
    request_body = EditMessage,
    responses((status = 200, description = "As it is now.", body = Message), WriteRefusals)
)]
pub(crate) async fn edit(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<MessageId>,
    JsonBody(request): JsonBody<EditMessage>,
) -> Result<Json<Message>, ApiError> {
    Ok(Json(state.chat.edit_message(caller, id, request).await?))
}

/// Deletes a message of the caller's own, for everybody.
#[utoipa::path(
    delete,
    path = "/messages/{id}",
    operation_id = "delete_message",
    tag = "messages",
    params(("id" = MessageId, Path, description = "Which message.")),
    responses((status = 204, description = "Its text is gone."), Refusals)
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<MessageId>,
) -> Result<StatusCode, ApiError> {
    state.chat.delete_message(caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
