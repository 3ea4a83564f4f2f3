//! The envelope in which the seed's clients read a numbered page: `{count, next, previous, results}`.

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// What a proxy says that the client spoke.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// A numbered page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    /// How many there are on all pages.
    count: i64,
    /// Address of the next page; `null` on the last.
    next: Option<String>,
    /// Address of the page before; `null` on the first.
    previous: Option<String>,
    /// This page.
    results: Vec<T>,
}

/// Which page was asked for, counted from 1, of pages of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbered {
    page: i64,
    size: i64,
    count: i64,
    first_has_number: bool,
}

impl Numbered {
    /// A page that does not exist is refused; the first one always exists.
    pub(crate) fn new(page: i64, size: i64, count: i64) -> Result<Self, ApiError> {
        let last = count.div_euclid(size) + i64::from(count.rem_euclid(size) > 0);
        if (1..=last.max(1)).contains(&page) {
            Ok(Self {
                page,
                size,
                count,
                first_has_number: false,
            })
        } else {
            Err(ApiError::NoSuchPage)
        }
    }

    /// The link to the first page says its number too, where the address without one answers no page.
    pub(crate) const fn with_first_numbered(self) -> Self {
        Self {
            first_has_number: true,
            ..self
        }
    }

    /// Entries on the pages before.
    pub(crate) const fn offset(self) -> i64 {
        (self.page - 1) * self.size
    }

    /// The envelope around the page's entries. Its links hold the page's number and nothing else of the query, where a
    /// token may have travelled.
    pub(crate) fn around<T>(self, results: Vec<T>, uri: &Uri, headers: &HeaderMap) -> Envelope<T> {
        let base = address(uri, headers);
        let has_next = self.offset() + self.size < self.count;
        Envelope {
            count: self.count,
            next: has_next.then(|| format!("{base}?page={}", self.page + 1)),
            previous: match self.page {
                1 => None,
                2 if !self.first_has_number => Some(base.clone()),
                page => Some(format!("{base}?page={}", page - 1)),
            },
            results,
        }
    }
}

/// The address as the client sees it, without its query.
fn address(uri: &Uri, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = match text(FORWARDED_PROTO).or(uri.scheme_str()) {
        Some("https") => "https",
        _ => "http",
    };
    let host = uri.host().or_else(|| text(HOST.as_str())).unwrap_or("localhost");
    format!("{scheme}://{host}{}", uri.path())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn links(page: i64, count: i64) -> (Option<String>, Option<String>) {
        let headers = HeaderMap::from_iter([
            (HOST, HeaderValue::from_static("chat.example:8000")),
            (
                FORWARDED_PROTO.parse().unwrap(),
                HeaderValue::from_static("https"),
            ),
        ]);
        let uri = Uri::from_static("/api/notifications/?token=secret&page=1");
        let numbered = Numbered::new(page, 20, count).unwrap();
        let envelope = numbered.around(Vec::<i64>::new(), &uri, &headers);
        assert_eq!(envelope.count, count);
        (envelope.next, envelope.previous)
    }

    #[test]
    fn links_lead_to_the_neighbours_and_carry_no_token() {
        let at = |query: &str| Some(format!("https://chat.example:8000/api/notifications/{query}"));
        assert_eq!(links(1, 0), (None, None));
        assert_eq!(links(1, 20), (None, None));
        assert_eq!(links(1, 21), (at("?page=2"), None));
        assert_eq!(links(2, 60), (at("?page=3"), at("")));
        assert_eq!(links(3, 60), (None, at("?page=2")));
    }

    #[test]
    fn the_first_page_has_its_number_where_it_must() {
        let uri = Uri::from_static("http://chat.example/api/chat/chats/?token=secret&page=2");
        let numbered = Numbered::new(2, 20, 41).unwrap().with_first_numbered();
        let envelope = numbered.around(Vec::<i64>::new(), &uri, &HeaderMap::new());
        let at = |page: i64| Some(format!("http://chat.example/api/chat/chats/?page={page}"));
        assert_eq!((envelope.previous, envelope.next), (at(1), at(3)));
    }

    #[test]
    fn a_page_that_does_not_exist_is_refused() {
        for (page, count) in [(0, 10), (-1, 10), (2, 20), (2, 0), (i64::MAX, 20)] {
            assert!(Numbered::new(page, 20, count).is_err(), "{page} of {count}");
        }
    }
}
