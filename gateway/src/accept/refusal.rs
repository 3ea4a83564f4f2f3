//! A handshake that is refused, as a problem document.

use std::ops::RangeInclusive;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::counter;
use protocol::problem::{Problem, ProblemCode};
use rand::RngExt;
use uuid::Uuid;

/// Seconds within which a client that was turned away for our sake may try again: spread, so that those who came
/// together do not come back together.
const RETRY_AFTER_SECONDS: RangeInclusive<u16> = 1..=3;

/// Why there is no socket.
#[derive(Debug)]
pub(super) struct Refused {
    code: ProblemCode,
    detail: String,
    status: StatusCode,
}

impl Refused {
    pub(super) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            code,
            detail: detail.into(),
            status,
        }
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.code == ProblemCode::NotFound
    }

    /// A plain request where a socket is served.
    pub(super) fn not_an_upgrade() -> Self {
        let detail = "this address opens a WebSocket; send an upgrade request";
        Self {
            status: StatusCode::UPGRADE_REQUIRED,
            ..Self::new(ProblemCode::Malformed, detail)
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        counter!("chat_gateway_refused_total", "code" => self.code.word()).increment(1);
        let mut problem = Problem::new(self.code, self.detail, Uuid::now_v7().to_string());
        problem.status = self.status.as_u16();
        let mut response = (self.status, Json(problem)).into_response();
        let mut say = |name: HeaderName, value| drop(response.headers_mut().insert(name, value));
        say(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self.status {
            StatusCode::UNAUTHORIZED => {
                say(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"api\""),
                );
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                let seconds = rand::rng().random_range(RETRY_AFTER_SECONDS);
                say(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            StatusCode::UPGRADE_REQUIRED => say(header::UPGRADE, HeaderValue::from_static("websocket")),
            _ => {}
        }
        response
    }
}
