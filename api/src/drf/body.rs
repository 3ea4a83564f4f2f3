//! Takes a body as the framework does: JSON or a form, nothing at all being as good as no fields.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use protocol::problem::ProblemCode;
use serde_json::{Map, Value};

use super::{Fields, NON_FIELD, Refusal};
use crate::error::ApiError;

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = content_type(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => json(&bytes),
            "application/x-www-form-urlencoded" => form(&bytes),
            _ => Err(Refusal::Detail(
                ProblemCode::UnsupportedMediaType,
                format!("Unsupported media type \"{content_type}\" in request."),
            )
            .into()),
        }
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn unread(rejection: BytesRejection) -> ApiError {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => ApiError::TooLarge,
        other => ApiError::Syntax(other.body_text()),
    }
}

fn json(bytes: &[u8]) -> Result<Fields, ApiError> {
    let value = serde_json::from_slice(bytes).map_err(|error| ApiError::Syntax(error.to_string()))?;
    let other = match value {
        Value::Object(values) => return Ok(Fields::new(values)),
        Value::Null => return Err(Refusal::field(NON_FIELD, "No data provided").into()),
        Value::Array(_) => "list",
        Value::String(_) => "str",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
    };
    let text = format!("Invalid data. Expected a dictionary, but got {other}.");
    Err(Refusal::field(NON_FIELD, &text).into())
}

/// Of a name that comes more than once, the last counts.
fn form(bytes: &[u8]) -> Result<Fields, ApiError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_bytes(bytes).map_err(|error| ApiError::Syntax(error.to_string()))?;
    let values: Map<_, _> = pairs
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    Ok(Fields::new(values))
}
