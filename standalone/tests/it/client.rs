//! People: each with a token, able to call the API and to open sockets.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::frames::{Received, ServerFrame};
use protocol::models::{Conversation, Message};
use protocol::{ConversationId, UserId};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message as WsMessage};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody with an account.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) token: String,
    http: Client,
}

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Person {
    /// Registers at a node.
    pub(crate) async fn register(api: &str, username: &str) -> Self {
        let http = Client::new();
        let body =
            json!({"username": username, "password": "correct horse", "password_confirm": "correct horse"});
        let answer = http
            .post(format!("http://{api}/api/auth/register/"))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{username}");
        let answer: Value = answer.json().await.unwrap();
        let id = UserId(answer["user"]["id"].as_i64().unwrap());
        Self {
            id,
            token: answer["tokens"]["access"].as_str().unwrap().into(),
            http,
        }
    }

    pub(crate) async fn post(&self, api: &str, path: &str, body: &Value) -> reqwest::Response {
        let url = format!("http://{api}/api/unet-chat/{path}");
        self.http
            .post(url)
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn get(&self, api: &str, path: &str) -> reqwest::Response {
        let url = format!("http://{api}/api/unet-chat/{path}");
        self.http.get(url).bearer_auth(&self.token).send().await.unwrap()
    }

    pub(crate) async fn delete(&self, api: &str, path: &str) -> reqwest::Response {
        let url = format!("http://{api}/api/unet-chat/{path}");
        self.http
            .delete(url)
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn create_group(&self, api: &str, members: &[UserId]) -> ConversationId {
        let body = json!({"type": "group", "title": "a group", "participant_ids": members});
        let answer = self.post(api, "conversations/", &body).await;
        assert_eq!(answer.status(), 201);
        answer.json::<Conversation>().await.unwrap().id
    }

    /// Sends over REST.
    pub(crate) async fn say(&self, api: &str, room: ConversationId, text: &str) -> Message {
        let body = json!({"conversation_id": room, "text": text, "client_id": text});
        let answer = self.post(api, "messages/", &body).await;
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    /// Opens a socket; the path begins behind `/api/unet-chat/ws`.
    pub(crate) async fn open(&self, gateway: &str, path: &str) -> Socket {
        match self.try_open(gateway, path).await {
            Ok(socket) => socket,
            Err(error) => panic!("no socket: {error}"),
        }
    }

    pub(crate) async fn try_open(&self, gateway: &str, path: &str) -> Result<Socket, Error> {
        let url = format!("ws://{gateway}/api/unet-chat/ws{path}");
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {}", self.token);
        request
            .headers_mut()
            .insert("authorization", bearer.parse().unwrap());
        let (stream, _) = timeout(PATIENCE, connect_async(request))
            .await
            .expect("an answer in time")?;
        Ok(Socket(stream))
    }
}

impl Socket {
    /// The next frame, however long it takes; `None` when the socket is over.
    pub(crate) async fn wait(&mut self) -> Option<Received> {
        loop {
            match self.0.next().await? {
                Ok(WsMessage::Text(text)) => return Some(serde_json::from_str(&text).expect("a frame")),
                Ok(WsMessage::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.0.send(WsMessage::text(frame.to_string())).await.unwrap();
    }

    /// Sends if the socket still takes anything.
    pub(crate) async fn try_send(&mut self, frame: &Value) {
        let _closed = self.0.send(WsMessage::text(frame.to_string())).await;
    }

    /// The next frame but for `presence`, for people come and go in every test; or the code with which the server
    /// hung up.
    pub(crate) async fn next(&mut self) -> Result<Received, Option<CloseFrame>> {
        loop {
            let received = self.next_of_all().await?;
            if !matches!(received.frame, ServerFrame::Presence(_)) {
                return Ok(received);
            }
        }
    }

    /// The next frame, or the code with which the server hung up.
    pub(crate) async fn next_of_all(&mut self) -> Result<Received, Option<CloseFrame>> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("a frame in time");
            match message {
                Some(Ok(WsMessage::Text(text))) => return Ok(serde_json::from_str(&text).expect("a frame")),
                Some(Ok(WsMessage::Close(frame))) => return Err(frame),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Reads on until a frame that `wanted` takes something from.
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(&Received) -> Option<T>) -> T {
        loop {
            let received = self.next().await.expect("still open");
            if let Some(found) = wanted(&received) {
                return found;
            }
        }
    }

    /// Reads on until this many conversations are joined.
    pub(crate) async fn joined(&mut self, conversations: usize) {
        for _ in 0..conversations {
            self.until(|received| matches!(received.frame, ServerFrame::Sync(_)).then_some(()))
                .await;
        }
    }
}
