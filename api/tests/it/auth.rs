//! Every row and every sentence of `/api/auth/`, as the clients of the Mini Chat Backend know them.

// For clippy, which otherwise takes the functions between the tests for product code.
#![cfg(test)]

mod bodies;
mod people;
mod profile;
mod sessions;

use std::time::Duration;

use protocol::UserId;
use reqwest::{Method, RequestBuilder, StatusCode};
use runtime::Clock;
use runtime::tokens::Tokens;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp, on_each_store, tokens_config};

const PASSWORD: &str = "correct horse";

/// A name that nobody else has.
fn name(prefix: &str) -> String {
    format!("{prefix}-{}", Uuid::now_v7().simple())
}

fn registration(username: &str) -> Value {
    json!({ "username": username, "password": PASSWORD, "password_confirm": PASSWORD })
}

/// Somebody who has registered.
struct Registered {
    username: String,
    person: Person,
    refresh: String,
}

async fn register(app: &TestApp, prefix: &str) -> Registered {
    let username = name(prefix);
    let made = post(
        app,
        "/api/auth/register/",
        &registration(&username),
        StatusCode::CREATED,
    )
    .await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Registered {
        person: Person {
            id: made["user"]["id"].as_i64().unwrap(),
            token: text(&made["tokens"]["access"]),
        },
        refresh: text(&made["tokens"]["refresh"]),
        username,
    }
}

/// The JSON that answers a request, which must have this status.
async fn answer(request: RequestBuilder, expected: StatusCode) -> Value {
    let response = request.send().await.unwrap();
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="api""#);
    }
    let content_type = response.headers()["content-type"].clone();
    let text = response.text().await.unwrap();
    assert_eq!(status, expected, "{text}");
    assert_eq!(content_type, "application/json", "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Posts JSON without a token.
async fn post(app: &TestApp, path: &str, body: &Value, expected: StatusCode) -> Value {
    answer(app.request(&Method::POST, path).json(body), expected).await
}

async fn refused(app: &TestApp, path: &str, body: Value, with: Value) {
    assert_eq!(
        post(app, path, &body, StatusCode::BAD_REQUEST).await,
        with,
        "{path} {body}"
    );
}

/// The node's tokens as they were minted when none of them could still be good.
fn last_year(app: &TestApp) -> Tokens {
    let then = app.clock.now().minus(Duration::from_hours(366 * 24));
    Tokens::new(&tokens_config(), Clock::fixed(then)).unwrap()
}

/// UTC with a `Z` and six digits.
fn assert_utc(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(
        text.ends_with('Z') && text.len() == "2026-01-31T09:30:00.000000Z".len(),
        "{text}"
    );
}

#[tokio::test]
async fn a_registration_answers_the_person_and_their_tokens() {
    on_each_store(async |app| {
        let username = name("Анна");
        let mut body = registration(&username);
        body["email"] = json!("anna@example.org");
        body["first_name"] = json!(" Анна ");
        body["last_name"] = json!("Петрова");
        let made = post(app, "/api/auth/register/", &body, StatusCode::CREATED).await;
        let (id, tokens) = (&made["user"]["id"], &made["tokens"]);
        assert_eq!(
            made,
            json!({
                "user": {
                    "id": id, "username": username, "email": "anna@example.org", "first_name": "Анна",
                    "last_name": "Петрова",
                },
                "tokens": { "access": tokens["access"], "refresh": tokens["refresh"] },
                "message": "Пользователь успешно зарегистрирован",
            })
        );
        let access = app
            .tokens
            .verify_access(tokens["access"].as_str().unwrap())
            .unwrap();
        assert_eq!(id, access.user.0);
        app.tokens
            .verify_refresh(tokens["refresh"].as_str().unwrap())
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_registration_needs_three_fields_and_the_others_are_empty_texts() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let me = app.get(&anna.person, "/api/auth/me/").await;
        assert_eq!(
            me,
            json!({
                "id": anna.person.id, "username": anna.username, "email": "", "first_name": "", "last_name": "",
            })
        );
    })
    .await;
}

#[tokio::test]
async fn common_and_numeric_passwords_shared_addresses_and_other_case_pass() {
    on_each_store(async |app| {
        let lower = name("anna");
        for username in [lower.clone(), lower.to_uppercase()] {
            let body = json!({
                "username": username, "password": 12_345_678, "password_confirm": "12345678",
                "email": "shared@example.org",
            });
            post(app, "/api/auth/register/", &body, StatusCode::CREATED).await;
        }
    })
    .await;
}

/// Each value of one field in an otherwise good registration, and the sentences that refuse it.
async fn refuses_values(app: &TestApp, field: &'static str, cases: &[(Value, &[&str])]) {
    for (value, sentences) in cases {
        let mut body = registration(&name("anna"));
        body[field] = value.clone();
        refused(app, "/api/auth/register/", body, json!({ field: sentences })).await;
    }
}

#[tokio::test]
async fn a_registration_without_its_three_fields_names_each() {
    on_each_store(async |app| {
        let required = json!(["This field is required."]);
        let with = json!({ "username": required, "password": required, "password_confirm": required });
        refused(app, "/api/auth/register/", json!({}), with).await;
    })
    .await;
}

#[tokio::test]
async fn a_username_that_is_not_allowed_is_refused_in_the_words_that_clients_show() {
    const ODD: &str =
        "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    on_each_store(async |app| {
        let taken = register(app, "anna").await.username;
        let cases: [(Value, &[&str]); 9] = [
            (json!(taken), &["A user with that username already exists."]),
            (json!("a b"), &[ODD]),
            (
                json!("a".repeat(151)),
                &["Ensure this field has no more than 150 characters."],
            ),
            (json!(""), &["This field may not be blank."]),
            (json!("  "), &["This field may not be blank."]),
            (json!(null), &["This field may not be null."]),
            (json!(["a"]), &["Not a valid string."]),
            (json!({ "a": 1 }), &["Not a valid string."]),
            (json!("a\0b"), &[ODD, "Null characters are not allowed."]),
        ];
        refuses_values(app, "username", &cases).await;
    })
    .await;
}

#[tokio::test]
async fn other_values_that_are_not_allowed_are_refused_by_field() {
    on_each_store(async |app| {
        let passwords: [(Value, &[&str]); 4] = [
            (
                json!("1234567"),
                &["Ensure this field has at least 8 characters."],
            ),
            (json!(null), &["This field may not be null."]),
            (json!(true), &["Not a valid string."]),
            (json!("long enough\0"), &["Null characters are not allowed."]),
        ];
        refuses_values(app, "password", &passwords).await;
        refuses_values(
            app,
            "password_confirm",
            &[(json!(""), &["This field may not be blank."])],
        )
        .await;
        let emails: [(Value, &[&str]); 3] = [
            (json!("anna"), &["Enter a valid email address."]),
            (json!("anna@nowhere"), &["Enter a valid email address."]),
            (json!(null), &["This field may not be null."]),
        ];
        refuses_values(app, "email", &emails).await;
        let names: [(Value, &[&str]); 2] = [
            (
                json!("я".repeat(151)),
                &["Ensure this field has no more than 150 characters."],
            ),
            (json!("a\0"), &["Null characters are not allowed."]),
        ];
        refuses_values(app, "first_name", &names).await;
        refuses_values(app, "last_name", &names).await;
    })
    .await;
}

#[tokio::test]
async fn two_different_passwords_are_refused() {
    on_each_store(async |app| {
        let mut body = registration(&name("anna"));
        body["password_confirm"] = json!("another password");
        let with = json!({ "non_field_errors": ["Пароли не совпадают"] });
        refused(app, "/api/auth/register/", body, with).await;
    })
    .await;
}

#[tokio::test]
async fn faults_of_fields_come_together_and_before_the_passwords_are_compared() {
    on_each_store(async |app| {
        let taken = register(app, "anna").await.username;
        let body = json!({
            "username": taken, "password": "short", "password_confirm": "other", "email": "x",
        });
        let with = json!({
            "username": ["A user with that username already exists."],
            "password": ["Ensure this field has at least 8 characters."],
            "email": ["Enter a valid email address."],
        });
        refused(app, "/api/auth/register/", body, with).await;
    })
    .await;
}

#[tokio::test]
async fn of_many_who_register_one_name_at_once_one_gets_it() {
    on_each_store(async |app| {
        let body = registration(&name("anna"));
        let attempt = async || {
            let request = app.request(&Method::POST, "/api/auth/register/").json(&body);
            request.send().await.unwrap()
        };
        let (a, b, c, d) = tokio::join!(attempt(), attempt(), attempt(), attempt());
        let mut made = 0;
        for response in [a, b, c, d] {
            if response.status() == StatusCode::CREATED {
                made += 1;
                continue;
            }
            assert_eq!(response.status(), StatusCode::BAD_REQUEST);
            let body: Value = response.json().await.unwrap();
            assert_eq!(
                body,
                json!({ "username": ["A user with that username already exists."] })
            );
        }
        assert_eq!(made, 1);
    })
    .await;
}

#[tokio::test]
async fn a_login_answers_the_person_and_tokens_and_makes_them_online() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let profile = app.get(&anna.person, "/api/auth/profile/").await;
        assert_eq!(profile["profile"]["is_online"], false);
        let body = json!({ "username": anna.username, "password": PASSWORD });
        let welcome = post(app, "/api/auth/login/", &body, StatusCode::OK).await;
        assert_eq!(
            welcome,
            json!({
                "user": {
                    "id": anna.person.id, "username": anna.username, "email": "", "first_name": "", "last_name": "",
                },
                "tokens": { "access": welcome["tokens"]["access"], "refresh": welcome["tokens"]["refresh"] },
                "message": "Успешный вход",
            })
        );
        let token = welcome["tokens"]["access"].as_str().unwrap().to_owned();
        let profile = app.get(&Person { id: anna.person.id, token }, "/api/auth/profile/").await;
        assert_eq!(profile["profile"]["is_online"], true);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    on_each_store(async |app| {
        let username = name("anna");
        let mut body = registration(&username);
        body["email"] = json!(format!("{username}@example.org"));
        post(app, "/api/auth/register/", &body, StatusCode::CREATED).await;
        for (login, password) in [
            (username.clone(), "another password"),
            (username.to_uppercase(), PASSWORD),
            (name("nobody"), PASSWORD),
            (format!("{username}@example.org"), PASSWORD),
        ] {
            let body = json!({ "username": login, "password": password });
            refused(
                app,
                "/api/auth/login/",
                body,
                json!({ "error": "Неверное имя пользователя или пароль" }),
            )
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_without_a_name_or_a_password_says_that_both_are_needed() {
    on_each_store(async |app| {
        for body in [
            json!({}),
            json!({ "username": "anna" }),
            json!({ "password": PASSWORD }),
            json!({ "username": "", "password": PASSWORD }),
            json!({ "username": "anna", "password": null }),
        ] {
            let with = json!({ "error": "Необходимо указать имя пользователя и пароль" });
            refused(app, "/api/auth/login/", body, with).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_email_address_signs_in_where_the_kstu_client_looks() {
    on_each_store(async |app| {
        let username = name("anna");
        let email = format!("{username}@example.org");
        let mut body = registration(&username);
        body["email"] = json!(email);
        let made = post(app, "/api/auth/register/", &body, StatusCode::CREATED).await;
        for path in ["/educations/api/v1/users/auth/", "/educations/api/v1/users/auth"] {
            let body = json!({ "email": email.to_uppercase(), "password": PASSWORD });
            let welcome = post(app, path, &body, StatusCode::OK).await;
            let (access, refresh) = (&welcome["access"], &welcome["refresh"]);
            assert_eq!(
                welcome,
                json!({ "access": access, "refresh": refresh, "id": made["user"]["id"] })
            );
            app.tokens.verify_access(access.as_str().unwrap()).unwrap();

            let wrong = json!({ "email": email, "password": "another password" });
            refused(
                app,
                path,
                wrong,
                json!({ "error": "Неверное имя пользователя или пароль" }),
            )
            .await;
            let by_name = json!({ "email": username, "password": PASSWORD });
            refused(
                app,
                path,
                by_name,
                json!({ "error": "Неверное имя пользователя или пароль" }),
            )
            .await;
            refused(
                app,
                path,
                json!({}),
                json!({ "error": "Необходимо указать email и пароль" }),
            )
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn spaces_around_a_password_do_not_count_anywhere() {
    on_each_store(async |app| {
        let username = name("anna");
        let padded = format!("  {PASSWORD} ");
        let body = json!({ "username": username, "password": padded, "password_confirm": PASSWORD });
        post(app, "/api/auth/register/", &body, StatusCode::CREATED).await;
        for password in [PASSWORD, &padded] {
            let body = json!({ "username": username, "password": password });
            post(app, "/api/auth/login/", &body, StatusCode::OK).await;
        }
    })
    .await;
}
