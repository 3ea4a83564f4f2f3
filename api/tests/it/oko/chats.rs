//! Chats: list, make, read, and how much is unread.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, chat, get, post, say, stranger, user};
use crate::app::on_each_store;

#[tokio::test]
async fn an_order_has_one_chat_with_whoever_asked_first_in_it() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let made = post(app, &anna, "", json!({ "order": 4711 }), StatusCode::CREATED).await;
        let expected = json!({
            "id": made["id"], "order": 4711, "order_id": 4711, "participants": [user(app, &anna).await],
            "other_user": null, "messages": [], "last_message": null, "last_message_time": null,
            "unread_count": 0,
        });
        assert_eq!(made, expected);
        assert!(made["id"].is_i64());
        for order in [json!(4711), json!("4711")] {
            let again = post(app, &anna, "", json!({ "order": order }), StatusCode::OK).await;
            assert_eq!(again, expected);
        }
        let by_order = "get_or_create_by_order/";
        let body = json!({ "order_id": 4711 });
        assert_eq!(
            post(app, &anna, by_order, body.clone(), StatusCode::OK).await,
            expected
        );
        assert_eq!(get(app, &anna, "").await, json!([expected]));
        assert_eq!(get(app, &anna, &format!("{}/", made["id"])).await, expected);

        // A stranger is never let in silently.
        post(app, &boris, "", json!({ "order": 4711 }), StatusCode::CONFLICT).await;
        let refused = post(app, &boris, by_order, body, StatusCode::CONFLICT).await;
        assert!(refused["detail"].is_string(), "{refused}");
        assert_eq!(get(app, &boris, "").await, json!([]));
        let other = json!({ "order_id": 12 });
        let other = post(app, &boris, by_order, other, StatusCode::CREATED).await;
        assert_ne!(other["id"], made["id"]);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_no_integer_is_refused_by_field() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        for (path, field) in [("", "order"), ("get_or_create_by_order/", "order_id")] {
            for (value, text) in [
                (json!(null), "This field may not be null."),
                (json!("x"), "Incorrect type. Expected pk value, received str."),
                (json!([1]), "Incorrect type. Expected pk value, received list."),
                (json!(1.5), "Incorrect type. Expected pk value, received float."),
                (
                    json!(u64::MAX),
                    "Invalid pk \"18446744073709551615\" - object does not exist.",
                ),
            ] {
                let body = json!({ field: value });
                let refused = post(app, &anna, path, body, StatusCode::BAD_REQUEST).await;
                assert_eq!(refused, json!({ field: [text] }));
            }
            let refused = post(app, &anna, path, json!({}), StatusCode::BAD_REQUEST).await;
            assert_eq!(refused, json!({ field: ["This field is required."] }));
        }
        assert_eq!(get(app, &anna, "").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_chat_shows_the_fields_of_both_clients() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = chat(app, &anna, &boris, 7).await;
        for text in 1..=22 {
            say(app, &boris, id, &text.to_string()).await;
        }
        let (client, expert) = (user(app, &anna).await, user(app, &boris).await);
        let listed = get(app, &anna, "").await;
        let last = &listed[0]["last_message"];
        let message = json!({
            "id": last["id"], "sender": expert, "sender_id": boris.id, "text": "22",
            "created_at": last["created_at"], "is_read": false, "is_mine": false,
        });
        let expected = json!([{
            "id": id, "order": 7, "order_id": 7, "participants": [client, expert], "other_user": expert,
            "messages": [message], "last_message": message, "last_message_time": last["created_at"],
            "unread_count": 22,
        }]);
        assert_eq!(listed, expected);
        let alone = get(app, &boris, &format!("{id}/")).await;
        assert_eq!(alone["other_user"], client);
        assert_eq!(
            (&alone["unread_count"], &alone["last_message"]["is_mine"]),
            (&json!(0), &json!(true))
        );
        let texts = super::texts(&alone["messages"]);
        assert_eq!(
            (texts.len(), texts[0], texts[19]),
            (20, "22", "3"),
            "newest first"
        );
        // Neither list nor chat marks anything.
        assert_eq!(
            get(app, &anna, "unread_count/").await,
            json!({ "unread_count": 22 })
        );
    })
    .await;
}

#[tokio::test]
async fn chats_are_listed_by_their_last_message_with_those_of_other_clients() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let group = app.group(&anna, &[&boris]).await;
        let first = chat(app, &anna, &boris, 1).await;
        let second = chat(app, &anna, &boris, 2).await;
        say(app, &boris, first, "раз").await;
        app.say(&boris, &group, "два").await;
        let listed = get(app, &anna, "").await;
        let orders: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|chat| chat["order"].clone())
            .collect();
        assert_eq!(orders, [json!(null), json!(1), json!(2)]);
        assert_eq!(listed[2]["id"], second);
        assert_eq!(get(app, &anna, "unread_count/").await["unread_count"], 2);
        // By its UUID as well.
        assert_eq!(get(app, &anna, &format!("{group}/")).await, listed[0]);
    })
    .await;
}

#[tokio::test]
async fn a_page_is_an_envelope_of_twenty() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let empty = get(app, &anna, "?page=1").await;
        assert_eq!(
            empty,
            json!({ "count": 0, "next": null, "previous": null, "results": [] })
        );
        for order in 1..=21 {
            post(app, &anna, "", json!({ "order": order }), StatusCode::CREATED).await;
        }
        let all = get(app, &anna, "").await;
        assert_eq!(all.as_array().unwrap().len(), 21);
        let first = get(app, &anna, "?page=1").await;
        assert_eq!((&first["count"], &first["previous"]), (&json!(21), &json!(null)));
        assert_eq!(first["results"], json!(all.as_array().unwrap()[..20]));
        // The address of the next page leads there.
        let next = first["next"].as_str().unwrap();
        assert!(next.starts_with("http://127.0.0.1:"), "{next}");
        let second = app
            .client
            .get(next)
            .bearer_auth(&anna.token)
            .send()
            .await
            .unwrap();
        let second: Value = second.json().await.unwrap();
        assert_eq!(second["results"], json!([all[20]]));
        assert_eq!(second["next"], json!(null));
        assert!(second["previous"].as_str().unwrap().ends_with("?page=1"));
        assert_eq!(get(app, &anna, "?page=last").await, second);
        // Links get about: they hold no token and nothing else of the query.
        let linked = get(app, &anna, "?token=secret&page=2").await;
        assert_eq!(linked["previous"], second["previous"]);
        for page in ["0", "3", "x", ""] {
            let path = format!("?page={page}");
            let answer = call(
                app,
                &anna,
                (Method::GET, &path, Value::Null),
                StatusCode::NOT_FOUND,
            )
            .await;
            assert_eq!(answer, json!({ "detail": "Invalid page." }), "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_is_told_so_and_what_is_not_there_is_not_found() {
    on_each_store(async |app| {
        let (anna, boris, vera) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Vera").await,
        );
        let id = chat(app, &anna, &boris, 1).await;
        for (method, below) in [
            (Method::GET, ""),
            (Method::GET, "messages/"),
            (Method::GET, "messages/?page=1"),
            (Method::POST, "send_message/"),
            (Method::POST, "mark_read/"),
        ] {
            for body in [json!({ "text": "я" }), json!({})] {
                let path = format!("{id}/{below}");
                let answer = call(
                    app,
                    &vera,
                    (method.clone(), &path, body.clone()),
                    StatusCode::FORBIDDEN,
                )
                .await;
                assert_eq!(answer, stranger(), "{path}");
                for nothing in ["987654", "abc"] {
                    let path = format!("{nothing}/{below}");
                    let call = call(
                        app,
                        &vera,
                        (method.clone(), &path, body.clone()),
                        StatusCode::NOT_FOUND,
                    );
                    assert_eq!(call.await, json!({ "detail": "Not found." }), "{path}");
                }
            }
        }
        assert_eq!(
            get(app, &anna, &format!("{id}/")).await["last_message"],
            json!(null)
        );
    })
    .await;
}
