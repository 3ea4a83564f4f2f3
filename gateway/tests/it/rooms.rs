//! Mini Chat's door, with a second person at another one.

use protocol::ConversationId;
use protocol::models::Message;
use protocol::paths::ROOM_SOCKETS;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Ws;

use crate::client::Client;
use crate::cluster::{Person, Setup, TestCluster, on_each_database};

const NODE: usize = 0;

impl TestCluster {
    async fn number(&self, conversation: ConversationId) -> i64 {
        let conversation = self.store.conversation(conversation).await.unwrap();
        conversation.unwrap().number
    }

    /// In a room, live: the person's own first word has come back.
    async fn in_room(&self, node: usize, who: &Person, conversation: ConversationId) -> Client {
        let number = self.number(conversation).await;
        let path = format!("{ROOM_SOCKETS}/{number}/?token={}", who.token);
        let mut client = self.open(node, &path, None).await;
        client.text(r#"{"type":"chat_message","message":"here"}"#).await;
        assert_eq!(client.json().await["message"], "here");
        client
    }

    async fn username(&self, who: &Person) -> String {
        self.store.user(who.id).await.unwrap().unwrap().username
    }
}

fn told(message: &Message, username: &str) -> Value {
    json!({
        "type": "chat_message",
        "message_id": message.number,
        "message": message.text,
        "user_id": message.sender_id,
        "username": username,
        "timestamp": message.created_at,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_and_a_conversation_hear_each_other_each_in_its_own_words() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let mut canonical = cluster.live(1, &boris, group).await;
        let mut room = cluster.in_room(0, &anna, group).await;
        let mut other_room = cluster.in_room(1, &boris, group).await;
        // What Boris said at his own room's door.
        assert_eq!(room.json().await["message"], "here");

        room.text(r#"{"message":"  hello  "}"#).await;
        canonical.message("here").await;
        canonical.message("here").await;
        let said = canonical.message("hello").await;
        let expected = told(&said, &cluster.username(&anna).await);
        assert_eq!(room.json().await, expected);
        assert_eq!(other_room.json().await, expected);

        // From REST, as anything else.
        let said = cluster.say(&boris, group, "from the other side").await;
        let expected = told(&said, &cluster.username(&boris).await);
        assert_eq!(room.json().await, expected);
        assert_eq!(other_room.json().await, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletions_are_not_told_in_rooms() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut room = cluster.in_room(0, &anna, group).await;
    let said = cluster.say(&anna, group, "first").await;
    assert_eq!(room.json().await["message"], "first");
    let chat = &cluster.node(0).chat;
    chat.edit_message(anna.id, said.id, "second".into())
        .await
        .unwrap();
    chat.delete_message(anna.id, said.id).await.unwrap();
    cluster.say(&anna, group, "third").await;
    assert_eq!(room.json().await["message"], "third");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_heeded_is_answered_in_the_originals_words_and_the_socket_stays_open() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let mut room = cluster.in_room(NODE, &anna, group).await;
    let cases = [
        (
            r#"{"type":"chat_message","message":"   "}"#,
            "Сообщение не может быть пустым",
        ),
        (r#"{"type":"chat_message"}"#, "Сообщение не может быть пустым"),
        ("", "Неверный формат JSON"),
        ("{", "Неверный формат JSON"),
        ("[]", "Произошла ошибка"),
        ("null", "Произошла ошибка"),
        (r#"{"message":5}"#, "Произошла ошибка"),
    ];
    for (text, words) in cases {
        room.text(text).await;
        assert_eq!(
            room.json().await,
            json!({"type": "error", "message": words}),
            "{text}"
        );
    }
    // The original closed with 1011.
    room.ws(Ws::binary(vec![1, 2, 3])).await;
    assert_eq!(room.json().await["type"], "error");
    // Passed over in silence.
    room.text(r#"{"type":"ping"}"#).await;
    room.text(r#"{"message":"still here"}"#).await;
    assert_eq!(room.json().await["message"], "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_unknown_rooms_are_refused_alike_and_bad_tokens_before_that() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let stranger = cluster.person("eve").await;
    let number = cluster.number(group).await;
    let status = async |room: &str, query: &str| {
        let path = format!("{ROOM_SOCKETS}/{room}/{query}");
        cluster.handshake(NODE, &path, &[]).await.status()
    };
    let (room, by_anna) = (number.to_string(), format!("?token={}", anna.token));
    assert_eq!(status(&room, &by_anna).await, StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(
        status(&group.to_string(), &by_anna).await,
        StatusCode::SWITCHING_PROTOCOLS
    );
    let by_stranger = format!("?token={}", stranger.token);
    assert_eq!(status(&room, &by_stranger).await, StatusCode::FORBIDDEN);
    for unknown in ["999999", "abc", "-1"] {
        assert_eq!(
            status(unknown, &by_anna).await,
            StatusCode::FORBIDDEN,
            "{unknown}"
        );
    }
    for bad in ["", "?token=", "?token=abc"] {
        assert_eq!(status(&room, bad).await, StatusCode::UNAUTHORIZED, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_is_hung_up_on_in_a_room_too() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut room = cluster.in_room(1, &boris, group).await;
    let chat = &cluster.node(0).chat;
    chat.remove_participant(anna.id, group, boris.id).await.unwrap();
    room.closed(4403).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entering_a_room_reads_it_and_what_comes_later_is_read_by_saying_so() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        cluster.say(&anna, group, "before").await;
        let unread = async || cluster.store.unread_total(boris.id).await.unwrap();
        assert_eq!(unread().await, 1);
        let mut room = cluster.in_room(1, &boris, group).await;
        assert_eq!(unread().await, 0);

        cluster.say(&anna, group, "after").await;
        assert_eq!(room.json().await["message"], "after");
        // Delivered is not read.
        assert_eq!(unread().await, 1);
        room.text(r#"{"type":"mark_read"}"#).await;
        let number = cluster.number(group).await.to_string();
        let expected = json!({"type": "messages_marked_read", "room_id": number});
        assert_eq!(room.json().await, expected);
        assert_eq!(unread().await, 0);
    })
    .await;
}
