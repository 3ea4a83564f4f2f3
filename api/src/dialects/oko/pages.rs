//! Pages of twenty, for clients that ask for one; whoever asks for none gets a bare array.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::Uri;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use serde::Serialize;
use store::Window;

use crate::dialects::no_such;
use crate::error::ApiError;

/// Rows of a page, as the original's setting had it.
const ROWS: i64 = 20;

/// The parameter that asks for a page.
const PAGE: &str = "page";

/// What stands for the last page.
const LAST: &str = "last";

/// Says how its client reached a proxy.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// A page of a list.
#[derive(Serialize)]
struct Envelope<T> {
    /// Rows on all pages.
    count: i64,
    /// Address of the next page.
    next: Option<String>,
    /// Address of the page before.
    previous: Option<String>,
    /// The rows.
    results: Vec<T>,
}

/// Which page was asked for, if any.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    /// As it was written.
    wanted: Option<String>,
    address: Address,
}

/// Where the list stands, as its client sees it.
#[derive(Clone, Debug)]
struct Address {
    /// `https://host`; empty when the client does not say whom it asked.
    origin: String,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(parts, state).await;
        let pairs = pairs(&uri);
        let wanted = pairs.into_iter().rev().find(|(name, _)| name == PAGE);
        Ok(Self {
            wanted: wanted.map(|(_, page)| page),
            address: Address {
                origin: origin(&parts.headers),
                uri,
            },
        })
    }
}

/// One page among others.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    number: i64,
    count: i64,
    address: Address,
}

impl Paging {
    /// Whether a page was asked for.
    pub(super) const fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }

    /// The page of a list with so many rows. An empty list has one page.
    pub(super) fn among(self, count: i64) -> Result<Page, ApiError> {
        let pages = count.div_euclid(ROWS) + i64::from(count % ROWS > 0);
        let pages = pages.max(1);
        let number = match self.wanted.as_deref() {
            Some(LAST) => Some(pages),
            Some(text) => text.parse().ok(),
            None => None,
        };
        let number = number
            .filter(|number| (1..=pages).contains(number))
            .ok_or_else(|| no_such("Invalid page."))?;
        Ok(Page {
            number,
            count,
            address: self.address,
        })
    }
}

impl Page {
    /// The rows to read.
    pub(super) const fn window(&self) -> Window {
        Window {
            limit: ROWS,
            offset: (self.number - 1) * ROWS,
        }
    }

    /// Says them.
    pub(super) fn answer<T: Serialize>(self, results: Vec<T>) -> Response {
        let is_last = self.number * ROWS >= self.count;
        let next = (!is_last).then(|| self.address.of(self.number + 1));
        // With its number even if it is the first: without one the answer would be a bare array.
        let previous = (self.number > 1).then(|| self.address.of(self.number - 1));
        Json(Envelope {
            count: self.count,
            next,
            previous,
            results,
        })
        .into_response()
    }
}

impl Address {
    fn of(&self, page: i64) -> String {
        let mut pairs = pairs(&self.uri);
        pairs.retain(|(name, _)| name != PAGE);
        pairs.push((PAGE.to_owned(), page.to_string()));
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("{}{}?{query}", self.origin, self.uri.path())
    }
}

fn pairs(uri: &Uri) -> Vec<(String, String)> {
    serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default()
}

/// A proxy may speak TLS where this node does not.
fn origin(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(HOST.as_str()) else {
        return String::new();
    };
    let scheme = text(FORWARDED_PROTO).filter(|scheme| *scheme == "https");
    format!("{}://{host}", scheme.unwrap_or("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(wanted: &str) -> Paging {
        Paging {
            wanted: Some(wanted.to_owned()),
            address: Address {
                origin: "http://chat".to_owned(),
                uri: "/chats/?limit=5&page=2".parse().unwrap(),
            },
        }
    }

    #[test]
    fn pages_are_counted_from_one_and_end_with_the_rows() {
        for (wanted, count, offset) in [("1", 0, 0), ("1", 20, 0), ("2", 21, 20), ("last", 41, 40)] {
            let page = paging(wanted).among(count).unwrap();
            assert_eq!(page.window(), Window { limit: 20, offset }, "{wanted} of {count}");
        }
        for (wanted, count) in [
            ("0", 5),
            ("2", 20),
            ("-1", 5),
            ("x", 5),
            ("", 5),
            ("99999999999999999999", 5),
        ] {
            assert!(paging(wanted).among(count).is_err(), "{wanted} of {count}");
        }
    }

    #[test]
    fn the_neighbours_keep_the_other_parameters() {
        assert_eq!(paging("2").address.of(3), "http://chat/chats/?limit=5&page=3");
    }
}
