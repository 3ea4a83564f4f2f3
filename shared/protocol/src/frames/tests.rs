use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn message() -> Message {
    Message {
        id: MessageId(Uuid::from_u128(1)),
        conversation_id: ConversationId(Uuid::from_u128(2)),
        sender_id: UserId(7),
        text: Some("hi".into()),
        reply_to: None,
        is_edited: false,
        created_at: Timestamp::from(chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap()),
        seq: Seq(3),
        number: 9,
        client_id: None,
        kind: crate::models::MessageKind::Text,
        event: None,
        edited_at: None,
        reply: None,
        mentions: Vec::new(),
        reactions: Vec::new(),
        attachments: Vec::new(),
        pinned_at: None,
        deleted_at: None,
        is_read: None,
    }
}

#[test]
fn a_message_frame_carries_the_seven_fields_of_the_old_clients() {
    let text = ServerFrame::MessageNew(message()).encode(Some(Seq(3)));
    insta::assert_snapshot!(text, @r#"{"type":"message:new","payload":{"id":"00000000-0000-0000-0000-000000000001","conversation_id":"00000000-0000-0000-0000-000000000002","sender_id":7,"text":"hi","reply_to":null,"is_edited":false,"created_at":"2023-11-14T22:13:20.000000Z","seq":3,"number":9},"seq":3}"#);
}

#[test]
fn a_frame_reads_back_as_it_was_written() {
    let frame = ServerFrame::MessageNew(message());
    let read: Received = serde_json::from_str(&frame.encode(Some(Seq(3)))).unwrap();
    assert_eq!(
        read,
        Received {
            frame,
            seq: Some(Seq(3))
        }
    );
}

#[test]
fn the_old_clients_send_is_understood() {
    let asked =
        ClientFrame::decode(r#"{"type":"message:new","payload":{"text":"hi","reply_to":null}}"#).unwrap();
    let expected = NewMessage {
        conversation_id: None,
        text: Some("hi".into()),
        reply_to: None,
        client_id: None,
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
    };
    assert_eq!(
        asked,
        Asked {
            frame: ClientFrame::MessageNew(expected),
            reference: None
        }
    );
}

#[test]
fn an_unknown_type_keeps_the_clients_mark() {
    let error = ClientFrame::decode(r#"{"type":"dance","ref":5}"#).unwrap_err();
    assert_eq!(
        error,
        FrameError::Unknown {
            kind: "dance".into(),
            reference: Some(5.into())
        }
    );
}

#[test]
fn a_lone_surrogate_is_malformed_not_a_panic() {
    let error = ClientFrame::decode(r#"{"type":"message:new","payload":{"text":"\ud800"}}"#).unwrap_err();
    assert!(
        matches!(error, FrameError::Malformed { .. } | FrameError::Payload { .. }),
        "{error:?}"
    );
}

proptest! {
    #[test]
    fn whatever_bytes_arrive_decoding_only_answers(text in ".*") {
        let _answer = ClientFrame::decode(&text);
    }

    #[test]
    fn every_send_survives_the_round_trip(text in any::<Option<String>>(), client_id in any::<Option<String>>()) {
        let (mentions, attachment_ids) = (Vec::new(), Vec::new());
        let new = NewMessage { conversation_id: None, text, reply_to: None, client_id, mentions, attachment_ids };
        let frame = ClientFrame::MessageNew(new);
        let asked = ClientFrame::decode(&serde_json::to_string(&frame).unwrap()).unwrap();
        prop_assert_eq!(asked.frame, frame);
    }
}
