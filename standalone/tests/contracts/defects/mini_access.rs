//! Mini's defects of rooms and sockets.

use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Ws;

use crate::cluster::Cluster;
use crate::kstu::id_of;
use crate::mini::{self, is_alive};

/// How a room reads that one may not see.
fn unseen() -> Value {
    json!({"detail": "No ChatRoom matches the given query."})
}

pub(super) async fn mini_defect_01_a_direct_chat_is_made_once(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let made = anna.mini().create_direct(&json!(boris.id)).await.json_of(201);
    assert_eq!(made["message"], "Чат успешно создан");
    assert_eq!(made["room"]["unread_count"], 0);
    for (one, other) in [(&anna, &boris), (&boris, &anna)] {
        let again = one.mini().create_direct(&json!(other.id)).await.json_of(200);
        assert_eq!(again["message"], "Чат уже существует");
        assert_eq!(again["room"]["id"], made["room"]["id"]);
    }
    assert_eq!(boris.mini().rooms().await.len(), 1);
}

pub(super) async fn mini_defect_03_strangers_write_into_no_room(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.mini().direct(&boris).await;
    let refused = vera.mini().send(room, "я тоже").await;
    assert!([400, 403, 404].contains(&refused.status), "{}", refused.text);
    assert!(anna.mini().messages(room).await.is_empty());
    assert_eq!(vera.mini().messages(room).await, Vec::<Value>::new());
}

pub(super) async fn mini_defect_04_nobody_joins_a_room_that_is_not_open(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let direct = anna.mini().direct(&boris).await;
    let group = anna.mini().group("Закрытая").await;
    for room in [direct, group] {
        let refused = vera.mini().join(room).await;
        assert!([403, 404].contains(&refused.status), "{}", refused.text);
        vera.mini().room(room).await.says(404, &unseen());
    }
    assert_eq!(anna.mini().listed(direct).await["participants_count"], 2);
}

pub(super) async fn mini_defect_05_messages_over_rest_are_pushed(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let mut boriss = boris.mini().open(room).await;
    anna.mini().send(room, "по REST").await.is(201);
    let heard = boriss.until("chat_message").await;
    let expected = json!({
        "type": "chat_message", "message_id": heard["message_id"], "message": "по REST",
        "user_id": anna.id, "username": "anna", "timestamp": heard["timestamp"],
    });
    assert_eq!(heard, expected);
    assert!(heard["message_id"].is_i64());
}

pub(super) async fn mini_defect_06_closing_one_of_two_tabs_announces_nothing(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.mini().direct(&boris).await;
    let mut annas = anna.mini().open(room).await;
    let mut one = boris.mini().open(room).await;
    let mut two = boris.beside(&anna).mini().open(room).await;
    one.hang_up().await;
    // Somebody else leaves in the meantime: their going is known before anything is said of Boris.
    let mut veras = vera.kstu().open_everything(0).await;
    vera.mini().sees_online(&[&anna, &boris, &vera]).await;
    veras.hang_up().await;
    boris.mini().sees_online(&[&anna, &boris]).await;
    let heard = is_alive(&mut annas).await;
    assert!(heard.iter().all(|frame| frame["is_online"] == true), "{heard:?}");
    two.hang_up().await;
    let heard = annas.up_to_where(|frame| frame["is_online"] == false).await;
    assert!(
        heard.iter().all(|frame| frame["user_id"] == boris.id),
        "{heard:?}"
    );
}

pub(super) async fn mini_defect_07_a_refused_stranger_announces_nothing(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.mini().direct(&boris).await;
    let mut annas = anna.mini().open(room).await;
    let refused = vera.mini().try_open(room).await.err().expect("a refusal");
    assert_eq!(refused.status, 403);
    let mut boriss = boris.mini().open(room).await;
    let heard = annas.up_to("user_status").await;
    assert!(
        heard.iter().all(|frame| frame["user_id"] == boris.id),
        "{heard:?}"
    );
    boris.mini().sees_online(&[&anna, &boris]).await;
    boriss.hang_up().await;
}

pub(super) async fn mini_defect_10_binary_frames_and_unknown_paths_are_answered(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let mut socket = anna.mini().open(room).await;
    socket.send_raw(Ws::Binary(vec![0, 159, 146, 150].into())).await;
    socket.until("error").await;
    for (text, said) in [
        ("{", "Неверный формат JSON"),
        ("", "Неверный формат JSON"),
        ("[]", "Произошла ошибка"),
        ("\"text\"", "Произошла ошибка"),
        ("null", "Произошла ошибка"),
        (r#"{"type":"chat_message","message":null}"#, "Произошла ошибка"),
        (r#"{"type":"chat_message","message":7}"#, "Произошла ошибка"),
        (r#"{"type":"chat_message"}"#, mini::EMPTY),
        (r#"{"message":""}"#, mini::EMPTY),
    ] {
        socket.send_text(text).await;
        let answer = socket.until("error").await;
        assert_eq!(answer, json!({"type": "error", "message": said}), "{text:?}");
    }
    socket.send_text(r#"{"message":" без типа ","extra":1}"#).await;
    assert_eq!(socket.until("chat_message").await["message"], "без типа");
    let refused = anna
        .try_open(&format!("/ws/nowhere/?token={}", anna.access), &[])
        .await;
    let status = refused.err().expect("a refusal").status;
    assert!([403, 404].contains(&status), "{status}");
}

pub(super) async fn mini_defect_11_removed_members_lose_their_open_socket(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let mut boriss = boris.mini().open(number).await;
    anna.kstu().remove(&room, &boris).await.is_done();
    anna.mini().send(number, "без тебя").await.is(201);
    loop {
        match boriss.heard().await {
            Ok(frame) => assert_ne!(frame["message"], "без тебя"),
            Err(code) => break assert_eq!(code, 4403),
        }
    }
    let refused = boris.mini().try_open(number).await.err().expect("a refusal");
    assert_eq!(refused.status, 403);
    boris.mini().room(number).await.says(404, &unseen());
}

pub(super) async fn mini_defect_14_sockets_work_as_shipped_and_take_jwt(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let mut socket = anna.mini().open(room).await;
    assert!(
        is_alive(&mut socket).await.is_empty(),
        "nothing greets a newcomer"
    );
    let cookie = [("cookie", "sessionid=whatever".to_owned())];
    let refused = anna.try_open(&format!("/ws/chat/{room}/"), &cookie).await;
    if let Ok(mut waiting) = refused {
        // A socket without a token may say who it is; this one does not.
        assert_eq!(waiting.close_code().await, 4408);
    }
}

pub(super) async fn mini_defect_15_each_reader_of_a_group_has_a_counter(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.mini().group("Физика").await;
    let id = id_of(&anna.kstu().conversations().await[0]);
    for who in [&boris, &vera] {
        anna.kstu().add(&id, who, None).await.is_done();
    }
    anna.mini().send(room, "раз").await.is(201);
    let read = boris.mini().history(room).await.json_of(200);
    assert_eq!(read["room"]["unread_count"], 0);
    assert_eq!(boris.mini().listed(room).await["unread_count"], 0);
    assert_eq!(vera.mini().listed(room).await["unread_count"], 1);
    let gone = vera
        .mini()
        .call(Method::GET, &format!("messages/?room={room}"), &Value::Null)
        .await
        .array();
    assert_eq!(
        gone.last().expect("a message")["is_read"],
        true,
        "somebody has read it"
    );
}
