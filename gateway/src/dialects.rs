//! The words of the sockets. One core; a socket speaks the dialect of the door it came in by.
//!
//! Canonical frames are passed on as they are. For the others a frame is translated once on this node, when the first
//! socket needs it ([`crate::text::Text`]). A dialect is two pure functions in a file of its own: what a client's frame
//! asks, and how a server's frame is said. To add one: that file, a [`Dialect`], and its door in `accept`.

pub mod mini;

use std::time::Duration;

use bytes::Bytes;
use chat::Usernames;
use protocol::frames::{Received, ServerFrame};
use protocol::{ConversationId, UserId};
use tokio::time::sleep;

use crate::text::Text;
use crate::wire::frames;

/// What one socket speaks.
#[derive(Clone, Debug)]
pub enum Dialect {
    /// `docs/protocol.md`.
    Canonical,
    /// Mini Chat Backend's, in one room.
    Mini {
        /// The room as its clients call it.
        room: i64,
        /// Whom its frames name.
        usernames: Usernames,
    },
}

/// Pauses before names are asked for again while the store does not answer. After the last a frame goes out without:
/// better late and nameless than never.
const ASK_AGAIN: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

impl Dialect {
    /// What an answer to this client alone comes to, ready for the wire.
    pub(crate) fn answer(&self, frame: &ServerFrame) -> Option<Bytes> {
        let text = match self {
            Self::Canonical => Some(frame.encode(None)),
            Self::Mini { room, .. } => mini::answer(frame, *room),
        };
        text.map(|text| frames::text(&text).bytes)
    }

    /// What a frame for everybody comes to, ready for the wire.
    pub(crate) async fn spell(&self, text: &Text) -> Vec<Bytes> {
        match self {
            Self::Canonical => vec![text.frame().clone()],
            Self::Mini { usernames, .. } => text
                .mini(|canonical| translated(canonical, usernames))
                .await
                .to_vec(),
        }
    }
}

async fn translated(canonical: Text, usernames: &Usernames) -> Box<[Bytes]> {
    let Ok(Received { frame, .. }) = serde_json::from_str(canonical.as_str()) else {
        // Of a newer node, and of a type that this one does not know: nothing that Mini's clients ever heard of.
        return Box::default();
    };
    let names = named(&mini::people(&frame), usernames).await;
    let name = |user: UserId| names.get(&user).map_or("", String::as_str);
    mini::announcement(&frame, name)
        .into_iter()
        .map(|text| frames::text(&text).bytes)
        .collect()
}

async fn named(people: &[UserId], usernames: &Usernames) -> std::collections::HashMap<UserId, String> {
    for pause in ASK_AGAIN {
        match usernames.of(people).await {
            Ok(names) => return names,
            Err(error) => tracing::debug!(%error, "usernames could not be read yet"),
        }
        sleep(pause).await;
    }
    usernames.of(people).await.unwrap_or_default()
}

/// The conversation that a door leads to, as its clients call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What it is here.
    pub id: ConversationId,
    /// What Mini's clients call it.
    pub number: i64,
}
