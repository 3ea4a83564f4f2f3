//! Cheap answers for those who ask again and again: 304 while nothing has changed, and never after something has.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use protocol::UserId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use store::Edge;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::app::{Person, TestApp, on_each_store, on_postgres};

/// The polled lists that show no single conversation.
const LISTS: [&str; 6] = [
    "/api/chat/rooms/",
    "/api/chat/chats/",
    "/api/chat/chats/?page=1",
    "/api/chat/chats/unread_count/",
    "/api/chat/messages/",
    "/api/unet-chat/conversations/",
];

/// The answer to a client that has `tag`: status, body, and the tag of now.
async fn again(app: &TestApp, who: &Person, path: &str, tag: &str) -> (StatusCode, String, String) {
    let answer = app
        .request(&Method::GET, path)
        .bearer_auth(&who.token)
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let now = answer.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    (status, answer.text().await.unwrap(), now)
}

/// What the tag of now is.
async fn tag(app: &TestApp, who: &Person, path: &str) -> String {
    let (status, _, tag) = again(app, who, path, "\"none\"").await;
    assert_eq!(status, StatusCode::OK, "{path}");
    assert!(tag.starts_with("W/\""), "{tag}");
    tag
}

#[tokio::test]
async fn nothing_new_is_304_without_a_body_however_the_tag_is_written() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let group = app.group(&anna, &[&boris]).await;
        app.say(&boris, &group, "раз").await;
        let in_room = format!("/api/chat/messages/?room={group}");
        for path in LISTS.into_iter().chain([in_room.as_str()]) {
            let tag = tag(app, &anna, path).await;
            let strong = tag.trim_start_matches("W/").to_owned();
            for known in [tag.clone(), strong, "*".to_owned(), format!("\"other\", {tag}")] {
                let (status, body, now) = again(app, &anna, path, &known).await;
                assert_eq!(
                    (status, body.as_str(), &now),
                    (StatusCode::NOT_MODIFIED, "", &tag),
                    "{path} {known}"
                );
            }
            // What another person has is not what this one would get.
            let (status, body, _) = again(app, &boris, path, &tag).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(!body.is_empty());
        }
    })
    .await;
}

/// Makes a change, and asks for each of these lists by the tag of before.
async fn every_list_shows(
    app: &TestApp,
    who: &Person,
    (what, lists): (&str, &[&str]),
    change: impl AsyncFn() -> reqwest::Response,
) {
    let mut before = Vec::new();
    for list in lists {
        before.push(tag(app, who, list).await);
    }
    let answer = change().await;
    assert!(answer.status().is_success(), "{what}: {}", answer.status());
    for (list, old) in lists.iter().zip(&before) {
        let (status, body, new) = again(app, who, list, old).await;
        assert_eq!(status, StatusCode::OK, "{what}: {list}");
        assert!(!body.is_empty() && new != *old, "{what}: {list}");
    }
}

#[tokio::test]
async fn every_change_that_a_list_shows_gives_it_a_new_tag() {
    on_each_store(async |app| {
        let (anna, boris, vera) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Vera").await,
        );
        let group = app.group(&anna, &[&boris]).await;
        let said = app.say(&boris, &group, "раз").await;
        let [message, conversation, people, profile] = [
            format!("/api/unet-chat/messages/{}", said["id"].as_str().unwrap()),
            format!("/api/unet-chat/conversations/{group}"),
            format!("/api/unet-chat/conversations/{group}/participants/"),
            "/api/auth/profile/".to_owned(),
        ];
        let in_room = format!("/api/chat/messages/?room={group}");
        let removed = format!("{people}{}", vera.id);
        let read = format!("/api/chat/chats/{group}/mark_read/");
        let send = json!({ "room": group, "content": "два" });
        let changes: Vec<(&str, &Person, Method, &str, Value)> = vec![
            ("a message", &boris, Method::POST, "/api/chat/messages/", send),
            ("an edit", &boris, Method::PUT, &message, json!({ "text": "три" })),
            ("a deletion", &boris, Method::DELETE, &message, Value::Null),
            ("a read mark of her own", &anna, Method::POST, &read, json!({})),
            (
                "a newcomer",
                &anna,
                Method::POST,
                &people,
                json!({ "user_id": vera.id }),
            ),
            ("a removal", &anna, Method::DELETE, &removed, Value::Null),
            (
                "somebody's name",
                &boris,
                Method::PATCH,
                &profile,
                json!({ "first_name": "Борис" }),
            ),
            (
                "somebody's picture",
                &boris,
                Method::PATCH,
                &profile,
                json!({ "avatar": "https://example.org/b.png" }),
            ),
            ("the end of it", &anna, Method::DELETE, &conversation, Value::Null),
        ];
        let paths: Vec<_> = LISTS.into_iter().chain([in_room.as_str()]).collect();
        for (what, who, method, path, body) in changes {
            let change = async || app.send(who, method.clone(), path, &body).await;
            every_list_shows(app, &anna, (what, &paths), change).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_read_mark_of_another_person_shows_where_messages_show_it() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let group = app.group(&anna, &[&boris]).await;
        app.say(&anna, &group, "раз").await;
        let in_room = format!("/api/chat/messages/?room={group}");
        let lists = [
            ("/api/chat/chats/", StatusCode::OK),
            ("/api/chat/messages/", StatusCode::OK),
            (in_room.as_str(), StatusCode::OK),
            ("/api/unet-chat/conversations/", StatusCode::OK),
            ("/api/chat/rooms/", StatusCode::NOT_MODIFIED),
            ("/api/chat/chats/unread_count/", StatusCode::NOT_MODIFIED),
        ];
        let mut before = Vec::new();
        for (path, _) in lists {
            before.push(tag(app, &anna, path).await);
        }
        app.get(&boris, &format!("/api/chat/rooms/{group}/history/"))
            .await;
        for ((path, expected), old) in lists.into_iter().zip(before) {
            assert_eq!(again(app, &anna, path, &old).await.0, expected, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_canonical_list_shows_what_one_makes_of_it_and_who_is_there() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let path = "/api/unet-chat/conversations/";
        let body = json!({ "type": "private", "participant_ids": [boris.id] });
        let made = app
            .ask(&anna, (Method::POST, path, body), StatusCode::CREATED)
            .await;
        let id = made["id"].as_str().unwrap();
        let (mine, unread) = (format!("{path}{id}/my/"), format!("{path}{id}/unread/"));
        let state = |body: Value| (&anna, Method::PATCH, mine.as_str(), body);
        for (who, method, changed, body) in [
            state(json!({ "is_pinned": true })),
            state(json!({ "is_pinned": false })),
            state(json!({ "muted_until": "2100-01-01T00:00:00Z" })),
            (&anna, Method::POST, unread.as_str(), json!({})),
            state(json!({ "is_hidden": true })),
        ] {
            let before = tag(app, &anna, path).await;
            let answer = app.send(who, method, changed, &body).await;
            assert!(
                answer.status().is_success(),
                "{changed} {body}: {}",
                answer.status()
            );
            let (status, ..) = again(app, &anna, path, &before).await;
            assert_eq!(status, StatusCode::OK, "{changed} {body}");
        }
        app.say(&boris, id, "so that it is shown again").await;
        for is_online in [true, false] {
            let before = tag(app, &anna, path).await;
            let edge = Edge {
                user: UserId(boris.id),
                is_online,
                at: app.clock.now(),
            };
            app.store.note_presence(&[edge]).await.unwrap();
            let (status, body, _) = again(app, &anna, path, &before).await;
            assert_eq!(status, StatusCode::OK, "{is_online}");
            let shown: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(shown[0]["other_user"]["is_online"], is_online);
        }
    })
    .await;
}

/// Whoever opens a socket reads the list again, and is in the heads of their own groups.
#[tokio::test]
async fn that_one_is_there_oneself_is_no_news() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        app.group(&anna, &[&boris]).await;
        let path = "/api/unet-chat/conversations/";
        for (who, expected) in [(&anna, StatusCode::NOT_MODIFIED), (&boris, StatusCode::OK)] {
            let before = tag(app, &anna, path).await;
            let edge = Edge {
                user: UserId(who.id),
                is_online: true,
                at: app.clock.now(),
            };
            app.store.note_presence(&[edge]).await.unwrap();
            let (status, ..) = again(app, &anna, path, &before).await;
            assert_eq!(status, expected, "{}", who.id);
        }
    })
    .await;
}

/// What the node's own tasks look at meanwhile.
const BACKGROUND: [&str; 2] = ["outbox", "revocations"];

/// The text of a statement, as its driver tells it.
#[derive(Default)]
struct Statement(String);

impl Visit for Statement {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{value:?}").unwrap();
    }
}

/// Counts the statements that this thread's tasks send to PostgreSQL.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Statements {
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        if !BACKGROUND.iter().any(|table| statement.0.contains(table)) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_list_costs_the_same_statements_however_long_it_is_and_nothing_new_costs_fewer() {
    on_postgres(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let statements = Statements::default();
        let _guard = tracing::subscriber::set_default(statements.clone());
        let mut seen: Vec<Vec<usize>> = Vec::new();
        for rooms in [1, 12] {
            for _ in 0..rooms {
                let group = app.group(&anna, &[&boris]).await;
                app.say(&boris, &group, "раз").await;
            }
            let mut counts = Vec::new();
            for path in LISTS {
                let tag = tag(app, &anna, path).await;
                statements.take();
                assert_eq!(again(app, &anna, path, "\"none\"").await.0, StatusCode::OK);
                let whole = statements.take();
                assert_eq!(again(app, &anna, path, &tag).await.0, StatusCode::NOT_MODIFIED);
                let nothing = statements.take();
                // Who is asking, and the stamp.
                assert_eq!(nothing, 2, "{path}");
                assert!((nothing + 1..=nothing + 5).contains(&whole), "{path}: {whole}");
                counts.push(whole);
            }
            seen.push(counts);
        }
        assert_eq!(seen[0], seen[1]);
    })
    .await;
}
