//! A chat server as socketioxide's documentation teaches it, with its Redis adapter between the processes: one row per
//! message, then the message to its room on every process, then the sender's acknowledgement.

mod http;
mod sockets;
mod store;
mod tokens;

use std::sync::Arc;

use axum::serve::ListenerExt;
use chrono::{DateTime, Utc};
use clap::Parser;
use serde::{Deserialize, Serialize};
use socketioxide::SocketIo;
use socketioxide::adapter::Emitter;
use socketioxide_redis::{RedisAdapter, RedisAdapterConfig, RedisAdapterCtr};
use tokio::net::TcpListener;
use uuid::Uuid;

use store::{NewMessage, Store};
use tokens::Tokens;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Packets that may wait for a socket, and messages that may wait to be taken from Redis: what is beyond is dropped,
/// so much more than the defaults (128 and 1024).
const BUFFERED: usize = 16_384;

#[derive(Parser)]
struct Options {
    #[arg(long)]
    port: u16,
    #[arg(long)]
    database_url: String,
    #[arg(long)]
    redis_url: String,
    /// What every Redis channel begins with.
    #[arg(long)]
    prefix: String,
    /// What tokens are signed with.
    #[arg(long)]
    secret: String,
}

type Adapter = RedisAdapter<Emitter>;
type Io = SocketIo<Adapter>;

/// What requests and sockets share.
pub struct Chat {
    store: Store,
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Asked {
    conversation_id: Uuid,
    client_id: String,
    text: String,
}

#[derive(Serialize)]
struct Message {
    id: i64,
    conversation_id: Uuid,
    sender_id: i64,
    text: String,
    client_id: String,
    seq: i64,
    created_at: DateTime<Utc>,
}

impl Chat {
    async fn send(&self, io: &Io, sender: i64, asked: Asked) -> anyhow::Result<Message> {
        let inserting = self.store.add_message(NewMessage {
            conversation: asked.conversation_id,
            sender,
            client_id: asked.client_id.clone(),
            text: asked.text.clone(),
        });
        let (id, created_at) = inserting.await?;
        let message = Message {
            id,
            conversation_id: asked.conversation_id,
            sender_id: sender,
            text: asked.text,
            client_id: asked.client_id,
            seq: id,
            created_at,
        };
        if let Err(error) = io
            .to(asked.conversation_id.to_string())
            .emit("message:new", &message)
            .await
        {
            eprintln!("emitting: {error}");
        }
        Ok(message)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let chat = Arc::new(Chat {
        store: Store::open(&options.database_url).await?,
        tokens: Tokens::new(&options.secret),
    });
    let redis = redis::Client::open(format!("{}?protocol=resp3", options.redis_url))?;
    let config = RedisAdapterConfig::new()
        .with_prefix(options.prefix)
        .with_stream_buffer(BUFFERED);
    let adapter = RedisAdapterCtr::new_with_redis_config(&redis, config).await?;
    let (layer, io) = SocketIo::builder()
        .with_state(Arc::clone(&chat))
        .max_buffer_size(BUFFERED)
        .transports([socketioxide::TransportType::Websocket])
        .with_adapter::<Adapter>(adapter)
        .build_layer();
    sockets::open(&io).await?;
    let app = http::router(chat, io).layer(layer);
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("a connection: {error}");
        }
    });
    axum::serve(listener, app).await?;
    Ok(())
}
