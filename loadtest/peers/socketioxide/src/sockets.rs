//! The sockets: who comes, what they follow, what they send.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use socketioxide::extract::{AckSender, Data, Extension, SocketRef, State};
use socketioxide::handler::ConnectHandler;
use uuid::Uuid;

use crate::{Adapter, Asked, Chat, Io};

/// Whose socket it is.
#[derive(Clone, Copy)]
struct User(i64);

#[derive(Deserialize)]
struct Auth {
    token: String,
    /// The one to follow, if not all.
    conversation: Option<Uuid>,
}

#[derive(Debug)]
struct Unauthorized;

impl fmt::Display for Unauthorized {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("unauthorized")
    }
}

/// Opens the namespace that everybody comes to.
pub async fn open(io: &Io) -> anyhow::Result<()> {
    io.ns("/", follow.with(authenticate)).await?;
    Ok(())
}

async fn authenticate(
    socket: SocketRef<Adapter>,
    Data(auth): Data<Auth>,
    State(chat): State<Arc<Chat>>,
) -> Result<(), Unauthorized> {
    let user = chat.tokens.verify(&auth.token).map_err(|_| Unauthorized)?;
    socket.extensions.insert(User(user));
    Ok(())
}

async fn follow(
    socket: SocketRef<Adapter>,
    Extension(User(user)): Extension<User>,
    Data(auth): Data<Auth>,
    State(chat): State<Arc<Chat>>,
) {
    socket.on("message:new", send);
    let mut followed = match chat.store.follow(user).await {
        Ok(followed) => followed,
        Err(error) => {
            eprintln!("a socket: {error}");
            let _gone = socket.disconnect();
            return;
        }
    };
    followed.retain(|(id, _)| auth.conversation.is_none_or(|only| only == *id));
    socket.join(followed.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>());
    for (id, head) in followed {
        if let Err(error) = socket.emit("sync", &json!({"conversation_id": id, "head": head})) {
            eprintln!("a socket: {error}");
        }
    }
}

async fn send(
    io: Io,
    socket: SocketRef<Adapter>,
    Data(asked): Data<Asked>,
    Extension(User(user)): Extension<User>,
    acknowledge: AckSender<Adapter>,
    State(chat): State<Arc<Chat>>,
) {
    let client_id = asked.client_id.clone();
    let told = match chat.send(&io, user, asked).await {
        Ok(message) => acknowledge.send(&json!({
            "client_id": message.client_id,
            "id": message.id,
            "conversation_id": message.conversation_id,
            "seq": message.seq,
            "created_at": message.created_at,
        })),
        Err(error) => {
            eprintln!("a send: {error:#}");
            socket.emit(
                "error",
                &json!({"code": "unavailable", "client_id": client_id, "retryable": true}),
            )
        }
    };
    if let Err(error) = told {
        eprintln!("a socket: {error}");
    }
}
