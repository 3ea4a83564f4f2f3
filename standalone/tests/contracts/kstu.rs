//! The calls of the KSTU client, slashes and carriers as section 1 of the contracts has them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::person::Person;
use crate::socket::{Refused, Socket};

/// What a person does with the KSTU client.
#[derive(Clone, Copy)]
pub(crate) struct Kstu<'a>(pub(crate) &'a Person);

impl Kstu<'_> {
    /// Below `/api/unet-chat/`, with the token where this client's first generation puts it.
    pub(crate) async fn call(self, method: Method, path: &str, body: &Value) -> Answer {
        let header = ("www-authenticate", format!("Bearer {}", self.0.access));
        let path = format!("/api/unet-chat/{path}");
        self.0.call_with(&[header], method, &path, body).await
    }

    async fn get(self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn create(self, body: &Value) -> Answer {
        self.call(Method::POST, "conversations/", body).await
    }

    /// A new group with these people; its id.
    pub(crate) async fn group(self, title: &str, others: &[&Person]) -> String {
        let ids: Vec<_> = others.iter().map(|person| person.id).collect();
        let body = json!({"type": "group", "title": title, "participant_ids": ids});
        id_of(&self.create(&body).await.json_of(201))
    }

    /// The private conversation with somebody; its id.
    pub(crate) async fn private(self, other: &Person) -> String {
        let body = json!({"type": "private", "title": null, "participant_ids": [other.id]});
        id_of(&self.create(&body).await.is_done().json())
    }

    pub(crate) async fn conversations(self) -> Vec<Value> {
        self.get("conversations/").await.array()
    }

    /// A conversation as it stands in the list.
    pub(crate) async fn listed(self, id: &str) -> Value {
        crate::answer::with_field(&self.conversations().await, "id", &json!(id))
    }

    pub(crate) async fn conversation(self, id: &str) -> Answer {
        self.get(&format!("conversations/{id}")).await
    }

    /// The integer by which the other dialects know a conversation.
    pub(crate) async fn number(self, id: &str) -> i64 {
        let found = self.conversation(id).await.json_of(200);
        found["number"].as_i64().expect("a number")
    }

    /// Changes what everybody is shown of a conversation.
    pub(crate) async fn change(self, id: &str, changes: &Value) -> Answer {
        self.call(Method::PATCH, &format!("conversations/{id}"), changes)
            .await
    }

    pub(crate) async fn delete(self, id: &str) -> Answer {
        self.call(Method::DELETE, &format!("conversations/{id}"), &Value::Null)
            .await
    }

    pub(crate) async fn participants(self, id: &str) -> Answer {
        self.get(&format!("conversations/{id}/participants")).await
    }

    pub(crate) async fn add(self, id: &str, who: &Person, role: Option<&str>) -> Answer {
        let body = json!({"user_id": who.id, "role": role});
        self.call(Method::POST, &format!("conversations/{id}/participants/"), &body)
            .await
    }

    pub(crate) async fn remove(self, id: &str, who: &Person) -> Answer {
        let path = format!("conversations/{id}/participants/{}", who.id);
        self.call(Method::DELETE, &path, &Value::Null).await
    }

    pub(crate) async fn try_send(self, room: &str, text: &str) -> Answer {
        let body = json!({"conversation_id": room, "sender_id": self.0.id, "text": text, "reply_to": null});
        self.call(Method::POST, "messages/", &body).await
    }

    /// Says something; the message.
    pub(crate) async fn send(self, room: &str, text: &str) -> Value {
        self.try_send(room, text).await.json_of(201)
    }

    pub(crate) async fn reply(self, to: &Value, text: &str) -> Value {
        let body = json!({
            "conversation_id": to["conversation_id"], "sender_id": self.0.id, "text": text, "reply_to": to["id"],
        });
        self.call(Method::POST, "messages/", &body).await.json_of(201)
    }

    /// What the client shows when a conversation is opened.
    pub(crate) async fn history(self, room: &str) -> Vec<Value> {
        self.page(room, "?limit=100&offset=0").await.array()
    }

    pub(crate) async fn page(self, room: &str, query: &str) -> Answer {
        self.get(&format!("messages/{room}{query}")).await
    }

    pub(crate) async fn edit(self, message: &Value, text: &str) -> Answer {
        let path = format!("messages/{}", id_of(message));
        self.call(Method::PUT, &path, &json!({"text": text})).await
    }

    pub(crate) async fn unsend(self, message: &Value) -> Answer {
        let path = format!("messages/{}", id_of(message));
        self.call(Method::DELETE, &path, &Value::Null).await
    }

    /// Notes a file of a message: `("https://…/a.pdf", "file", 17)`.
    pub(crate) async fn attach(self, message: &Value, (url, kind, bytes): (&str, &str, i64)) -> Answer {
        let body =
            json!({"message_id": message["id"], "file_url": url, "file_type": kind, "file_size": bytes});
        self.call(Method::POST, "attachments/", &body).await
    }

    /// Marks everything that a conversation holds as read.
    pub(crate) async fn read(self, room: &str) -> Answer {
        let path = format!("conversations/{room}/read");
        self.call(Method::POST, &path, &json!({})).await
    }

    pub(crate) async fn directory(self) -> Answer {
        let header = ("www-authenticate", format!("Bearer {}", self.0.access));
        self.0
            .call_with(&[header], Method::GET, "/api/v1/users/chat-users/", &Value::Null)
            .await
    }

    /// The address of a conversation's socket.
    pub(crate) fn door(self, room: &str) -> String {
        format!(
            "/api/unet-chat/ws/conversations/{room}/?WWW-Authenticate=Bearer%20{}",
            self.0.access
        )
    }

    pub(crate) async fn try_open(self, room: &str) -> Result<Socket, Refused> {
        self.0.try_open(&self.door(room), &[]).await
    }

    /// At a conversation's door, live: whatever is said from here on is heard.
    pub(crate) async fn open(self, room: &str) -> Socket {
        self.open_after(room, None).await
    }

    /// The same, beginning with what came after a number.
    pub(crate) async fn open_after(self, room: &str, after: Option<i64>) -> Socket {
        let after = after.map_or(String::new(), |after| format!("&after={after}"));
        let mut socket = self.0.open(&format!("{}{after}", self.door(room)), &[]).await;
        if after.is_empty() {
            socket.until("sync").await;
        }
        socket
    }

    /// One socket for everything, live in this many conversations.
    pub(crate) async fn open_everything(self, conversations: usize) -> Socket {
        let path = format!("/api/unet-chat/ws?token={}", self.0.access);
        let mut socket = self.0.open(&path, &[]).await;
        for _ in 0..conversations {
            socket.until("sync").await;
        }
        socket
    }
}

/// The UUID of a conversation or message.
#[track_caller]
pub(crate) fn id_of(value: &Value) -> String {
    value["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {value}"))
        .to_owned()
}

/// Says something on a KSTU socket, as its client does.
pub(crate) async fn say(socket: &mut Socket, text: &str) {
    socket
        .send("message:new", json!({"text": text, "reply_to": null}))
        .await;
}
