//! Rooms: list, make, read, change, delete.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, direct, get, post, refused, room, unseen, user};
use crate::app::on_each_store;

#[tokio::test]
async fn a_room_is_made_with_its_maker_alone_and_read_back_the_same() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        // Whoever is named in the body is not in it.
        let body = json!({ "name": " Физика ", "participants": [1, 2] });
        let made = post(app, &anna, "rooms/", body, StatusCode::CREATED).await;
        let expected = json!({
            "id": made["id"], "name": "Физика", "description": "", "chat_type": "direct",
            "created_at": made["created_at"], "participants": [user(app, &anna).await],
            "participants_count": 1, "other_participant": null, "unread_count": 0,
        });
        assert_eq!(made, expected);
        assert!(made["id"].is_i64());
        let path = format!("rooms/{}/", made["id"]);
        assert_eq!(get(app, &anna, &path).await, expected);
        assert_eq!(get(app, &anna, "rooms/").await, json!([expected]));
        // One with one person in it is not a pair's: there may be many.
        room(app, &anna, json!({ "name": "Физика" })).await;
        let group = json!({ "name": "Группа", "description": "о\nразном", "chat_type": "group" });
        let made = post(app, &anna, "rooms/", group, StatusCode::CREATED).await;
        assert_eq!(
            (&made["chat_type"], &made["description"]),
            (&json!("group"), &json!("о\nразном"))
        );
        let listed = get(app, &anna, "rooms/").await;
        assert_eq!(listed.as_array().unwrap().len(), 3);
        assert_eq!(listed[0], made, "the newest first");
    })
    .await;
}

#[tokio::test]
async fn a_room_is_refused_by_field() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let long = "я".repeat(256);
        let name = |text: &str| json!({ "name": [text] });
        for (body, with) in [
            (json!({}), name("This field is required.")),
            (json!({ "name": null }), name("This field may not be null.")),
            (json!({ "name": "  " }), name("This field may not be blank.")),
            (json!({ "name": [] }), name("Not a valid string.")),
            (
                json!({ "name": long }),
                name("Ensure this field has no more than 255 characters."),
            ),
            (
                json!({ "name": "x", "chat_type": "channel" }),
                json!({ "chat_type": ["\"channel\" is not a valid choice."] }),
            ),
            (
                json!({ "name": "x", "chat_type": null }),
                json!({ "chat_type": ["This field may not be null."] }),
            ),
            (
                json!({ "name": "x", "description": null }),
                json!({ "description": ["This field may not be null."] }),
            ),
            (
                json!({ "name": "x", "is_open": "maybe" }),
                json!({ "is_open": ["Must be a valid boolean."] }),
            ),
            (
                json!([]),
                json!({ "non_field_errors": ["Invalid data. Expected a dictionary, but got list."] }),
            ),
        ] {
            refused(app, &anna, "rooms/", body, with).await;
        }
        assert_eq!(get(app, &anna, "rooms/").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_form_makes_a_room_too() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let answer = app
            .request(&Method::POST, "/api/chat/rooms")
            .bearer_auth(&anna.token)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=%D0%A4%D0%BE%D1%80%D0%BC%D0%B0&chat_type=group&is_open=on")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(answer.json::<Value>().await.unwrap()["name"], "Форма");
    })
    .await;
}

#[tokio::test]
async fn a_strangers_room_reads_like_none() {
    on_each_store(async |app| {
        let (anna, vera) = (app.person("Anna").await, app.person("Vera").await);
        let id = room(app, &anna, json!({ "name": "Своя" })).await;
        for path in [
            format!("rooms/{id}/"),
            "rooms/987654/".into(),
            "rooms/abc/".into(),
        ] {
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
                let body = json!({ "name": "Чужая" });
                let answer = call(app, &vera, (method, &path, body), StatusCode::NOT_FOUND).await;
                assert_eq!(answer, unseen(), "{path}");
            }
        }
        assert_eq!(get(app, &anna, &format!("rooms/{id}/")).await["name"], "Своя");
    })
    .await;
}

#[tokio::test]
async fn a_room_is_renamed_by_put_or_patch() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = room(app, &anna, json!({ "name": "Раз", "chat_type": "group" })).await;
        let path = format!("rooms/{id}/");
        let change =
            async |method, body, status| call(app, &anna, (method, path.as_str(), body), status).await;
        let renamed = change(Method::PATCH, json!({ "name": "Два" }), StatusCode::OK).await;
        assert_eq!((&renamed["name"], &renamed["id"]), (&json!("Два"), &json!(id)));
        let described = change(Method::PATCH, json!({ "description": "о чём" }), StatusCode::OK).await;
        assert_eq!(
            (&described["name"], &described["description"]),
            (&json!("Два"), &json!("о чём"))
        );
        let body = json!({ "name": "Три", "description": "", "chat_type": "group" });
        let replaced = change(Method::PUT, body, StatusCode::OK).await;
        assert_eq!(
            (&replaced["name"], &replaced["description"]),
            (&json!("Три"), &json!(""))
        );
        let refused = change(Method::PUT, json!({}), StatusCode::BAD_REQUEST).await;
        assert_eq!(refused, json!({ "name": ["This field is required."] }));
        let refused = change(Method::PATCH, json!({ "name": "" }), StatusCode::BAD_REQUEST).await;
        assert_eq!(refused, json!({ "name": ["This field may not be blank."] }));
        let direct = json!({ "chat_type": "direct" });
        let refused = change(Method::PATCH, direct, StatusCode::BAD_REQUEST).await;
        assert_eq!(
            refused,
            json!({ "chat_type": ["A room stays what it was made as."] })
        );
        assert_eq!(get(app, &anna, &path).await, replaced);
    })
    .await;
}

#[tokio::test]
async fn a_group_is_deleted_by_its_admin_and_a_direct_room_by_either_side() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let group = room(
            app,
            &anna,
            json!({ "name": "Открытая", "chat_type": "group", "is_open": true }),
        )
        .await;
        post(
            app,
            &boris,
            &format!("rooms/{group}/join/"),
            Value::Null,
            StatusCode::OK,
        )
        .await;
        let delete = |path| (Method::DELETE, path, Value::Null);
        let path = format!("rooms/{group}/");
        let refused = call(app, &boris, delete(path.as_str()), StatusCode::FORBIDDEN).await;
        assert!(refused["detail"].is_string(), "{refused}");
        call(app, &anna, delete(path.as_str()), StatusCode::NO_CONTENT).await;
        let gone = call(
            app,
            &anna,
            (Method::GET, &path, Value::Null),
            StatusCode::NOT_FOUND,
        )
        .await;
        assert_eq!(gone, unseen());

        let pair = direct(app, &anna, &boris).await;
        let path = format!("rooms/{pair}/");
        call(app, &boris, delete(path.as_str()), StatusCode::NO_CONTENT).await;
        assert_eq!(get(app, &anna, "rooms/").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_pair_has_one_direct_room_whoever_asks() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let (one, other) = (user(app, &anna).await, user(app, &boris).await);
        let body = json!({ "user_id": boris.id });
        let made = post(app, &anna, "create-direct-chat/", body, StatusCode::CREATED).await;
        let (a, b) = (
            one["username"].as_str().unwrap(),
            other["username"].as_str().unwrap(),
        );
        let room = json!({
            "id": made["room"]["id"], "name": format!("Чат: {a} и {b}"), "description": "", "chat_type": "direct",
            "created_at": made["room"]["created_at"], "participants": [one, other],
            "participants_count": 2, "other_participant": null, "unread_count": 0,
        });
        assert_eq!(made, json!({ "room": room, "message": "Чат успешно создан" }));

        for (who, whom) in [(&anna, json!(boris.id)), (&boris, json!(anna.id.to_string()))] {
            let body = json!({ "user_id": whom });
            let again = post(app, who, "create-direct-chat/", body, StatusCode::OK).await;
            assert_eq!(again, json!({ "room": room, "message": "Чат уже существует" }));
        }
        // In the list the other one is shown.
        assert_eq!(get(app, &anna, "rooms/").await[0]["other_participant"], other);
        assert_eq!(get(app, &boris, "rooms/").await[0]["other_participant"], one);
    })
    .await;
}

#[tokio::test]
async fn a_direct_room_needs_somebody_else() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let path = "create-direct-chat/";
        let missing = json!({ "error": "Необходимо указать ID пользователя" });
        for body in [
            json!({}),
            json!({ "user_id": null }),
            json!({ "user_id": "" }),
            json!({ "user_id": 0 }),
            json!({ "user_id": "abc" }),
            json!({ "user_id": [1] }),
            json!({ "user_id": 1.5 }),
            json!({ "user_id": true }),
        ] {
            refused(app, &anna, path, body, missing.clone()).await;
        }
        let oneself = json!({ "error": "Нельзя создать чат с самим собой" });
        refused(app, &anna, path, json!({ "user_id": anna.id }), oneself).await;
        for nobody in [987_654, -1] {
            let body = json!({ "user_id": nobody });
            let answer = post(app, &anna, path, body, StatusCode::NOT_FOUND).await;
            assert_eq!(answer, json!({ "error": "Пользователь не найден" }));
        }
        assert_eq!(get(app, &anna, "rooms/").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn conversations_of_other_clients_have_names_too() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let conversations = "/api/unet-chat/conversations/";
        for body in [
            json!({ "type": "group" }),
            json!({ "type": "private", "participant_ids": [boris.id] }),
        ] {
            let made = app
                .ask(&anna, (Method::POST, conversations, body), StatusCode::CREATED)
                .await;
            // By its UUID as well.
            let path = format!("rooms/{}/", made["id"].as_str().unwrap());
            assert_eq!(get(app, &anna, &path).await["id"], made["number"]);
        }
        let rooms = get(app, &anna, "rooms/").await;
        let name = |person: &Value| person["username"].as_str().unwrap().to_owned();
        let pair = format!(
            "Чат: {} и {}",
            name(&user(app, &anna).await),
            name(&user(app, &boris).await)
        );
        assert_eq!(
            (&rooms[0]["name"], &rooms[1]["name"]),
            (&json!(pair), &json!("Групповой чат"))
        );
    })
    .await;
}
