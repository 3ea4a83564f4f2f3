//! A day of a student group in the KSTU client, told by its documented calls alone; a colleague watches with Mini.

use serde_json::json;

use crate::answer::{has_fields, texts, with_field};
use crate::cluster::{Cluster, on_a_cluster};
use crate::kstu::{id_of, say};

#[tokio::test]
async fn a_group_of_students_talks_in_kstu_while_a_colleague_watches_in_mini() {
    on_a_cluster(story).await;
}

async fn story(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;

    // Anna opens the page: no conversations, then the create dialog with its picker.
    assert!(anna.kstu().conversations().await.is_empty());
    let people = anna.kstu().directory().await.array();
    let picked = with_field(&people, "first_name", &json!("Boris"));
    assert_eq!(picked["id"], boris.id);
    let body = json!({
        "type": "group", "title": "Курсовая", "participant_ids": [anna.id, picked["id"], vera.id],
    });
    let made = anna.kstu().create(&body).await.json_of(201);
    let room = id_of(&made);
    has_fields(
        &made,
        &[
            "type",
            "title",
            "created_by",
            "created_at",
            "service",
            "service_id",
        ],
    );

    // Vera watches in Mini: the room stands in her list with everybody in it.
    let listed = vera.mini().rooms().await;
    let number = listed[0]["id"].as_i64().expect("a number");
    assert_eq!(
        (&listed[0]["name"], &listed[0]["participants_count"]),
        (&json!("Курсовая"), &json!(3))
    );
    let mut veras = vera.mini().open(number).await;

    // Both open the conversation: history, then the socket; the message list is filled by the echo.
    assert!(anna.kstu().history(&room).await.is_empty());
    let mut annas = anna.kstu().open(&room).await;
    let mut boriss = boris.kstu().open(&room).await;
    say(&mut annas, "Кто берёт введение?").await;
    let asked = annas.until("message:new").await["payload"].clone();
    assert_eq!(boriss.until("message:new").await["payload"]["id"], asked["id"]);
    let seen = veras.until("chat_message").await;
    assert_eq!(
        (&seen["message"], &seen["username"]),
        (&json!("Кто берёт введение?"), &json!("anna"))
    );

    // Boris answers on the socket, then corrects himself over REST.
    let answer = json!({"text": "Я", "reply_to": asked["id"]});
    boriss.send("message:new", answer).await;
    let answered = annas.until("message:new").await["payload"].clone();
    assert_eq!(
        (&answered["reply_to"], &answered["sender_id"]),
        (&asked["id"], &json!(boris.id))
    );
    let edited = boris.kstu().edit(&answered, "Я, до пятницы").await.json_of(200);
    assert_eq!(edited["is_edited"], true);
    assert_eq!(
        annas.until("message:edited").await["payload"]["text"],
        "Я, до пятницы"
    );
    assert_eq!(veras.until("chat_message").await["message"], "Я");
    let shown = vera.mini().messages(number).await;
    assert_eq!(texts(&shown, "content"), ["Кто берёт введение?", "Я, до пятницы"]);

    // A file, a slip of the finger, and a look at the group's details.
    let file = anna.kstu().send(&room, "План").await;
    let noted = anna
        .kstu()
        .attach(&file, ("https://files.example.org/plan.pdf", "file", 4096));
    assert!(noted.await.is_done().json()["id"].is_i64());
    let slip = anna.kstu().send(&room, "не туда").await;
    anna.kstu().unsend(&slip).await.is_done();
    assert_eq!(boriss.until("message:deleted").await["payload"]["id"], slip["id"]);
    let details = boris.kstu().conversation(&room).await.json_of(200);
    assert_eq!(details["participants"].as_array().expect("people").len(), 3);
    let admins = boris.kstu().participants(&room).await.array();
    assert_eq!(with_field(&admins, "role", &json!("admin"))["user_id"], anna.id);

    // Boris loses his connection for a while and comes back; nothing is missing.
    let last = boriss.hang_up();
    assert_eq!(last.await, 1000);
    say(&mut annas, "Встречаемся в 9").await;
    annas
        .until_where("message:new", |said| said["text"] == "Встречаемся в 9")
        .await;
    let expected = ["Кто берёт введение?", "Я, до пятницы", "План", "Встречаемся в 9"];
    assert_eq!(texts(&boris.kstu().history(&room).await, "text"), expected);

    // Vera is removed: her room is gone, and her socket with it.
    anna.kstu().remove(&room, &vera).await.is_done();
    assert_eq!(veras.close_code().await, 4403);
    assert!(vera.mini().rooms().await.is_empty());

    // Anna deletes the group; nobody finds it, and coming back is refused before the upgrade.
    boris.kstu().delete(&room).await.is(403);
    anna.kstu().delete(&room).await.is_done();
    let code = annas.close_code().await;
    assert!([4403, 4404].contains(&code), "{code}");
    assert!(boris.kstu().conversations().await.is_empty());
    let refused = boris.kstu().try_open(&room).await.err().expect("a refusal");
    assert!([403, 404].contains(&refused.status));
}
