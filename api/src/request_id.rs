//! One name for each request: in its answer, in its problem document and in every log line about it.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

/// The header, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of a request id that a caller may bring: a UUID or a trace id fits, a flooded log line does not.
const MAX_CHARS: usize = 64;

/// The name of a request; a caller's own if it is harmless, otherwise a new UUIDv7.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(headers: &HeaderMap) -> Self {
        let brought = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        match brought.filter(|text| is_harmless(text)) {
            Some(text) => Self(text.to_owned()),
            None => Self(Uuid::now_v7().to_string()),
        }
    }
}

fn is_harmless(text: &str) -> bool {
    (1..=MAX_CHARS).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Names the request and echoes the name.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let echo = HeaderValue::from_str(id.as_str());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Ok(echo) = echo {
        response.headers_mut().insert(REQUEST_ID, echo);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(brought: &str) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_str(brought).unwrap());
        RequestId::of(&headers)
    }

    #[test]
    fn a_harmless_id_is_kept() {
        assert_eq!(id_for("trace-1.a_B").as_str(), "trace-1.a_B");
    }

    #[test]
    fn an_id_that_could_harm_a_log_is_replaced() {
        for bad in ["", "a b", "x\"y", &"a".repeat(MAX_CHARS + 1)] {
            let id = id_for(bad);
            assert!(Uuid::parse_str(id.as_str()).is_ok(), "{bad}");
        }
    }
}
