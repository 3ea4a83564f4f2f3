//! What an installation decides: notifications, files.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::has_fields;
use crate::cluster::Cluster;
use crate::oko::number_of;
use crate::person::Person;

pub(super) async fn resolution_19_notification_types_and_paths(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    anna.mini().send(room, "привет").await.is(201);
    let entry = boris.oko().notified_of("привет").await;
    assert_eq!(
        (&entry["type"], &entry["type_display"]),
        (&json!("message"), &json!("Новое сообщение"))
    );
    assert_eq!(
        (&entry["related_object_type"], &entry["related_object_id"]),
        (&json!("chat"), &json!(room))
    );
    assert_eq!(entry["title"], "Новое сообщение от Anna Тестова");
    number_of(&entry);

    let doubled = "/api/notifications/notifications/";
    assert_eq!(
        boris.get(doubled).await.array(),
        boris.oko().notifications().await
    );
    let one = format!("{doubled}{}/", number_of(&entry));
    let read = boris
        .post(&format!("{one}mark_read/"), &json!({}))
        .await
        .json_of(200);
    assert_eq!(read["is_read"], true);
    boris
        .post(&format!("{doubled}mark_all_read/"), &json!({}))
        .await
        .is(200);
    boris.call(Method::DELETE, &one, &Value::Null).await.is_done();
    assert!(
        boris
            .oko()
            .notifications()
            .await
            .iter()
            .all(|left| left["id"] != entry["id"])
    );

    let settings = "/api/notifications/settings/";
    boris
        .call(Method::PATCH, settings, &json!({"messages": false}))
        .await
        .is(200);
    let witness = cluster.person("vera").await;
    let group = anna.kstu().group("Физика", &[&boris, &witness]).await;
    anna.kstu().send(&group, "без шума").await;
    witness.oko().notified_of("без шума").await;
    let left = boris.oko().notifications().await;
    assert!(left.iter().all(|entry| entry["type"] != "message"), "{left:?}");
}

pub(super) async fn resolution_24_attachments_take_http_addresses_and_uploads(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let said = anna.kstu().send(&room, "файлы").await;
    for address in [
        "https://files.example.org/a.png",
        "http://files.example.org/a.png",
    ] {
        let noted = anna
            .kstu()
            .attach(&said, (address, "image", 1))
            .await
            .is_done()
            .json();
        has_fields(
            &noted,
            &[
                "id",
                "message_id",
                "file_url",
                "file_type",
                "file_size",
                "created_at",
            ],
        );
    }
    for address in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//files.example.org/a",
        "a.png",
        "",
    ] {
        anna.kstu()
            .attach(&said, (address, "file", 1))
            .await
            .is_problem(400, "invalid");
    }
    anna.kstu()
        .attach(&said, ("https://files.example.org/a", "file", -1))
        .await
        .is(400);

    uploads_are_sent_by_their_owner().await;
}

/// Our own upload: the bytes go to the API, the message names what was uploaded.
async fn uploads_are_sent_by_their_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("file://{}", folder.path().display());
    let Some(cluster) = Cluster::start(&[("files.store", &store)]).await else {
        return;
    };
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let uploaded = upload(&anna, "записка.txt", b"hello").await;
    let sent = json!({"conversation_id": room, "text": "вот", "attachment_ids": [uploaded["id"]]});
    let sent = anna
        .kstu()
        .call(Method::POST, "messages/", &sent)
        .await
        .json_of(201);
    assert_eq!(sent["attachments"][0]["id"], uploaded["id"]);
    let read = boris.kstu().history(&room).await.pop().expect("a message");
    let link = read["attachments"][0]["file_url"]
        .as_str()
        .expect("a link")
        .to_owned();
    let path = link
        .find("/api/")
        .map_or(link.as_str(), |at| &link[at..])
        .to_owned();
    let bytes = boris.get(&path).await;
    assert_eq!(bytes.is(200).text, "hello");
    let foreign = json!({"conversation_id": room, "text": "чужое", "attachment_ids": [uploaded["id"]]});
    let refused = boris.kstu().call(Method::POST, "messages/", &foreign).await;
    assert!((400..500).contains(&refused.status), "{}", refused.text);
}

/// Uploads a file that no message has yet.
async fn upload(who: &Person, name: &str, bytes: &[u8]) -> Value {
    let boundary = "a-boundary-of-the-tests";
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: text/plain\r\n\r\n"
    );
    let body = [
        head.as_bytes(),
        bytes,
        format!("\r\n--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    let bearer = [("authorization", format!("Bearer {}", who.access))];
    let kind = format!("multipart/form-data; boundary={boundary}");
    let call = (Method::POST, "/api/unet-chat/attachments/upload/");
    who.raw(&bearer, call, Some((&kind, body))).await.is_done().json()
}
