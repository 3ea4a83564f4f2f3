use proptest::prelude::*;
use protocol::Seq;
use uuid::Uuid;

use super::*;

const STAMP: Stamp = Stamp {
    intended_us: 1_500_000,
    send: 42,
};

fn place() -> ConversationId {
    ConversationId(Uuid::from_u128(2))
}

/// As Socket.IO 4.8 writes it.
fn event(name: &str, payload: &str) -> String {
    format!(r#"42["{name}",{payload}]"#)
}

#[test]
fn packets_are_told_apart() {
    let open = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    assert_eq!(packet(open), Packet::Open);
    assert_eq!(packet(r#"40{"sid":"y"}"#), Packet::Connected);
    assert_eq!(packet(r#"44{"message":"unauthorized"}"#), Packet::Refused);
    assert_eq!(packet(r#"42["sync",{}]"#), Packet::Event);
    assert_eq!(packet("437[{}]"), Packet::Ack);
    for other in ["", "2", "3", "41", "6", "ä"] {
        assert_eq!(packet(other), Packet::Other, "{other}");
    }
}

#[test]
fn a_ping_alone_is_answered() {
    assert_eq!(pong("2"), Some("3"));
    assert_eq!(pong(r#"42["sync",{}]"#), None);
}

#[test]
fn a_token_is_shown_as_the_namespaces_auth() {
    assert_eq!(connect("a.b.c", None), r#"40{"token":"a.b.c"}"#);
    let one = format!(r#"40{{"token":"t","conversation":"{}"}}"#, place());
    assert_eq!(connect("t", Some(place())), one);
}

#[test]
fn a_send_is_an_event_that_asks_to_be_acknowledged_under_its_index() {
    let sent = message(place(), STAMP, 50);
    let (name, payload): (String, NewMessage) =
        serde_json::from_str(sent.strip_prefix("4242").unwrap()).unwrap();
    assert_eq!(name, "message:new");
    assert_eq!(payload.conversation_id, Some(place()));
    assert_eq!(payload.client_id, Some(STAMP.client_id()));
    assert_eq!(payload.text.map(|text| text.len()), Some(50));
}

#[test]
fn an_acknowledgement_names_the_send_by_its_own_number() {
    let heard = Heard::Ack {
        send: Some(42),
        seq: Seq(9),
    };
    assert_eq!(read(r#"4342[{"client_id":"42","seq":9}]"#), heard);
}

#[test]
fn events_are_heard_as_frames_are() {
    let text = STAMP.text(50);
    let id = place();
    let said = event(
        "message:new",
        &format!(r#"{{"conversation_id":"{id}","seq":9,"text":"{text}"}}"#),
    );
    let heard = Heard::Message {
        conversation: id,
        seq: Seq(9),
        stamp: Some(STAMP),
    };
    assert_eq!(read(&said), heard);
    let sync = event("sync", &format!(r#"{{"conversation_id":"{id}","head":5}}"#));
    let heard = Heard::Sync {
        conversation: id,
        head: Seq(5),
    };
    assert_eq!(read(&sync), heard);
    let refused = event(
        "error",
        &format!(
            r#"{{"code":"unavailable","client_id":"{}","retryable":true}}"#,
            STAMP.client_id()
        ),
    );
    let heard = Heard::Refused {
        send: Some(42),
        subscribe: None,
        code: "unavailable".into(),
        retryable: true,
    };
    assert_eq!(read(&refused), heard);
}

#[test]
fn unknown_events_of_any_shape_are_not_judged() {
    assert_eq!(read(&event("dance", r#"{"text":null}"#)), Heard::Other);
    assert_eq!(read(&event("dance", "7")), Heard::Other);
}

#[test]
fn a_judged_event_without_its_fields_and_any_other_packet_are_unreadable() {
    for text in [
        "",
        "41",
        "42",
        "42[]",
        r#"42["sync",{}]"#,
        r#"42["message:new",{"conversation_id":7}]"#,
        "43",
        "43[]",
        "437[{}]",
        r#"40{"sid":"y"}"#,
    ] {
        assert_eq!(read(text), Heard::Unreadable, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_arrives_reading_only_answers(text in "4?[0-9]{0,3}.*") {
        let _heard = read(&text);
    }
}
