//! What is read, and what a person makes of a conversation for themself.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Person, TestApp, on_each_store};

const OK: StatusCode = StatusCode::OK;

fn path(conversation: &str, rest: &str) -> String {
    format!("/api/unet-chat/conversations/{conversation}/{rest}")
}

async fn listed(app: &TestApp, who: &Person, conversation: &str) -> Value {
    let list = app.get(who, "/api/unet-chat/conversations/").await;
    let rows = list.as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == conversation);
    row.cloned().unwrap_or(Value::Null)
}

async fn post(app: &TestApp, who: &Person, path: &str, body: Value) -> Value {
    app.ask(who, (Method::POST, path, body), OK).await
}

async fn patch_my(app: &TestApp, who: &Person, conversation: &str, body: Value) -> Value {
    app.ask(who, (Method::PATCH, &path(conversation, "my/"), body), OK)
        .await["my"]
        .clone()
}

#[tokio::test]
async fn a_conversation_is_read_by_post_up_to_a_number_or_whole() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        let first = app.say(&anna, &id, "one").await;
        app.say(&anna, &id, "two").await;
        app.say(&boris, &id, "own").await;
        assert_eq!(listed(app, &boris, &id).await["unread_count"], 2);
        assert_eq!(app.get(&boris, "/api/unet-chat/unread/").await["unread_count"], 2);
        // Lists read nothing, and neither does looking at the conversation itself.
        assert_eq!(app.get(&boris, &path(&id, "")).await["unread_count"], 2);
        let read = path(&id, "read/");
        let some = post(app, &boris, &read, json!({ "seq": first["seq"] })).await;
        assert_eq!(
            (&some["unread_count"], &some["last_read_seq"]),
            (&json!(1), &first["seq"])
        );
        // Back it never goes.
        let again = post(app, &boris, &read, json!({ "seq": 0 })).await;
        assert_eq!(again, some);
        for body in [Value::Null, json!({}), json!({ "seq": null })] {
            let all = post(app, &boris, read.trim_end_matches('/'), body).await;
            assert_eq!(
                (&all["unread_count"], &all["last_read_seq"]),
                (&json!(0), &json!(3))
            );
        }
        assert_eq!(app.get(&boris, "/api/unet-chat/unread").await["unread_count"], 0);
        assert_eq!(listed(app, &anna, &id).await["unread_count"], 1);
    })
    .await;
}

#[tokio::test]
async fn only_participants_read_and_only_numbers_are_taken() {
    on_each_store(async |app| {
        let (anna, eve) = (app.person("Anna").await, app.person("Eve").await);
        let id = app.group(&anna, &[]).await;
        let nowhere = "0197b2c0-0000-7000-8000-000000000000";
        for rest in ["read/", "unread/"] {
            let stranger = (Method::POST, &*path(&id, rest), Value::Null);
            app.ask(&eve, stranger, StatusCode::FORBIDDEN).await;
            let unknown = (Method::POST, &*path(nowhere, rest), Value::Null);
            app.ask(&anna, unknown, StatusCode::NOT_FOUND).await;
        }
        let my = json!({ "is_pinned": true });
        let stranger = (Method::PATCH, &*path(&id, "my/"), my.clone());
        app.ask(&eve, stranger, StatusCode::FORBIDDEN).await;
        let unknown = (Method::PATCH, &*path(nowhere, "my/"), my);
        app.ask(&anna, unknown, StatusCode::NOT_FOUND).await;
        for bad in [json!({ "seq": -1 }), json!({ "seq": "all" }), json!([])] {
            let call = (Method::POST, &*path(&id, "read/"), bad);
            app.ask(&anna, call, StatusCode::BAD_REQUEST).await;
        }
        let text = app
            .request(&Method::POST, &path(&id, "read/"))
            .bearer_auth(&anna.token)
            .body("all");
        assert_eq!(
            text.send().await.unwrap().status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    })
    .await;
}

#[tokio::test]
async fn history_is_read_up_to_its_newest_message_and_shows_what_others_have_read() {
    on_each_store(async |app| {
        let (anna, boris, vera) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Vera").await,
        );
        let id = app.group(&anna, &[&boris]).await;
        for text in ["one", "two", "three"] {
            app.say(&anna, &id, text).await;
        }
        let history = format!("/api/unet-chat/messages/{id}");
        let is_read = async |who: &Person| {
            let page = app.get(who, &history).await;
            let page = page.as_array().unwrap().clone();
            let said = page.iter().filter(|message| message["kind"] != "system");
            said.map(|message| message["is_read"].as_bool().unwrap())
                .collect::<Vec<_>>()
        };
        // The author's own reading is none.
        assert_eq!(is_read(&anna).await, [false; 3]);
        app.get(&boris, &format!("{history}?limit=1&offset=1")).await;
        assert_eq!(listed(app, &boris, &id).await["unread_count"], 1);
        assert_eq!(is_read(&anna).await, [true, true, false]);
        assert_eq!(
            is_read(&boris).await,
            [true, true, false],
            "before his own reading"
        );
        assert_eq!(listed(app, &boris, &id).await["unread_count"], 0);
        // Who comes later has not read what was said before, however far their mark stands.
        app.say(&anna, &id, "four").await;
        let body = json!({ "user_id": vera.id });
        let add = (Method::POST, &*path(&id, "participants/"), body);
        app.ask(&anna, add, StatusCode::CREATED).await;
        assert_eq!(is_read(&anna).await, [true, true, true, false]);
        app.say(&anna, &id, "five").await;
        app.get(&vera, &history).await;
        assert_eq!(is_read(&anna).await, [true, true, true, false, true]);
        // Read is read, also by who has left.
        let leave = (Method::POST, &*path(&id, "leave/"), Value::Null);
        app.ask(&boris, leave, StatusCode::NO_CONTENT).await;
        assert_eq!(is_read(&anna).await, [true, true, true, false, true]);
        app.get(&anna, &format!("{history}?after=99")).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_asked_for_without_a_mark_leaves_what_is_unread() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        app.say(&anna, &id, "one").await;
        app.say(&anna, &id, "two").await;
        let history = format!("/api/unet-chat/messages/{id}");
        for query in ["", "&before=99", "&after=0", "&around=1", "&tombstones=true"] {
            let page = app
                .get(&boris, &format!("{history}?mark_read=false{query}"))
                .await;
            assert_eq!(page[1]["text"], "two", "{query}");
            assert_eq!(listed(app, &boris, &id).await["unread_count"], 2, "{query}");
        }
        assert_eq!(app.get(&anna, &history).await[1]["is_read"], false);
        // It still says what others have read, and leaves a reminder.
        let read = path(&id, "read/");
        post(app, &boris, &read, json!({ "seq": 1 })).await;
        post(app, &boris, &path(&id, "unread/"), Value::Null).await;
        let page = app.get(&anna, &format!("{history}?mark_read=false")).await;
        assert_eq!(
            (&page[0]["is_read"], &page[1]["is_read"]),
            (&json!(true), &json!(false))
        );
        app.get(&boris, &format!("{history}?mark_read=false")).await;
        let row = listed(app, &boris, &id).await;
        assert_eq!(
            (&row["unread_count"], &row["my"]["is_marked_unread"]),
            (&json!(1), &json!(true))
        );
        for odd in ["0", "no", ""] {
            let call = (Method::GET, &*format!("{history}?mark_read={odd}"), Value::Null);
            let refused = app.ask(&boris, call, StatusCode::BAD_REQUEST).await;
            assert!(
                refused["detail"].as_str().unwrap().contains("mark_read"),
                "{refused}"
            );
        }
        assert_eq!(listed(app, &boris, &id).await["unread_count"], 1);
        app.get(&boris, &format!("{history}?mark_read=true")).await;
        let row = listed(app, &boris, &id).await;
        assert_eq!(
            (&row["unread_count"], &row["my"]["is_marked_unread"]),
            (&json!(0), &json!(false))
        );
    })
    .await;
}

#[tokio::test]
async fn hiding_pinning_muting_and_reminders_are_the_callers_own() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let first = app.group(&anna, &[&boris]).await;
        let second = app.group(&anna, &[&boris]).await;
        let ids = async |who: &Person, query: &str| {
            let list = app
                .get(who, &format!("/api/unet-chat/conversations/{query}"))
                .await;
            let rows = list.as_array().unwrap().clone();
            rows.iter()
                .map(|row| row["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&anna, "").await, [&*second, &*first]);
        let until = "2030-01-01T00:00:00.000000Z";
        let my = patch_my(
            app,
            &anna,
            &first,
            json!({ "is_pinned": true, "muted_until": until }),
        )
        .await;
        assert_eq!(
            (&my["is_pinned"], &my["muted_until"]),
            (&json!(true), &json!(until))
        );
        assert_eq!(ids(&anna, "").await, [&*first, &*second]);
        assert_eq!(ids(&boris, "").await, [&*second, &*first]);
        let my = patch_my(app, &anna, &first, json!({ "muted_until": null })).await;
        assert_eq!(
            (&my["is_pinned"], &my["muted_until"]),
            (&json!(true), &Value::Null)
        );
        patch_my(app, &anna, &second, json!({ "is_hidden": true })).await;
        assert_eq!(ids(&anna, "").await, [&*first]);
        assert_eq!(ids(&anna, "?hidden=true").await, [&*second]);
        app.say(&boris, &second, "hello?").await;
        assert_eq!(ids(&anna, "").await, [&*first, &*second]);
        assert_eq!(ids(&anna, "?unread=true").await, [&*second]);
        assert_eq!(ids(&anna, "?unread=false&type=group").await, [&*first]);
        assert_eq!(ids(&anna, "?type=private").await, [""; 0]);
        let marked = post(app, &anna, &path(&first, "unread/"), Value::Null).await;
        assert_eq!(marked["my"]["is_marked_unread"], true);
        assert_eq!(ids(&anna, "?unread=true").await, [&*first, &*second]);
        let read = post(app, &anna, &path(&first, "read/"), Value::Null).await;
        assert_eq!(read["my"]["is_marked_unread"], false);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_paged_by_the_cursor_that_the_answer_names() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let mut expected = Vec::new();
        for _ in 0..5 {
            expected.insert(0, app.group(&anna, &[]).await);
        }
        patch_my(app, &anna, &expected[4], json!({ "is_pinned": true })).await;
        expected.rotate_right(1);
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/unet-chat/conversations/?limit=2{cursor}");
            let answer = app.send(&anna, Method::GET, &path, &Value::Null).await;
            assert_eq!(answer.status(), OK);
            let next = answer.headers().get("x-next-cursor").cloned();
            let page: Value = answer.json().await.unwrap();
            for row in page.as_array().unwrap() {
                found.push(row["id"].as_str().unwrap().to_owned());
            }
            let Some(next) = next else {
                break;
            };
            cursor = format!("&cursor={}", next.to_str().unwrap());
        }
        assert_eq!(found, expected);
        for query in [
            "limit=0",
            "limit=1001",
            "cursor=here",
            "hidden=maybe",
            "type=channel",
        ] {
            let call = (
                Method::GET,
                &*format!("/api/unet-chat/conversations/?{query}"),
                Value::Null,
            );
            app.ask(&anna, call, StatusCode::BAD_REQUEST).await;
        }
        let preflight = app
            .request(&Method::GET, "/api/unet-chat/conversations/")
            .header("Origin", "https://uadmin.example")
            .bearer_auth(&anna.token);
        let answer = preflight.send().await.unwrap();
        let exposed = answer.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed.contains("x-next-cursor"), "{exposed}");
    })
    .await;
}

#[tokio::test]
async fn any_participant_renames_a_conversation_and_finds_it_by_its_name() {
    on_each_store(async |app| {
        let (anna, boris, eve) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Eve").await,
        );
        let id = app.group(&anna, &[&boris]).await;
        let rename = async |who: &Person, body: Value, status| {
            app.ask(
                who,
                (Method::PATCH, path(&id, "").trim_end_matches('/'), body),
                status,
            )
            .await
        };
        let body = json!({ "title": "Өндүрүш", "description": "About", "link": "https://a.example/x" });
        let renamed = rename(&boris, body.clone(), OK).await;
        for field in ["title", "description", "link"] {
            assert_eq!(renamed[field], body[field], "{field}");
        }
        // The change, and what the system says of the new title.
        assert_eq!(renamed["last_seq"], 2);
        // The same again takes no number; null takes away; what is not named stays.
        assert_eq!(rename(&anna, body, OK).await["last_seq"], 2);
        let cut = rename(&anna, json!({ "description": null }), OK).await;
        assert_eq!(
            (&cut["title"], &cut["description"], &cut["last_seq"]),
            (&json!("Өндүрүш"), &Value::Null, &json!(3))
        );
        let found = app
            .get(
                &anna,
                "/api/unet-chat/conversations/?q=%D3%A9%D0%9D%D0%94%D2%AF%D0%A0%D2%AF",
            )
            .await;
        assert_eq!(found[0]["id"], *id);
        let told = app.get(&anna, &format!("/api/unet-chat/messages/{id}")).await;
        let events: Vec<_> = told.as_array().unwrap().iter().map(|one| &one["event"]).collect();
        assert_eq!(events, [&json!({ "type": "renamed", "title": "Өндүрүш" })]);
        rename(&eve, json!({ "title": "Mine" }), StatusCode::FORBIDDEN).await;
        for bad in [
            json!({ "link": "javascript:alert(1)" }),
            json!({ "title": "x".repeat(256) }),
            json!({ "title": 7 }),
        ] {
            rename(&anna, bad, StatusCode::BAD_REQUEST).await;
        }
    })
    .await;
}

#[tokio::test]
async fn who_leaves_a_group_sees_nothing_more_of_it() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        let leave = path(&id, "leave/");
        app.ask(
            &boris,
            (Method::POST, &leave, Value::Null),
            StatusCode::NO_CONTENT,
        )
        .await;
        assert_eq!(listed(app, &boris, &id).await, Value::Null);
        app.ask(&boris, (Method::POST, &leave, Value::Null), StatusCode::FORBIDDEN)
            .await;
    })
    .await;
}
