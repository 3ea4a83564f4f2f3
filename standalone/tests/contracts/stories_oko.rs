//! An order at OkoZnaniy, from the first question to the last read mark, told by the documented calls of its polling
//! client alone; the expert watches with the KSTU client.

use serde_json::{Value, json};

use crate::answer::{has_fields, texts};
use crate::cluster::{Cluster, on_a_cluster};
use crate::kstu::id_of;
use crate::oko::number_of;

/// The order of the story.
const ORDER: i64 = 4711;

#[tokio::test]
async fn a_client_talks_about_an_order_in_oko_while_the_expert_watches_in_kstu() {
    on_a_cluster(story).await;
}

async fn story(cluster: &Cluster) {
    let (client, expert, stranger) = cluster.three().await;

    // The host's side brings both into the order's conversation; from there on the client only polls.
    let body = json!({
        "type": "group", "title": "Заказ 4711", "service": "order", "service_id": ORDER.to_string(),
        "participant_ids": [client.id],
    });
    let room = id_of(&expert.kstu().create(&body).await.json_of(201));
    let mut watching = expert.kstu().open(&room).await;

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
    let number = number_of(&chat);

    // "Выберите чат": nothing has been said.
    let listed = client.oko().listed(number).await;
    assert_eq!(listed["last_message"], Value::Null);
    assert!(client.oko().messages(number).await.is_empty());

    // The client asks; the expert's socket has it at once.
    let asked = client.oko().send(number, " Когда будет готово? ").await;
    has_fields(&asked, &["id", "sender", "text", "created_at"]);
    assert_eq!(
        (&asked["text"], &asked["sender"]["id"]),
        (&json!("Когда будет готово?"), &json!(client.id))
    );
    let heard = watching.until("message:new").await;
    assert_eq!(heard["payload"]["text"], "Когда будет готово?");
    assert_eq!(heard["payload"]["sender_id"], json!(client.id));

    // Contacts are not exchanged, in neither dialect, and the expert hears nothing of it.
    let refusal = json!({"detail": "Контактные данные запрещены в чате."});
    client
        .oko()
        .try_send(number, "напишите мне: anna@example.org")
        .await
        .says(400, &refusal);
    expert
        .kstu()
        .try_send(&room, "мой телеграм @expert")
        .await
        .is(400);
    let blank = client.oko().try_send(number, "  ").await.json_of(400);
    assert!(blank["text"].is_array());

    // The expert answers twice; the next polls show two unread messages and one notification.
    expert.kstu().send(&room, "Завтра").await;
    expert.kstu().send(&room, "к вечеру").await;
    assert_eq!(watching.until("message:new").await["payload"]["text"], "Завтра");
    let entry = client.oko().notified_of("к вечеру").await;
    assert_eq!(
        (&entry["type"], &entry["is_read"]),
        (&json!("message"), &json!(false))
    );
    assert_eq!(entry["related_object_id"], number);
    let listed = client.oko().listed(number).await;
    assert_eq!(
        (&listed["unread_count"], &listed["order_id"]),
        (&json!(2), &json!(ORDER))
    );
    assert_eq!(listed["last_message"]["text"], "к вечеру");
    assert_eq!(client.oko().unread_count().await, 2);

    // A click on the notification: read, the chat opens, newest first.
    let read = client.oko().mark_notification_read(&entry).await.json_of(200);
    assert_eq!(read["is_read"], true);
    let messages = client.oko().messages(number).await;
    assert_eq!(
        texts(&messages, "text"),
        ["к вечеру", "Завтра", "Когда будет готово?"]
    );
    assert_eq!(
        (&messages[0]["is_mine"], &messages[2]["is_mine"]),
        (&json!(false), &json!(true))
    );
    client
        .oko()
        .mark_read(number)
        .await
        .says(200, &json!({"status": "success"}));
    assert_eq!(client.oko().unread_count().await, 0);
    let marks = watching.until_where("message:read", |payload| {
        payload["marks"]
            .as_array()
            .expect("marks")
            .iter()
            .any(|mark| mark["user_id"] == client.id)
    });
    marks.await;

    // Nobody else comes near it.
    let refused = json!({"detail": "Вы не являетесь участником этого чата"});
    stranger.oko().page(number, "").await.says(403, &refused);
    assert_eq!(stranger.oko().create(ORDER).await.status, 409);
    assert!(stranger.oko().chats().await.is_empty());
    assert!(stranger.oko().notifications().await.is_empty());

    // The day ends: everything read, one entry deleted.
    client.oko().mark_all_read().await.is(200);
    client.oko().delete_notification(&entry).await.is_done();
    let left = client.oko().notifications().await;
    assert!(left.iter().all(|one| one["id"] != entry["id"]));
}
