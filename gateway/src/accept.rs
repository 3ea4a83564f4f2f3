//! The doors: who may open a socket. Whoever brings a bad token, or has no business here, is refused before the
//! upgrade; the seeds' clients give up after five refused handshakes, but would retry an accepted one for ever.

mod credentials;
mod refusal;
mod rooms;

use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use protocol::problem::ProblemCode;
use protocol::{ConversationId, Seq, paths};
use runtime::tokens::Access;
use tracing::Instrument;

use self::credentials::Credentials;
use self::refusal::Refused;
use crate::connection::Connection;
use crate::connection::writing::Writing;
use crate::dialects::Dialect;
use crate::session::Door;
use crate::sockets::Place;
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

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

async fn everything(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: Upgrade,
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
    let (upgrade, place) = admit(&gateway, &headers, upgrade)?;
    let access = credentials::check(&gateway, &headers, query).await?;
    Ok(open(
        gateway,
        upgrade,
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
    upgrade: Upgrade,
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
    let (upgrade, place) = admit(&gateway, &headers, upgrade)?;
    let access = credentials::check(&gateway, &headers, query).await?;
    let id: ConversationId = id.parse().map_err(|_| no_conversation())?;
    if let Credentials::Known(access) = &access {
        permit(&gateway, access, id).await?;
    }
    Ok(open(
        gateway,
        upgrade,
        place,
        access,
        Door::Conversation { id, after },
    ))
}

/// What can be said before anybody asks who it is.
fn admit(
    gateway: &Gateway,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Result<(WebSocketUpgrade, Place), Refused> {
    let upgrade = upgrade.map_err(|_| Refused::not_an_upgrade())?;
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
    Ok((upgrade, place))
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
    upgrade: WebSocketUpgrade,
    place: Place,
    credentials: Credentials,
    door: Door,
) -> Response {
    let tuning = gateway.tuning();
    let upgrade = upgrade
        .read_buffer_size(tuning.read_buffer_bytes)
        .write_buffer_size(tuning.write_buffer_bytes)
        .max_write_buffer_size(tuning.write_buffer_max_bytes())
        .max_frame_size(tuning.frame_bytes)
        .max_message_size(tuning.frame_bytes);
    upgrade.on_upgrade(async move |socket| {
        // The library's own task ends here; from now on the socket belongs to the node's tasks.
        let tasks = gateway.tasks().clone();
        let span = tracing::info_span!("socket", socket.id = place.id(), user.id = tracing::field::Empty);
        tasks.spawn(
            "socket",
            serve(gateway, place, socket, credentials, door).instrument(span),
        );
    })
}

async fn serve(gateway: Gateway, place: Place, socket: WebSocket, credentials: Credentials, door: Door) {
    let meters = (gateway.meters().clone(), gateway.clock().clone());
    let dialect = match door {
        Door::Room(room) => Dialect::Mini {
            room: room.number,
            usernames: gateway.chat().usernames().clone(),
        },
        Door::Conversation { .. } | Door::Everything { .. } => Dialect::Canonical,
    };
    let mut writing = Writing::new(socket, dialect, gateway.tuning().slow_reader, meters);
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

/// One value of the query string; the last one wins.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query?).ok()?;
    pairs
        .into_iter()
        .rev()
        .find_map(|(key, value)| (key == name).then_some(value))
}
