//! A name for each request, which the answer, the problem document and the logs share.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

/// The header that brings and returns the name.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest name, in bytes, that is taken from outside.
const MAX_BYTES: usize = 64;

/// The name of a request; handlers find it as `Extension<RequestId>` below [`assign`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The name that the caller brought, if it is short and plain (letters, digits, `-`, `_`, `.`), else a new UUIDv7.
    pub fn of(header: Option<&HeaderValue>) -> Self {
        let plain = |text: &&str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !text.is_empty() && text.len() <= MAX_BYTES && text.bytes().all(allowed)
        };
        match header.and_then(|value| value.to_str().ok()).filter(plain) {
            Some(brought) => Self(brought.into()),
            None => Self(Uuid::now_v7().to_string().into()),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Middleware, for `axum::middleware::from_fn`: names the request and says the name in the answer.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers().get(REQUEST_ID));
    let header = HeaderValue::from_str(id.as_str());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    // Of plain characters only, so it always is a header.
    if let Ok(header) = header {
        response.headers_mut().insert(REQUEST_ID, header);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use axum::{Extension, Router};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    fn of(text: &str) -> String {
        RequestId::of(Some(&HeaderValue::from_bytes(text.as_bytes()).unwrap())).to_string()
    }

    #[test]
    fn a_short_plain_name_is_kept() {
        for name in ["a", "01J9Z3-trace_7.2", &"x".repeat(MAX_BYTES)] {
            assert_eq!(of(name), name);
        }
    }

    #[test]
    fn any_other_name_is_replaced() {
        for name in ["", "two words", "a\"b", "имя", "{}", &"x".repeat(MAX_BYTES + 1)] {
            assert_eq!(Uuid::parse_str(&of(name)).unwrap().get_version_num(), 7, "{name}");
        }
        assert_ne!(RequestId::of(None), RequestId::of(None));
    }

    #[tokio::test]
    async fn the_handler_and_the_answer_share_the_name() {
        let handler = async |Extension(id): Extension<RequestId>| id.to_string();
        let router = Router::new()
            .route("/", get(handler))
            .layer(axum::middleware::from_fn(assign));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        let said = response.headers()[REQUEST_ID].to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, said);
    }
}
