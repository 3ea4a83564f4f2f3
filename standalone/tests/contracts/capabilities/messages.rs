//! Saying things, and what becomes of them.

use serde_json::{Value, json};

use super::contacts;
use crate::answer::{has_fields, is_utc, texts};
use crate::cluster::Cluster;
use crate::kstu::{id_of, say};
use crate::mini;
use crate::oko::number_of;

/// The seven fields of a message of the KSTU client.
const MESSAGE: [&str; 7] = [
    "id",
    "conversation_id",
    "sender_id",
    "text",
    "reply_to",
    "is_edited",
    "created_at",
];

pub(super) async fn history_paging_by_offset_and_by_page(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = anna.oko().chat_of(1).await;
    let room = id_of(&anna.kstu().conversations().await[0]);
    anna.kstu().add(&room, &boris, None).await.is_done();
    for number in 1..=25 {
        anna.kstu().send(&room, &format!("{number:02}")).await;
    }
    let page = async |query: &str| texts(&boris.kstu().page(&room, query).await.array(), "text");
    assert_eq!(page("?limit=2&offset=0").await, ["24", "25"]);
    assert_eq!(page("?limit=2&offset=2").await, ["22", "23"]);
    assert_eq!(page("").await.last().expect("messages"), "25");
    boris
        .kstu()
        .page(&room, "?limit=201")
        .await
        .is_problem(400, "invalid");

    let newest_first = texts(&boris.oko().messages(chat).await, "text");
    assert_eq!(newest_first[..3], ["25", "24", "23"]);
    let first = boris.oko().page(chat, "?page=1").await.json_of(200);
    assert!(first["count"].as_i64() >= Some(25), "{first}");
    assert_eq!(first["previous"], Value::Null);
    assert!(first["next"].as_str().expect("an address").contains("page=2"));
    let results = first["results"].as_array().expect("results");
    assert_eq!((results.len(), &results[0]["text"]), (20, &json!("25")));
    let second = boris.oko().page(chat, "?page=2").await.json_of(200);
    assert_eq!(second["results"][0]["text"], "05");
    assert_eq!(second["next"], Value::Null);

    let all: Vec<_> = texts(&boris.mini().messages(chat).await, "content");
    assert_eq!(all[all.len() - 25..][..2], ["01", "02"]);
}

pub(super) async fn send_over_rest_and_over_sockets_is_one_path(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let mut kstu = anna.kstu().open(&room).await;
    let mut mini = boris.mini().open(number).await;

    anna.kstu().send(&room, "KSTU REST").await;
    say(&mut kstu, "KSTU socket").await;
    kstu.until_where("message:new", |said| said["text"] == "KSTU socket")
        .await;
    let sent = boris.mini().send(number, "Mini REST").await.json_of(201);
    assert_eq!(
        (&sent["room"], &sent["content"]),
        (&json!(number), &json!("Mini REST"))
    );
    mini::say(&mut mini, "Mini socket").await;
    kstu.until_where("message:new", |said| said["text"] == "Mini socket")
        .await;
    boris.oko().send(number, "Oko REST").await;

    let all = ["KSTU REST", "KSTU socket", "Mini REST", "Mini socket", "Oko REST"];
    let mut fresh = anna.kstu().open_after(&room, Some(0)).await;
    let mut seqs = Vec::new();
    for text in all {
        let heard = fresh.until("message:new").await;
        assert_eq!(heard["payload"]["text"], text);
        has_fields(&heard["payload"], &MESSAGE);
        seqs.push(heard["seq"].as_i64().expect("a number"));
    }
    assert!(seqs.is_sorted_by(|one, next| one < next), "{seqs:?}");
    for text in all {
        let heard = mini.until("chat_message").await;
        assert_eq!(heard["message"], text);
    }
    assert_eq!(texts(&boris.kstu().history(&room).await, "text"), all);
    assert_eq!(texts(&anna.mini().messages(number).await, "content"), all);
}

pub(super) async fn reply_edit_and_delete_with_is_edited(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let mut watching = boris.kstu().open(&room).await;
    let said = anna.kstu().send(&room, "завтра в 9").await;
    has_fields(&said, &MESSAGE);
    is_utc(&said["created_at"]);
    assert_eq!(
        (&said["is_edited"], &said["reply_to"]),
        (&json!(false), &Value::Null)
    );

    let reply = boris.kstu().reply(&said, "хорошо").await;
    assert_eq!(reply["reply_to"], said["id"]);
    assert_eq!(reply["reply"]["text"], "завтра в 9");

    boris
        .kstu()
        .edit(&said, "завтра в 8")
        .await
        .is_problem(403, "forbidden");
    let edited = anna.kstu().edit(&said, "завтра в 10").await.json_of(200);
    assert_eq!(
        (&edited["id"], &edited["text"], &edited["is_edited"]),
        (&said["id"], &json!("завтра в 10"), &json!(true))
    );
    let told = watching.until("message:edited").await;
    assert_eq!(told["payload"]["text"], "завтра в 10");

    boris.kstu().unsend(&said).await.is_problem(403, "forbidden");
    anna.kstu().unsend(&said).await.is_done();
    let told = watching.until("message:deleted").await;
    assert_eq!(told["payload"]["id"], said["id"]);
    let left = boris.kstu().history(&room).await;
    assert_eq!(texts(&left, "text"), ["хорошо"]);
    assert_eq!(left[0]["reply_to"], said["id"]);
    assert_ne!(
        left[0]["reply"]["text"], "завтра в 10",
        "a deleted text is not quoted on"
    );
}

pub(super) async fn attachments_by_metadata(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let mut watching = boris.kstu().open(&room).await;
    let said = anna.kstu().send(&room, "лекция").await;
    let file = ("https://files.example.org/lecture.pdf", "file", 17);
    let noted = anna.kstu().attach(&said, file).await.is_done().json();
    assert!(noted["id"].is_i64(), "{noted}");
    assert_eq!(
        (&noted["message_id"], &noted["file_url"]),
        (&said["id"], &json!(file.0))
    );
    assert_eq!(
        (&noted["file_type"], &noted["file_size"]),
        (&json!("file"), &json!(17))
    );
    is_utc(&noted["created_at"]);
    let told = watching.until("message:edited").await;
    assert_eq!(told["payload"]["attachments"][0]["id"], noted["id"]);
    assert_eq!(told["payload"]["is_edited"], false, "its text is the same");
    let read = boris.kstu().history(&room).await;
    assert_eq!(read[0]["attachments"][0]["file_url"], file.0);

    boris
        .kstu()
        .attach(&said, file)
        .await
        .is_problem(403, "forbidden");
    let script = ("javascript:alert(1)", "file", 17);
    anna.kstu().attach(&said, script).await.is_problem(400, "invalid");
    let audio = ("https://files.example.org/a.mp3", "audio", 17);
    anna.kstu().attach(&said, audio).await.is(400);
}

pub(super) async fn contact_protection_by_the_conversations_policy(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let group = anna.kstu().group("Физика", &[&boris]).await;
    let chat = anna.oko().chat_of(9).await;
    let order = id_of(
        &anna
            .kstu()
            .conversations()
            .await
            .into_iter()
            .find(|one| one["number"] == chat)
            .expect("the order's"),
    );
    anna.kstu().add(&order, &boris, None).await.is_done();

    // In a group among students links and addresses are normal.
    anna.kstu()
        .send(&group, "https://lms.example и anna@example.org")
        .await;
    let refusal = json!({"detail": "Контактные данные запрещены в чате."});
    for text in [
        "пиши на anna@example.org",
        "+7 701 1234567",
        "https://t.me/anna",
        "HTTP://t.me/anna",
        "звони 996555123",
    ] {
        boris.oko().try_send(chat, text).await.says(400, &refusal);
        boris.mini().send(chat, text).await.is(400);
        boris.kstu().try_send(&order, text).await.is(400);
    }
    for text in ["восемь цифр: 12345678", "55 512 34 56", "+8 и дальше"] {
        boris.oko().send(chat, text).await;
    }
    assert_eq!(
        anna.oko().unread_count().await,
        3,
        "what was refused is not counted"
    );
    assert_eq!(number_of(&anna.oko().listed(chat).await), chat);
    contacts::follow_the_policy_of_the_conversation(cluster, [&anna, &boris], [&order, &group]).await;
    contacts::are_masked_or_held_where_the_installation_says_so().await;
}
