use protocol::frames::{ErrorFrame, MarksMoved, PersonPresence, Received};
use protocol::{ConversationId, Seq};
use uuid::Uuid;

use super::*;

fn name(user: UserId) -> &'static str {
    if user == UserId(7) { "anna" } else { "boris" }
}

fn heard(canonical: &str) -> Vec<Value> {
    let Received { frame, .. } = serde_json::from_str(canonical).unwrap();
    let said = announcement(&frame, name);
    said.iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

#[test]
fn what_clients_say_is_read_as_the_original_read_it() {
    let cases = [
        (
            r#"{"type":"chat_message","message":" hi "}"#,
            Ok(Asked::Say("hi".into())),
        ),
        (r#"{"message":"hi","extra":1}"#, Ok(Asked::Say("hi".into()))),
        (r#"{"type":"typing","is_typing":true}"#, Ok(Asked::Typing(true))),
        (r#"{"type":"typing"}"#, Ok(Asked::Typing(false))),
        (r#"{"type":"typing","is_typing":"yes"}"#, Ok(Asked::Typing(true))),
        (r#"{"type":"mark_read"}"#, Ok(Asked::MarkRead)),
        (r#"{"type":"ping"}"#, Ok(Asked::Nothing)),
        (r#"{"type":5}"#, Ok(Asked::Nothing)),
        (r#"{"type":"chat_message","message":"  "}"#, Err(Complaint::Blank)),
        (r#"{"type":"chat_message"}"#, Err(Complaint::Blank)),
        (r#"{"message":null}"#, Err(Complaint::Strange)),
        (r#"{"message":12}"#, Err(Complaint::Strange)),
        ("[]", Err(Complaint::Strange)),
        (r#""hi""#, Err(Complaint::Strange)),
        ("", Err(Complaint::NotJson)),
        ("hi", Err(Complaint::NotJson)),
    ];
    for (text, expected) in cases {
        assert_eq!(decode(text), expected, "{text}");
    }
}

#[test]
fn a_message_is_told_with_its_number_and_its_senders_name() {
    let told = heard(
        r#"{"type":"message:new","seq":3,"payload":{"id":"00000000-0000-0000-0000-000000000001",
        "conversation_id":"00000000-0000-0000-0000-000000000002","sender_id":7,"text":"hi","reply_to":null,
        "is_edited":false,"created_at":"2023-11-14T22:13:20.000000Z","seq":3,"number":9}}"#,
    );
    let expected = json!({"type": "chat_message", "message_id": 9, "message": "hi", "user_id": 7,
        "username": "anna", "timestamp": "2023-11-14T22:13:20.000000Z"});
    assert_eq!(told, [expected]);
}

#[test]
fn what_the_system_says_is_not_told_as_words_of_whoever_did_it() {
    let left = r#"{"type":"message:new","seq":3,"payload":{"id":"00000000-0000-0000-0000-000000000001",
        "conversation_id":"00000000-0000-0000-0000-000000000002","sender_id":7,"text":"Anna left","reply_to":null,
        "kind":"system","is_edited":false,"created_at":"2023-11-14T22:13:20.000000Z","seq":3,"number":9}}"#;
    assert!(heard(left).is_empty());
    let Received { frame, .. } = serde_json::from_str(left).unwrap();
    assert!(people(&frame).is_empty(), "nobody's name is looked up");
}

#[test]
fn edits_and_other_peoples_reading_are_not_told() {
    let moved = MarksMoved {
        conversation_id: ConversationId(Uuid::from_u128(2)),
        marks: Vec::new(),
    };
    let told = announcement(&ServerFrame::MessageRead(moved.clone()), name);
    assert!(told.is_empty());
    let deleted = r#"{"type":"message:deleted","seq":4,"payload":{"id":"00000000-0000-0000-0000-000000000001",
        "conversation_id":"00000000-0000-0000-0000-000000000002","message_seq":3}}"#;
    assert!(heard(deleted).is_empty());
    // To the caller it is the answer, with the room's number as a string.
    let answered = answer(&ServerFrame::MessageRead(moved), 4).unwrap();
    let expected = json!({"type": "messages_marked_read", "room_id": "4"});
    assert_eq!(serde_json::from_str::<Value>(&answered).unwrap(), expected);
}

#[test]
fn each_person_whose_presence_changes_is_told_by_themself() {
    let person = |user, is_online| PersonPresence {
        user_id: UserId(user),
        is_online,
        last_seen: None,
    };
    let change = PresenceChange {
        users: vec![person(7, true), person(8, false)],
    };
    let told = announcement(&ServerFrame::Presence(change), name);
    let told: Vec<Value> = told
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    assert_eq!(
        told,
        [
            json!({"type": "user_status", "user_id": 7, "username": "anna", "is_online": true}),
            json!({"type": "user_status", "user_id": 8, "username": "boris", "is_online": false}),
        ]
    );
}

#[test]
fn an_error_is_a_type_and_a_text_and_the_rest_goes_unsaid() {
    let error = ErrorFrame {
        code: "invalid".into(),
        message: Complaint::Blank.to_string(),
        reference: None,
        client_id: None,
        retryable: false,
    };
    let said = answer(&ServerFrame::Error(error), 4).unwrap();
    let expected = json!({"type": "error", "message": "Сообщение не может быть пустым"});
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), expected);
    let sync = protocol::frames::Sync {
        conversation_id: ConversationId(Uuid::from_u128(2)),
        head: Seq(3),
    };
    assert_eq!(answer(&ServerFrame::Sync(sync), 4), None);
}
