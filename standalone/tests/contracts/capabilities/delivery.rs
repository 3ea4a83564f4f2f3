//! What the clients' own machinery — reconnecting, polling, optimistic lists — needs from the core.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::has_fields;
use crate::cluster::Cluster;
use crate::kstu::{id_of, say};
use crate::person::Person;

/// Requests that a client of the older kind makes in many minutes.
const POLLS: usize = 100;

pub(super) async fn reconnect_and_deduplication_owe_resume_and_stable_ids(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let mut socket = boris.kstu().open(&room).await;
    anna.kstu().send(&room, "слышно").await;
    let heard = socket.until("message:new").await;
    assert_eq!(socket.hang_up().await, 1000, "a close of 1000 is echoed");

    anna.kstu().send(&room, "мимо").await;
    let missed = anna.kstu().send(&room, "тоже мимо").await;
    // Back at the other gateway, from where it stopped; then from the beginning, as a client that forgot.
    let after = heard["seq"].as_i64();
    let mut again = boris.beside(&anna).kstu().open_after(&room, after).await;
    for text in ["мимо", "тоже мимо"] {
        let frame = again.until("message:new").await;
        assert_eq!(frame["payload"]["text"], text);
    }
    let synced = again.until("sync").await;
    assert_eq!(synced["payload"]["head"], missed["seq"]);
    let mut forgetful = boris.kstu().open_after(&room, Some(0)).await;
    let first = forgetful.until("message:new").await;
    assert_eq!(
        first["payload"]["id"], heard["payload"]["id"],
        "the same id again"
    );

    // Whoever may not come back is refused before the upgrade: five attempts, then the client stops.
    anna.kstu().remove(&room, &boris).await.is_done();
    assert_eq!(again.close_code().await, 4403);
    let refused = boris.kstu().try_open(&room).await;
    assert_eq!(refused.err().expect("a refusal").status, 403);
}

pub(super) async fn polling_clients_get_cheap_answers_and_meet_no_rate_limit(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = anna.oko().chat_of(1).await;
    let room = id_of(&anna.kstu().conversations().await[0]);
    anna.kstu().add(&room, &boris, None).await.is_done();
    let polled = [
        "/api/chat/chats/".to_owned(),
        "/api/notifications/".to_owned(),
        "/api/chat/rooms/".to_owned(),
        "/api/unet-chat/conversations/".to_owned(),
    ];
    for path in &polled {
        let first = boris.get(path).await;
        let tag = first.is(200).header("etag").to_owned();
        assert!(!tag.is_empty(), "{path} has no ETag");
        let same = ask_again(&boris, path, &tag).await;
        assert_eq!((same.0, same.1.as_str()), (304, ""), "{path}");

        anna.oko().send(chat, &format!("новое для {path}")).await;
        if path == "/api/notifications/" {
            boris.oko().notified_of(&format!("новое для {path}")).await;
        }
        let (status, body) = ask_again(&boris, path, &tag).await;
        assert_eq!(status, 200, "{path} changed");
        assert!(body.starts_with('['), "{path}: {body}");
    }
    for _ in 0..POLLS {
        boris.oko().chats().await;
    }
}

/// As a browser asks whether what it has is still true; the status and the body.
async fn ask_again(who: &Person, path: &str, tag: &str) -> (u16, String) {
    let headers = [
        ("authorization", format!("Bearer {}", who.access)),
        ("if-none-match", tag.to_owned()),
    ];
    let answer = who.call_with(&headers, Method::GET, path, &Value::Null).await;
    (answer.status, answer.text)
}

pub(super) async fn labels_and_toasts_owe_statuses_and_fallbacks(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    // "Беседа создана" and a row with the fallback title, type and time.
    let body = json!({"type": "private", "title": null, "participant_ids": [boris.id]});
    let made = anna.kstu().create(&body).await.json_of(201);
    let row = boris.kstu().listed(&id_of(&made)).await;
    assert_eq!((&row["title"], &row["type"]), (&Value::Null, &json!("private")));
    has_fields(&row, &["created_at", "last_message", "unread_count"]);

    // "Ошибка создания беседы", "Ошибка загрузки сообщений", "Не удалось удалить участника": statuses, no redirects.
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let nobody = json!({"type": "group", "title": "Пусто", "participant_ids": [987_654]});
    anna.kstu().create(&nobody).await.is(400);
    vera.kstu().page(&room, "?limit=100&offset=0").await.is(403);
    boris.kstu().remove(&room, &anna).await.is(403);
    boris.kstu().delete(&room).await.is(403);
    // "(изменено)", two ticks: what the marks are drawn from.
    let said = anna.kstu().send(&room, "раз").await;
    boris.kstu().read(&room).await.is_done();
    let drawn = anna.kstu().history(&room).await.pop().expect("a message");
    assert_eq!(
        (&drawn["id"], &drawn["is_edited"], &drawn["is_read"]),
        (&said["id"], &json!(false), &json!(true))
    );
}

pub(super) async fn optimistic_updates_owe_an_echo_with_the_same_ids(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let mut annas = anna.kstu().open(&room).await;
    let client_id = Uuid::new_v4().to_string();
    let body = json!({"conversation_id": room, "text": "раз", "client_id": client_id});
    let answered = anna
        .kstu()
        .call(Method::POST, "messages/", &body)
        .await
        .json_of(201);
    let echo = annas.until("message:new").await;
    assert_eq!(echo["payload"]["id"], answered["id"]);
    assert_eq!(echo["payload"]["client_id"], json!(client_id));
    assert_eq!(echo["payload"]["sender_id"], json!(anna.id));

    // A retry over the other node, then over the socket: the same message, told once.
    let again = anna
        .beside(&boris)
        .kstu()
        .call(Method::POST, "messages/", &body)
        .await;
    assert_eq!(again.json_of(200)["id"], answered["id"]);
    annas
        .send(
            "message:new",
            json!({"text": "раз", "reply_to": null, "client_id": client_id}),
        )
        .await;
    let frames = annas.up_to("message:ack").await;
    let ack = frames.last().expect("the ack");
    assert_eq!(ack["payload"]["id"], answered["id"]);
    say(&mut annas, "два").await;
    let frames = annas.up_to("message:new").await;
    let last = frames.last().expect("the message");
    assert_eq!(
        last["payload"]["text"], "два",
        "the first was told once: {frames:?}"
    );
    assert_eq!(anna.kstu().history(&room).await.len(), 2);
}

pub(super) async fn horizontal_scaling_by_publish_and_subscribe(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let people = [
        anna.clone(),
        anna.beside(&boris),
        boris.clone(),
        boris.beside(&anna),
    ];
    let mut sockets = Vec::new();
    for person in &people {
        sockets.push(person.kstu().open(&room).await);
    }
    let mut expected = Vec::new();
    for (index, person) in people.iter().enumerate() {
        let text = format!("по REST через узел {index}");
        person.kstu().send(&room, &text).await;
        expected.push(text);
    }
    for (index, socket) in sockets.iter_mut().enumerate() {
        let text = format!("по сокету через узел {index}");
        say(socket, &text).await;
        // The sender's own echo: the next one is said after it.
        for _ in 0..=expected.len() {
            let heard = socket.until("message:new").await;
            if heard["payload"]["text"] == json!(text) {
                break;
            }
        }
        expected.push(text);
    }
    let mut fresh = boris.kstu().open_after(&room, Some(0)).await;
    for text in &expected {
        assert_eq!(fresh.until("message:new").await["payload"]["text"], json!(text));
    }
    for gateway in &cluster.gateways {
        assert!(gateway.metric("chat_gateway_sockets").await >= 2.0);
    }
}
