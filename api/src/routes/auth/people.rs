//! Finding other people.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::shapes::{People, Refusals};
use crate::AppState;
use crate::error::ApiError;
use crate::extract::KnownCaller;

/// People whose username, first or last name contains `q`, without case: ten at most, by id, the caller left out.
#[utoipa::path(
    get,
    path = "/search/",
    operation_id = "search_people",
    tag = "accounts",
    params(("q" = Option<String>, Query, description = "What to look for; blank finds nobody.")),
    responses((status = 200, description = "Whoever was found.", body = People), Refusals)
)]
pub(crate) async fn search(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    RawQuery(query): RawQuery,
) -> Result<Json<People>, ApiError> {
    let wanted = last_of("q", &query.unwrap_or_default());
    let users = state.accounts.search(&wanted, caller.id).await?;
    Ok(Json(users.into()))
}

/// Everybody but the caller, by id; at most 10 000 people are answered.
#[utoipa::path(
    get,
    path = "/users/",
    operation_id = "list_people",
    tag = "accounts",
    responses((status = 200, description = "The people.", body = People), Refusals)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
) -> Result<Json<People>, ApiError> {
    let users = state.accounts.others(caller.id).await?;
    Ok(Json(users.into()))
}

/// A parameter's value; of several the last counts, as with the seeds' server. Bytes that are no text become `�`.
fn last_of(name: &str, query: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let value = pairs.into_iter().rev().find(|(known, _)| known == name);
    value.map(|(_, value)| value).unwrap_or_default()
}
