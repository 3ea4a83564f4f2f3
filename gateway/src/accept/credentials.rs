//! Who a handshake says it is, by whichever carrier it brings (`docs/protocol.md`, "Who are you?").

use axum::http::HeaderMap;
use protocol::problem::ProblemCode;
use runtime::carrier::{self, Carried};
use runtime::tokens::{Access, TokenError};

use super::refusal::Refused;
use crate::Gateway;

/// How long a ticket's number is remembered as used: longer than any ticket lives.
const TICKET_MEMORY: std::time::Duration = std::time::Duration::from_mins(2);

/// What came of looking.
#[derive(Debug)]
pub(super) enum Credentials {
    /// A good token, or a ticket that nobody has used before.
    Known(Access),
    /// Nothing was brought: the first frame must say who it is.
    None,
}

/// Whatever is brought must be good: a bad token is not the same as none.
pub(super) async fn check(
    gateway: &Gateway,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Credentials, Refused> {
    match carrier::find(headers, query) {
        Carried::Nothing => Ok(Credentials::None),
        Carried::Token(token) => {
            let access = gateway
                .verify(&token)
                .map_err(|error| unauthorized(error.to_string()))?;
            Ok(Credentials::Known(access))
        }
        Carried::Ticket(ticket) => redeem(gateway, &ticket).await,
        Carried::OtherScheme | Carried::Malformed => Err(unauthorized("a bearer token is needed".into())),
    }
}

async fn redeem(gateway: &Gateway, ticket: &str) -> Result<Credentials, Refused> {
    let ticket = gateway
        .tokens()
        .verify_ticket(ticket)
        .map_err(|error| unauthorized(error.to_string()))?;
    if gateway.is_revoked(&ticket.access) {
        return Err(unauthorized(TokenError::Invalid.to_string()));
    }
    let claimed = gateway
        .bus()
        .claim(&format!("ticket:{}", ticket.id), TICKET_MEMORY)
        .await;
    match claimed {
        Ok(true) => {
            let expires_at = gateway.clock().now().plus(gateway.tokens().access_lifetime());
            Ok(Credentials::Known(Access {
                expires_at,
                ..ticket.access
            }))
        }
        Ok(false) => Err(unauthorized("the ticket has been used".into())),
        Err(error) => {
            tracing::warn!(%error, "a ticket could not be redeemed");
            Err(Refused::new(
                ProblemCode::Unavailable,
                "tickets cannot be redeemed at the moment",
            ))
        }
    }
}

fn unauthorized(detail: String) -> Refused {
    Refused::new(ProblemCode::Unauthorized, detail)
}
