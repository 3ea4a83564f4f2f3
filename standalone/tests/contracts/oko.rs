//! The calls of the OkoZnaniy client: polling, integers, notifications. Section 2 of the contracts.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::answer::{Answer, with_field};
use crate::person::{PATIENCE, Person};
use crate::processes::POLL;

/// What a person does with the OkoZnaniy client.
#[derive(Clone, Copy)]
pub(crate) struct Oko<'a>(pub(crate) &'a Person);

impl Oko<'_> {
    /// The first page: an array of chats.
    pub(crate) async fn chats(self) -> Vec<Value> {
        self.0.get("/api/chat/chats/").await.array()
    }

    /// A chat as it stands in the list.
    pub(crate) async fn listed(self, chat: i64) -> Value {
        with_field(&self.chats().await, "id", &json!(chat))
    }

    pub(crate) async fn create(self, order: i64) -> Answer {
        self.0.post("/api/chat/chats/", &json!({"order": order})).await
    }

    /// The number of the chat of an order.
    pub(crate) async fn chat_of(self, order: i64) -> i64 {
        number_of(&self.create(order).await.is_done().json())
    }

    pub(crate) async fn get_or_create(self, order: i64) -> Answer {
        let body = json!({"order_id": order});
        self.0
            .post("/api/chat/chats/get_or_create_by_order/", &body)
            .await
    }

    pub(crate) async fn chat(self, chat: i64) -> Answer {
        self.0.get(&format!("/api/chat/chats/{chat}/")).await
    }

    /// Newest first, as the client gets them before it turns them round.
    pub(crate) async fn messages(self, chat: i64) -> Vec<Value> {
        self.page(chat, "").await.array()
    }

    pub(crate) async fn page(self, chat: i64, query: &str) -> Answer {
        self.0
            .get(&format!("/api/chat/chats/{chat}/messages/{query}"))
            .await
    }

    pub(crate) async fn try_send(self, chat: i64, text: &str) -> Answer {
        let path = format!("/api/chat/chats/{chat}/send_message/");
        self.0.post(&path, &json!({"text": text})).await
    }

    /// Says something; the message.
    pub(crate) async fn send(self, chat: i64, text: &str) -> Value {
        self.try_send(chat, text).await.json_of(200)
    }

    pub(crate) async fn mark_read(self, chat: i64) -> Answer {
        let path = format!("/api/chat/chats/{chat}/mark_read/");
        self.0.post(&path, &json!({})).await
    }

    /// Over all chats.
    pub(crate) async fn unread_count(self) -> i64 {
        let answer = self.0.get("/api/chat/chats/unread_count/").await.json_of(200);
        answer["unread_count"].as_i64().expect("a number")
    }

    /// Newest first.
    pub(crate) async fn notifications(self) -> Vec<Value> {
        self.0.get("/api/notifications/").await.array()
    }

    /// Reads the list until one of its entries says this: they are written a moment after the message.
    pub(crate) async fn notified_of(self, message: &str) -> Value {
        self.notified_where(|entry| entry["message"] == message).await
    }

    /// Reads the list until one of its entries fits.
    pub(crate) async fn notified_where(self, fits: impl Fn(&Value) -> bool) -> Value {
        let mut found = self.notifications().await;
        let read = async {
            while !found.iter().any(&fits) {
                sleep(POLL).await;
                found = self.notifications().await;
            }
        };
        let is_there = timeout(PATIENCE, read).await.is_ok();
        let name = &self.0.username;
        assert!(is_there, "{name} was never notified of it: {found:?}");
        found.into_iter().find(fits).expect("it is there")
    }

    pub(crate) async fn mark_notification_read(self, entry: &Value) -> Answer {
        let path = format!("/api/notifications/{}/mark_read/", number_of(entry));
        self.0.post(&path, &json!({})).await
    }

    pub(crate) async fn mark_all_read(self) -> Answer {
        self.0.post("/api/notifications/mark_all_read/", &json!({})).await
    }

    pub(crate) async fn delete_notification(self, entry: &Value) -> Answer {
        let path = format!("/api/notifications/{}/", number_of(entry));
        self.0.call(Method::DELETE, &path, &Value::Null).await
    }
}

/// The integer id of anything.
#[track_caller]
pub(crate) fn number_of(value: &Value) -> i64 {
    value["id"]
        .as_i64()
        .unwrap_or_else(|| panic!("no integer id in {value}"))
}
