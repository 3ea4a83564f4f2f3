//! Mini Chat's door. Its clients know one answer to a handshake that is refused, 403, and show their token in the
//! address; a token that does not count is 401, as everywhere.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::problem::ProblemCode;

use super::credentials::{self, Credentials};
use super::handshake::Handshake;
use super::refusal::Refused;
use super::{admit, open};
use crate::Gateway;
use crate::dialects::Room;
use crate::session::Door;

pub(super) async fn room(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    handshake: Result<Handshake, Refused>,
) -> Result<Response, Refused> {
    let (handshake, place) = admit(&gateway, &headers, handshake)?;
    let Credentials::Known(access) = credentials::check(&gateway, &headers, query.as_deref()).await? else {
        // These clients have no `auth` frame: waiting for one would keep a socket that never speaks.
        return Err(Refused::new(ProblemCode::Unauthorized, "a token is needed"));
    };
    let room = find(&gateway, &id).await?.ok_or_else(stranger)?;
    super::permit(&gateway, &access, room.id)
        .await
        .map_err(Refused::or_stranger)?;
    Ok(open(
        gateway,
        handshake,
        place,
        Credentials::Known(access),
        Door::Room(room),
    ))
}

async fn find(gateway: &Gateway, id: &str) -> Result<Option<Room>, Refused> {
    let found = gateway.chat().store().conversation_named(id).await;
    let found = found.map_err(|error| {
        tracing::warn!(%error, "a socket was turned away");
        Refused::new(ProblemCode::Unavailable, "the room cannot be read at the moment")
    })?;
    Ok(found.map(|(id, number)| Room { id, number }))
}

/// Whether the room is there is told to nobody who is not in it.
fn stranger() -> Refused {
    Refused::new(ProblemCode::NotParticipant, "you are not in this room")
}

impl Refused {
    fn or_stranger(self) -> Self {
        if self.is_not_found() { stranger() } else { self }
    }
}
