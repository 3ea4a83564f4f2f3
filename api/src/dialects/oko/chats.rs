//! Chats: list, make, read, and how much is unread.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chat::{ChatError, RoomList};
use protocol::{ConversationId, UserId, limits};
use store::{RoomOrder, Window};
use utoipa::ToSchema;

use super::foreign;
use super::pages::Paging;
use super::shapes::{self, Chat, Unread};
use crate::AppState;
use crate::dialects::refusals::Refusals;
use crate::drf::Fields;
use crate::error::ApiError;
use crate::extract::{Ids, KnownCaller};
use crate::polling::Polled;

/// Messages of each chat in a list.
const MESSAGES_IN_LIST: i64 = 1;

/// Messages of one chat that is asked for.
const MESSAGES: i64 = 20;

/// The caller's chats, where something was said last first: a bare array of 1 000 at most, or with `page` twenty in an
/// envelope. Answers 304 to a known `ETag`.
#[utoipa::path(
    get,
    path = "/chats/",
    operation_id = "oko_list_chats",
    tag = "okoznaniy",
    params(("page" = Option<String>, Query, description = "From 1, or `last`; answers `{count, next, previous, results}`.")),
    responses(
        (status = 200, description = "The chats.", body = Vec<Chat>),
        (status = 304, description = "Nothing in it has changed."),
        Refusals,
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    polled: Polled,
    paging: Paging,
) -> Result<Response, ApiError> {
    let stamp = state.chat.store().stamp_of_said(caller.id).await?;
    let read = async {
        if !paging.is_wanted() {
            let everything = Window::first(limits::LISTED_CONVERSATIONS);
            return Ok(Json(chats(&state, caller.id, everything).await?).into_response());
        }
        let page = paging.among(state.chat.store().room_count(caller.id).await?)?;
        let results = chats(&state, caller.id, page.window()).await?;
        Ok(page.answer(results))
    };
    polled.answer(caller.id, stamp, read).await
}

async fn chats(state: &AppState, caller: UserId, window: Window) -> Result<Vec<Chat>, ApiError> {
    let list = RoomList {
        order: RoomOrder::Activity,
        window,
        messages: MESSAGES_IN_LIST,
    };
    let rooms = state.chat.rooms(caller, list).await?;
    Ok(shapes::chats(&rooms, caller))
}

/// What a chat is about.
#[derive(ToSchema)]
#[schema(as = OkoNewChat)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) struct CreateChat {
    order: i64,
}

/// The chat of an order, with the caller in it: made, or the one that there is. Whoever is not in that is refused.
#[utoipa::path(
    post,
    path = "/chats/",
    operation_id = "oko_create_chat",
    tag = "okoznaniy",
    request_body = CreateChat,
    responses(
        (status = 201, description = "It was made.", body = Chat),
        (status = 200, description = "The order has one: this.", body = Chat),
        (status = 409, description = "The order has one that the caller is not in."),
        Refusals,
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    mut fields: Fields,
) -> Result<(StatusCode, Json<Chat>), ApiError> {
    let order = fields.number("order");
    fields.check()?;
    of_order(&state, caller.id, order).await
}

/// What a chat is about.
#[derive(ToSchema)]
#[schema(as = OkoChatOfOrder)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) struct ChatOfOrder {
    order_id: i64,
}

/// The same by another name.
#[utoipa::path(
    post,
    path = "/chats/get_or_create_by_order/",
    operation_id = "oko_get_or_create_chat",
    tag = "okoznaniy",
    request_body = ChatOfOrder,
    responses(
        (status = 201, description = "It was made.", body = Chat),
        (status = 200, description = "The order has one: this.", body = Chat),
        (status = 409, description = "The order has one that the caller is not in."),
        Refusals,
    )
)]
pub(crate) async fn get_or_create(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    mut fields: Fields,
) -> Result<(StatusCode, Json<Chat>), ApiError> {
    let order = fields.number("order_id");
    fields.check()?;
    of_order(&state, caller.id, order).await
}

async fn of_order(
    state: &AppState,
    caller: UserId,
    order: Option<i64>,
) -> Result<(StatusCode, Json<Chat>), ApiError> {
    // Without faults there is an order.
    let order = order.ok_or(ChatError::NoConversation)?;
    let opened = state.chat.order_room(caller, order).await?;
    let status = if opened.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(one(state, caller, opened.conversation.id).await?)))
}

/// A chat with its newest messages. Reading it marks nothing.
#[utoipa::path(
    get,
    path = "/chats/{id}/",
    operation_id = "oko_read_chat",
    tag = "okoznaniy",
    params(("id" = String, Path, description = "Its number, or its UUID.")),
    responses((status = 200, description = "As it is now.", body = Chat), Refusals)
)]
pub(crate) async fn read(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<Chat>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(foreign)?;
    Ok(Json(one(&state, caller.id, id).await?))
}

async fn one(state: &AppState, caller: UserId, id: ConversationId) -> Result<Chat, ApiError> {
    let room = state.chat.room(caller, id, MESSAGES).await.map_err(foreign)?;
    let mut shown = shapes::chats(&room, caller);
    shown.pop().ok_or_else(|| foreign(ChatError::NoConversation))
}

/// How much is unread in all of the caller's chats. Answers 304 to a known `ETag`.
#[utoipa::path(
    get,
    path = "/chats/unread_count/",
    operation_id = "oko_count_unread",
    tag = "okoznaniy",
    responses(
        (status = 200, description = "The sum.", body = Unread),
        (status = 304, description = "It has not changed."),
        Refusals,
    )
)]
pub(crate) async fn unread_count(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    polled: Polled,
) -> Result<Response, ApiError> {
    let stamp = state.chat.store().stamp_of_rooms(caller.id).await?;
    let read = async {
        let unread_count = state.chat.unread_total(caller.id).await?;
        Ok(Json(Unread { unread_count }))
    };
    polled.answer(caller.id, stamp, read).await
}
