//! The directory: whom one can start a conversation with.

use axum::Json;
use axum::extract::State;
use protocol::limits;
use protocol::models::ChatUser;
use store::User;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::KnownCaller;
use crate::openapi::Refusals;

/// Everybody, by id, for the create dialog, which filters by itself. At most 10 000 people are answered.
#[utoipa::path(
    get,
    path = "/chat-users/",
    operation_id = "list_chat_users",
    tag = "directory",
    responses((status = 200, description = "The people.", body = Vec<ChatUser>), Refusals)
)]
pub(crate) async fn chat_users(
    State(state): State<AppState>,
    _caller: KnownCaller,
) -> Result<Json<Vec<ChatUser>>, ApiError> {
    let users = state
        .chat
        .store()
        .list_users(None, limits::DIRECTORY_RESULTS)
        .await?;
    Ok(Json(users.into_iter().map(shown).collect()))
}

/// What others may know of a person. The picker takes first letters, so a nameless one shows the username.
fn shown(user: User) -> ChatUser {
    let is_nameless = user.first_name.is_empty();
    ChatUser {
        id: user.id,
        first_name: if is_nameless {
            user.username
        } else {
            user.first_name
        },
        last_name: user.last_name,
        middle_name: String::new(),
        avatar: user.avatar,
        role: user.role,
        position: String::new(),
        email: String::new(),
        bio: String::new(),
        number_phone: String::new(),
        telegram_username: String::new(),
        group: String::new(),
    }
}
