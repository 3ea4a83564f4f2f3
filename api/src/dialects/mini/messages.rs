//! What is said: a room's history, and all messages in one list.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chat::{ChatError, Said};
use protocol::requests::SendMessage;
use protocol::{ConversationId, UserId, limits};
use serde::Deserialize;
use store::{Before, Stamp, Window};
use utoipa::{IntoParams, ToSchema};

use super::shapes::{self, History, Message, Sent};
use super::{not_found, rooms};
use crate::AppState;
use crate::dialects::refusals::Refusals;
use crate::drf::{Fields, Refusal, Rule};
use crate::error::ApiError;
use crate::extract::{Ids, KnownCaller, Parameters};
use crate::polling::Polled;

/// Of a room that the caller is not in, as long as they are not.
const NOTHING: Stamp = Stamp(0);

/// All that was said in a room, oldest first. Whoever asks has read it.
#[utoipa::path(
    get,
    path = "/rooms/{id}/history/",
    operation_id = "mini_read_history",
    tag = "mini chat",
    params(("id" = String, Path, description = "The room's number, or its UUID.")),
    responses((status = 200, description = "The room and its messages.", body = History), Refusals)
)]
pub(crate) async fn history(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    Ids(id): Ids<String>,
) -> Result<Json<History>, ApiError> {
    let id = state.chat.conversation_named(&id).await.map_err(not_found)?;
    state
        .chat
        .mark_read(caller.id, id, None)
        .await
        .map_err(not_found)?;
    let room = rooms::one(&state, caller.id, id).await?;
    let everything = Window::first(limits::UNPAGED_MESSAGES);
    let said = state
        .chat
        .said_in(caller.id, id, Before::TheEnd, everything)
        .await
        .map_err(not_found)?;
    Ok(Json(History {
        room,
        messages: shapes::messages(said),
    }))
}

/// Which messages.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// A room's number, or its UUID; missing or empty: all rooms of the caller.
    room: Option<String>,
    /// Messages at most, the newest of them. The original has no such parameter.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 10_000, default = 10_000)]
    limit: Option<String>,
    /// Only those with a lower `id` than this. The original has no such parameter.
    #[param(value_type = Option<i64>)]
    before: Option<String>,
}

impl Wanted {
    fn limit(&self) -> Result<i64, Refusal> {
        match given(self.limit.as_deref()) {
            None => Ok(limits::UNPAGED_MESSAGES),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=limits::UNPAGED_MESSAGES).contains(limit))
                .ok_or_else(|| {
                    let most = limits::UNPAGED_MESSAGES;
                    Refusal::field("limit", &format!("Ensure this value is between 1 and {most}."))
                }),
        }
    }

    fn before(&self) -> Result<Before, Refusal> {
        given(self.before.as_deref()).map_or(Ok(Before::TheEnd), |text| {
            let number = text.parse().map_err(|_| no_integer("before"))?;
            Ok(Before::Number(number))
        })
    }

    /// `None`: all.
    fn room(&self) -> Result<Option<&str>, Refusal> {
        let room = given(self.room.as_deref());
        if room.is_some_and(|room| !is_integer(room) && room.parse::<ConversationId>().is_err()) {
            return Err(no_integer("room"));
        }
        Ok(room)
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// However large: no room has such a number, but it is one.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn no_integer(name: &'static str) -> Refusal {
    Refusal::field(name, "A valid integer is required.")
}

/// Messages, oldest first; reading them here marks nothing. Of a room that is not the caller's, none. Answers 304 to a
/// known `ETag`.
#[utoipa::path(
    get,
    path = "/messages/",
    operation_id = "mini_list_messages",
    tag = "mini chat",
    params(Wanted),
    responses(
        (status = 200, description = "The messages.", body = Vec<Message>),
        (status = 304, description = "Nothing in it has changed."),
        Refusals,
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    polled: Polled,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Response, ApiError> {
    let (window, before) = (Window::first(wanted.limit()?), wanted.before()?);
    let chat = &state.chat;
    let Some(room) = wanted.room()? else {
        let stamp = chat.store().stamp_of_said(caller.id).await?;
        let read = async { Ok(shown(chat.said_to(caller.id, before, window).await?)) };
        return polled.answer(caller.id, stamp, read).await;
    };
    let Some((room, _)) = chat.room_named(caller.id, room).await? else {
        let nothing = async { Ok(shown(Said::default())) };
        return polled.answer(caller.id, NOTHING, nothing).await;
    };
    let stamp = chat.store().stamp_of_said_in(caller.id, room).await?;
    let read = async {
        let said = chat.said_in(caller.id, room, before, window).await;
        Ok(shown(said.map_err(not_found)?))
    };
    polled.answer(caller.id, stamp, read).await
}

fn shown(said: Said) -> Json<Vec<Message>> {
    Json(shapes::messages(said))
}

/// A message to send.
#[derive(ToSchema)]
#[schema(as = MiniNewMessage)]
pub(crate) struct NewMessage {
    /// The room's number, or its UUID.
    #[schema(value_type = i64)]
    room: Option<String>,
    /// Spaces around it do not count.
    #[schema(max_length = 32768)]
    content: String,
}

/// Sends a message, trimmed, to everybody in the room.
#[utoipa::path(
    post,
    path = "/messages/",
    operation_id = "mini_send_message",
    tag = "mini chat",
    request_body = NewMessage,
    responses((status = 201, description = "It is stored, and on its way to everybody.", body = Sent), Refusals)
)]
pub(crate) async fn send(
    State(state): State<AppState>,
    KnownCaller(caller): KnownCaller,
    mut fields: Fields,
) -> Result<(StatusCode, Json<Sent>), ApiError> {
    let new = NewMessage {
        room: fields.key("room"),
        content: fields.required("content", &[Rule::Max(limits::MESSAGE_CHARS)]),
    };
    let room = find(&state, caller.id, new.room, &mut fields).await?;
    fields.check()?;
    // Without faults there is a room.
    let (id, number) = room.ok_or(ChatError::NoConversation)?;
    let request = SendMessage {
        conversation_id: id,
        sender_id: None,
        text: Some(new.content.clone()),
        reply_to: None,
        client_id: None,
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
    };
    state.chat.send(caller.id, request).await.map_err(not_found)?;
    let sent = Sent {
        room: number,
        content: new.content,
    };
    Ok((StatusCode::CREATED, Json(sent)))
}

/// The room to write to. One that is not the caller's is as good as none.
async fn find(
    state: &AppState,
    caller: UserId,
    key: Option<String>,
    fields: &mut Fields,
) -> Result<Option<(ConversationId, i64)>, ApiError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let found = state.chat.room_named(caller, &key).await?;
    if found.is_none() {
        fields.refuse_key("room", &key);
    }
    Ok(found)
}
