//! Exchanging tokens, signing out, and what a new password ends.

use super::*;

const REFRESH: [&str; 6] = [
    "/api/auth/token/refresh/",
    "/api/auth/token/refresh",
    "/educations/api/v1/users/refresh/",
    "/educations/api/v1/users/refresh",
    "/api/users/token/refresh/",
    "/api/users/token/refresh",
];

async fn refresh(app: &TestApp, token: &str, expected: StatusCode) -> Value {
    post(app, REFRESH[0], &json!({ "refresh": token }), expected).await
}

fn not_valid(reason: &str) -> Value {
    json!({ "detail": reason, "code": "token_not_valid" })
}

/// The same person, by the tokens of another sign-in.
fn bearer_of(welcome: &Value, person: &Person) -> Person {
    Person {
        id: person.id,
        token: welcome["tokens"]["access"].as_str().unwrap().to_owned(),
    }
}

/// Both kinds of paths refuse the token, as they refuse any that is not valid.
async fn is_signed_out(app: &TestApp, who: &Person) {
    let me = (Method::GET, "/api/auth/me/", Value::Null);
    let said = app.ask(who, me, StatusCode::UNAUTHORIZED).await;
    assert_eq!(
        said,
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": "Token is invalid" }],
        })
    );
    let list = (Method::GET, "/api/unet-chat/conversations/", Value::Null);
    let said = app.ask(who, list, StatusCode::UNAUTHORIZED).await;
    assert_eq!(said["code"], "unauthorized");
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_a_new_pair_and_stays_good() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        for path in REFRESH {
            let body = json!({ "refresh": anna.refresh });
            let pair = post(app, path, &body, StatusCode::OK).await;
            assert_eq!(
                pair,
                json!({ "access": pair["access"], "refresh": pair["refresh"] })
            );
            assert_ne!(pair["refresh"], anna.refresh);
            let access = app
                .tokens
                .verify_access(pair["access"].as_str().unwrap())
                .unwrap();
            assert_eq!(access.user.0, anna.person.id);
            refresh(app, pair["refresh"].as_str().unwrap(), StatusCode::OK).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_cannot_be_exchanged_is_401_and_says_why() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let (unknown, _) = app.tokens.refresh(UserId(anna.person.id), Uuid::now_v7());
        let (expired, _) = last_year(app).refresh(UserId(anna.person.id), Uuid::now_v7());
        for (token, reason) in [
            (expired.as_str(), "Token is expired"),
            ("garbage", "Token is invalid"),
            (unknown.as_str(), "Token is invalid"),
            (anna.person.token.as_str(), "Token has wrong type"),
        ] {
            assert_eq!(
                refresh(app, token, StatusCode::UNAUTHORIZED).await,
                not_valid(reason)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_exchange_without_a_token_names_the_field() {
    on_each_store(async |app| {
        for path in REFRESH {
            for (body, said) in [
                (json!({}), "This field is required."),
                (json!({ "refresh": null }), "This field may not be null."),
                (json!({ "refresh": "" }), "This field may not be blank."),
                (json!({ "refresh": ["a"] }), "Not a valid string."),
            ] {
                refused(app, path, body, json!({ "refresh": [said] })).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn signing_out_needs_no_body_makes_offline_and_ends_the_sign_in_that_asks() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let login = json!({ "username": anna.username, "password": PASSWORD });
        let laptop = post(app, "/api/auth/login/", &login, StatusCode::OK).await;
        let laptop = bearer_of(&laptop, &anna.person);
        let request = app.request(&Method::POST, "/api/auth/logout/");
        let done = answer(request.bearer_auth(&anna.person.token), StatusCode::OK).await;
        assert_eq!(done, json!({ "message": "Успешный выход" }));
        is_signed_out(app, &anna.person).await;
        refresh(app, &anna.refresh, StatusCode::UNAUTHORIZED).await;
        let user = app.store.user(UserId(anna.person.id)).await.unwrap().unwrap();
        assert!(!user.is_online);
        // The sign-in of the login was not asked to end.
        app.get(&laptop, "/api/auth/me/").await;
    })
    .await;
}

#[tokio::test]
async fn signing_out_with_a_refresh_token_ends_its_session() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let next = refresh(app, &anna.refresh, StatusCode::OK).await;
        let body = json!({ "refresh": anna.refresh });
        app.ask(
            &anna.person,
            (Method::POST, "/api/auth/logout/", body),
            StatusCode::OK,
        )
        .await;
        for token in [anna.refresh.as_str(), next["refresh"].as_str().unwrap()] {
            assert_eq!(
                refresh(app, token, StatusCode::UNAUTHORIZED).await,
                not_valid("Token is invalid")
            );
        }
        is_signed_out(app, &anna.person).await;
    })
    .await;
}

#[tokio::test]
async fn signing_out_with_what_is_no_token_of_ones_own_ends_no_session() {
    on_each_store(async |app| {
        let (anna, boris) = (register(app, "anna").await, register(app, "boris").await);
        for odd in [
            json!(anna.refresh),
            json!("garbage"),
            json!(""),
            json!(null),
            json!(7),
        ] {
            let login = json!({ "username": boris.username, "password": PASSWORD });
            let once = post(app, "/api/auth/login/", &login, StatusCode::OK).await;
            let once = bearer_of(&once, &boris.person);
            let body = json!({ "refresh": odd });
            app.ask(&once, (Method::POST, "/api/auth/logout/", body), StatusCode::OK)
                .await;
            is_signed_out(app, &once).await;
        }
        for other in [&anna, &boris] {
            refresh(app, &other.refresh, StatusCode::OK).await;
            app.get(&other.person, "/api/auth/me/").await;
        }
    })
    .await;
}

async fn change(app: &TestApp, anna: &Registered, passwords: [&str; 3], expected: StatusCode) -> Value {
    let [old, new, confirm] = passwords;
    let body = json!({ "old_password": old, "new_password": new, "new_password_confirm": confirm });
    app.ask(
        &anna.person,
        (Method::POST, "/api/auth/change-password/", body),
        expected,
    )
    .await
}

#[tokio::test]
async fn a_changed_password_counts_at_once_and_ends_every_refresh_token_and_the_others_access() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let login = json!({ "username": anna.username, "password": PASSWORD });
        let laptop = post(app, "/api/auth/login/", &login, StatusCode::OK).await;
        let laptop = bearer_of(&laptop, &anna.person);
        let done = change(
            app,
            &anna,
            [PASSWORD, "a new password", "a new password"],
            StatusCode::OK,
        )
        .await;
        assert_eq!(done, json!({ "message": "Пароль успешно изменен" }));
        let login = |password: &str| json!({ "username": anna.username, "password": password });
        post(app, "/api/auth/login/", &login(PASSWORD), StatusCode::BAD_REQUEST).await;
        is_signed_out(app, &laptop).await;
        let again = post(app, "/api/auth/login/", &login("a new password"), StatusCode::OK).await;
        app.get(&bearer_of(&again, &anna.person), "/api/auth/me/").await;
        assert_eq!(
            refresh(app, &anna.refresh, StatusCode::UNAUTHORIZED).await,
            not_valid("Token is invalid")
        );
        // The answer brought no tokens: whoever asked goes on with the one that they have.
        app.get(&anna.person, "/api/auth/me/").await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_of_password_says_why_and_changes_nothing() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let wrong = json!(["Неверный текущий пароль"]);
        let short = json!(["Ensure this field has at least 8 characters."]);
        for (passwords, with) in [
            (
                ["another", "a new password", "a new password"],
                json!({ "old_password": wrong }),
            ),
            (
                ["another", "short", "short"],
                json!({ "old_password": wrong, "new_password": short }),
            ),
            (
                ["another", "a new password", "else"],
                json!({ "old_password": wrong }),
            ),
            ([PASSWORD, "short", "short"], json!({ "new_password": short })),
            (
                [PASSWORD, "a new password", "else"],
                json!({ "non_field_errors": ["Новые пароли не совпадают"] }),
            ),
            (
                ["", "a new password", "a new password"],
                json!({ "old_password": ["This field may not be blank."] }),
            ),
        ] {
            assert_eq!(change(app, &anna, passwords, StatusCode::BAD_REQUEST).await, with);
        }
        let missing = (Method::POST, "/api/auth/change-password/", json!({}));
        assert_eq!(
            app.ask(&anna.person, missing, StatusCode::BAD_REQUEST).await,
            json!({
                "old_password": ["This field is required."],
                "new_password": ["This field is required."],
                "new_password_confirm": ["This field is required."],
            })
        );
        let login = json!({ "username": anna.username, "password": PASSWORD });
        post(app, "/api/auth/login/", &login, StatusCode::OK).await;
        refresh(app, &anna.refresh, StatusCode::OK).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_has_no_password_cannot_change_it() {
    on_each_store(async |app| {
        let hosted = app.person("Hosted").await;
        let body = json!({
            "old_password": PASSWORD, "new_password": "a new password", "new_password_confirm": "a new password",
        });
        let call = (Method::POST, "/api/auth/change-password/", body);
        let said = app.ask(&hosted, call, StatusCode::BAD_REQUEST).await;
        assert_eq!(said, json!({ "old_password": ["Неверный текущий пароль"] }));
    })
    .await;
}
