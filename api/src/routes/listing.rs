//! The caller's list of conversations, whole or page by page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use chrono::DateTime;
use protocol::limits;
use protocol::models::{Conversation, ConversationType};
use serde::Deserialize;
use store::{ListPlace, Listing};
use utoipa::IntoParams;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{KnownCaller, Parameters};
use crate::openapi::Refusals;
use crate::polling::Polled;

/// Where the next page begins, in an answer that has one. A header, for the body is a bare array.
pub(crate) const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// Which part of the list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Conversations on the page.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<i64>,
    /// The page after the one that was answered with this `X-Next-Cursor`.
    cursor: Option<String>,
    /// Only those whose title, or of private ones whose other side's name, contains this, without case.
    q: Option<String>,
    /// `true`: only what the caller has hidden. Otherwise only what they have not.
    hidden: Option<bool>,
    /// `true`: only those with something unread. `false`: only those without.
    unread: Option<bool>,
    /// Only of this kind.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<ConversationType>,
}

impl ListParameters {
    fn listing(self) -> Result<Listing, ApiError> {
        let after = self.cursor.as_deref().map(|cursor| {
            read_cursor(cursor).ok_or_else(|| ApiError::Query("cursor: not one of this list".into()))
        });
        Ok(Listing {
            limit: self.limit.unwrap_or(limits::LISTED_CONVERSATIONS),
            after: after.transpose()?,
            is_hidden: self.hidden.unwrap_or(false),
            is_unread: self.unread,
            kind: self.kind,
            search: self.q,
        })
    }
}

/// The caller's conversations: the pinned first, then by newest activity. With `limit` page by page: an answer that is
/// not the last names the next in `X-Next-Cursor`. Answers 304 to a known `ETag`.
#[utoipa::path(
    get,
    path = "/conversations/",
    operation_id = "list_conversations",
    tag = "conversations",
    params(ListParameters),
    responses(
        (
            status = 200,
            description = "The page.",
            body = Vec<Conversation>,
            headers(("X-Next-Cursor" = String, description = "Where the next page begins; absent on the last."))
        ),
        (status = 304, description = "Nothing in it has changed."),
        Refusals,
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    polled: Polled,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Response, ApiError> {
    let listing = parameters.listing()?;
    let stamp = state.chat.store().stamp_of_list(caller.id).await?;
    let read = async {
        let page = state.chat.list(caller.id, listing).await;
        let page = page.map_err(ApiError::of_query)?;
        let next = page.next.map(write_cursor);
        let next = next.and_then(|cursor| HeaderValue::try_from(cursor).ok());
        let headers = next.into_iter().map(|cursor| (NEXT_CURSOR, cursor));
        Ok((headers.collect::<HeaderMap>(), Json(page.conversations)))
    };
    polled.answer(caller.id, stamp, read).await
}

/// Clients hand it back as it is.
fn write_cursor(place: ListPlace) -> String {
    let ListPlace {
        is_pinned,
        active_at,
        number,
    } = place;
    let micros = active_at.utc().timestamp_micros();
    format!("{}.{micros}.{number}", u8::from(is_pinned))
}

fn read_cursor(cursor: &str) -> Option<ListPlace> {
    let mut parts = cursor.split('.');
    let is_pinned = match parts.next()? {
        "0" => false,
        "1" => true,
        _ => return None,
    };
    let active_at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    let number = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(ListPlace {
        is_pinned,
        active_at: active_at.into(),
        number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_taken_for_one() {
        let place = ListPlace {
            is_pinned: true,
            active_at: DateTime::from_timestamp_micros(1_700_000_000_123_456)
                .unwrap()
                .into(),
            number: 42,
        };
        assert_eq!(read_cursor(&write_cursor(place)), Some(place));
        for other in [
            "",
            "1",
            "2.1.1",
            "1.1",
            "1.1.1.1",
            "1.x.1",
            "1.9223372036854775807.1",
            "1..1",
        ] {
            assert_eq!(read_cursor(other), None, "{other}");
        }
    }
}
