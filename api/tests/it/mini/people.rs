//! Who is in a room, coming and going, and who is online.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{call, direct, get, not_found, post, room, user};
use crate::app::{Person, TestApp, on_each_store};

/// How long to wait for what is bound to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// The picture of people who have none.
const NO_AVATAR: &str = "https://via.placeholder.com/150?text=Avatar";

#[tokio::test]
async fn participants_are_shown_with_presence_and_picture_and_without_addresses() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = direct(app, &anna, &boris).await;
        let shown = get(app, &boris, &format!("rooms/{id}/participants/")).await;
        let mut expected = Vec::new();
        for (place, who) in [&anna, &boris].into_iter().enumerate() {
            let mut person = user(app, who).await;
            let fields = person.as_object_mut().unwrap();
            fields.remove("email");
            fields.insert("is_online".into(), json!(false));
            fields.insert(
                "last_seen".into(),
                shown["participants"][place]["last_seen"].clone(),
            );
            fields.insert("avatar".into(), json!(NO_AVATAR));
            expected.push(person);
        }
        assert_eq!(shown, json!({ "room_id": id, "participants": expected }));
        assert!(
            shown["participants"][0]["last_seen"]
                .as_str()
                .unwrap()
                .ends_with('Z')
        );
    })
    .await;
}

#[tokio::test]
async fn below_a_strangers_room_there_is_nothing() {
    on_each_store(async |app| {
        let (anna, vera) = (app.person("Anna").await, app.person("Vera").await);
        let id = room(app, &anna, json!({ "name": "Своя", "chat_type": "group" })).await;
        for id in [id.to_string(), "987654".into(), "abc".into()] {
            for (method, below) in [
                (Method::GET, "history"),
                (Method::GET, "participants"),
                (Method::POST, "join"),
                (Method::POST, "leave"),
            ] {
                let path = format!("rooms/{id}/{below}/");
                let answer = call(app, &vera, (method, &path, Value::Null), StatusCode::NOT_FOUND).await;
                assert_eq!(answer, not_found(), "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn anybody_joins_an_open_group_and_leaves_it_and_nothing_else() {
    on_each_store(async |app| {
        let (anna, vera) = (app.person("Anna").await, app.person("Vera").await);
        let id = room(app, &anna, json!({ "name": "Группа", "chat_type": "group" })).await;
        let (path, join, leave) = (
            format!("rooms/{id}/"),
            format!("rooms/{id}/join/"),
            format!("rooms/{id}/leave/"),
        );
        post(app, &vera, &join, Value::Null, StatusCode::NOT_FOUND).await;
        let open = (Method::PATCH, path.as_str(), json!({ "is_open": true }));
        call(app, &anna, open.clone(), StatusCode::OK).await;

        let joined = json!({ "message": "Успешно присоединились к комнате" });
        for _ in 0..2 {
            assert_eq!(post(app, &vera, &join, Value::Null, StatusCode::OK).await, joined);
        }
        assert_eq!(get(app, &vera, &path).await["participants_count"], 2);
        // Who joined is no admin.
        call(app, &vera, open, StatusCode::FORBIDDEN).await;
        let left = json!({ "message": "Вы покинули комнату" });
        assert_eq!(post(app, &vera, &leave, Value::Null, StatusCode::OK).await, left);
        assert_eq!(
            post(app, &vera, &leave, Value::Null, StatusCode::NOT_FOUND).await,
            not_found()
        );
        assert_eq!(get(app, &anna, &path).await["participants_count"], 1);

        let close = (Method::PATCH, path.as_str(), json!({ "is_open": false }));
        call(app, &anna, close, StatusCode::OK).await;
        assert_eq!(
            post(app, &vera, &join, Value::Null, StatusCode::NOT_FOUND).await,
            not_found()
        );
    })
    .await;
}

#[tokio::test]
async fn a_direct_room_is_neither_joined_nor_opened_and_left_by_hiding_it() {
    on_each_store(async |app| {
        let (anna, boris, vera) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Vera").await,
        );
        let id = direct(app, &anna, &boris).await;
        post(
            app,
            &vera,
            &format!("rooms/{id}/join/"),
            Value::Null,
            StatusCode::NOT_FOUND,
        )
        .await;
        let path = format!("rooms/{id}/");
        let open = (Method::PATCH, path.as_str(), json!({ "is_open": true }));
        call(app, &anna, open, StatusCode::FORBIDDEN).await;
        let body = json!({ "name": "x", "is_open": true });
        post(app, &anna, "rooms/", body, StatusCode::FORBIDDEN).await;
        let leave = format!("rooms/{id}/leave/");
        let left = json!({ "message": "Вы покинули комнату" });
        assert_eq!(post(app, &anna, &leave, Value::Null, StatusCode::OK).await, left);
        assert_eq!(get(app, &anna, "rooms/").await, json!([]));
        assert_eq!(get(app, &boris, "rooms/").await[0]["id"], id);
        assert_eq!(get(app, &boris, &path).await["participants_count"], 2);
        post(app, &vera, &leave, Value::Null, StatusCode::NOT_FOUND).await;
        // Nobody is gone: what is written is theirs to read.
        let body = json!({ "room": id, "content": "ау" });
        post(app, &boris, "messages/", body, StatusCode::CREATED).await;
        assert_eq!(get(app, &anna, "rooms/").await[0]["id"], id);
    })
    .await;
}

#[tokio::test]
async fn who_is_online_is_listed_oneself_included() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        assert_eq!(get(app, &anna, "online-users/").await, json!([]));
        let username = format!("boris-{}", Uuid::now_v7().simple());
        let account = json!({
            "username": username, "password": "correct horse", "password_confirm": "correct horse",
        });
        let register = (Method::POST, "/api/auth/register/", account.clone());
        app.ask(&anna, register, StatusCode::CREATED).await;
        let login = (Method::POST, "/api/auth/login/", account);
        let welcome = app.ask(&anna, login, StatusCode::OK).await;
        let boris = Person {
            id: welcome["user"]["id"].as_i64().unwrap(),
            token: welcome["tokens"]["access"].as_str().unwrap().to_owned(),
        };
        let online = until_somebody_is_online(app, &boris).await;
        let expected = json!([{
            "user": welcome["user"], "is_online": true, "last_seen": online[0]["last_seen"], "avatar": NO_AVATAR,
        }]);
        assert_eq!(online, expected);
        assert!(online[0]["last_seen"].is_string());
    })
    .await;
}

/// Signing in is answered before it is told.
async fn until_somebody_is_online(app: &TestApp, who: &Person) -> Value {
    let look = async {
        loop {
            let online = get(app, who, "online-users/").await;
            if online != json!([]) {
                return online;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, look)
        .await
        .expect("somebody online")
}
