//! OkoZnaniy's defects.

use reqwest::Method;
use serde_json::json;

use crate::answer::{has_fields, with_field};
use crate::cluster::Cluster;
use crate::kstu::id_of;
use crate::oko::number_of;
use crate::person::Person;

/// A chat of an order with both in it.
async fn chat_of(anna: &Person, boris: &Person, order: i64) -> i64 {
    let chat = anna.oko().chat_of(order).await;
    let listed = with_field(&anna.kstu().conversations().await, "number", &json!(chat));
    anna.kstu().add(&id_of(&listed), boris, None).await.is_done();
    chat
}

pub(super) async fn oko_defect_contact_rule_is_applied(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = chat_of(&anna, &boris, 1).await;
    let before = boris.oko().messages(chat).await;
    let refusal = json!({"detail": "Контактные данные запрещены в чате."});
    anna.oko()
        .try_send(chat, "мой номер +7 701 123 45 67")
        .await
        .says(400, &refusal);
    // Neither stored nor counted nor notified: the next entry is of the next message.
    anna.oko().send(chat, "тогда здесь").await;
    let entry = boris.oko().notified_of("тогда здесь").await;
    assert_eq!(entry["related_object_id"], chat);
    assert_eq!(boris.oko().unread_count().await, 1);
    let messages = boris.oko().messages(chat).await;
    assert_eq!(messages.len(), before.len() + 1);
}

pub(super) async fn oko_defect_sending_works_and_notifies(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = chat_of(&anna, &boris, 1).await;
    let sent = anna.oko().try_send(chat, "здравствуйте").await.json_of(200);
    has_fields(&sent, &["id", "sender", "text", "created_at"]);
    let entry = boris.oko().notified_of("здравствуйте").await;
    assert_eq!(entry["title"], "Новое сообщение от Anna Тестова");
    let own = anna.oko().notifications().await;
    assert!(own.iter().all(|entry| entry["type"] != "message"), "{own:?}");
}

pub(super) async fn oko_defect_strangers_are_told_403(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let chat = chat_of(&anna, &boris, 1).await;
    let refusal = json!({"detail": "Вы не являетесь участником этого чата"});
    vera.oko().page(chat, "").await.says(403, &refusal);
    vera.oko().try_send(chat, "я").await.says(403, &refusal);
    vera.oko().chat(chat).await.says(403, &refusal);
    vera.oko().mark_read(chat).await.says(403, &refusal);
    vera.oko().page(987_654, "").await.is(404);
}

pub(super) async fn oko_defect_lists_are_arrays_until_a_page_is_asked_for(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = chat_of(&anna, &boris, 1).await;
    anna.oko().send(chat, "раз").await;
    boris.oko().notified_of("раз").await;
    for path in [
        "/api/chat/chats/".to_owned(),
        format!("/api/chat/chats/{chat}/messages/"),
        "/api/notifications/".into(),
    ] {
        let all = boris.get(&path).await.array();
        let page = boris.get(&format!("{path}?page=1")).await.json_of(200);
        has_fields(&page, &["count", "next", "previous", "results"]);
        assert_eq!(page["count"], all.len(), "{path}");
        assert_eq!(page["results"], json!(all), "{path}");
        boris.get(&format!("{path}?page=99")).await.is(404);
    }
}

pub(super) async fn oko_defect_both_notification_paths_work(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = chat_of(&anna, &boris, 1).await;
    anna.oko().send(chat, "раз").await;
    let entry = boris.oko().notified_of("раз").await;
    for base in ["/api/notifications/", "/api/notifications/notifications/"] {
        let listed = boris.get(base).await.array();
        with_field(&listed, "id", &entry["id"]);
        boris
            .post(&format!("{base}mark_all_read/"), &json!({}))
            .await
            .is(200);
        let path = format!("{base}{}/", number_of(&entry));
        let more = json!({"is_read": true, "title": "другое"});
        let refused = boris.call(Method::PATCH, &path, &more).await;
        assert_eq!(
            refused.json_of(400)["detail"],
            "Можно обновлять только поле is_read"
        );
        let refused = boris.post(base, &json!({})).await;
        assert_eq!(refused.json_of(405)["detail"], "Метод не разрешен");
    }
}

pub(super) async fn oko_defect_unread_goes_down_when_read(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = chat_of(&anna, &boris, 1).await;
    for text in ["раз", "два"] {
        anna.oko().send(chat, text).await;
    }
    assert_eq!(boris.oko().listed(chat).await["unread_count"], 2);
    assert_eq!(anna.oko().unread_count().await, 0);
    boris
        .oko()
        .mark_read(chat)
        .await
        .says(200, &json!({"status": "success"}));
    assert_eq!(boris.oko().listed(chat).await["unread_count"], 0);
    anna.oko().send(chat, "три").await;
    assert_eq!(boris.oko().unread_count().await, 1);
}

pub(super) async fn oko_defect_unread_chats_can_be_told_from_read_ones(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let read = chat_of(&anna, &boris, 1).await;
    let unread = chat_of(&anna, &boris, 2).await;
    for chat in [read, unread] {
        anna.oko().send(chat, "раз").await;
    }
    boris.oko().messages(read).await;
    let left: Vec<_> = boris
        .oko()
        .chats()
        .await
        .into_iter()
        .filter(|chat| chat["unread_count"].as_i64() > Some(0))
        .map(|chat| number_of(&chat))
        .collect();
    assert_eq!(left, [unread]);
}
