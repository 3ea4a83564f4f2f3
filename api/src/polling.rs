//! Cheap answers for clients that ask again and again: "nothing new", told without reading what is asked for.
//!
//! An answer carries a weak `ETag` made of the store's stamp of it. Asked again with `If-None-Match`, which browsers
//! send by themselves, it is 304 while the stamp is the same. See `store`'s `sql/stamps` for why no change escapes.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::{CACHE_CONTROL, ETAG, GetAll, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::UserId;

use crate::error::ApiError;

/// What is asked for, and what the client has of it already.
#[derive(Clone, Debug)]
pub(crate) struct Polled {
    /// Path and query.
    asked: String,
    known: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Polled {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(parts, state).await;
        let known = parts.headers.get_all(IF_NONE_MATCH);
        Ok(Self {
            asked: uri.to_string(),
            known: known.iter().map(|tags| (IF_NONE_MATCH, tags.clone())).collect(),
        })
    }
}

impl Polled {
    /// 304 if the client has what this stamp stands for, otherwise what `read` answers. The stamp must be older than
    /// what `read` reads, or a change between the two would never be shown.
    pub(crate) async fn answer<T: IntoResponse>(
        self,
        who: UserId,
        stamp: impl Hash,
        read: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<Response, ApiError> {
        let tag = self.tag(who, stamp);
        let mut response = if is_known(&self.known.get_all(IF_NONE_MATCH), &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            read.await?.into_response()
        };
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        // One person's, and to be asked for again each time.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        Ok(response)
    }

    /// Another release may show the same in another shape.
    fn tag(&self, who: UserId, stamp: impl Hash) -> String {
        let mut hasher = DefaultHasher::new();
        (env!("CARGO_PKG_VERSION"), who, stamp, &self.asked).hash(&mut hasher);
        format!("W/\"{:016x}\"", hasher.finish())
    }
}

/// Whether a client says by `If-None-Match` that it has this. Compared weakly, as reading asks for.
pub(crate) fn is_known(known: &GetAll<'_, HeaderValue>, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(tag);
    known
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim() == "*" || opaque(known) == wanted)
}
