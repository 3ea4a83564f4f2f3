//! Opens a connection to a gateway.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use protocol::ConversationId;
use reqwest::header::HeaderValue;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::setup;
use crate::wire::socketio::{self, Packet};

/// An open WebSocket.
pub(crate) type Wire = WebSocketStream<TcpStream>;

/// Bytes read at a time: the library's own default of 128 KiB is allocated per socket.
const READ_BYTES: usize = 4 * 1024;

/// Bytes gathered before a write, and bytes that may wait behind it: one frame of the largest size and some more.
const WRITE_BYTES: usize = 4 * 1024;

/// The port of `ws://` when none is named.
const PORT: u16 = 80;

pub(super) async fn dial(url: &str, bearer: &HeaderValue) -> anyhow::Result<Wire> {
    dial_from(None, (url, bearer), config()).await
}

/// From an address of this machine's own choosing or from `source`. A socket needs a port of its source address, of
/// which each has some 28 000.
pub(crate) async fn dial_from(
    source: Option<IpAddr>,
    (url, bearer): (&str, &HeaderValue),
    config: WebSocketConfig,
) -> anyhow::Result<Wire> {
    let mut request = url.into_client_request().context("not an address")?;
    request.headers_mut().insert(AUTHORIZATION, bearer.clone());
    let Some(host) = request.uri().host() else {
        bail!("the address names no host");
    };
    let host = host.trim_matches(['[', ']']).to_owned();
    let port = request.uri().port_u16().unwrap_or(PORT);
    let stream = match source {
        None => TcpStream::connect((host, port)).await,
        Some(source) => connect_from(source, (&host, port)).await,
    };
    let stream = stream.context("connecting")?;
    stream.set_nodelay(true)?;
    let (wire, _) = client_async_with_config(request, stream, Some(config))
        .await
        .context("the upgrade")?;
    Ok(wire)
}

/// What a Socket.IO client says first: it waits for its session, shows its token, and waits until that is taken.
pub(crate) async fn join_socketio(
    wire: &mut Wire,
    bearer: &HeaderValue,
    conversation: Option<ConversationId>,
) -> anyhow::Result<()> {
    let token = bearer.to_str()?.trim_start_matches("Bearer ");
    expect(wire, Packet::Open).await?;
    wire.send(Message::text(socketio::connect(token, conversation)))
        .await?;
    expect(wire, Packet::Connected).await
}

/// A server may ping from the first moment on.
async fn expect(wire: &mut Wire, packet: Packet) -> anyhow::Result<()> {
    loop {
        let Message::Text(text) = wire.next().await.context("the connection broke off")?? else {
            bail!("no Socket.IO packet where {packet:?} was due");
        };
        match socketio::pong(&text) {
            Some(pong) => wire.send(Message::text(pong)).await?,
            None if socketio::packet(&text) == packet => return Ok(()),
            None => bail!("{text} where {packet:?} was due"),
        }
    }
}

async fn connect_from(source: IpAddr, target: (&str, u16)) -> std::io::Result<TcpStream> {
    let mut targets = lookup_host(target).await?;
    let Some(target) = targets.find(|target| target.is_ipv4() == source.is_ipv4()) else {
        return Err(std::io::ErrorKind::AddrNotAvailable.into());
    };
    let socket = match source {
        IpAddr::V4(_) => TcpSocket::new_v4()?,
        IpAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // The port of a connection that was cut a moment ago may be taken again.
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::new(source, 0))?;
    socket.connect(target).await
}

/// When to come back, if a refused upgrade said so.
pub(crate) fn retry_after(error: &anyhow::Error) -> Option<Duration> {
    let Some(tungstenite::Error::Http(answer)) = error.downcast_ref() else {
        return None;
    };
    setup::retry_after(answer.headers())
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_write_buffer_size(WRITE_BYTES + protocol::limits::FRAME_BYTES)
        .max_message_size(Some(protocol::limits::FRAME_BYTES))
        .max_frame_size(Some(protocol::limits::FRAME_BYTES))
}
