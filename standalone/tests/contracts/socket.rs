//! One end of a socket: frames as the JSON that they are.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message as Ws};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::person::{Header, PATIENCE};

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// A handshake that was answered with something else than an upgrade.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
}

pub(crate) async fn open(address: &str, path: &str, headers: &[Header<'_>]) -> Result<Socket, Refused> {
    let mut request = format!("ws://{address}{path}")
        .into_client_request()
        .expect("an address");
    for (name, value) in headers {
        let name: tokio_tungstenite::tungstenite::http::HeaderName = name.parse().expect("a name");
        request
            .headers_mut()
            .insert(name, value.parse().expect("a value"));
    }
    match timeout(PATIENCE, connect_async(request))
        .await
        .expect("an answer in time")
    {
        Ok((stream, _)) => Ok(Socket(stream)),
        Err(Error::Http(answer)) => Err(Refused {
            status: answer.status().as_u16(),
        }),
        Err(other) => panic!("{path}: {other}"),
    }
}

impl Socket {
    /// The next frame, or the code of the close.
    pub(crate) async fn heard(&mut self) -> Result<Value, u16> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("a frame in time");
            match message {
                Some(Ok(Ws::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Ws::Close(Some(CloseFrame { code, .. })))) => return Err(code.into()),
                Some(Ok(Ws::Close(None))) => return Err(1005),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    /// The next frame.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.heard().await {
            Ok(frame) => frame,
            Err(code) => panic!("a frame was expected, not the close {code}"),
        }
    }

    /// Reads on until a frame of this type.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        self.up_to(kind).await.pop().expect("the frame itself")
    }

    /// The frames up to the first of this type, that one included.
    pub(crate) async fn up_to(&mut self, kind: &str) -> Vec<Value> {
        self.up_to_where(|frame| frame["type"] == kind).await
    }

    /// Reads on until a frame of this type whose payload fits.
    pub(crate) async fn until_where(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let all = self
            .up_to_where(|frame| frame["type"] == kind && fits(&frame["payload"]))
            .await;
        all.into_iter().next_back().expect("the frame itself")
    }

    /// The frames up to the first that fits, that one included.
    pub(crate) async fn up_to_where(&mut self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            match self.heard().await {
                Ok(frame) => frames.push(frame),
                Err(code) => panic!("closed with {code} after {frames:?}"),
            }
            if frames.last().is_some_and(&fits) {
                return frames;
            }
        }
    }

    /// Reads on to the close; its code.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.heard().await {
                return code;
            }
        }
    }

    /// Sends a frame with a payload, as the KSTU client does.
    pub(crate) async fn send(&mut self, kind: &str, payload: Value) {
        self.send_text(&json!({"type": kind, "payload": payload}).to_string())
            .await;
    }

    /// Sends a text frame of any content.
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_raw(Ws::text(text)).await;
    }

    /// Sends a frame of any kind.
    pub(crate) async fn send_raw(&mut self, message: Ws) {
        timeout(PATIENCE, self.0.send(message))
            .await
            .expect("a write in time")
            .expect("an open socket");
    }

    /// Reads on to the answer of a protocol ping.
    pub(crate) async fn pong(&mut self) {
        let pong = async {
            while let Some(Ok(message)) = self.0.next().await {
                if message.is_pong() {
                    return;
                }
            }
            panic!("the socket ended");
        };
        timeout(PATIENCE, pong).await.expect("a pong in time");
    }

    /// Hangs up as a page does that is left; the code with which the server agrees.
    pub(crate) async fn hang_up(&mut self) -> u16 {
        let bye = CloseFrame {
            code: 1000.into(),
            reason: "Component unmounting".into(),
        };
        timeout(PATIENCE, self.0.close(Some(bye)))
            .await
            .expect("a write in time")
            .expect("an open socket");
        self.close_code().await
    }
}
