//! What a node answered, and short ways to hold it against the contract.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The request, for the message of a failed assertion.
    asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn read(asked: String, response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        Self {
            asked,
            status,
            headers,
            text,
        }
    }

    /// The status is this one.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self
    }

    /// The status is a success; the clients that do not look further are content.
    #[track_caller]
    pub(crate) fn is_done(&self) -> &Self {
        let is_success = (200..300).contains(&self.status);
        assert!(is_success, "{}: {} {}", self.asked, self.status, self.text);
        self
    }

    /// The body.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}: {:?}", self.asked, self.text))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn json_of(&self, status: u16) -> Value {
        self.is(status).json()
    }

    /// The body of a success that is a bare array.
    #[track_caller]
    pub(crate) fn array(&self) -> Vec<Value> {
        match self.is(200).json() {
            Value::Array(items) => items,
            other => panic!("{}: a bare array was expected, not {other}", self.asked),
        }
    }

    /// Status and body to the letter.
    #[track_caller]
    pub(crate) fn says(&self, status: u16, body: &Value) {
        assert_eq!(&self.json_of(status), body, "{}", self.asked);
    }

    /// A refusal of the canonical paths: a problem document with everything that belongs to one.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        let body = self.json_of(status);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.asked
        );
        assert_eq!(body["code"], code, "{}: {body}", self.asked);
        assert_eq!(body["status"], status, "{}", self.asked);
        has_fields(&body, &["type", "title", "detail", "request_id", "errors"]);
        body
    }

    /// A header, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// The names of an object's fields are at least these.
#[track_caller]
pub(crate) fn has_fields(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(value.get(field).is_some(), "{field} is missing in {value}");
    }
}

/// The names of an object's fields are exactly these.
#[track_caller]
pub(crate) fn has_only_fields(value: &Value, fields: &[&str]) {
    has_fields(value, fields);
    let count = value.as_object().expect("an object").len();
    assert_eq!(count, fields.len(), "{value} has more fields than {fields:?}");
}

/// UTC with a `Z` and microseconds.
#[track_caller]
pub(crate) fn is_utc(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    let shape = "2026-01-31T09:30:00.000000Z";
    assert!(text.ends_with('Z') && text.len() == shape.len(), "{text}");
}

/// A field of each, as text: `texts(&messages, "text")`.
pub(crate) fn texts(items: &[Value], field: &str) -> Vec<String> {
    items
        .iter()
        .map(|item| item[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The item whose field has this value.
#[track_caller]
pub(crate) fn with_field(items: &[Value], field: &str, value: &Value) -> Value {
    let found = items.iter().find(|item| &item[field] == value);
    found
        .unwrap_or_else(|| panic!("nothing with {field} = {value} in {items:?}"))
        .clone()
}
