use axum::http::HeaderValue;
use protocol::requests::{CreateConversation, EditMessage};

use super::*;

fn fault(body: &str) -> FieldError {
    match parse::<CreateConversation>(body.as_bytes()) {
        Err(ApiError::Shape(fault)) => fault,
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn a_wrong_type_is_pointed_at() {
    let found = fault(r#"{"type":"group","participant_ids":[1,"two"]}"#);
    assert_eq!(found.pointer, "/participant_ids/1");
    assert_eq!(found.detail, r#"invalid type: string "two", expected i64"#);
    assert_eq!(fault(r#"{"type":"channel"}"#).pointer, "/type");
    assert_eq!(
        fault(r#"{"type":"group","participant_ids":[9223372036854775808]}"#).pointer,
        "/participant_ids/0"
    );
}

#[test]
fn a_missing_field_is_named_in_a_sentence_about_the_whole_body() {
    let found = fault("{}");
    assert_eq!(
        (found.pointer.as_str(), found.detail.as_str()),
        ("", "missing field `type`")
    );
}

#[test]
fn an_array_is_no_object_even_if_its_items_would_fit() {
    assert!(fault(r#" ["group", "title"]"#).detail.contains("object"));
}

#[test]
fn what_is_no_json_is_not_read() {
    for body in [
        &b""[..],
        b"{",
        b"null x",
        br#"{"text":"a"} {}"#,
        br#"{"text":"\ud800"}"#,
        br#"{"text":"\udc00\ud800"}"#,
        b"{\"text\":\"\xff\"}",
        b"{\"text\":\"a\0b\"}",
        b"{\"text\":NaN}",
    ] {
        let refused = parse::<EditMessage>(body);
        assert!(
            matches!(refused, Err(ApiError::Syntax(_) | ApiError::Shape(_))),
            "{body:?}: {refused:?}"
        );
    }
}

#[test]
fn a_refusal_repeats_only_the_start_of_a_long_value() {
    let long = format!(r#"{{"type":"{}"}}"#, "я".repeat(100_000));
    assert!(fault(&long).detail.chars().count() <= QUOTED_CHARS + 1);
}

#[test]
fn only_json_content_types_are_read() {
    for (content_type, is_json) in [
        ("application/json", true),
        ("Application/JSON; charset=utf-8", true),
        ("application/merge-patch+json", true),
        ("text/plain", false),
        ("application/x-www-form-urlencoded", false),
        ("application/jsonp", false),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        assert_eq!(says_json(&headers), is_json, "{content_type}");
    }
    assert!(!says_json(&HeaderMap::new()));
}
