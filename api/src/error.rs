//! The one place where a refusal becomes an answer.
//!
//! Handlers, extractors and layers return [`ApiError`]; as a response that is only a status with the error attached.
//! `answer`, a layer around all routes, gives it a body: a problem document, or what the `/api/auth` clients
//! expect. It alone knows the request id and the path, and it alone logs what went wrong on our side.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_RANGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chat::ChatError;
use chat::passwords::PasswordError;
use protocol::problem::{FieldError, Problem, ProblemCode};
use runtime::tokens::TokenError;
use store::StoreError;

use crate::drf;
use runtime::request_id::RequestId;

/// Content type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The challenge of every 401, as the seeds' servers sent it.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"api\"");

/// Seconds after which a 503 may be tried again: a restart of the database's connections takes about that.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("2");

/// Every way in which a request is refused.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The rules said no.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// Nobody knows who is asking.
    #[error(transparent)]
    Unauthorized(#[from] TokenFault),
    /// The accounts said no, in the words that their clients expect.
    #[error(transparent)]
    Drf(#[from] drf::Refusal),
    /// A defect: a password could not be hashed or compared.
    #[error("something went wrong on our side")]
    Password(#[source] PasswordError),
    /// The body is not JSON.
    #[error("the body is not readable JSON: {0}")]
    Syntax(String),
    /// The body is JSON of another shape.
    #[error("{}", .0.detail)]
    Shape(FieldError),
    /// A parameter of the query has a value that is not allowed.
    #[error("{0}")]
    Query(String),
    /// No route has this path.
    #[error("there is no such path")]
    NoPath,
    /// The path holds an id that is none, so it cannot name anything.
    #[error("there is no such thing")]
    NoSuchId,
    /// The list has no page of this number.
    #[error("there is no such page")]
    NoSuchPage,
    /// A client tried to write a notification, in the seed's own words.
    #[error("Метод не разрешен")]
    NotOnNotifications,
    /// A client tried to change something else of a notification, in the seed's own words.
    #[error("Можно обновлять только поле is_read")]
    OnlyIsRead,
    /// The path has no such method.
    #[error("the path exists, but not with this method")]
    MethodNotAllowed,
    /// The body is larger than the node allows.
    #[error("the body is larger than this node allows")]
    TooLarge,
    /// The body does not say that it is JSON.
    #[error("send the body as application/json")]
    NotJson,
    /// The body does not say that it is a form.
    #[error("send the file as multipart/form-data")]
    NotAForm,
    /// The body is no form, or not the one that was asked for.
    #[error("{0}")]
    Form(String),
    /// The body comes too slowly.
    #[error("the upload has come to a halt; send it again")]
    Stalled,
    /// A range of a file that the file has not.
    #[error("the file has {size} bytes")]
    NoSuchPart {
        /// How many it has.
        size: u64,
    },
    /// The node gave up on its own work.
    #[error("this took too long; it may have been done all the same, so look before you repeat it")]
    TimedOut,
    /// A defect: the handler panicked.
    #[error("something went wrong on our side")]
    Panicked,
}

/// Why a request's token is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// There is none, or one of another scheme.
    #[error("a bearer token is needed")]
    Missing,
    /// `Bearer` alone, or with two values.
    #[error("the authorization header must be `Bearer` and one token")]
    BadHeader,
    /// It is not an access token of this installation that is good now.
    #[error("{0}")]
    Bad(#[from] TokenError),
    /// Its user does not exist any more.
    #[error("the token's user does not exist")]
    NoUser,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Chat(error.into())
    }
}

impl ApiError {
    /// The stable word and status of this refusal.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::Chat(error) => error.code(),
            Self::Unauthorized(_) => ProblemCode::Unauthorized,
            Self::Drf(refusal) => refusal.code(),
            Self::Syntax(_) | Self::Shape(_) | Self::Form(_) => ProblemCode::Malformed,
            Self::Stalled => ProblemCode::Stalled,
            Self::NoSuchPart { .. } => ProblemCode::RangeNotSatisfiable,
            Self::Query(_) | Self::OnlyIsRead => ProblemCode::Invalid,
            Self::NoPath | Self::NoSuchId | Self::NoSuchPage => ProblemCode::NotFound,
            Self::MethodNotAllowed | Self::NotOnNotifications => ProblemCode::MethodNotAllowed,
            Self::TooLarge => ProblemCode::TooLarge,
            Self::NotJson | Self::NotAForm => ProblemCode::UnsupportedMediaType,
            Self::TimedOut => ProblemCode::Unavailable,
            Self::Password(_) | Self::Panicked => ProblemCode::Internal,
        }
    }

    /// A refusal of query parameters: their names go into the sentence, because a JSON pointer cannot name them.
    pub fn of_query(error: ChatError) -> Self {
        match error {
            ChatError::Invalid(_) => Self::Query(error.to_string()),
            other => Self::Chat(other),
        }
    }

    fn status(&self) -> StatusCode {
        // Every code's status is a valid one; the fallback keeps this total.
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The document for the canonical paths.
    fn problem(&self, request_id: &str) -> Problem {
        let mut problem = Problem::new(self.code(), self.to_string(), request_id);
        problem.errors = match self {
            Self::Shape(fault) => vec![fault.clone()],
            Self::Drf(refusal) => refusal.field_errors(),
            Self::Chat(error) => error
                .violations()
                .iter()
                .map(|violation| FieldError {
                    pointer: format!("/{}", violation.field),
                    detail: violation.detail.clone(),
                })
                .collect(),
            _ => Vec::new(),
        };
        problem
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        match self.code() {
            ProblemCode::Unauthorized => drop(headers.insert(WWW_AUTHENTICATE, CHALLENGE)),
            ProblemCode::Unavailable => drop(headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS)),
            _ => {}
        }
        if let Self::NoSuchPart { size } = &self
            && let Ok(size) = HeaderValue::from_str(&format!("bytes */{size}"))
        {
            headers.insert(CONTENT_RANGE, size);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Gives every refusal from inside its body.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() else {
        return response;
    };
    log(&error);
    let (content_type, body) = asked.body(&error);
    let (mut head, _) = response.into_parts();
    // The empty body's length and type must not outlive it; `Allow` and the others must.
    let body = Json(body).into_response();
    head.headers.extend(body.headers().clone());
    head.headers.insert(CONTENT_TYPE, content_type);
    Response::from_parts(head, body.into_body())
}

/// What of a request decides how a refusal is worded.
struct Asked {
    method: Method,
    request_id: RequestId,
    wants_drf: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            request_id: request
                .extensions()
                .get::<RequestId>()
                .cloned()
                .unwrap_or_else(|| RequestId::of(None)),
            wants_drf: drf::is_spoken_on(request.uri().path()) && !accepts_problems(request.headers()),
        }
    }

    fn body(&self, error: &ApiError) -> (HeaderValue, serde_json::Value) {
        if self.wants_drf {
            let body = drf::refusal(error, &self.method);
            return (HeaderValue::from_static("application/json"), body);
        }
        let problem = serde_json::json!(error.problem(self.request_id.as_str()));
        (HeaderValue::from_static(PROBLEM_JSON), problem)
    }
}

fn accepts_problems(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.to_ascii_lowercase().contains(PROBLEM_JSON))
}

fn log(error: &ApiError) {
    let reason: &dyn std::error::Error = error;
    match error.code() {
        ProblemCode::Internal => tracing::error!(error = reason, "a defect refused a request"),
        ProblemCode::Unavailable => tracing::warn!(error = reason, "a request could not be served"),
        code => tracing::debug!(problem.code = code.word(), "a request was refused"),
    }
}

#[cfg(test)]
mod tests;
