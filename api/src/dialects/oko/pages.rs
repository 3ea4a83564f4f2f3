//! Pages of twenty, for clients that ask for one; whoever asks for none gets a bare array.

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::Window;

use crate::dialects::no_such;
use crate::envelope::Numbered;
use crate::error::ApiError;

/// Rows of a page, as the original's setting had it.
const ROWS: i64 = 20;

/// The parameter that asks for a page.
const PAGE: &str = "page";

/// What stands for the last page.
const LAST: &str = "last";

/// Which page was asked for, if any.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    /// As it was written.
    wanted: Option<String>,
    address: Address,
}

/// Where the list stands, and how its client came there.
#[derive(Clone, Debug, Default)]
struct Address {
    uri: Uri,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(parts, state).await;
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
        let wanted = pairs.into_iter().rev().find(|(name, _)| name == PAGE);
        Ok(Self {
            wanted: wanted.map(|(_, page)| page),
            address: Address {
                uri,
                headers: parts.headers.clone(),
            },
        })
    }
}

/// One page among others.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    numbered: Numbered,
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
        let number = match self.wanted.as_deref() {
            Some(LAST) => Some(pages.max(1)),
            Some(text) => text.parse().ok(),
            None => None,
        };
        let numbered = number.and_then(|number| Numbered::new(number, ROWS, count).ok());
        let numbered = numbered.ok_or_else(|| no_such("Invalid page."))?;
        Ok(Page {
            // Without a number the answer would be a bare array.
            numbered: numbered.with_first_numbered(),
            address: self.address,
        })
    }
}

impl Page {
    /// The rows to read.
    pub(super) const fn window(&self) -> Window {
        Window {
            limit: ROWS,
            offset: self.numbered.offset(),
        }
    }

    /// Says them.
    pub(super) fn answer<T: Serialize>(self, results: Vec<T>) -> Response {
        let Address { uri, headers } = &self.address;
        Json(self.numbered.around(results, uri, headers)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(wanted: &str) -> Paging {
        Paging {
            wanted: Some(wanted.to_owned()),
            address: Address::default(),
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
}
