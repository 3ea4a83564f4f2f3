//! What is said: a room's history, and all messages in one list.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, direct, get, post, refused, room, user};
use crate::app::{Person, TestApp, on_each_store};

async fn say(app: &TestApp, who: &Person, room: i64, content: &str) -> Value {
    let body = json!({ "room": room, "content": content });
    post(app, who, "messages/", body, StatusCode::CREATED).await
}

fn contents(messages: &Value) -> Vec<&str> {
    let messages = messages.as_array().unwrap();
    messages
        .iter()
        .map(|message| message["content"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_is_answered_in_two_fields_and_read_back_in_seven() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = direct(app, &anna, &boris).await;
        let markup = "<b>Привет</b> https://example.org";
        let sent = say(app, &anna, id, &format!("  {markup}\n")).await;
        assert_eq!(sent, json!({ "room": id, "content": markup }));

        let listed = get(app, &boris, &format!("messages/?room={id}")).await;
        let sender = user(app, &anna).await;
        let expected = json!([{
            "id": listed[0]["id"], "room": id, "user": sender, "user_username": sender["username"],
            "content": markup, "timestamp": listed[0]["timestamp"], "is_read": false,
        }]);
        assert_eq!(listed, expected);
        assert!(listed[0]["id"].is_i64());
        assert!(listed[0]["timestamp"].as_str().unwrap().ends_with('Z'));
        // The list marks nothing.
        assert_eq!(get(app, &boris, "rooms/").await[0]["unread_count"], 1);

        let history = get(app, &boris, &format!("rooms/{id}/history/")).await;
        assert_eq!(history["room"], get(app, &boris, &format!("rooms/{id}/")).await);
        assert_eq!(contents(&history["messages"]), [markup]);
        assert_eq!(history.as_object().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn history_reads_for_the_one_who_asks_and_marks_before_it_answers() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = direct(app, &anna, &boris).await;
        say(app, &anna, id, "раз").await;
        say(app, &anna, id, "два").await;
        say(app, &boris, id, "три").await;
        let unread = async |who: &Person| get(app, who, "rooms/").await[0]["unread_count"].clone();
        assert_eq!((unread(&anna).await, unread(&boris).await), (json!(1), json!(2)));
        let history = get(app, &boris, &format!("rooms/{id}/history/")).await;
        assert_eq!(history["room"]["unread_count"], 0);
        assert_eq!(
            contents(&history["messages"]),
            ["раз", "два", "три"],
            "oldest first"
        );
        let read: Vec<_> = history["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["is_read"].as_bool().unwrap())
            .collect();
        assert_eq!(read, [true, true, false], "his own is not read by himself");
        assert_eq!((unread(&anna).await, unread(&boris).await), (json!(1), json!(0)));
    })
    .await;
}

#[tokio::test]
async fn a_message_is_refused_by_field() {
    on_each_store(async |app| {
        let (anna, vera) = (app.person("Anna").await, app.person("Vera").await);
        let id = room(app, &anna, json!({ "name": "Своя" })).await;
        let received =
            |what: &str| json!({ "room": [format!("Incorrect type. Expected pk value, received {what}.")] });
        let unknown =
            |key: &str| json!({ "room": [format!("Invalid pk \"{key}\" - object does not exist.")] });
        let content = |text: &str| json!({ "content": [text] });
        let long = "я".repeat(32_769);
        for (body, with) in [
            (
                json!({}),
                json!({ "room": ["This field is required."], "content": ["This field is required."] }),
            ),
            (
                json!({ "room": null, "content": "x" }),
                json!({ "room": ["This field may not be null."] }),
            ),
            (json!({ "room": "abc", "content": "x" }), received("str")),
            (json!({ "room": true, "content": "x" }), received("bool")),
            (json!({ "room": [], "content": "x" }), received("list")),
            (json!({ "room": {}, "content": "x" }), received("dict")),
            (json!({ "room": 1.5, "content": "x" }), received("float")),
            (json!({ "room": 99_999, "content": "x" }), unknown("99999")),
            (
                json!({ "room": u64::MAX, "content": "x" }),
                unknown("18446744073709551615"),
            ),
            (
                json!({ "room": id, "content": " \n" }),
                content("This field may not be blank."),
            ),
            (
                json!({ "room": id, "content": null }),
                content("This field may not be null."),
            ),
            (
                json!({ "room": id, "content": {} }),
                content("Not a valid string."),
            ),
            (
                json!({ "room": id, "content": "a\0b" }),
                content("Null characters are not allowed."),
            ),
            (
                json!({ "room": id, "content": long }),
                content("Ensure this field has no more than 32768 characters."),
            ),
        ] {
            refused(app, &anna, "messages/", body, with).await;
        }
        // The room of others is none.
        let body = json!({ "room": id, "content": "я тоже" });
        refused(app, &vera, "messages/", body, unknown(&id.to_string())).await;
        assert_eq!(get(app, &anna, "messages/").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn twenty_thousand_characters_are_a_message() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = room(app, &anna, json!({ "name": "Своя" })).await;
        let text = "я".repeat(20_000);
        // A number as a text does as well.
        let body = json!({ "room": id.to_string(), "content": text });
        let sent = post(app, &anna, "messages/", body, StatusCode::CREATED).await;
        assert_eq!(sent, json!({ "room": id, "content": text }));
    })
    .await;
}

#[tokio::test]
async fn the_list_is_of_one_room_or_of_all_ones_own() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let pair = direct(app, &anna, &boris).await;
        let own = room(app, &anna, json!({ "name": "Заметки" })).await;
        for (who, id, text) in [
            (&anna, pair, "1"),
            (&anna, own, "2"),
            (&boris, pair, "3"),
            (&anna, pair, "4"),
        ] {
            say(app, who, id, text).await;
        }
        let all = get(app, &anna, "messages/").await;
        assert_eq!(contents(&all), ["1", "2", "3", "4"]);
        assert_eq!((&all[0]["room"], &all[1]["room"]), (&json!(pair), &json!(own)));
        assert_eq!(
            contents(&get(app, &boris, "messages/?room=").await),
            ["1", "3", "4"]
        );
        assert_eq!(
            get(app, &boris, &format!("messages/?room={own}")).await,
            json!([])
        );
        for unknown in [
            "987654",
            "-1",
            "9223372036854775808",
            "123456789012345678901234567890",
        ] {
            let listed = get(app, &boris, &format!("messages/?room={unknown}")).await;
            assert_eq!(listed, json!([]), "{unknown}");
        }

        let of_pair = async |query: &str| {
            let listed = get(app, &anna, &format!("messages/?room={pair}&{query}")).await;
            contents(&listed)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(of_pair("limit=2").await, ["3", "4"], "the newest of them");
        let third = all[2]["id"].as_i64().unwrap();
        assert_eq!(of_pair(&format!("before={third}")).await, ["1"]);
        let part = get(app, &anna, &format!("messages/?limit=1&before={third}")).await;
        assert_eq!(contents(&part), ["2"]);
    })
    .await;
}

#[tokio::test]
async fn odd_parameters_are_refused_and_no_defect() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        for (name, value) in [("room", "abc"), ("room", "1.5"), ("room", "%00"), ("before", "x")] {
            let path = format!("messages/?{name}={value}");
            let answer = call(
                app,
                &anna,
                (Method::GET, &path, Value::Null),
                StatusCode::BAD_REQUEST,
            )
            .await;
            assert_eq!(
                answer,
                json!({ name: ["A valid integer is required."] }),
                "{path}"
            );
        }
        for value in ["0", "10001", "x"] {
            let path = format!("messages/?limit={value}");
            let answer = call(
                app,
                &anna,
                (Method::GET, &path, Value::Null),
                StatusCode::BAD_REQUEST,
            )
            .await;
            assert_eq!(
                answer,
                json!({ "limit": ["Ensure this value is between 1 and 10000."] })
            );
        }
    })
    .await;
}

#[tokio::test]
async fn every_path_wants_a_token_of_somebody_and_its_own_methods() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let gone = app.with_token(protocol::UserId(987_654));
        let missing = json!({ "detail": "Authentication credentials were not provided." });
        let paths = [
            ("rooms/", "DELETE"),
            ("rooms/1/", "POST"),
            ("rooms/1/history/", "POST"),
            ("rooms/1/participants/", "PUT"),
            ("messages/", "PATCH"),
            ("online-users/", "POST"),
            ("chats/", "PUT"),
            ("chats/1/", "DELETE"),
            ("chats/1/messages/", "POST"),
            ("chats/unread_count/", "POST"),
        ];
        for (path, wrong) in paths {
            let answer = app
                .request(&Method::GET, &format!("/api/chat/{path}"))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.headers()["www-authenticate"], r#"Bearer realm="api""#);
            assert_eq!(answer.json::<Value>().await.unwrap(), missing, "{path}");
            let nobody = call(
                app,
                &gone,
                (Method::GET, path, Value::Null),
                StatusCode::UNAUTHORIZED,
            )
            .await;
            assert_eq!(nobody["code"], "user_not_found", "{path}");
            let method = Method::from_bytes(wrong.as_bytes()).unwrap();
            let answer = call(
                app,
                &anna,
                (method, path, Value::Null),
                StatusCode::METHOD_NOT_ALLOWED,
            )
            .await;
            let expected = format!("Method \"{wrong}\" not allowed.");
            assert_eq!(answer, json!({ "detail": expected }), "{path}");
        }
        let nowhere = call(
            app,
            &anna,
            (Method::GET, "nowhere/", Value::Null),
            StatusCode::NOT_FOUND,
        )
        .await;
        assert_eq!(nowhere, json!({ "detail": "Not found." }));
    })
    .await;
}
