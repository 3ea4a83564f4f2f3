//! Who is in a room, coming and going, and who is online.

use axum::Json;
use axum::extract::State;

use super::not_found;
use super::shapes::{Online, Participant, Participants};
use crate::AppState;
use crate::dialects::refusals::Refusals;
use crate::error::ApiError;
use crate::extract::{Ids, KnownCaller};
use crate::routes::auth::shapes::Done;

/// Everybody in a room.
#[utoipa::path(
    get,
    path = "/rooms/{id}/participants/",
    operation_id = "mini_list_participants",
    tag = "mini chat",
    params(("id" = String, Path, description = "The room's number, or its UUID.")),
    responses((status = 200, description = "All of them.", body = Participants), Refusals)
)]
pub(crate) async fn participants(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<Participants>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(not_found)?;
    let room = state.chat.room_people(caller.id, id).await.map_err(not_found)?;
    Ok(Json(Participants {
        room_id: room.number,
        participants: room.people.into_iter().map(Participant::from).collect(),
    }))
}

/// Joins a group that its admins have opened.
#[utoipa::path(
    post,
    path = "/rooms/{id}/join/",
    operation_id = "mini_join_room",
    tag = "mini chat",
    params(("id" = String, Path, description = "The room's number, or its UUID.")),
    responses((status = 200, description = "The caller is in it.", body = Done), Refusals)
)]
pub(crate) async fn join(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<Done>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(not_found)?;
    state.chat.join(caller.id, id).await.map_err(not_found)?;
    Ok(Json(Done {
        message: "Успешно присоединились к комнате",
    }))
}

/// Leaves a group. A direct room goes from the caller's list until somebody writes in it.
#[utoipa::path(
    post,
    path = "/rooms/{id}/leave/",
    operation_id = "mini_leave_room",
    tag = "mini chat",
    params(("id" = String, Path, description = "The room's number, or its UUID.")),
    responses((status = 200, description = "It is not in the caller's list.", body = Done), Refusals)
)]
pub(crate) async fn leave(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<Done>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(not_found)?;
    state.chat.leave(caller.id, id).await.map_err(not_found)?;
    Ok(Json(Done {
        message: "Вы покинули комнату",
    }))
}

/// Who is online, the caller too, by id, 10 000 at most.
#[utoipa::path(
    get,
    path = "/online-users/",
    operation_id = "mini_list_online_users",
    tag = "mini chat",
    responses((status = 200, description = "The people.", body = Vec<Online>), Refusals)
)]
pub(crate) async fn online(
    State(state): State<AppState>,
    _caller: KnownCaller,
) -> Result<Json<Vec<Online>>, ApiError> {
    let users = state.accounts.online().await?;
    Ok(Json(users.into_iter().map(Online::from).collect()))
}
