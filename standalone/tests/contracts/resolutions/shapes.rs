//! Ids, names, times, and what of a person is shown.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::{has_fields, has_only_fields, is_utc, texts};
use crate::cluster::Cluster;
use crate::kstu::{id_of, say};
use crate::mini;
use crate::oko::number_of;

const ROOM: [&str; 9] = [
    "id",
    "name",
    "description",
    "chat_type",
    "created_at",
    "participants",
    "participants_count",
    "other_participant",
    "unread_count",
];

const MINI_MESSAGE: [&str; 7] = [
    "id",
    "room",
    "user",
    "user_username",
    "content",
    "timestamp",
    "is_read",
];

fn is_uuid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| Uuid::parse_str(text).is_ok())
}

pub(super) async fn resolution_01_ids_are_uuids_and_integers_at_once(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let shown = anna.kstu().conversation(&room).await.json_of(200);
    assert!(is_uuid(&shown["id"]) && shown["created_by"].is_i64(), "{shown}");
    let number = anna.kstu().number(&room).await;
    let first = anna.kstu().send(&room, "раз").await;
    let second = anna.kstu().send(&room, "два").await;
    assert!(is_uuid(&first["id"]) && is_uuid(&first["conversation_id"]));

    let in_mini = boris.mini().messages(number).await;
    let ids: Vec<_> = in_mini.iter().map(number_of).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    assert!(in_mini.iter().all(|message| message["room"] == number));
    let in_oko: Vec<_> = boris.oko().messages(number).await.iter().map(number_of).collect();
    let turned: Vec<_> = ids.into_iter().rev().collect();
    assert_eq!(in_oko, turned, "one integer in both dialects");
    assert_ne!(second["id"], first["id"]);

    // UUIDs are also taken where the integers are.
    boris.get(&format!("/api/chat/rooms/{room}/")).await.is(200);
    boris
        .get(&format!("/api/chat/chats/{room}/messages/"))
        .await
        .is(200);
    let path = format!("/ws/chat/{room}/?token={}", boris.access);
    let mut socket = boris.open(&path, &[]).await;
    mini::is_alive(&mut socket).await;
}

pub(super) async fn resolution_02_names_are_chosen_by_the_path(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let number = boris.mini().group("Физика").await;
    let room = id_of(&boris.kstu().conversations().await[0]);
    let people = boris.kstu().participants(&room).await.array();
    assert_eq!(people[0]["role"], "admin", "who makes a Mini room is its admin");
    boris.kstu().add(&room, &anna, None).await.is_done();

    let canonical = anna.kstu().conversation(&room).await.json_of(200);
    assert_eq!(
        (&canonical["title"], &canonical["type"], &canonical["created_by"]),
        (&json!("Физика"), &json!("group"), &json!(boris.id))
    );
    let in_mini = anna.mini().room(number).await.json_of(200);
    has_only_fields(&in_mini, &ROOM);
    assert_eq!(
        (&in_mini["name"], &in_mini["chat_type"]),
        (&json!("Физика"), &json!("group"))
    );
    let chat = anna.oko().chat(number).await.json_of(200);
    has_fields(
        &chat,
        &["id", "order", "participants", "last_message", "unread_count"],
    );

    let said = anna.kstu().send(&room, "привет").await;
    assert_eq!(said["sender_id"], json!(anna.id));
    let last = |messages: Vec<Value>| messages.into_iter().next_back().expect("a message");
    let in_mini = last(boris.mini().messages(number).await);
    has_only_fields(&in_mini, &MINI_MESSAGE);
    assert_eq!(
        (&in_mini["content"], &in_mini["user"], &in_mini["user_username"]),
        (&json!("привет"), &anna.user(), &json!("anna"))
    );
    assert_eq!(in_mini["timestamp"], said["created_at"]);
    let in_oko = boris.oko().messages(number).await[0].clone();
    assert_eq!(
        (
            &in_oko["text"],
            &in_oko["sender"]["id"],
            &in_oko["sender_id"],
            &in_oko["is_mine"]
        ),
        (&json!("привет"), &json!(anna.id), &json!(anna.id), &json!(false))
    );
    assert_eq!(in_oko["created_at"], said["created_at"]);
}

pub(super) async fn resolution_21_times_are_utc_with_microseconds(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    // Before the socket opens, which reads what it is sent: nobody is notified of what they have read.
    anna.kstu().send(&room, "ноль").await;
    is_utc(&boris.oko().notified_of("ноль").await["created_at"]);

    let mut canonical = boris.kstu().open(&room).await;
    let mut in_mini = boris.mini().open(number).await;
    let said = anna.kstu().send(&room, "раз").await;
    is_utc(&said["created_at"]);
    is_utc(&canonical.until("message:new").await["payload"]["created_at"]);
    let heard = in_mini.until("chat_message").await;
    is_utc(&heard["timestamp"]);
    assert_eq!(heard["timestamp"], said["created_at"], "the same moment in both");

    is_utc(&anna.kstu().conversation(&room).await.json()["created_at"]);
    is_utc(&anna.kstu().participants(&room).await.array()[0]["joined_at"]);
    is_utc(&anna.mini().listed(number).await["created_at"]);
    is_utc(&anna.mini().messages(number).await[0]["timestamp"]);
    is_utc(&anna.oko().messages(number).await[0]["created_at"]);
    is_utc(&anna.accounts().profile().await.json()["date_joined"]);
}

pub(super) async fn resolution_25_user_data_is_no_more_than_the_shape(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    anna.kstu().send(&room, "раз").await;
    let user = ["id", "username", "email", "first_name", "last_name"];
    let in_mini = boris.mini().listed(number).await;
    let people = in_mini["participants"].as_array().expect("people").clone();
    for person in &people {
        has_only_fields(person, &user);
    }
    assert_eq!(people.len(), 2);

    let allowed = ["id", "username", "first_name", "last_name", "avatar"];
    let chat = boris.oko().chat(number).await.json_of(200);
    let people = chat["participants"].as_array().expect("people").clone();
    let sender = boris.oko().messages(number).await[0]["sender"].clone();
    for person in people.iter().chain([&sender]) {
        for field in person.as_object().expect("a person").keys() {
            assert!(allowed.contains(&field.as_str()), "{field} in {person}");
        }
    }
    // The directories have no addresses.
    for entry in boris.accounts().users().await {
        assert!(entry.get("email").is_none(), "{entry}");
    }
    let shown = boris.kstu().directory().await.array();
    assert!(texts(&shown, "email").iter().all(String::is_empty), "{shown:?}");
    let mut socket = boris.kstu().open(&room).await;
    say(&mut socket, "два").await;
    let frame = socket.until("message:new").await.to_string();
    assert!(!frame.contains("example.org"), "{frame}");
}
