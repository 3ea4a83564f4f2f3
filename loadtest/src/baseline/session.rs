//! One socket from its handshake to its end: greets, reads, and leaves what it followed.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::anyhow;
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use uuid::Uuid;

use super::Floor;
use super::frame;
use super::hub::Missed;
use super::peer::{Peer, PeerStream};
use super::writer::{Answer, Job};

/// Bytes read at a time: a few frames of a person who writes.
const READ_BYTES: usize = 1024;

/// What a socket follows from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// All conversations of its user.
    All,
    /// What it will ask for.
    Nothing,
    /// One, from its head on; behind a number that must be its head.
    One(Uuid, Option<i64>),
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    payload: Payload,
    #[serde(rename = "ref", default)]
    reference: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    conversation_id: Option<Uuid>,
    after: Option<i64>,
    text: Option<String>,
    client_id: Option<String>,
}

struct Session {
    floor: Arc<Floor>,
    peer: Arc<Peer>,
    user: i64,
    followed: Vec<Uuid>,
}

/// Holds a socket until either side ends it.
pub(super) async fn attend(floor: Arc<Floor>, upgrade: OnUpgrade, (user, follow): (i64, Follow)) {
    // Without an upgrade the client has gone before its session began.
    let Ok(upgraded) = upgrade.await else {
        return;
    };
    let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        return;
    };
    let peer = Arc::new(Peer::new(parts.io.into_inner(), floor.tasks.clone()));
    let config = WebSocketConfig::default().read_buffer_size(READ_BYTES);
    let stream = PeerStream::new(Arc::clone(&peer), parts.read_buf);
    let mut wire = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    let mut session = Session {
        floor,
        peer,
        user,
        followed: Vec::new(),
    };
    if session.greet(follow).await.is_ok() {
        while let Some(Ok(frame)) = wire.next().await {
            if let Message::Text(text) = frame
                && session.hear(&text).await.is_err()
            {
                break;
            }
        }
    }
    for id in session.followed {
        session.floor.hub.leave(id, &session.peer);
    }
}

impl Session {
    async fn greet(&mut self, follow: Follow) -> anyhow::Result<()> {
        let hello = json!({"type": "hello", "payload": {"user_id": self.user}});
        self.peer.gather(&text(&hello));
        match follow {
            Follow::All => {
                for id in self.floor.database.conversations_of(self.user).await? {
                    self.follow(id, None, &Value::Null).await?;
                }
            }
            Follow::Nothing => {}
            Follow::One(id, after) => self.follow(id, after, &Value::Null).await?,
        }
        self.peer.flush();
        Ok(())
    }

    /// An error ends the session.
    async fn hear(&mut self, frame: &str) -> anyhow::Result<()> {
        let said: Said<'_> = serde_json::from_str(frame)?;
        let payload = said.payload;
        match (said.kind.as_ref(), payload.conversation_id) {
            ("message:new", Some(id)) => {
                let answer = Answer::Socket(Arc::clone(&self.peer));
                let words = payload.text.unwrap_or_default();
                let job = Job::new((id, self.user), words, payload.client_id, answer)?;
                self.floor.writer.write(job).await
            }
            ("subscribe", Some(id)) => {
                self.follow(id, payload.after, &said.reference).await?;
                self.peer.flush();
                Ok(())
            }
            (kind, _) => Err(anyhow!("the baseline does not understand {kind}")),
        }
    }

    async fn follow(&mut self, id: Uuid, after: Option<i64>, reference: &Value) -> anyhow::Result<()> {
        if let Err(Missed) = self.floor.hub.follow(id, &self.peer, after).await? {
            let refusal = json!({"type": "error", "payload": {
                "code": "no_resume",
                "message": "The baseline does not know what was said while a socket was away.",
                "ref": reference,
                "retryable": false,
            }});
            self.peer.gather(&text(&refusal));
        } else {
            self.followed.push(id);
        }
        Ok(())
    }
}

fn text(frame: &Value) -> Bytes {
    frame::text(frame.to_string().as_bytes())
}
