//! An order at OkoZnaniy, from the first question to the last read mark, told by the documented calls of its polling
//! client alone; the expert watches with the KSTU client.

use serde_json::{Value, json};

use crate::answer::{has_fields, texts};
use crate::cluster::{Cluster, on_a_cluster};
use crate::kstu::id_of;
use crate::oko::number_of;
use crate::person::Person;
use crate::socket::Socket;

/// The order of the story.
const ORDER: i64 = 4711;

/// A client who polls, and an expert with a socket.
struct Order {
    client: Person,
    expert: Person,
    stranger: Person,
    chat: i64,
    /// The same chat for KSTU.
    room: String,
    watching: Socket,
}

#[tokio::test]
async fn a_client_talks_about_an_order_in_oko_while_the_expert_watches_in_kstu() {
    on_a_cluster(async |cluster| {
        let mut order = begin(cluster).await;
        ask(&mut order).await;
        keep_contacts_out(&order).await;
        let entry = be_answered(&mut order).await;
        read(&mut order, &entry).await;
        end(&order, &entry).await;
    })
    .await;
}

/// The host's side brings both into the order's conversation; from there on the client only polls.
async fn begin(cluster: &Cluster) -> Order {
    let (client, expert, stranger) = cluster.three().await;
    let body = json!({
        "type": "group", "title": "Заказ 4711", "service": "order", "service_id": ORDER.to_string(),
        "participant_ids": [client.id],
    });
    let room = id_of(&expert.kstu().create(&body).await.json_of(201));
    let watching = expert.kstu().open(&room).await;
    let chat = client.oko().create(ORDER).await.is_done().json();
    has_fields(
        &chat,
        &[
            "id",
            "order",
            "participants",
            "messages",
            "last_message",
            "unread_count",
        ],
    );
    assert_eq!(
        (&chat["order"], &chat["unread_count"]),
        (&json!(ORDER), &json!(0))
    );
    Order {
        chat: number_of(&chat),
        client,
        expert,
        stranger,
        room,
        watching,
    }
}

/// "Нет сообщений"; then the client asks, and the expert's socket has it at once.
async fn ask(order: &mut Order) {
    let Order { client, chat, .. } = &*order;
    let listed = client.oko().listed(*chat).await;
    assert_eq!(listed["last_message"], Value::Null);
    assert!(client.oko().messages(*chat).await.is_empty());
    let asked = client.oko().send(*chat, " Когда будет готово? ").await;
    has_fields(&asked, &["id", "sender", "text", "created_at"]);
    assert_eq!(
        (&asked["text"], &asked["sender"]["id"]),
        (&json!("Когда будет готово?"), &json!(client.id))
    );
    let heard = order.watching.until("message:new").await;
    assert_eq!(heard["payload"]["text"], "Когда будет готово?");
    assert_eq!(heard["payload"]["sender_id"], json!(order.client.id));
}

/// Contacts are exchanged in neither dialect.
async fn keep_contacts_out(order: &Order) {
    let refusal = json!({"detail": "Контактные данные запрещены в чате."});
    let refused = order
        .client
        .oko()
        .try_send(order.chat, "пишите: anna@example.org");
    refused.await.says(400, &refusal);
    let refused = order.expert.kstu().try_send(&order.room, "мой телеграм @expert");
    refused.await.is(400);
    let blank = order.client.oko().try_send(order.chat, "  ").await.json_of(400);
    assert!(blank["text"].is_array());
}

/// The expert answers twice; the next polls show two unread messages and one notification. Answers with that.
async fn be_answered(order: &mut Order) -> Value {
    let Order {
        client,
        expert,
        chat,
        room,
        ..
    } = &*order;
    expert.kstu().send(room, "Завтра").await;
    expert.kstu().send(room, "к вечеру").await;
    let entry = client.oko().notified_of("к вечеру").await;
    assert_eq!(
        (&entry["type"], &entry["is_read"], &entry["related_object_id"]),
        (&json!("message"), &json!(false), &json!(chat))
    );
    let listed = client.oko().listed(*chat).await;
    assert_eq!(
        (&listed["unread_count"], &listed["order_id"]),
        (&json!(2), &json!(ORDER))
    );
    assert_eq!(listed["last_message"]["text"], "к вечеру");
    assert_eq!(client.oko().unread_count().await, 2);
    // What was refused has not come in between.
    let heard = order.watching.until("message:new").await;
    assert_eq!(heard["payload"]["text"], "Завтра");
    entry
}

/// A click on the notification: it is read, the chat opens, newest first.
async fn read(order: &mut Order, entry: &Value) {
    let Order { client, chat, .. } = &*order;
    let read = client.oko().mark_notification_read(entry).await.json_of(200);
    assert_eq!(read["is_read"], true);
    let messages = client.oko().messages(*chat).await;
    assert_eq!(
        texts(&messages, "text"),
        ["к вечеру", "Завтра", "Когда будет готово?"]
    );
    assert_eq!(
        (&messages[0]["is_mine"], &messages[2]["is_mine"]),
        (&json!(false), &json!(true))
    );
    let success = json!({"status": "success"});
    client.oko().mark_read(*chat).await.says(200, &success);
    assert_eq!(client.oko().unread_count().await, 0);
    let of_client = |payload: &Value| {
        let marks = payload["marks"].as_array().expect("marks");
        marks.iter().any(|mark| mark["user_id"] == order.client.id)
    };
    order.watching.until_where("message:read", of_client).await;
}

/// Nobody else comes near it; then the day ends with everything read and one entry deleted.
async fn end(order: &Order, entry: &Value) {
    let Order {
        client,
        stranger,
        chat,
        ..
    } = order;
    let refused = json!({"detail": "Вы не являетесь участником этого чата"});
    stranger.oko().page(*chat, "").await.says(403, &refused);
    assert_eq!(stranger.oko().create(ORDER).await.status, 409);
    assert!(stranger.oko().chats().await.is_empty());
    assert!(stranger.oko().notifications().await.is_empty());

    client.oko().mark_all_read().await.is(200);
    client.oko().delete_notification(entry).await.is_done();
    let left = client.oko().notifications().await;
    assert!(left.iter().all(|one| one["id"] != entry["id"]));
}
