//! The doors: who may open a socket. Whoever brings a bad token, or has no business here, is refused before the
//! upgrade; the seeds' clients give up after five refused handshakes, but would retry an accepted one for ever.

mod credentials;
mod handshake;
mod refusal;
mod rooms;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use protocol::problem::ProblemCode;
use protocol::{ConversationId, Seq, paths};
use runtime::tokens::Access;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tracing::Instrument;

use self::credentials::Credentials;
use self::handshake::Handshake;
use self::refusal::Refused;
use crate::connection::Connection;
use crate::connection::writing::Writing;
use crate::dialects::Dialect;
use crate::session::Door;
use crate::sockets::Place;
use crate::wire::{Ear, Wire};
use crate::{Gateway, greeting};

/// All doors, with and without the closing slash.
pub(crate) fn router(gateway: Gateway) -> Router {
    let everything = get(everything);
    let conversation = get(conversation);
    let room = get(rooms::room);
    Router::new()
        .route(paths::SOCKET, everything.clone())
        .route(&format!("{}/", paths::SOCKET), everything)
        .route(
            &format!("{}/conversations/{{id}}", paths::SOCKET),
            conversation.clone(),
        )
        .route(&format!("{}/conversations/{{id}}/", paths::SOCKET), conversation)
        .route(&format!("{}/{{id}}", paths::ROOM_SOCKETS), room.clone())
        .route(&format!("{}/{{id}}/", paths::ROOM_SOCKETS), room)
        .with_state(gateway)
}

async fn everything(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    handshake: Result<Handshake, Refused>,
) -> Result<Response, Refused> {
    let query = query.as_deref();
    let follows_all = match parameter(query, "subscribe").as_deref() {
        None | Some("all") => true,
        Some("manual") => false,
        Some(_) => {
            return Err(Refused::new(
                ProblemCode::Invalid,
                "subscribe is either all or manual",
            ));
        }
    };
    let (handshake, place) = admit(&gateway, &headers, handshake)?;
    let access = credentials::check(&gateway, &headers, query).await?;
    Ok(open(
        gateway,
        handshake,
        place,
        access,
        Door::Everything { follows_all },
    ))
}

async fn conversation(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    handshake: Result<Handshake, Refused>,
) -> Result<Response, Refused> {
    let query = query.as_deref();
    let after = match parameter(query, "after") {
        None => None,
        Some(text) => match text.parse::<i64>() {
            Ok(after) if after >= 0 => Some(Seq(after)),
            _ => {
                return Err(Refused::new(
                    ProblemCode::Invalid,
                    "after is a number, zero or more",
                ));
            }
        },
    };
    let (handshake, place) = admit(&gateway, &headers, handshake)?;
    let access = credentials::check(&gateway, &headers, query).await?;
    let id: ConversationId = id.parse().map_err(|_| no_conversation())?;
    if let Credentials::Known(access) = &access {
        permit(&gateway, access, id).await?;
    }
    Ok(open(
        gateway,
        handshake,
        place,
        access,
        Door::Conversation { id, after },
    ))
}

/// What can be said before anybody asks who it is.
fn admit(
    gateway: &Gateway,
    headers: &HeaderMap,
    handshake: Result<Handshake, Refused>,
) -> Result<(Handshake, Place), Refused> {
    let handshake = handshake?;
    if gateway.is_draining() {
        return Err(Refused::new(
            ProblemCode::Unavailable,
            "this node is stopping; another one is there",
        ));
    }
    let origin = headers.get(header::ORIGIN);
    if !origin.is_none_or(|origin| gateway.tuning().origins.allow(origin)) {
        return Err(Refused::new(
            ProblemCode::Forbidden,
            "pages of this origin may not open sockets here",
        ));
    }
    let place = gateway.sockets().admit();
    let place = place.map_err(|refused| Refused::new(ProblemCode::Unavailable, refused.to_string()))?;
    Ok((handshake, place))
}

/// 404 for what does not exist, 403 for what is not the caller's.
async fn permit(gateway: &Gateway, access: &Access, id: ConversationId) -> Result<(), Refused> {
    let standing = gateway.chat().store().standing(id, access.user).await;
    let standing = standing.map_err(|error| {
        tracing::warn!(%error, "a socket was turned away");
        Refused::new(
            ProblemCode::Unavailable,
            "the conversation cannot be read at the moment",
        )
    })?;
    let standing = standing
        .filter(|standing| !standing.is_deleted)
        .ok_or_else(no_conversation)?;
    if standing.role.is_none() {
        return Err(Refused::new(
            ProblemCode::NotParticipant,
            "you are not in this conversation",
        ));
    }
    Ok(())
}

fn no_conversation() -> Refused {
    Refused::new(ProblemCode::NotFound, "there is no such conversation")
}

fn open(
    gateway: Gateway,
    handshake: Handshake,
    place: Place,
    credentials: Credentials,
    door: Door,
) -> Response {
    let (response, stream) = handshake.accept();
    let tasks = gateway.tasks().clone();
    let span = tracing::info_span!("socket", socket.id = place.id(), user.id = tracing::field::Empty);
    let serving = async move {
        match stream.await {
            Ok(stream) => serve(gateway, place, stream, credentials, door).await,
            Err(error) => tracing::debug!(%error, "a socket was not opened"),
        }
    };
    tasks.spawn("socket", serving.instrument(span));
    response
}

async fn serve(
    gateway: Gateway,
    place: Place,
    stream: (TcpStream, Bytes),
    credentials: Credentials,
    door: Door,
) {
    let meters = (gateway.meters().clone(), gateway.clock().clone());
    let tuning = gateway.tuning();
    let tempo = (tuning.slow_reader, tuning.write_buffer_bytes);
    let socket = web_socket(&gateway, stream).await;
    let dialect = match door {
        Door::Room(room) => Dialect::Mini {
            room: room.number,
            usernames: gateway.chat().usernames().clone(),
        },
        Door::Conversation { .. } | Door::Everything { .. } => Dialect::Canonical,
    };
    let mut writing = Writing::new(socket, dialect, tempo, meters);
    let access = match credentials {
        Credentials::Known(access) => access,
        Credentials::None => match greeting::identify(&gateway, &mut writing).await {
            Ok(access) => access,
            Err(end) => return writing.end(end).await,
        },
    };
    tracing::Span::current().record("user.id", access.user.0);
    tracing::debug!(?door, "socket opened");
    let end = Connection::new(gateway, place, writing, access, door).run().await;
    tracing::debug!(?end, "socket ended");
}

/// The library gets the stream to read from; what it writes by itself is a pong or a close.
async fn web_socket(gateway: &Gateway, (stream, early): (TcpStream, Bytes)) -> WebSocketStream<Ear> {
    let tuning = gateway.tuning();
    let config = WebSocketConfig::default()
        .read_buffer_size(tuning.read_buffer_bytes)
        .write_buffer_size(0)
        .max_frame_size(Some(tuning.frame_bytes))
        .max_message_size(Some(tuning.frame_bytes));
    let ear = Ear::new(Wire::new(stream), early);
    WebSocketStream::from_raw_socket(ear, Role::Server, Some(config)).await
}

/// One value of the query string; the last one wins.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query?).ok()?;
    pairs
        .into_iter()
        .rev()
        .find_map(|(key, value)| (key == name).then_some(value))
}
