//! OkoZnaniy: the chats of orders, for a client that polls. Its first version and the one of two days later read the
//! same answers: each finds the fields that it knows.

mod chats;
mod messages;
mod pages;
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
        .both(routes!(chats::list, chats::create))
        .both(routes!(chats::unread_count))
        .both(routes!(chats::get_or_create))
        .both(routes!(chats::read))
        .both(routes!(messages::list))
        .both(routes!(messages::send))
        .both(routes!(messages::mark_read))
}

/// A stranger is told so; what is not there is not found.
fn foreign(error: ChatError) -> ApiError {
    match error {
        ChatError::NotParticipant => Refusal::Detail(
            ProblemCode::NotParticipant,
            "Вы не являетесь участником этого чата".to_owned(),
        )
        .into(),
        ChatError::NoConversation => no_such("Not found."),
        other => other.into(),
    }
}
