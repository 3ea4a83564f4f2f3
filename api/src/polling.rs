//! Lists that clients read again and again: a weak `ETag`, and 304 as long as nothing has changed.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A client keeps the answer and asks every time whether it still holds; nobody in between keeps it.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The state that an answer shows, as a weak entity tag: the same state may be spelled in other bytes.
#[derive(Clone, Debug)]
pub(crate) struct Tag(HeaderValue);

impl Tag {
    /// A tag of numbers; each list has an address of its own, so they need to differ for this one alone.
    pub(crate) fn of(state: &[i64]) -> Self {
        let words: Vec<_> = state.iter().map(|number| format!("{number:x}")).collect();
        let tag = HeaderValue::from_str(&format!("W/\"{}\"", words.join(".")));
        // Digits, letters, dots and quotes: always a header's value.
        Self(tag.unwrap_or(HeaderValue::from_static("W/\"\"")))
    }

    /// Whether the client has this state already.
    pub(crate) fn is_known(&self, headers: &HeaderMap) -> bool {
        let known = headers
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        // The weak comparison of RFC 9110.
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let own = self.0.to_str().map(bare).unwrap_or_default();
        known.into_iter().any(|tag| tag.trim() == "*" || bare(tag) == own)
    }

    /// "You have it."
    pub(crate) fn unchanged(self) -> Response {
        (
            StatusCode::NOT_MODIFIED,
            [(ETAG, self.0), (CACHE_CONTROL, REVALIDATE)],
        )
            .into_response()
    }

    /// The answer in full.
    pub(crate) fn with(self, body: impl Serialize) -> Response {
        ([(ETAG, self.0), (CACHE_CONTROL, REVALIDATE)], Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_however_a_client_spells_it() {
        let tag = Tag::of(&[255, 0]);
        for (sent, known) in [
            ("W/\"ff.0\"", true),
            ("\"ff.0\"", true),
            ("\"a\", W/\"ff.0\"", true),
            ("*", true),
            ("W/\"ff.1\"", false),
            ("ff.0", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(tag.is_known(&headers), known, "{sent}");
        }
        assert!(!tag.is_known(&HeaderMap::new()));
    }
}
