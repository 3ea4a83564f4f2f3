//! A person's notifications, under both paths, and what administrators say and read.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::app::{Person, TestApp, on_each_store};

const NONE: Value = Value::Null;

/// Where the seed's documents have them, and where its server had them.
const DOORS: [&str; 2] = ["/api/notifications", "/api/notifications/notifications"];

/// Entries come a second after what they are about; on a busy machine later.
const PATIENCE: Duration = Duration::from_secs(30);

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until somebody's list reads as wanted.
async fn until(app: &TestApp, who: &Person, is_wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let wanted = async {
        loop {
            let list = app.get(who, "/api/notifications/").await;
            let list = list.as_array().unwrap();
            if is_wanted(list) {
                return list.clone();
            }
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(PATIENCE, wanted).await.unwrap()
}

async fn until_any(app: &TestApp, who: &Person) -> Vec<Value> {
    until(app, who, |list| !list.is_empty()).await
}

/// A private conversation of the two; it, as answered.
async fn pair(app: &TestApp, anna: &Person, boris: &Person) -> Value {
    let body = json!({ "type": "private", "participant_ids": [boris.id] });
    let call = (Method::POST, "/api/unet-chat/conversations/", body);
    app.ask(anna, call, StatusCode::CREATED).await
}

async fn notify(app: &TestApp, root: &Person, body: Value) -> Value {
    let call = (Method::POST, "/api/admin/notifications/", body);
    app.ask(root, call, StatusCode::CREATED).await
}

fn notice(users: &[&Person]) -> Value {
    let ids: Vec<_> = users.iter().map(|person| person.id).collect();
    json!({
        "user_ids": ids,
        "type": "new_bid",
        "type_display": "Новая ставка",
        "title": "Ставка",
        "message": "На ваш заказ",
        "related_object_id": 7,
        "related_object_type": "order",
        "data": { "price": 100 },
        "switch": "bids",
    })
}

#[tokio::test]
async fn a_message_becomes_one_entry_that_shows_the_newest_and_is_marked_read() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let chat = pair(app, &anna, &boris).await;
        let id = chat["id"].as_str().unwrap();
        app.say(&anna, id, "first").await;
        until_any(app, &boris).await;
        let said = app.say(&anna, id, &"я".repeat(150)).await;
        let list = app.get(&boris, "/api/notifications/").await;
        let entry = &list[0];
        assert_eq!(list.as_array().unwrap().len(), 1);
        assert_eq!(
            *entry,
            json!({
                "id": entry["id"],
                "type": "message",
                "type_display": "Новое сообщение",
                "title": "Новое сообщение от Anna Tester",
                "message": "я".repeat(100),
                "related_object_id": chat["number"],
                "related_object_type": "chat",
                "conversation_id": id,
                "is_read": false,
                "data": { "conversation_type": "private", "sender_name": "Anna Tester" },
                "created_at": said["created_at"],
            })
        );
        assert!(entry["id"].is_i64());
        assert_eq!(app.get(&anna, "/api/notifications/").await, json!([]));
        for door in DOORS {
            let count = app.get(&boris, &format!("{door}/unread_count/")).await;
            assert_eq!(count, json!({ "unread_count": 1 }));
            assert_eq!(app.get(&boris, &format!("{door}/")).await, list);
            assert_eq!(app.get(&boris, door).await, list);
            let one = app.get(&boris, &format!("{door}/{}/", entry["id"])).await;
            assert_eq!(one, *entry);
        }
        let path = format!("/api/notifications/{}/mark_read/", entry["id"]);
        let read = app.ask(&boris, (Method::POST, &path, NONE), StatusCode::OK).await;
        assert_eq!(read["is_read"], true);
        assert_eq!(
            app.get(&boris, "/api/notifications/unread_count/").await["unread_count"],
            0
        );
    })
    .await;
}

#[tokio::test]
async fn who_reads_a_conversation_has_read_its_entries() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let group = app.group(&anna, &[&boris]).await;
        app.say(&anna, &group, "first").await;
        until(app, &boris, |list| list.len() == 2).await;
        app.get(&boris, &format!("/api/unet-chat/messages/{group}")).await;
        let all_read = |list: &[Value]| list.iter().all(|entry| entry["is_read"] == true);
        until(app, &boris, all_read).await;
        app.say(&anna, &group, "second").await;
        let list = until(app, &boris, |list| list[0]["is_read"] == false).await;
        assert_eq!(list.len(), 2);
        assert_eq!(list[0]["message"], "second");
    })
    .await;
}

#[tokio::test]
async fn all_are_marked_read_with_an_empty_body_and_one_is_deleted() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        for _ in 0..3 {
            assert_eq!(
                notify(app, &root, notice(&[&anna])).await,
                json!({ "created": 1 })
            );
        }
        for door in DOORS {
            let path = format!("{door}/mark_all_read/");
            let answer = app.send(&anna, Method::POST, &path, &NONE).await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.text().await.unwrap(), "");
        }
        let list = app.get(&anna, "/api/notifications/").await;
        assert!(
            list.as_array()
                .unwrap()
                .iter()
                .all(|entry| entry["is_read"] == true)
        );
        let path = format!("/api/notifications/{}/", list[1]["id"]);
        let gone = app
            .ask(&anna, (Method::DELETE, &path, NONE), StatusCode::NO_CONTENT)
            .await;
        assert_eq!(gone, NONE);
        for method in [Method::DELETE, Method::GET] {
            let problem = app.ask(&anna, (method, &path, NONE), StatusCode::NOT_FOUND).await;
            assert_eq!(problem["code"], "not_found");
        }
        let left = app.get(&anna, "/api/notifications/").await;
        assert_eq!(left, json!([list[0], list[2]]));
    })
    .await;
}

#[tokio::test]
async fn only_is_read_can_be_changed_and_nobody_writes_entries() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        notify(app, &root, notice(&[&anna])).await;
        let entry = app.get(&anna, "/api/notifications/").await[0].clone();
        for door in DOORS {
            let path = format!("{door}/{}/", entry["id"]);
            for (method, is_read) in [(Method::PATCH, true), (Method::PUT, false)] {
                let body = json!({ "is_read": is_read });
                let changed = app.ask(&anna, (method, &path, body), StatusCode::OK).await;
                assert_eq!(changed["is_read"], is_read);
            }
            for body in [
                json!({ "is_read": true, "title": "mine" }),
                json!({ "title": "mine" }),
                json!({ "is_read": "yes" }),
                json!({}),
            ] {
                for method in [Method::PATCH, Method::PUT] {
                    let call = (method, path.as_str(), body.clone());
                    let problem = app.ask(&anna, call, StatusCode::BAD_REQUEST).await;
                    assert_eq!(problem["detail"], "Можно обновлять только поле is_read");
                    assert_eq!(problem["code"], "invalid");
                }
            }
            let answer = app
                .send(&anna, Method::POST, &format!("{door}/"), &json!({}))
                .await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(answer.headers()["allow"], "GET,HEAD");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["detail"], "Метод не разрешен");
        }
        assert_eq!(app.get(&anna, "/api/notifications/").await, json!([entry]));
    })
    .await;
}

#[tokio::test]
async fn what_is_on_anothers_list_does_not_exist() {
    on_each_store(async |app| {
        let (root, anna, boris) = (
            app.person("Root").await,
            app.person("Anna").await,
            app.person("Boris").await,
        );
        app.promote(&root).await;
        notify(app, &root, notice(&[&anna])).await;
        let id = app.get(&anna, "/api/notifications/").await[0]["id"].clone();
        let path = format!("/api/notifications/{id}/");
        let mark = format!("{path}mark_read/");
        for (method, path, body) in [
            (Method::GET, path.as_str(), NONE),
            (Method::PATCH, &path, json!({ "is_read": true })),
            (Method::PUT, &path, json!({ "is_read": true })),
            (Method::DELETE, &path, NONE),
            (Method::POST, &mark, NONE),
            (Method::GET, "/api/notifications/nonsense/", NONE),
        ] {
            let problem = app.ask(&boris, (method, path, body), StatusCode::NOT_FOUND).await;
            assert_eq!(problem["code"], "not_found");
        }
        assert_eq!(app.get(&anna, &path).await["is_read"], false);
        let bare = app
            .request(&Method::GET, "/api/notifications/")
            .send()
            .await
            .unwrap();
        assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_page_comes_in_an_envelope_whose_links_lead_on() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        for _ in 0..45 {
            notify(app, &root, notice(&[&anna])).await;
        }
        let all = app.get(&anna, "/api/notifications/").await;
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), 45);
        assert!(
            all.windows(2)
                .all(|two| two[0]["created_at"].as_str() >= two[1]["created_at"].as_str())
        );
        for door in DOORS {
            let mut seen = Vec::new();
            let mut path = format!("{door}/?page=1");
            let mut previous = Vec::new();
            loop {
                let page = app.get(&anna, &path).await;
                assert_eq!(page["count"], 45);
                previous.push(page["previous"].clone());
                seen.extend(page["results"].as_array().unwrap().iter().cloned());
                let Some(next) = page["next"].as_str() else {
                    break;
                };
                // An address that a client may follow as it is.
                path = next[next.find(door).unwrap()..].to_owned();
                assert!(next.starts_with("http://127.0.0.1:"), "{next}");
            }
            assert_eq!(seen, *all);
            assert_eq!(previous[0], NONE);
            assert!(previous[1].as_str().unwrap().ends_with(&format!("{door}/")));
            assert!(
                previous[2]
                    .as_str()
                    .unwrap()
                    .ends_with(&format!("{door}/?page=2"))
            );
            app.ask(
                &anna,
                (Method::GET, &format!("{door}/?page=4"), NONE),
                StatusCode::NOT_FOUND,
            )
            .await;
        }
        let some = app.get(&anna, "/api/notifications/?limit=2").await;
        assert_eq!(some.as_array().unwrap()[..], all[..2]);
        for query in ["limit=0", "limit=201", "limit=x"] {
            let path = format!("/api/notifications/?{query}");
            app.ask(&anna, (Method::GET, &path, NONE), StatusCode::BAD_REQUEST)
                .await;
        }
    })
    .await;
}

/// The status and the tag of a poll.
async fn poll(app: &TestApp, who: &Person, path: &str, tag: Option<&str>) -> (StatusCode, String, String) {
    let request = app.request(&Method::GET, path).bearer_auth(&who.token);
    let request = match tag {
        Some(tag) => request.header("if-none-match", tag),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    (answer.status(), tag, answer.text().await.unwrap())
}

#[tokio::test]
async fn who_polls_is_answered_304_until_anything_that_is_shown_changes() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let chat = pair(app, &anna, &boris).await;
        let id = chat["id"].as_str().unwrap();
        app.say(&anna, id, "first").await;
        let list = until_any(app, &boris).await;
        let counting = "/api/notifications/unread_count/";
        let (_, count_tag, _) = poll(app, &boris, counting, None).await;
        let (status, mut tag, _) = poll(app, &boris, "/api/notifications/", None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(tag.starts_with("W/\""), "{tag}");
        let entry = format!("/api/notifications/{}/", list[0]["id"]);
        let changes: [(&str, Method, &str, Value); 3] = [
            (
                "a newer text",
                Method::POST,
                "/api/unet-chat/messages/",
                json!({ "conversation_id": id, "text": "second" }),
            ),
            ("read", Method::PATCH, &entry, json!({ "is_read": true })),
            ("deleted", Method::DELETE, &entry, NONE),
        ];
        for (what, method, path, body) in changes {
            let (status, same, body_of_304) = poll(app, &boris, "/api/notifications/", Some(&tag)).await;
            assert_eq!(
                (status, same),
                (StatusCode::NOT_MODIFIED, tag.clone()),
                "before {what}"
            );
            assert_eq!(body_of_304, "");
            let who = if method == Method::POST { &anna } else { &boris };
            assert!(app.send(who, method, path, &body).await.status().is_success());
            let (status, other, _) = poll(app, &boris, "/api/notifications/", Some(&tag)).await;
            assert_eq!(status, StatusCode::OK, "{what}");
            tag = other;
        }
        let (status, _, body) = poll(app, &boris, counting, Some(&count_tag)).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"unread_count":0}"#));
    })
    .await;
}

#[tokio::test]
async fn six_switches_are_on_until_turned_and_no_other_name_is_one() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let all = json!({
            "orderConfirmation": true, "claims": true, "messages": true,
            "balanceTopUp": true, "bids": true, "systemUpdates": true,
        });
        let path = "/api/notifications/settings/";
        assert_eq!(app.get(&anna, path).await, all);
        let mut expected = all.clone();
        for name in all.as_object().unwrap().keys() {
            let turned = app
                .ask(
                    &anna,
                    (Method::PATCH, path, json!({ name.as_str(): false })),
                    StatusCode::OK,
                )
                .await;
            expected[name] = json!(false);
            assert_eq!(turned, expected);
        }
        assert_eq!(
            app.get(&anna, "/api/notifications/notifications/settings").await,
            expected
        );
        assert_eq!(app.get(&boris, path).await, all);
        let back = app
            .ask(&anna, (Method::PUT, path, all.clone()), StatusCode::OK)
            .await;
        assert_eq!(back, all);
        for body in [json!({ "sms": true }), json!({ "bids": "no" }), json!([])] {
            app.ask(&anna, (Method::PATCH, path, body), StatusCode::BAD_REQUEST)
                .await;
        }
        assert_eq!(app.get(&anna, path).await, all);
    })
    .await;
}

#[tokio::test]
async fn messages_turned_off_suppress_the_entry_and_removal_takes_it_away() {
    on_each_store(async |app| {
        let (anna, boris, vera) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Vera").await,
        );
        let off = (
            Method::PATCH,
            "/api/notifications/settings/",
            json!({ "messages": false }),
        );
        app.ask(&boris, off, StatusCode::OK).await;
        let group = app.group(&anna, &[&boris, &vera]).await;
        app.say(&anna, &group, "hello").await;
        let list = until(app, &vera, |list| list.len() == 2).await;
        let types: Vec<_> = list.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        assert!(
            types.contains(&"message") && types.contains(&"added"),
            "{types:?}"
        );
        let of = |kind: &str| list.iter().find(|entry| entry["type"] == kind).unwrap();
        assert_eq!(of("message")["title"], "Новое сообщение от Anna Tester");
        assert_eq!(of("added")["type_display"], "Вас добавили в беседу");
        // One look wrote for all, so his would be there.
        assert_eq!(app.get(&boris, "/api/notifications/").await, json!([]));
        let path = format!("/api/unet-chat/conversations/{group}/participants/{}", vera.id);
        app.ask(&anna, (Method::DELETE, &path, NONE), StatusCode::NO_CONTENT)
            .await;
        assert_eq!(app.get(&vera, "/api/notifications/").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn administrators_speak_for_the_host() {
    on_each_store(async |app| {
        let (root, anna, boris) = (
            app.person("Root").await,
            app.person("Anna").await,
            app.person("Boris").await,
        );
        app.promote(&root).await;
        let off = (
            Method::PATCH,
            "/api/notifications/settings/",
            json!({ "bids": false }),
        );
        app.ask(&boris, off, StatusCode::OK).await;
        let told = notify(app, &root, notice(&[&anna, &boris])).await;
        assert_eq!(told, json!({ "created": 1 }));
        let entry = app.get(&anna, "/api/notifications/").await[0].clone();
        for (field, value) in [
            ("type", json!("new_bid")),
            ("type_display", json!("Новая ставка")),
            ("title", json!("Ставка")),
            ("message", json!("На ваш заказ")),
            ("related_object_id", json!(7)),
            ("related_object_type", json!("order")),
            ("data", json!({ "price": 100 })),
            ("is_read", json!(false)),
        ] {
            assert_eq!(entry[field], value, "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_administrators_speak_for_the_host_and_only_within_limits() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        let refused = app
            .ask(
                &anna,
                (Method::POST, "/api/admin/notifications/", notice(&[&root])),
                StatusCode::FORBIDDEN,
            )
            .await;
        assert_eq!(refused["code"], "forbidden");
        let changed = |field: &str, value: Value| {
            let mut body = notice(&[&anna]);
            body[field] = value;
            body
        };
        for body in [
            changed("type", json!("message")),
            changed("type", json!(" ")),
            changed("title", json!("т".repeat(256))),
            changed("message", json!("")),
            changed("message", json!("nul \0")),
            changed("user_ids", json!([])),
            changed("user_ids", json!((1..=1_001).collect::<Vec<_>>())),
            changed("data", json!("x".repeat(9_000))),
            changed("data", json!({ "nul": "\0" })),
            changed("switch", json!("sms")),
        ] {
            let call = (Method::POST, "/api/admin/notifications/", body.clone());
            let answer = app.ask(&root, call, StatusCode::BAD_REQUEST).await;
            assert!(!answer["errors"].as_array().unwrap().is_empty(), "{body}");
        }
        assert_eq!(
            app.get(&anna, "/api/notifications/")
                .await
                .as_array()
                .unwrap()
                .len(),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn the_figures_of_the_installation_are_for_administrators() {
    on_each_store(async |app| {
        let (root, anna, boris) = (
            app.person("Root").await,
            app.person("Anna").await,
            app.person("Boris").await,
        );
        app.promote(&root).await;
        let chat = pair(app, &anna, &boris).await;
        let id = chat["id"].as_str().unwrap();
        app.say(&anna, id, "a question").await;
        app.say(&boris, id, "an answer").await;
        let refused = app.send(&anna, Method::GET, "/api/admin/stats/", &NONE).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        // Figures of a moment ago are answered as they were.
        let counted = async {
            loop {
                let figures = app.get(&root, "/api/admin/stats/").await;
                if figures["messages_last_day"] == 2 {
                    return figures;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        let figures = timeout(PATIENCE, counted).await.unwrap();
        let days = figures["messages_per_day"].as_array().unwrap();
        assert_eq!(days.len(), 30);
        assert_eq!(
            days.iter().map(|day| day["count"].as_i64().unwrap()).sum::<i64>(),
            2
        );
        assert_eq!(figures["active_conversations_day"], 1);
        assert_eq!(figures["active_conversations_week"], 1);
        let mean = figures["response_seconds_mean"].as_f64().unwrap();
        assert!((0.0..60.0).contains(&mean), "{mean}");
        assert_eq!(figures["unread_messages"], 2);
        assert_eq!(figures["online_users"], 0);
    })
    .await;
}
