//! Search in one's own conversations.

use axum::Json;
use axum::extract::State;
use protocol::models::FoundMessage;
use protocol::{ConversationId, Timestamp, UserId, limits};
use serde::Deserialize;
use store::Search;
use utoipa::IntoParams;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{KnownCaller, Parameters};
use crate::openapi::Refusals;

/// What to search for, and where.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParameters {
    /// Words, or a part of a text.
    #[param(min_length = 3, max_length = 200)]
    #[serde(default)]
    q: String,
    /// Only there.
    conversation_id: Option<ConversationId>,
    /// Only what this person wrote.
    sender_id: Option<UserId>,
    /// Nothing older (RFC 3339).
    from: Option<Timestamp>,
    /// Nothing newer (RFC 3339).
    to: Option<Timestamp>,
    /// Only messages with files, or only those without.
    has_file: Option<bool>,
    /// Messages on the page.
    #[param(minimum = 1, maximum = 50, default = 20)]
    limit: Option<i64>,
    /// Only messages whose `number` is lower: the last one of the page before.
    before: Option<i64>,
}

/// Searches the messages of the conversations that the caller is in, the newest first. Deleted texts are never found,
/// changed ones as they are now. `messages/{conversation_id}?around=` with a found message's `seq` shows what is
/// around it.
#[utoipa::path(
    get,
    path = "/search/messages/",
    operation_id = "search_messages",
    tag = "messages",
    params(SearchParameters),
    responses((status = 200, description = "The newest that say this.", body = Vec<FoundMessage>), Refusals)
)]
pub(crate) async fn messages(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Parameters(parameters): Parameters<SearchParameters>,
) -> Result<Json<Vec<FoundMessage>>, ApiError> {
    let limit = parameters.limit.unwrap_or(limits::SEARCH_PAGE_DEFAULT);
    let search = Search {
        text: parameters.q,
        conversation: parameters.conversation_id,
        sender: parameters.sender_id,
        from: parameters.from,
        to: parameters.to,
        has_file: parameters.has_file,
        below: parameters.before,
    };
    let found = state.chat.search(caller.id, search, limit).await;
    found.map(Json).map_err(ApiError::of_query)
}
