//! Mini Chat Backend: rooms, their history, and messages in one list.

mod messages;
mod people;
mod rooms;
mod shapes;

use chat::ChatError;
use protocol::problem::ProblemCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::no_such;
use crate::AppState;
use crate::drf::Refusal;
use crate::error::ApiError;
use crate::router::EitherSlash as _;

/// What stands below `/api/chat`.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .both(routes!(rooms::list, rooms::create))
        .both(routes!(rooms::read, rooms::replace, rooms::update, rooms::delete))
        .both(routes!(messages::history))
        .both(routes!(people::participants))
        .both(routes!(people::join))
        .both(routes!(people::leave))
        .both(routes!(messages::list, messages::send))
        .both(routes!(rooms::create_direct))
        .both(routes!(people::online))
}

/// A room that is not the caller's reads like one that is not there.
fn unseen(error: ChatError) -> ApiError {
    if is_unseen(&error) {
        no_such("No ChatRoom matches the given query.")
    } else {
        error.into()
    }
}

/// The same in the words of the paths below a room.
fn not_found(error: ChatError) -> ApiError {
    if is_unseen(&error) {
        Refusal::Error(ProblemCode::NotFound, "Комната не найдена").into()
    } else {
        error.into()
    }
}

fn is_unseen(error: &ChatError) -> bool {
    matches!(error, ChatError::NoConversation | ChatError::NotParticipant)
}
