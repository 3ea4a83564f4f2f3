//! Messages of a chat: read, send, mark.

use reqwest::StatusCode;
use serde_json::json;

use super::{chat, get, post, say, texts, user};
use crate::app::on_each_store;

#[tokio::test]
async fn a_message_is_answered_with_200_as_its_sender_has_it() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = chat(app, &anna, &boris, 1).await;
        let sent = say(app, &anna, id, "  Когда будет готово? ").await;
        let expected = json!({
            "id": sent["id"], "sender": user(app, &anna).await, "sender_id": anna.id,
            "text": "Когда будет готово?", "created_at": sent["created_at"], "is_read": false, "is_mine": true,
        });
        assert_eq!(sent, expected);
        assert!(sent["id"].is_i64());
        assert!(sent["created_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(get(app, &anna, &format!("{id}/messages/")).await, json!([expected]));
    })
    .await;
}

#[tokio::test]
async fn a_message_is_refused_by_field() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = chat(app, &anna, &boris, 1).await;
        for (body, text) in [
            (json!({}), "This field is required."),
            (json!({ "text": null }), "This field may not be null."),
            (json!({ "text": " \n" }), "This field may not be blank."),
            (json!({ "text": [] }), "Not a valid string."),
            (
                json!({ "text": "я".repeat(32_769) }),
                "Ensure this field has no more than 32768 characters.",
            ),
        ] {
            let path = format!("{id}/send_message/");
            let refused = post(app, &anna, &path, body, StatusCode::BAD_REQUEST).await;
            assert_eq!(refused, json!({ "text": [text] }));
        }
        assert_eq!(get(app, &anna, &format!("{id}/messages/")).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn messages_are_newest_first_and_reading_them_marks_them() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = chat(app, &anna, &boris, 1).await;
        for text in 1..=23 {
            say(app, &anna, id, &text.to_string()).await;
        }
        let unread = async || get(app, &boris, "unread_count/").await["unread_count"].clone();
        assert_eq!(unread().await, 23);
        let all = get(app, &boris, &format!("{id}/messages/")).await;
        assert_eq!(
            (all.as_array().unwrap().len(), &all[0]["text"]),
            (23, &json!("23"))
        );
        assert_eq!(
            (&all[0]["is_read"], &all[0]["is_mine"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(unread().await, 0);

        let first = get(app, &boris, &format!("{id}/messages/?page=1")).await;
        assert_eq!(first["count"], 23);
        assert_eq!(first["results"], json!(all.as_array().unwrap()[..20]));
        let second = get(app, &boris, &format!("{id}/messages/?page=2")).await;
        assert_eq!(texts(&second["results"]), ["3", "2", "1"]);
    })
    .await;
}

#[tokio::test]
async fn a_chat_is_marked_read_for_the_one_who_asks() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let (one, other) = (
            chat(app, &anna, &boris, 1).await,
            chat(app, &anna, &boris, 2).await,
        );
        for id in [one, other] {
            say(app, &anna, id, "раз").await;
        }
        let path = format!("{one}/mark_read/");
        let done = post(app, &boris, &path, json!({}), StatusCode::OK).await;
        assert_eq!(done, json!({ "status": "success" }));
        assert_eq!(
            get(app, &boris, "unread_count/").await,
            json!({ "unread_count": 1 })
        );
        assert_eq!(get(app, &boris, &format!("{one}/")).await["unread_count"], 0);
        // Anna sees it at her message.
        let seen = get(app, &anna, &format!("{one}/")).await;
        assert_eq!(seen["last_message"]["is_read"], true);
    })
    .await;
}

#[tokio::test]
async fn contact_details_are_refused_in_every_chat_and_leave_no_trace() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let order = chat(app, &anna, &boris, 1).await;
        // About nothing: elsewhere links are normal there, this way in refuses them all the same.
        let group = app.group(&anna, &[&boris]).await;
        for text in [
            "пишите: anna@example.org",
            "+7 701 123 45 67",
            "HTTPS://example.org",
            "123456789",
        ] {
            for id in [&order.to_string(), &group] {
                let path = format!("{id}/send_message/");
                let refused = post(
                    app,
                    &anna,
                    &path,
                    json!({ "text": text }),
                    StatusCode::BAD_REQUEST,
                )
                .await;
                assert_eq!(
                    refused,
                    json!({ "detail": "Контактные данные запрещены в чате." }),
                    "{text}"
                );
            }
        }
        for id in [&order.to_string(), &group] {
            assert_eq!(get(app, &boris, &format!("{id}/messages/")).await, json!([]));
        }
        assert_eq!(get(app, &boris, "unread_count/").await["unread_count"], 0);
        say(app, &anna, order, "12345678 и +8 проходят").await;
    })
    .await;
}
