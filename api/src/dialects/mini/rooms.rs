//! Rooms: list, make, read, change, delete.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chat::{ChatError, NewRoom, RoomList, Rooms};
use protocol::models::ConversationType;
use protocol::problem::ProblemCode;
use protocol::requests::{CreateConversation, UpdateConversation};
use protocol::{ConversationId, UserId, limits};
use serde_json::Value;
use store::{RoomOrder, User, Window};
use utoipa::ToSchema;

use super::shapes::{self, Direct, KINDS, Room};
use super::unseen;
use crate::AppState;
use crate::dialects::refusals::Refusals;
use crate::drf::{Fields, Refusal, Rule};
use crate::error::ApiError;
use crate::extract::{Ids, KnownCaller};
use crate::polling::Polled;

/// Mini's rooms show no messages.
const NO_MESSAGES: i64 = 0;

/// The caller's rooms, the newest first, 1 000 at most. Answers 304 to a known `ETag`.
#[utoipa::path(
    get,
    path = "/rooms/",
    operation_id = "mini_list_rooms",
    tag = "mini chat",
    responses(
        (status = 200, description = "The rooms.", body = Vec<Room>),
        (status = 304, description = "Nothing in it has changed."),
        Refusals,
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    polled: Polled,
) -> Result<Response, ApiError> {
    let stamp = state.chat.store().stamp_of_rooms(caller.id).await?;
    let read = async {
        let list = RoomList {
            order: RoomOrder::Creation,
            window: Window::first(limits::LISTED_CONVERSATIONS),
            messages: NO_MESSAGES,
        };
        let rooms = state.chat.rooms(caller.id, list).await?;
        Ok(Json(shapes::rooms(rooms, caller.id)))
    };
    polled.answer(caller.id, stamp, read).await
}

/// A new room.
#[derive(ToSchema)]
#[schema(as = MiniNewRoom)]
pub(crate) struct CreateRoom {
    #[schema(max_length = 255)]
    name: String,
    #[schema(max_length = 4000)]
    description: Option<String>,
    /// `direct` when missing.
    #[schema(value_type = Option<String>)]
    chat_type: Option<ConversationType>,
    /// Whether anybody may join it; for groups. The original has no such field.
    is_open: Option<bool>,
}

const NAME: &[Rule] = &[Rule::Max(limits::TITLE_CHARS)];
const DESCRIPTION: &[Rule] = &[Rule::Max(limits::DESCRIPTION_CHARS)];

impl CreateRoom {
    fn read(fields: &mut Fields) -> Self {
        Self {
            name: fields.required("name", NAME),
            description: fields.optional("description", DESCRIPTION),
            chat_type: fields.choice("chat_type", &KINDS),
            is_open: fields.flag("is_open"),
        }
    }
}

impl From<CreateRoom> for NewRoom {
    fn from(new: CreateRoom) -> Self {
        Self {
            name: new.name,
            description: new.description,
            kind: new.chat_type.unwrap_or(ConversationType::Private),
            is_open: new.is_open.unwrap_or_default(),
        }
    }
}

/// Makes a room with the caller alone in it, who is its admin.
#[utoipa::path(
    post,
    path = "/rooms/",
    operation_id = "mini_create_room",
    tag = "mini chat",
    request_body = CreateRoom,
    responses((status = 201, description = "It was made.", body = Room), Refusals)
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    mut fields: Fields,
) -> Result<(StatusCode, Json<Room>), ApiError> {
    let new = CreateRoom::read(&mut fields);
    fields.check()?;
    let opened = state.chat.create_room(caller.id, new.into()).await?;
    let room = one(&state, caller.id, opened.conversation.id).await?;
    Ok((StatusCode::CREATED, Json(room)))
}

/// A room.
#[utoipa::path(
    get,
    path = "/rooms/{id}/",
    operation_id = "mini_read_room",
    tag = "mini chat",
    params(("id" = String, Path, description = "Its number, or its UUID.")),
    responses((status = 200, description = "As it is now.", body = Room), Refusals)
)]
pub(crate) async fn read(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<Room>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(unseen)?;
    Ok(Json(one(&state, caller.id, id).await?))
}

/// Changes to a room.
#[derive(ToSchema)]
#[schema(as = MiniRoomChange)]
pub(crate) struct ChangeRoom {
    /// `PUT` needs it.
    #[schema(max_length = 255)]
    name: Option<String>,
    #[schema(max_length = 4000)]
    description: Option<String>,
    /// As it is: a room stays what it was made as.
    #[schema(value_type = Option<String>)]
    chat_type: Option<ConversationType>,
    /// Whether anybody may join it; for the admins of a group. The original has no such field.
    is_open: Option<bool>,
}

impl ChangeRoom {
    fn whole(fields: &mut Fields) -> Self {
        let new = CreateRoom::read(fields);
        Self {
            name: Some(new.name),
            description: new.description,
            chat_type: new.chat_type,
            is_open: new.is_open,
        }
    }

    fn part(fields: &mut Fields) -> Self {
        Self {
            name: fields.given("name", NAME),
            description: fields.optional("description", DESCRIPTION),
            chat_type: fields.choice("chat_type", &KINDS),
            is_open: fields.flag("is_open"),
        }
    }
}

/// Renames a room, describes it, opens or closes it.
#[utoipa::path(
    put,
    path = "/rooms/{id}/",
    operation_id = "mini_replace_room",
    tag = "mini chat",
    params(("id" = String, Path, description = "Its number, or its UUID.")),
    request_body = ChangeRoom,
    responses((status = 200, description = "As it is now.", body = Room), Refusals)
)]
pub(crate) async fn replace(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
    mut fields: Fields,
) -> Result<Json<Room>, ApiError> {
    let id = visible(&state, caller.id, &id).await?;
    let change = ChangeRoom::whole(&mut fields);
    fields.check()?;
    changed(&state, caller.id, id, change).await
}

/// The same for the fields that are sent.
#[utoipa::path(
    patch,
    path = "/rooms/{id}/",
    operation_id = "mini_update_room",
    tag = "mini chat",
    params(("id" = String, Path, description = "Its number, or its UUID.")),
    request_body = ChangeRoom,
    responses((status = 200, description = "As it is now.", body = Room), Refusals)
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
    mut fields: Fields,
) -> Result<Json<Room>, ApiError> {
    let id = visible(&state, caller.id, &id).await?;
    let change = ChangeRoom::part(&mut fields);
    fields.check()?;
    changed(&state, caller.id, id, change).await
}

/// As the original, which looks for the room before it reads the body.
async fn visible(state: &AppState, caller: UserId, name: &str) -> Result<ConversationId, ApiError> {
    let found = state.chat.room_named(caller, name).await?;
    let (id, _) = found.ok_or_else(|| unseen(ChatError::NoConversation))?;
    Ok(id)
}

async fn changed(
    state: &AppState,
    caller: UserId,
    id: ConversationId,
    change: ChangeRoom,
) -> Result<Json<Room>, ApiError> {
    if change.chat_type.is_some() && change.chat_type != Some(kind_of(state, caller, id).await?) {
        return Err(Refusal::field("chat_type", "A room stays what it was made as.").into());
    }
    // First what not everybody may.
    if let Some(is_open) = change.is_open {
        let opened = state.chat.set_open(caller, id, is_open).await;
        opened.map_err(unseen)?;
    }
    let request = UpdateConversation {
        title: change.name.map(Some),
        description: change.description.map(Some),
        link: None,
    };
    let updated = state.chat.update_conversation(caller, id, request).await;
    updated.map_err(unseen)?;
    Ok(Json(one(state, caller, id).await?))
}

/// Deletes a room for everybody: either side of a direct one, an admin of a group.
#[utoipa::path(
    delete,
    path = "/rooms/{id}/",
    operation_id = "mini_delete_room",
    tag = "mini chat",
    params(("id" = String, Path, description = "Its number, or its UUID.")),
    responses((status = 204, description = "It is gone."), Refusals)
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<StatusCode, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(unseen)?;
    state
        .chat
        .delete_conversation(caller.id, id)
        .await
        .map_err(unseen)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to talk to.
#[derive(ToSchema)]
#[schema(as = MiniNewDirect)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) struct CreateDirect {
    user_id: i64,
}

/// The direct room with somebody: made, or the one that the two have already.
#[utoipa::path(
    post,
    path = "/create-direct-chat/",
    operation_id = "mini_create_direct_chat",
    tag = "mini chat",
    request_body = CreateDirect,
    responses(
        (status = 201, description = "It was made.", body = Direct),
        (status = 200, description = "They have one: this.", body = Direct),
        Refusals,
    )
)]
pub(crate) async fn create_direct(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    mut fields: Fields,
) -> Result<(StatusCode, Json<Direct>), ApiError> {
    let other = wanted(&state, &caller, &mut fields).await?;
    let request = CreateConversation {
        kind: ConversationType::Private,
        title: Some(shapes::direct_name(&caller.username, &other.username)),
        description: None,
        participant_ids: Some(vec![other.id]),
        service: None,
        service_id: None,
    };
    let opened = state.chat.create_conversation(caller.id, request).await?;
    let (status, message) = if opened.is_new {
        (StatusCode::CREATED, "Чат успешно создан")
    } else {
        (StatusCode::OK, "Чат уже существует")
    };
    let room = one(&state, caller.id, opened.conversation.id).await?.for_nobody();
    Ok((status, Json(Direct { room, message })))
}

async fn wanted(state: &AppState, caller: &User, fields: &mut Fields) -> Result<User, ApiError> {
    let nobody = || Refusal::Error(ProblemCode::Invalid, "Необходимо указать ID пользователя");
    let wanted = user_id(fields.raw("user_id")).ok_or_else(nobody)?;
    if wanted == caller.id {
        return Err(Refusal::Error(ProblemCode::Invalid, "Нельзя создать чат с самим собой").into());
    }
    let found = state.chat.store().user(wanted).await?;
    found.ok_or_else(|| Refusal::Error(ProblemCode::NotFound, "Пользователь не найден").into())
}

/// Zero and an empty text are as good as nothing, and so is what is no id at all.
fn user_id(value: Option<Value>) -> Option<UserId> {
    let id = match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    id.filter(|&id| id != 0).map(UserId)
}

async fn kind_of(state: &AppState, caller: UserId, id: ConversationId) -> Result<ConversationType, ApiError> {
    let room = state.chat.store().room_of(caller, id).await?;
    let room = room.ok_or_else(|| unseen(ChatError::NoConversation))?;
    Ok(room.kind)
}

/// One room as the caller has it.
pub(super) async fn one(state: &AppState, caller: UserId, id: ConversationId) -> Result<Room, ApiError> {
    let room: Rooms = state.chat.room(caller, id, NO_MESSAGES).await.map_err(unseen)?;
    let mut shown = shapes::rooms(room, caller);
    shown.pop().ok_or_else(|| unseen(ChatError::NoConversation))
}
