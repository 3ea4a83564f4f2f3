//! Messages of a chat: read, send, mark.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use protocol::limits;
use protocol::requests::SendMessage;
use store::{Before, Window};
use utoipa::ToSchema;

use super::foreign;
use super::pages::Paging;
use super::shapes::{self, ChatMessage, Done};
use crate::AppState;
use crate::dialects::refusals::Refusals;
use crate::drf::{Fields, Rule};
use crate::error::ApiError;
use crate::extract::{Ids, KnownCaller};

/// What was said, newest first: a bare array of 10 000 at most, or with `page` twenty in an envelope. Whoever asks has
/// read it all.
#[utoipa::path(
    get,
    path = "/chats/{id}/messages/",
    operation_id = "oko_list_messages",
    tag = "okoznaniy",
    params(
        ("id" = String, Path, description = "The chat's number, or its UUID."),
        ("page" = Option<String>, Query, description = "From 1, or `last`; answers `{count, next, previous, results}`."),
    ),
    responses((status = 200, description = "The messages.", body = Vec<ChatMessage>), Refusals)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
    paging: Paging,
) -> Result<Response, ApiError> {
    let chat = &state.chat;
    let id = chat.conversation_named(&id).await.map_err(foreign)?;
    chat.mark_read(caller.id, id, None).await.map_err(foreign)?;
    if !paging.is_wanted() {
        let everything = Window::first(limits::UNPAGED_MESSAGES);
        let said = chat.said_in(caller.id, id, Before::TheEnd, everything).await;
        return Ok(Json(shapes::messages(said.map_err(foreign)?, caller.id)).into_response());
    }
    let page = paging.among(chat.said_count(caller.id, id).await.map_err(foreign)?)?;
    let said = chat.said_in(caller.id, id, Before::TheEnd, page.window()).await;
    let results = shapes::messages(said.map_err(foreign)?, caller.id);
    Ok(page.answer(results))
}

/// A message to send.
#[derive(ToSchema)]
#[schema(as = OkoNewMessage)]
pub(crate) struct NewMessage {
    /// Spaces around it do not count. Contact details are refused, whatever the chat is about.
    #[schema(max_length = 32768)]
    text: String,
}

/// Sends a message, trimmed, to everybody in the chat.
#[utoipa::path(
    post,
    path = "/chats/{id}/send_message/",
    operation_id = "oko_send_message",
    tag = "okoznaniy",
    params(("id" = String, Path, description = "The chat's number, or its UUID.")),
    request_body = NewMessage,
    responses((status = 200, description = "It is stored, and on its way to everybody.", body = ChatMessage), Refusals)
)]
pub(crate) async fn send(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
    mut fields: Fields,
) -> Result<Json<ChatMessage>, ApiError> {
    let chat = &state.chat;
    let id = chat.conversation_named(&id).await.map_err(foreign)?;
    // A stranger hears that they are one, whatever they say.
    chat.enter(caller.id, id).await.map_err(foreign)?;
    let new = NewMessage {
        text: fields.required("text", &[Rule::Max(limits::MESSAGE_CHARS)]),
    };
    fields.check()?;
    let request = SendMessage {
        conversation_id: id,
        sender_id: None,
        text: Some(new.text),
        reply_to: None,
        client_id: None,
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
    };
    let sent = chat.send_screened(caller.id, request).await.map_err(foreign)?;
    Ok(Json(ChatMessage::of(sent.message, &caller, caller.id)))
}

/// Says that the caller has read all of a chat.
#[utoipa::path(
    post,
    path = "/chats/{id}/mark_read/",
    operation_id = "oko_mark_read",
    tag = "okoznaniy",
    params(("id" = String, Path, description = "The chat's number, or its UUID.")),
    responses((status = 200, description = "It is read.", body = Done), Refusals)
)]
pub(crate) async fn mark_read(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<Done>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(foreign)?;
    let marked = state.chat.mark_read(caller.id, id, None).await;
    marked.map_err(foreign)?;
    Ok(Json(Done { status: "success" }))
}
