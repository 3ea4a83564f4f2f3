//! One's own profile.

use super::*;

const PROFILE: &str = "/api/auth/profile/";

#[tokio::test]
async fn a_profile_shows_presence_and_a_picture_that_is_never_null() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let profile = app.get(&anna.person, PROFILE).await;
        let (joined, seen) = (&profile["date_joined"], &profile["profile"]["last_seen"]);
        assert_utc(joined);
        assert_utc(seen);
        assert_eq!(
            profile,
            json!({
                "id": anna.person.id, "username": anna.username, "email": "", "first_name": "", "last_name": "",
                "date_joined": joined,
                "profile": {
                    "is_online": false, "last_seen": seen, "avatar": "https://via.placeholder.com/150?text=Avatar",
                },
            })
        );
    })
    .await;
}

#[tokio::test]
async fn put_and_patch_change_what_is_sent_and_nothing_else() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let avatar = "https://example.org/anna.png";
        let all = json!({
            "first_name": "Анна", "last_name": "Петрова", "email": format!("{}@example.org", anna.username),
            "avatar": avatar, "username": "another", "is_online": true,
        });
        let put = app
            .ask(&anna.person, (Method::PUT, PROFILE, all.clone()), StatusCode::OK)
            .await;
        assert_eq!(put["message"], "Профиль успешно обновлен");
        assert_eq!(put["user"], app.get(&anna.person, PROFILE).await);
        assert_eq!(put["user"]["username"], anna.username);
        for field in ["first_name", "last_name", "email"] {
            assert_eq!(put["user"][field], all[field]);
        }
        assert_eq!(put["user"]["profile"]["avatar"], avatar);
        assert_eq!(put["user"]["profile"]["is_online"], false);

        for method in [Method::PUT, Method::PATCH] {
            let body = json!({ "first_name": method.as_str() });
            let patched = app
                .ask(&anna.person, (method.clone(), PROFILE, body), StatusCode::OK)
                .await;
            let mut expected = put["user"].clone();
            expected["first_name"] = json!(method.as_str());
            assert_eq!(patched["user"], expected);
        }

        let cleared = json!({ "avatar": "", "email": "", "last_name": "" });
        let cleared = app
            .ask(&anna.person, (Method::PATCH, PROFILE, cleared), StatusCode::OK)
            .await;
        assert_eq!(
            cleared["user"]["profile"]["avatar"],
            "https://via.placeholder.com/150?text=Avatar"
        );
        assert_eq!(
            (&cleared["user"]["email"], &cleared["user"]["last_name"]),
            (&json!(""), &json!(""))
        );
    })
    .await;
}

#[tokio::test]
async fn an_address_of_another_user_is_refused_and_ones_own_is_not() {
    on_each_store(async |app| {
        let (anna, boris) = (register(app, "anna").await, register(app, "boris").await);
        let address = |who: &Registered| json!({ "email": format!("{}@example.org", who.username) });
        app.ask(
            &boris.person,
            (Method::PATCH, PROFILE, address(&boris)),
            StatusCode::OK,
        )
        .await;
        for method in [Method::PUT, Method::PATCH] {
            let call = (method.clone(), PROFILE, address(&boris));
            let said = app.ask(&anna.person, call, StatusCode::BAD_REQUEST).await;
            assert_eq!(
                said,
                json!({ "email": ["Пользователь с таким email уже существует"] })
            );
            app.ask(&boris.person, (method, PROFILE, address(&boris)), StatusCode::OK)
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_that_is_not_allowed_is_refused_by_field() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let url = "Enter a valid URL.";
        for (body, with) in [
            (
                json!({ "email": "x" }),
                json!({ "email": ["Enter a valid email address."] }),
            ),
            (
                json!({ "email": null }),
                json!({ "email": ["This field may not be null."] }),
            ),
            (
                json!({ "avatar": "javascript:alert(1)" }),
                json!({ "avatar": [url] }),
            ),
            (json!({ "avatar": "/me.png" }), json!({ "avatar": [url] })),
            (
                json!({ "avatar": ["https://a/b"] }),
                json!({ "avatar": ["Not a valid string."] }),
            ),
            (
                json!({ "first_name": "a".repeat(151), "last_name": {} }),
                json!({
                    "first_name": ["Ensure this field has no more than 150 characters."],
                    "last_name": ["Not a valid string."],
                }),
            ),
            (
                json!({ "last_name": "a\0b" }),
                json!({ "last_name": ["Null characters are not allowed."] }),
            ),
        ] {
            let said = app
                .ask(
                    &anna.person,
                    (Method::PATCH, PROFILE, body),
                    StatusCode::BAD_REQUEST,
                )
                .await;
            assert_eq!(said, with);
        }
    })
    .await;
}
