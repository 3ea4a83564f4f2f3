//! How these paths refuse, for the specification.

use utoipa::IntoResponses;

use crate::routes::auth::shapes::{Detail, FieldFaults};

/// A problem document instead, when the request accepts `application/problem+json`.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) enum Refusals {
    /// Values that are not allowed, by field; `{"error": …}` or `{"detail": …}` where no field is at fault.
    #[response(status = 400)]
    Invalid(#[to_schema] FieldFaults),
    /// No token, or one that is not good.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Detail),
    /// The token is good, the person may not.
    #[response(status = 403)]
    Forbidden(#[to_schema] Detail),
    /// There is no such thing, or it is not the caller's; some paths say `{"error": …}`.
    #[response(status = 404)]
    NotFound(#[to_schema] Detail),
    /// The node cannot reach its database, or is stopping; `Retry-After` says when to come back.
    #[response(status = 503)]
    Unavailable(#[to_schema] Detail),
}
