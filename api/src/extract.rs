//! What handlers take: who is asking, ids from the path, parameters, and a JSON body. Each refuses by [`ApiError`].

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use protocol::UserId;
use protocol::problem::FieldError;
use runtime::carrier::{self, Carried};
use runtime::tokens::{Access, TokenError};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use store::User;

use crate::AppState;
use crate::error::{ApiError, TokenFault};

/// Characters of a parser's message that an answer repeats: it may quote the whole value at fault.
const QUOTED_CHARS: usize = 200;

/// The good access token that the request carries, by any carrier: well signed, not expired, not revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer(pub Access);

impl FromRequestParts<AppState> for Bearer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = match carrier::find(&parts.headers, parts.uri.query()) {
            Carried::Token(token) => token,
            // A ticket opens one socket and nothing else.
            Carried::Nothing | Carried::OtherScheme | Carried::Ticket(_) => {
                return Err(TokenFault::Missing.into());
            }
            Carried::Malformed => return Err(TokenFault::BadHeader.into()),
        };
        let access = state.tokens.verify_access(&token).map_err(TokenFault::Bad)?;
        if state.chat.revocations().is_revoked(&access) {
            return Err(TokenFault::Bad(TokenError::Invalid).into());
        }
        tracing::Span::current().record("user.id", access.user.0);
        Ok(Self(access))
    }
}

/// Whose access token the request carries ([`Bearer`]). It may be a user who is gone: take [`KnownCaller`] where
/// nothing further on would notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(pub UserId);

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Bearer(access) = Bearer::from_request_parts(parts, state).await?;
        Ok(Self(access.user))
    }
}

/// A [`Caller`] who is known to exist, as stored. Costs one read by primary key.
#[derive(Clone, Debug)]
pub struct KnownCaller(pub User);

impl FromRequestParts<AppState> for KnownCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Caller(id) = Caller::from_request_parts(parts, state).await?;
        let user = state.chat.store().user(id).await?;
        user.map(Self).ok_or_else(|| TokenFault::NoUser.into())
    }
}

/// Ids from the path. What is no id names nothing, so it is answered 404 like an id that nothing has: a caller who
/// follows links need not tell the two apart, and the seeds' routers answered the same.
#[derive(Clone, Copy, Debug)]
pub struct Ids<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(_) => Err(ApiError::NoSuchId),
        }
    }
}

/// Parameters from the query; unknown ones are ignored, for a token may travel among them.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => {
                let reason = std::error::Error::source(&rejection).map(ToString::to_string);
                Err(ApiError::Query(quoted(&reason.unwrap_or_default())))
            }
        }
    }
}

/// A JSON body of a known shape, within the node's size limit.
#[derive(Clone, Copy, Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !says_json(request.headers()) {
            return Err(ApiError::NotJson);
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        parse(&bytes).map(Self)
    }
}

/// A [`JsonBody`] that may be left out, with its content type: then it is what it is by default.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = says_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(T::default()));
        }
        if !is_json {
            return Err(ApiError::NotJson);
        }
        parse(&bytes).map(Self)
    }
}

/// `application/json`, with or without parameters, or any `application/…+json`.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn unread(rejection: BytesRejection) -> ApiError {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => ApiError::TooLarge,
        other => ApiError::Syntax(other.body_text()),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // serde would read an array as the fields in order; no client means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let detail = "the body must be a JSON object, not an array".to_owned();
        return Err(ApiError::Shape(FieldError {
            pointer: String::new(),
            detail,
        }));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        refused(pointer, &error.into_inner())
    })?;
    json.end().map_err(|error| refused(String::new(), &error))?;
    Ok(value)
}

fn refused(pointer: String, error: &serde_json::Error) -> ApiError {
    if !error.is_data() {
        return ApiError::Syntax(quoted(&error.to_string()));
    }
    let text = error.to_string();
    // Line and column help with text that a person typed; a pointer says more about a document.
    let detail = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(reason, _)| reason);
    ApiError::Shape(FieldError {
        pointer,
        detail: quoted(detail),
    })
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Seq { index } => format!("/{index}"),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED_CHARS {
        return text.to_owned();
    }
    text.chars().take(QUOTED_CHARS).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
