//! The calls of the Mini Chat client, and its socket. Section 3 of the contracts.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::{Answer, with_field};
use crate::oko::number_of;
use crate::person::Person;
use crate::socket::{Refused, Socket};

/// What the server says to an empty message.
pub(crate) const EMPTY: &str = "Сообщение не может быть пустым";

/// What a person does with the Mini Chat client.
#[derive(Clone, Copy)]
pub(crate) struct Mini<'a>(pub(crate) &'a Person);

impl Mini<'_> {
    /// Below `/api/chat/`.
    pub(crate) async fn call(self, method: Method, path: &str, body: &Value) -> Answer {
        self.0.call(method, &format!("/api/chat/{path}"), body).await
    }

    pub(crate) async fn get(self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn rooms(self) -> Vec<Value> {
        self.get("rooms/").await.array()
    }

    /// A room as it stands in the list.
    pub(crate) async fn listed(self, room: i64) -> Value {
        with_field(&self.rooms().await, "id", &json!(room))
    }

    pub(crate) async fn create(self, body: &Value) -> Answer {
        self.call(Method::POST, "rooms/", body).await
    }

    /// A new group room; its number.
    pub(crate) async fn group(self, name: &str) -> i64 {
        let body = json!({"name": name, "chat_type": "group"});
        number_of(&self.create(&body).await.json_of(201))
    }

    pub(crate) async fn room(self, room: i64) -> Answer {
        self.get(&format!("rooms/{room}/")).await
    }

    pub(crate) async fn rename(self, room: i64, name: &str) -> Answer {
        self.call(Method::PATCH, &format!("rooms/{room}/"), &json!({"name": name}))
            .await
    }

    pub(crate) async fn delete(self, room: i64) -> Answer {
        self.call(Method::DELETE, &format!("rooms/{room}/"), &Value::Null)
            .await
    }

    pub(crate) async fn history(self, room: i64) -> Answer {
        self.get(&format!("rooms/{room}/history/")).await
    }

    pub(crate) async fn participants(self, room: i64) -> Answer {
        self.get(&format!("rooms/{room}/participants/")).await
    }

    /// Oldest first; reading them marks nothing.
    pub(crate) async fn messages(self, room: i64) -> Vec<Value> {
        self.get(&format!("messages/?room={room}")).await.array()
    }

    pub(crate) async fn send(self, room: i64, content: &str) -> Answer {
        self.call(
            Method::POST,
            "messages/",
            &json!({"room": room, "content": content}),
        )
        .await
    }

    pub(crate) async fn create_direct(self, user: &Value) -> Answer {
        self.call(Method::POST, "create-direct-chat/", &json!({"user_id": user}))
            .await
    }

    /// The direct room with somebody; its number.
    pub(crate) async fn direct(self, other: &Person) -> i64 {
        let answer = self.create_direct(&json!(other.id)).await.is_done().json();
        number_of(&answer["room"])
    }

    pub(crate) async fn online_users(self) -> Vec<Value> {
        self.get("online-users/").await.array()
    }

    /// Reads the list until it holds exactly these people.
    pub(crate) async fn sees_online(self, expected: &[&Person]) {
        let mut expected: Vec<_> = expected.iter().map(|person| person.id).collect();
        expected.sort_unstable();
        let mut seen = Vec::new();
        let read = async {
            loop {
                let found = self.online_users().await;
                seen = found
                    .iter()
                    .filter_map(|one| one["user"]["id"].as_i64())
                    .collect();
                seen.sort_unstable();
                if seen == expected {
                    return;
                }
                tokio::time::sleep(crate::processes::POLL).await;
            }
        };
        let ended = tokio::time::timeout(crate::person::PATIENCE, read).await;
        assert!(ended.is_ok(), "online should be {expected:?}, not {seen:?}");
    }

    pub(crate) async fn join(self, room: i64) -> Answer {
        self.call(Method::POST, &format!("rooms/{room}/join/"), &json!({}))
            .await
    }

    pub(crate) async fn leave(self, room: i64) -> Answer {
        self.call(Method::POST, &format!("rooms/{room}/leave/"), &json!({}))
            .await
    }

    pub(crate) async fn try_open(self, room: i64) -> Result<Socket, Refused> {
        let path = format!("/ws/chat/{room}/?token={}", self.0.access);
        self.0.try_open(&path, &[]).await
    }

    /// In a room, live. Nothing greets a newcomer; so what opening the room has done anyway is asked for once more, and
    /// what is asked of a socket is done in order: the answer shows that the room was joined.
    pub(crate) async fn open(self, room: i64) -> Socket {
        let mut socket = match self.try_open(room).await {
            Ok(socket) => socket,
            Err(refused) => panic!("{} may not into room {room}: {refused:?}", self.0.username),
        };
        socket.send_text(r#"{"type":"mark_read"}"#).await;
        socket.until("messages_marked_read").await;
        socket
    }
}

/// The socket answers; the frames that came before the answer.
pub(crate) async fn is_alive(socket: &mut Socket) -> Vec<Value> {
    socket.send_text(r#"{"type":"chat_message","message":" "}"#).await;
    let mut before = socket.up_to("error").await;
    let answer = before.pop().expect("the answer");
    assert_eq!(answer, json!({"type": "error", "message": EMPTY}));
    before
}

/// Says something on a Mini socket, as its client does.
pub(crate) async fn say(socket: &mut Socket, text: &str) {
    let frame = json!({"type": "chat_message", "message": text});
    socket.send_text(&frame.to_string()).await;
}
