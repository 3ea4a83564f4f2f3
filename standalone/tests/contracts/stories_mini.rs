//! Two people meet in Mini Chat, told by its documented calls alone: accounts, a direct room, its socket. The second
//! has the room open in the KSTU client, and answers from OkoZnaniy's.

use serde_json::{Value, json};

use crate::accounts::PASSWORD;
use crate::answer::{has_fields, texts};
use crate::cluster::{Cluster, on_a_cluster};
use crate::mini;
use crate::patience::eventually;
use crate::person::Person;
use crate::socket::Socket;

/// Anna in Mini, Boris in KSTU.
struct Meeting {
    anna: Person,
    boris: Person,
    room: i64,
    annas: Socket,
    boriss: Socket,
}

#[tokio::test]
async fn two_people_meet_in_mini_while_one_of_them_watches_in_kstu() {
    on_a_cluster(async |cluster| {
        let mut meeting = meet(cluster).await;
        write(&mut meeting).await;
        be_answered(&mut meeting).await;
        part(meeting).await;
    })
    .await;
}

/// Anna signs in, sees herself online, finds Boris and makes a room; both open it.
async fn meet(cluster: &Cluster) -> Meeting {
    let (anna, boris) = cluster.pair().await;
    let welcome = anna.accounts().login(PASSWORD).await.json_of(200);
    let anna = anna.signed_in(&welcome);
    anna.accounts().me().await.says(200, &anna.user());
    anna.mini().sees_online(&[&anna]).await;
    let found = anna.accounts().search("boris").await;
    assert_eq!(
        (&found[0]["id"], &found[0]["is_online"]),
        (&json!(boris.id), &json!(false))
    );
    let made = anna.mini().create_direct(&found[0]["id"]).await.json_of(201);
    assert_eq!(made["room"]["name"], "Чат: anna и boris");
    let room = made["room"]["id"].as_i64().expect("a number");
    let listed = anna.mini().listed(room).await;
    assert_eq!(listed["other_participant"], boris.user());

    // A private conversation has come to Boris by itself.
    let conversations = boris.kstu().conversations().await;
    assert_eq!(
        (&conversations[0]["type"], &conversations[0]["number"]),
        (&json!("private"), &json!(room))
    );
    let id = conversations[0]["id"].as_str().expect("an id").to_owned();
    let mut annas = anna.mini().open(room).await;
    let boriss = boris.kstu().open(&id).await;
    let status = json!({"type": "user_status", "user_id": boris.id, "username": "boris", "is_online": true});
    assert_eq!(annas.until("user_status").await, status);
    Meeting {
        anna,
        boris,
        room,
        annas,
        boriss,
    }
}

/// She writes: Boris sees that she does, then the message, and his open socket reads it.
async fn write(meeting: &mut Meeting) {
    meeting
        .annas
        .send_text(r#"{"type":"typing","is_typing":true}"#)
        .await;
    let typing = meeting.boriss.until("typing").await;
    assert_eq!(
        (&typing["payload"]["user_id"], &typing["payload"]["is_typing"]),
        (&json!(meeting.anna.id), &json!(true))
    );
    mini::say(&mut meeting.annas, "  Привет! ").await;
    let echo = meeting.annas.until("chat_message").await;
    assert_eq!(
        (&echo["message"], &echo["user_id"]),
        (&json!("Привет!"), &json!(meeting.anna.id))
    );
    let heard = meeting.boriss.until("message:new").await;
    assert_eq!(heard["payload"]["text"], "Привет!");
    assert_eq!(heard["payload"]["number"], echo["message_id"]);
    eventually("Anna's message is read", async || {
        let all = meeting.anna.mini().messages(meeting.room).await;
        all[0]["is_read"] == true
    })
    .await;
}

/// He answers from another client; she has it on her socket, unread until she says so. Then once more over REST.
async fn be_answered(meeting: &mut Meeting) {
    let Meeting {
        anna,
        boris,
        room,
        annas,
        boriss,
    } = meeting;
    boris.oko().send(*room, "Здравствуйте").await;
    let heard = annas.until("chat_message").await;
    assert_eq!(
        (&heard["message"], &heard["username"]),
        (&json!("Здравствуйте"), &json!("boris"))
    );
    assert_eq!(anna.mini().listed(*room).await["unread_count"], 1);
    annas.send_text(r#"{"type":"mark_read"}"#).await;
    let marked = annas.until("messages_marked_read").await;
    assert_eq!(
        marked,
        json!({"type": "messages_marked_read", "room_id": room.to_string()})
    );
    eventually("nothing is unread", async || {
        anna.mini().listed(*room).await["unread_count"] == 0
    })
    .await;
    let history = anna.mini().history(*room).await.json_of(200);
    has_fields(&history, &["room", "messages"]);
    let messages = history["messages"].as_array().expect("messages").clone();
    assert_eq!(texts(&messages, "content"), ["Привет!", "Здравствуйте"]);

    let sent = anna.mini().send(*room, "До завтра").await;
    sent.says(201, &json!({"room": room, "content": "До завтра"}));
    let is_it = |said: &Value| said["text"] == "До завтра";
    boriss.until_where("message:new", is_it).await;
}

/// Boris goes, and Anna is told; then she signs out, and her socket ends with it.
async fn part(meeting: Meeting) {
    let Meeting {
        anna,
        boris,
        room,
        mut annas,
        mut boriss,
    } = meeting;
    boriss.hang_up().await;
    let is_gone = |frame: &Value| frame["is_online"] == false;
    annas.up_to_where(is_gone).await;
    let people = anna.mini().participants(room).await.json_of(200);
    assert_eq!(people["room_id"], room);
    assert_eq!(people["participants"].as_array().expect("people").len(), 2);
    let done = json!({"message": "Успешный выход"});
    anna.accounts().logout().await.says(200, &done);
    assert_eq!(annas.close_code().await, 4401);
    let refused = anna.mini().try_open(room).await.err().expect("a refusal");
    assert_eq!(refused.status, 401);
    boris.mini().sees_online(&[]).await;
}
