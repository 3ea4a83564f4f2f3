//! A day of a student group in the KSTU client, told by its documented calls alone; a colleague watches with Mini.

use serde_json::{Value, json};

use crate::answer::{has_fields, texts, with_field};
use crate::cluster::{Cluster, on_a_cluster};
use crate::kstu::{id_of, say};
use crate::person::Person;
use crate::socket::Socket;

/// Anna and Boris have the group open in KSTU, Vera in Mini.
struct Group {
    anna: Person,
    boris: Person,
    vera: Person,
    room: String,
    /// The same room for Mini.
    number: i64,
    annas: Socket,
    boriss: Socket,
    veras: Socket,
}

#[tokio::test]
async fn a_group_of_students_talks_in_kstu_while_a_colleague_watches_in_mini() {
    on_a_cluster(async |cluster| {
        let mut group = gather(cluster).await;
        let asked = talk(&mut group).await;
        correct_and_share(&mut group, &asked).await;
        lose_the_connection_and_come_back(&mut group).await;
        part(group).await;
    })
    .await;
}

/// Anna opens the page, picks people in the create dialog and makes the group; all open it.
async fn gather(cluster: &Cluster) -> Group {
    let (anna, boris, vera) = cluster.three().await;
    assert!(anna.kstu().conversations().await.is_empty());
    let people = anna.kstu().directory().await.array();
    let picked = with_field(&people, "first_name", &json!("Boris"));
    assert_eq!(picked["id"], boris.id);
    let body = json!({
        "type": "group", "title": "Курсовая", "participant_ids": [anna.id, picked["id"], vera.id],
    });
    let made = anna.kstu().create(&body).await.json_of(201);
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
    let room = id_of(&made);

    // Vera watches in Mini: the room stands in her list with everybody in it.
    let listed = vera.mini().rooms().await;
    let number = listed[0]["id"].as_i64().expect("a number");
    assert_eq!(
        (&listed[0]["name"], &listed[0]["participants_count"]),
        (&json!("Курсовая"), &json!(3))
    );

    // History first, then the socket.
    assert!(anna.kstu().history(&room).await.is_empty());
    Group {
        annas: anna.kstu().open(&room).await,
        boriss: boris.kstu().open(&room).await,
        veras: vera.mini().open(number).await,
        anna,
        boris,
        vera,
        room,
        number,
    }
}

/// The message list is filled by the echo alone. Answers with Boris's message.
async fn talk(group: &mut Group) -> Value {
    say(&mut group.annas, "Кто берёт введение?").await;
    let asked = group.annas.until("message:new").await["payload"].clone();
    let heard = group.boriss.until("message:new").await;
    assert_eq!(heard["payload"]["id"], asked["id"]);
    let seen = group.veras.until("chat_message").await;
    assert_eq!(
        (&seen["message"], &seen["username"]),
        (&json!("Кто берёт введение?"), &json!("anna"))
    );
    let answer = json!({"text": "Я", "reply_to": asked["id"]});
    group.boriss.send("message:new", answer).await;
    let answered = group.annas.until("message:new").await["payload"].clone();
    assert_eq!(
        (&answered["reply_to"], &answered["sender_id"]),
        (&asked["id"], &json!(group.boris.id))
    );
    assert_eq!(group.veras.until("chat_message").await["message"], "Я");
    answered
}

/// Boris corrects himself, Anna shares a file, takes back a slip, and looks at the group's details.
async fn correct_and_share(group: &mut Group, answered: &Value) {
    let Group {
        anna,
        boris,
        vera,
        room,
        ..
    } = &*group;
    let edited = boris.kstu().edit(answered, "Я, до пятницы").await.json_of(200);
    assert_eq!(edited["is_edited"], true);
    let shown = vera.mini().messages(group.number).await;
    assert_eq!(texts(&shown, "content"), ["Кто берёт введение?", "Я, до пятницы"]);

    let plan = anna.kstu().send(room, "План").await;
    let file = ("https://files.example.org/plan.pdf", "file", 4096);
    let noted = anna.kstu().attach(&plan, file).await.is_done().json();
    assert!(noted["id"].is_i64(), "{noted}");
    let slip = anna.kstu().send(room, "не туда").await;
    anna.kstu().unsend(&slip).await.is_done();
    let details = boris.kstu().conversation(room).await.json_of(200);
    assert_eq!(details["participants"].as_array().expect("people").len(), 3);
    let people = boris.kstu().participants(room).await.array();
    assert_eq!(with_field(&people, "role", &json!("admin"))["user_id"], anna.id);

    let told = group.annas.until("message:edited").await;
    assert_eq!(told["payload"]["text"], "Я, до пятницы");
    assert_eq!(
        group.boriss.until("message:deleted").await["payload"]["id"],
        slip["id"]
    );
}

/// Boris misses a message, finds it in the history, and hears what comes next.
async fn lose_the_connection_and_come_back(group: &mut Group) {
    let Group {
        boris,
        room,
        annas,
        boriss,
        ..
    } = group;
    assert_eq!(boriss.hang_up().await, 1000);
    say(annas, "Встречаемся в 9").await;
    let meets = |said: &Value| said["text"] == "Встречаемся в 9";
    annas.until_where("message:new", meets).await;
    let expected = ["Кто берёт введение?", "Я, до пятницы", "План", "Встречаемся в 9"];
    assert_eq!(texts(&boris.kstu().history(room).await, "text"), expected);
    *boriss = boris.kstu().open(room).await;
    say(annas, "Не опаздывать").await;
    assert_eq!(
        boriss.until("message:new").await["payload"]["text"],
        "Не опаздывать"
    );
}

/// Vera is removed, then Anna deletes the group: nobody finds it, and coming back is refused before the upgrade.
async fn part(group: Group) {
    let Group {
        anna,
        boris,
        vera,
        room,
        mut annas,
        mut veras,
        ..
    } = group;
    let room = &room;
    anna.kstu().remove(room, &vera).await.is_done();
    assert_eq!(veras.close_code().await, 4403);
    assert!(vera.mini().rooms().await.is_empty());
    boris.kstu().delete(room).await.is(403);
    anna.kstu().delete(room).await.is_done();
    let code = annas.close_code().await;
    assert!([4403, 4404].contains(&code), "{code}");
    assert!(boris.kstu().conversations().await.is_empty());
    let refused = boris.kstu().try_open(room).await.err().expect("a refusal");
    assert!([403, 404].contains(&refused.status));
}
