use proptest::prelude::*;
use protocol::frames::{ErrorFrame, Hello, MessageAck, ServerFrame, Sync};
use protocol::models::Message;
use protocol::{MessageId, Timestamp, UserId};
use uuid::Uuid;

use super::*;

const STAMP: Stamp = Stamp {
    intended_us: 1_500_000,
    send: 42,
};

fn place() -> ConversationId {
    ConversationId(Uuid::from_u128(2))
}

fn moment() -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().into()
}

fn said(text: &str) -> ServerFrame {
    ServerFrame::MessageNew(Message {
        id: MessageId(Uuid::from_u128(1)),
        conversation_id: place(),
        sender_id: UserId(7),
        text: Some(text.into()),
        reply_to: None,
        is_edited: false,
        created_at: moment(),
        seq: Seq(3),
        number: 9,
        client_id: Some(STAMP.client_id()),
        kind: protocol::models::MessageKind::Text,
        event: None,
        edited_at: None,
        reply: None,
        mentions: Vec::new(),
        reactions: Vec::new(),
        attachments: Vec::new(),
        pinned_at: None,
        deleted_at: None,
        is_read: None,
    })
}

#[test]
fn what_the_system_says_is_a_change_and_not_a_message_of_the_run() {
    let ServerFrame::MessageNew(message) = said("X added Y") else {
        panic!("not a message");
    };
    let system = ServerFrame::MessageNew(Message {
        kind: protocol::models::MessageKind::System,
        ..message
    });
    let change = Heard::Change {
        conversation: place(),
        seq: Seq(3),
    };
    assert_eq!(read(&system.encode(Some(Seq(3)))), change);
}

#[test]
fn a_stamped_text_has_the_length_asked_for_and_reads_back() {
    assert_eq!(STAMP.text(100).len(), 100);
    assert_eq!(Stamp::read(&STAMP.text(100)), Some(STAMP));
    assert_eq!(Stamp::read(STAMP.text(0).trim()), Some(STAMP));
    assert_eq!(Stamp::read("hello there"), None);
}

#[test]
fn the_servers_own_frames_are_understood() {
    let message = said(&STAMP.text(100)).encode(Some(Seq(3)));
    let heard = Heard::Message {
        conversation: place(),
        seq: Seq(3),
        stamp: Some(STAMP),
    };
    assert_eq!(read(&message), heard);

    let ack = ServerFrame::MessageAck(MessageAck {
        client_id: STAMP.client_id(),
        id: MessageId(Uuid::from_u128(1)),
        conversation_id: place(),
        seq: Seq(3),
        created_at: moment(),
    });
    assert_eq!(
        read(&ack.encode(None)),
        Heard::Ack {
            send: Some(42),
            seq: Seq(3)
        }
    );

    let sync = ServerFrame::Sync(Sync {
        conversation_id: place(),
        head: Seq(5),
    });
    assert_eq!(
        read(&sync.encode(None)),
        Heard::Sync {
            conversation: place(),
            head: Seq(5)
        }
    );

    let error = ServerFrame::Error(ErrorFrame {
        code: "forbidden".into(),
        message: "no".into(),
        reference: None,
        client_id: Some(STAMP.client_id()),
        retryable: false,
    });
    let refused = Heard::Refused {
        send: Some(42),
        subscribe: None,
        code: "forbidden".into(),
        retryable: false,
    };
    assert_eq!(read(&error.encode(None)), refused);

    let hello = ServerFrame::Hello(Hello {
        session: "s".into(),
        user_id: UserId(1),
        heartbeat_interval_ms: 1,
        server_time: moment(),
    });
    assert_eq!(read(&hello.encode(None)), Heard::Other);
}

#[test]
fn unknown_types_of_any_shape_are_not_judged() {
    assert_eq!(read(r#"{"type":"dance","payload":{"text":null}}"#), Heard::Other);
    assert_eq!(read(r#"{"type":"dance"}"#), Heard::Other);
}

#[test]
fn a_judged_frame_without_its_fields_or_at_odds_with_itself_is_unreadable() {
    let at_odds = said("x").encode(Some(Seq(4)));
    for text in [
        "",
        "[]",
        r#"{"type":"sync","payload":{}}"#,
        r#"{"type":"message:new"}"#,
        &at_odds,
    ] {
        assert_eq!(read(text), Heard::Unreadable, "{text}");
    }
}

#[test]
fn a_text_with_escapes_is_a_message_without_a_stamp() {
    let heard = Heard::Message {
        conversation: place(),
        seq: Seq(3),
        stamp: None,
    };
    assert_eq!(read(&said("\"quoted\"\n").encode(Some(Seq(3)))), heard);
}

#[test]
fn what_is_sent_is_what_the_protocol_understands() {
    let asked = ClientFrame::decode(&message(place(), STAMP, 50)).unwrap();
    let ClientFrame::MessageNew(sent) = asked.frame else {
        panic!("{asked:?}");
    };
    assert_eq!(sent.conversation_id, Some(place()));
    assert_eq!(sent.client_id, Some(STAMP.client_id()));
}

proptest! {
    #[test]
    fn whatever_arrives_reading_only_answers(text in ".*") {
        let _heard = read(&text);
    }
}
