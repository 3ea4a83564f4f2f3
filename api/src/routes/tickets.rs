//! Tickets: how a page opens a socket without putting its token into an address.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Bearer, KnownCaller};
use crate::openapi::Refusals;

/// Opens one socket, once, for a short time: append it to the socket's address as `?ticket=`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// What to append.
    ticket: String,
    /// Until when it is good.
    expires_at: Timestamp,
}

/// A ticket for the caller's next socket, which ends with the sign-in that asks.
#[utoipa::path(
    post,
    path = "/tickets/",
    operation_id = "create_ticket",
    tag = "tickets",
    responses((status = 201, description = "A new one.", body = Ticket), Refusals)
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Bearer(access): Bearer,
    KnownCaller(caller): KnownCaller,
) -> Result<(StatusCode, Json<Ticket>), ApiError> {
    let (ticket, expires_at) = state.tokens.ticket(caller.id, access.sign_in);
    Ok((StatusCode::CREATED, Json(Ticket { ticket, expires_at })))
}
