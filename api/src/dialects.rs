//! The chat as the clients of two older systems know it, below `/api/chat/`: [`mini`] the Mini Chat Backend's, [`oko`]
//! OkoZnaniy's. Each is a translation: it reads a body, calls the chat, and says the result in that system's shapes and
//! words. No rule stands here.
//!
//! Ids are integers (`number`) in what is answered; in what is asked a UUID will do as well. Refusals are worded by
//! [`crate::drf`]. Texts are trimmed before they are sent.

pub(crate) mod mini;
pub(crate) mod oko;
mod refusals;

use protocol::problem::ProblemCode;
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;
use crate::drf::Refusal;
use crate::error::ApiError;

/// What stands below `/api/chat`.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    mini::routes().merge(oko::routes())
}

/// `{"detail": …}` with 404.
fn no_such(detail: &str) -> ApiError {
    Refusal::Detail(ProblemCode::NotFound, detail.to_owned()).into()
}
