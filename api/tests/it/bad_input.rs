//! Hostile input: always a clear 4xx, nothing stored in part, never a 5xx.

use reqwest::{Method, Response, StatusCode};
use runtime::config::ApiConfig;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp, in_history, on_each_store};

const CONVERSATIONS: &str = "/api/unet-chat/conversations/";
const MESSAGES: &str = "/api/unet-chat/messages/";

/// Texts that have broken other servers.
const MARKUP: [&str; 8] = [
    "'; drop table messages; --",
    "\" or 1=1 --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} %s %n $1 ?1",
    "\\u0000 \\x00 \\' %00 \u{202e}\u{feff}\u{200b}",
    "../../etc/passwd\r\nSet-Cookie: a=b",
    "𝕏 👩‍👩‍👧‍👦 ﷽ Ω≈ç√∫˜µ≤≥÷",
];

async fn raw(app: &TestApp, who: &Person, call: (&Method, &str), body: impl Into<reqwest::Body>) -> Response {
    app.request(call.0, call.1)
        .bearer_auth(&who.token)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap()
}

/// Bodies that no endpoint takes.
fn hostile_bodies() -> Vec<Vec<u8>> {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_field = format!(r#"{{"sender_id":{deep},"text":{deep},"type":{deep}}}"#);
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "null",
        "true",
        "0",
        "\"text\"",
        "[]",
        "[{}]",
        "{}",
        "{}{}",
        "{\"\":null}",
        "nul",
        "NaN",
        r#"{"text":"\ud800"}"#,
        r#"{"text":"\udfff\ud800","conversation_id":"\ud800"}"#,
        r#"{"type":"\u0000"}"#,
        r#"{"type":"channel"}"#,
        r#"{"type":["group"]}"#,
        r#"{"type":"group","title":{}}"#,
        r#"{"type":"group","title":"a","participant_ids":"1"}"#,
        r#"{"type":"group","title":"a","participant_ids":[1e400]}"#,
        r#"{"type":"group","title":"a","participant_ids":[9223372036854775808]}"#,
        r#"{"type":"group","title":"a","participant_ids":[0,-1,-9223372036854775808]}"#,
        r#"{"type":"group","title":"a","participant_ids":[null]}"#,
        r#"{"type":"group","type":"private"}"#,
        r#"{"user_id":"1"}"#,
        r#"{"user_id":9223372036854775807,"role":"owner"}"#,
        r#"{"text":1,"conversation_id":1}"#,
        r#"{"text":["a"],"conversation_id":[]}"#,
        r#"{"message_id":"x","file_url":"javascript:alert(1)","file_type":"exe","file_size":-1}"#,
    ]
    .iter()
    .map(|body| body.as_bytes().to_vec())
    .collect();
    bodies.push(b"{\"text\":\"\xff\xfe\"}".to_vec());
    bodies.push(b"{\"text\":\"a\0b\"}".to_vec());
    bodies.push(vec![0; 4096]);
    bodies.push(deep.into_bytes());
    bodies.push(deep_field.into_bytes());
    bodies
}

/// Every route that a stranger's body can reach, with ids that exist.
fn doors(conversation: &str, message: &str, user: i64) -> Vec<(Method, String)> {
    let mut doors = Vec::new();
    for path in [
        "/".to_owned(),
        "/api/docs".to_owned(),
        "/api/openapi.json".to_owned(),
        CONVERSATIONS.to_owned(),
        format!("{CONVERSATIONS}{conversation}"),
        format!("{CONVERSATIONS}{conversation}/participants/"),
        format!("{CONVERSATIONS}{conversation}/participants/{user}"),
        format!("{CONVERSATIONS}{conversation}/participants/-1"),
        MESSAGES.to_owned(),
        format!("{MESSAGES}{message}"),
        format!("{MESSAGES}{message}/reactions/%00%FF"),
        format!("{MESSAGES}{message}/reactions/"),
        "/api/unet-chat/search/messages/?q=%00%FF&from=x".to_owned(),
        format!("{MESSAGES}{conversation}"),
        format!("{MESSAGES}{conversation}?limit=-1&offset=%00&before=%FF"),
        "/api/unet-chat/attachments/".to_owned(),
        "/api/v1/users/chat-users/".to_owned(),
        "/api/auth/register/".to_owned(),
        "/api/auth/login/".to_owned(),
        "/api/auth/token/refresh/".to_owned(),
        "/api/auth/profile/".to_owned(),
        "/api/auth/change-password/".to_owned(),
        "/api/auth/logout/".to_owned(),
        "/api/auth/search/?q=%00%FF".to_owned(),
        "/api/chat/rooms/".to_owned(),
        "/api/chat/messages/".to_owned(),
        "/api/chat/create-direct-chat/".to_owned(),
        "/api/chat/chats/".to_owned(),
        "/api/chat/chats/get_or_create_by_order/".to_owned(),
        "/api/chat/chats/987654/send_message/".to_owned(),
    ] {
        for method in [Method::POST, Method::PUT, Method::PATCH] {
            doors.push((method, path.clone()));
        }
    }
    doors
}

#[tokio::test]
async fn no_route_answers_5xx_to_a_hostile_body() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let conversation = app.group(&anna, &[&boris]).await;
        let message = app.say(&anna, &conversation, "untouched").await;
        let message_id = message["id"].as_str().unwrap();
        for (method, path) in doors(&conversation, message_id, boris.id) {
            for body in hostile_bodies() {
                let shown = String::from_utf8_lossy(&body)
                    .chars()
                    .take(60)
                    .collect::<String>();
                let answer = raw(app, &anna, (&method, &path), body).await;
                let status = answer.status();
                // A sign-out takes any body, and a profile or a conversation may be patched with nothing.
                let takes_much = path.starts_with("/api/auth/") || method == Method::PATCH;
                assert!(
                    status.is_client_error() || (takes_much && status.is_success()),
                    "{method} {path} {shown}: {status}"
                );
            }
        }
        let page = app.get(&anna, &format!("{MESSAGES}{conversation}")).await;
        // A title of null renames the group, and the system says so.
        let said: Vec<_> = page
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["kind"] != "system")
            .collect();
        assert_eq!(said, [&in_history(&message)]);
        let people = app
            .get(&anna, &format!("{CONVERSATIONS}{conversation}/participants"))
            .await;
        assert_eq!(people.as_array().unwrap().len(), 2);
        assert_eq!(app.get(&anna, CONVERSATIONS).await.as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn no_path_answers_5xx_whatever_stands_in_it() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        for odd in [
            "0",
            "-1",
            "null",
            "undefined",
            "%00",
            "%FF",
            "%2e%2e%2f",
            "a%2Fb",
            "'%20or%201=1--",
            "<script>",
            "%F0%9F%92%A9",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "99999999999999999999",
            "9223372036854775807",
            "1e3",
            "{}",
        ] {
            let known = Uuid::now_v7();
            for path in [
                format!("{CONVERSATIONS}{odd}"),
                format!("{CONVERSATIONS}{odd}/participants"),
                format!("{CONVERSATIONS}{known}/participants/{odd}"),
                format!("{MESSAGES}{odd}"),
                format!("/api/unet-chat/{odd}"),
                format!("/api/auth/{odd}/"),
                format!("/{odd}"),
            ] {
                for method in [Method::GET, Method::DELETE, Method::PUT] {
                    let body = json!({ "text": "x" });
                    let status = app.send(&anna, method.clone(), &path, &body).await.status();
                    assert!(status.is_client_error(), "{method} {path}: {status}");
                }
            }
            let path = format!("{CONVERSATIONS}{odd}");
            let answer = app.send(&anna, Method::GET, &path, &Value::Null).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn sql_and_markup_are_kept_to_the_letter() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        for text in MARKUP {
            let body = json!({
                "type": "group", "title": text, "description": text, "service": text, "service_id": text,
                "participant_ids": [boris.id],
            });
            let made = app
                .ask(&anna, (Method::POST, CONVERSATIONS, body), StatusCode::CREATED)
                .await;
            for field in ["title", "description", "service", "service_id"] {
                assert_eq!(made[field], text, "{field}");
            }
            let id = made["id"].as_str().unwrap();
            let body = json!({ "conversation_id": id, "text": text, "client_id": text });
            let sent = app
                .ask(&anna, (Method::POST, MESSAGES, body), StatusCode::CREATED)
                .await;
            let path = format!("{MESSAGES}{}", sent["id"].as_str().unwrap());
            let edited = app
                .ask(
                    &anna,
                    (Method::PUT, &path, json!({ "text": text })),
                    StatusCode::OK,
                )
                .await;
            assert_eq!(edited["text"], text);
            let page = app.get(&boris, &format!("{MESSAGES}{id}")).await;
            assert_eq!(page[0]["text"], text);
        }
    })
    .await;
}

#[tokio::test]
async fn nul_is_refused_in_every_text() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let message = app.say(&anna, &id, "clean").await;
        let message = message["id"].as_str().unwrap();
        let edit = format!("{MESSAGES}{message}");
        let nul = "a\0b";
        let attachment = |url: &str| {
            json!({
                "message_id": message, "file_url": url, "file_type": "file", "file_size": 1,
            })
        };
        for (method, path, body) in [
            (
                Method::POST,
                CONVERSATIONS,
                json!({ "type": "group", "title": nul }),
            ),
            (
                Method::POST,
                CONVERSATIONS,
                json!({ "type": "group", "title": "t", "description": nul }),
            ),
            (
                Method::POST,
                CONVERSATIONS,
                json!({ "type": "group", "title": "t", "service": nul }),
            ),
            (
                Method::POST,
                CONVERSATIONS,
                json!({ "type": "group", "title": "t", "service": "s", "service_id": nul }),
            ),
            (
                Method::POST,
                MESSAGES,
                json!({ "conversation_id": id, "text": nul }),
            ),
            (
                Method::POST,
                MESSAGES,
                json!({ "conversation_id": id, "text": "a", "client_id": nul }),
            ),
            (Method::PUT, edit.as_str(), json!({ "text": nul })),
            (
                Method::POST,
                "/api/unet-chat/attachments/",
                attachment("https://a.example/\0"),
            ),
        ] {
            let answer = app
                .ask(&anna, (method, path, body.clone()), StatusCode::BAD_REQUEST)
                .await;
            assert_eq!(answer["code"], "invalid", "{body}");
            assert!(answer["errors"][0]["pointer"].is_string(), "{answer}");
        }
        assert_eq!(app.get(&anna, CONVERSATIONS).await.as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn texts_are_limited_by_characters_not_bytes() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let longest = "я".repeat(protocol::limits::MESSAGE_CHARS);
        app.say(&anna, &id, &longest).await;
        let body = json!({ "conversation_id": id, "text": format!("{longest}я") });
        app.ask(&anna, (Method::POST, MESSAGES, body), StatusCode::BAD_REQUEST)
            .await;
        let title = "я".repeat(protocol::limits::TITLE_CHARS + 1);
        let body = json!({ "type": "group", "title": title });
        app.ask(
            &anna,
            (Method::POST, CONVERSATIONS, body),
            StatusCode::BAD_REQUEST,
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_and_unknown_participants_store_nothing() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let many: Vec<i64> = (1..=10_000).collect();
        for ids in [json!(many), json!([anna.id, i64::MAX]), json!([-1]), json!([0])] {
            let body = json!({ "type": "group", "title": "Crowd", "participant_ids": ids });
            let answer = app
                .ask(
                    &anna,
                    (Method::POST, CONVERSATIONS, body),
                    StatusCode::BAD_REQUEST,
                )
                .await;
            assert_eq!(answer["errors"][0]["pointer"], "/participant_ids");
        }
        let pair = json!({ "type": "private", "participant_ids": [i64::MAX] });
        app.ask(
            &anna,
            (Method::POST, CONVERSATIONS, pair),
            StatusCode::BAD_REQUEST,
        )
        .await;
        assert_eq!(app.get(&anna, CONVERSATIONS).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn foreign_ids_open_nothing() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let stranger = app.person("Stranger").await;
        let id = app.group(&anna, &[&boris]).await;
        let own = app.group(&stranger, &[]).await;
        let message = app.say(&anna, &id, "not yours").await;
        let message_id = message["id"].as_str().unwrap();
        let attachment = json!({
            "message_id": message_id, "file_url": "https://a.example/x", "file_type": "file", "file_size": 1,
        });
        let people = format!("{CONVERSATIONS}{id}/participants/");
        for (method, path, body) in [
            (
                Method::POST,
                MESSAGES.to_owned(),
                json!({ "conversation_id": id, "text": "hi" }),
            ),
            (Method::GET, format!("{MESSAGES}{id}"), Value::Null),
            (
                Method::PUT,
                format!("{MESSAGES}{message_id}"),
                json!({ "text": "mine now" }),
            ),
            (Method::DELETE, format!("{MESSAGES}{message_id}"), Value::Null),
            (Method::POST, "/api/unet-chat/attachments/".to_owned(), attachment),
            (Method::POST, people.clone(), json!({ "user_id": stranger.id })),
            (Method::DELETE, format!("{people}{}", boris.id), Value::Null),
            (Method::DELETE, format!("{CONVERSATIONS}{id}"), Value::Null),
        ] {
            app.ask(&stranger, (method, &path, body), StatusCode::FORBIDDEN)
                .await;
        }
        // A reply leads only to messages of the same conversation.
        let reply = json!({ "conversation_id": own, "text": "re", "reply_to": message_id });
        app.ask(
            &stranger,
            (Method::POST, MESSAGES, reply),
            StatusCode::BAD_REQUEST,
        )
        .await;
        let page = app.get(&anna, &format!("{MESSAGES}{id}")).await;
        assert_eq!(page, json!([in_history(&message)]));
        assert_eq!(app.get(&stranger, &format!("{MESSAGES}{own}")).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_with_and_without_its_length_said() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let large = vec![b' '; ApiConfig::default().max_body_bytes + 1];
        let answer = raw(app, &anna, (&Method::POST, MESSAGES), large.clone()).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let pieces: Vec<_> = large
            .chunks(64 * 1024)
            .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
            .collect();
        let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
        let answer = raw(app, &anna, (&Method::POST, MESSAGES), stream).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}
