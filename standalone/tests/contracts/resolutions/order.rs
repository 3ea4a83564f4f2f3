//! In which order messages are answered and told.

use serde_json::{Value, json};

use crate::answer::texts;
use crate::cluster::Cluster;
use crate::kstu::{id_of, say};
use crate::mini::{self, is_alive};
use crate::oko::number_of;

pub(super) async fn resolution_09_order_and_paging_are_each_dialects_own(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    for text in 1..=23 {
        anna.kstu().send(&room, &format!("{text:02}")).await;
    }
    let page = anna.kstu().page(&room, "?limit=3&offset=1").await.array();
    assert_eq!(texts(&page, "text"), ["20", "21", "22"]);
    assert_eq!(anna.kstu().page(&room, "?limit=200").await.array().len(), 23);
    anna.kstu().page(&room, "?limit=201").await.is(400);

    let all = boris.mini().messages(number).await;
    assert_eq!((all.len(), &all[0]["content"]), (23, &json!("01")));
    let some = boris
        .mini()
        .get(&format!("messages/?room={number}&limit=2"))
        .await
        .array();
    assert_eq!(texts(&some, "content"), ["22", "23"]);
    let before = number_of(&some[0]);
    let path = format!("messages/?room={number}&limit=2&before={before}");
    assert_eq!(
        texts(&boris.mini().get(&path).await.array(), "content"),
        ["20", "21"]
    );

    let in_oko = boris.oko().messages(number).await;
    assert_eq!((in_oko.len(), &in_oko[0]["text"]), (23, &json!("23")));
    let envelope = boris.oko().page(number, "?page=1").await.json_of(200);
    assert_eq!(envelope["count"], 23);
    assert_eq!(envelope["results"].as_array().expect("results").len(), 20);
    assert_eq!(envelope["results"][19]["text"], "04");
    let list = boris.get("/api/chat/chats/?page=1").await.json_of(200);
    assert_eq!((&list["count"], &list["next"]), (&json!(1), &Value::Null));
    // Equal timestamps are told apart by the number: the order is that of the ids.
    let ids: Vec<_> = all.iter().map(number_of).collect();
    assert!(ids.is_sorted_by(|one, next| one < next));
}

pub(super) async fn resolution_15_echo_and_push_reach_every_dialect_once(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    // Both people in both dialects, at both gateways.
    let mut kstu = [anna.kstu().open(&room).await, boris.kstu().open(&room).await];
    let mut minis = [anna.mini().open(number).await, boris.mini().open(number).await];

    say(&mut kstu[0], "KSTU").await;
    let author_hears = kstu[0].until("message:new").await;
    assert_eq!(author_hears["payload"]["sender_id"], json!(anna.id));
    mini::say(&mut minis[1], " Mini ").await;
    let heard = minis[1].up_to_where(|frame| frame["message"] == "Mini").await;
    let told = heard.iter().filter(|frame| frame["type"] == "chat_message");
    assert_eq!(told.count(), 2, "each once: {heard:?}");
    boris.mini().send(number, "Mini REST").await.is(201);
    anna.oko().send(number, "Oko REST").await;
    anna.kstu().send(&room, "конец").await;

    let expected = ["KSTU", "Mini", "Mini REST", "Oko REST", "конец"];
    let mut seen = Vec::new();
    for (socket, heard_before) in kstu.iter_mut().zip([1, 0]) {
        let frames = socket
            .up_to_where(|frame| frame["payload"]["text"] == "конец")
            .await;
        let told: Vec<_> = frames
            .iter()
            .filter(|frame| frame["type"] == "message:new")
            .collect();
        let texts: Vec<_> = told
            .iter()
            .map(|frame| frame["payload"]["text"].clone())
            .collect();
        assert_eq!(json!(texts), json!(expected[heard_before..]));
        seen = told
            .iter()
            .map(|frame| frame["payload"]["number"].clone())
            .collect();
    }
    for (socket, heard_before) in minis.iter_mut().zip([0, 2]) {
        let frames = socket.up_to_where(|frame| frame["message"] == "конец").await;
        let told: Vec<_> = frames
            .iter()
            .filter(|frame| frame["type"] == "chat_message")
            .collect();
        let texts: Vec<_> = told.iter().map(|frame| frame["message"].clone()).collect();
        assert_eq!(json!(texts), json!(expected[heard_before..]));
        let ids: Vec<_> = told.iter().map(|frame| frame["message_id"].clone()).collect();
        assert_eq!(ids, seen[heard_before..], "one number whatever the dialect");
    }
}

pub(super) async fn resolution_23_edits_and_deletions_are_told_on_canonical_sockets_alone(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let mut canonical = boris.kstu().open(&room).await;
    let mut in_mini = boris.mini().open(number).await;
    let said = anna.kstu().send(&room, "раз").await;
    anna.kstu().edit(&said, "два").await.is_done();
    anna.kstu().unsend(&said).await.is_done();
    anna.kstu().send(&room, "конец").await;

    let edited = canonical.until("message:edited").await;
    assert_eq!(
        (&edited["payload"]["id"], &edited["payload"]["is_edited"]),
        (&said["id"], &json!(true))
    );
    let deleted = canonical.until("message:deleted").await;
    assert_eq!(id_of(&deleted["payload"]), id_of(&said));
    boris.kstu().read(&room).await.is_done();
    canonical
        .until_where("message:read", |payload| {
            payload["conversation_id"] == json!(room)
        })
        .await;

    let mut heard = in_mini.up_to_where(|frame| frame["message"] == "конец").await;
    heard.extend(is_alive(&mut in_mini).await);
    let known = ["chat_message", "user_status", "typing_indicator"];
    for frame in &heard {
        let kind = frame["type"].as_str().expect("a type");
        assert!(known.contains(&kind), "{frame}");
    }
    let told = heard.iter().filter(|frame| frame["type"] == "chat_message");
    assert_eq!(told.count(), 2);
}
