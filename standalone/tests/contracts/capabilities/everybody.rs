//! Accounts and tokens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::accounts::PASSWORD;
use crate::answer::{has_only_fields, is_utc};
use crate::cluster::Cluster;
use crate::person::Person;

const AVATAR: &str = "https://via.placeholder.com/150?text=Avatar";

pub(super) async fn registration_login_logout_me_profile_and_password(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    registers_once(&anna).await;

    let answered = anna.accounts().login(PASSWORD).await.json_of(200);
    assert_eq!(answered["message"], "Успешный вход");
    assert_eq!(answered["user"], anna.user());
    let refused = json!({"error": "Неверное имя пользователя или пароль"});
    anna.accounts().login("wrong password").await.says(400, &refused);
    let nameless = json!({});
    let nameless = anna.call_with(&[], Method::POST, "/api/auth/login/", &nameless);
    let missing = json!({"error": "Необходимо указать имя пользователя и пароль"});
    nameless.await.says(400, &missing);

    anna.accounts().me().await.says(200, &anna.user());
    keeps_a_profile(&anna, &boris).await;
    changes_the_password(&anna.beside(&boris)).await;

    let signed_out = json!({"message": "Успешный выход"});
    boris.accounts().logout().await.says(200, &signed_out);
    let refused = boris.accounts().me().await.json_of(401);
    assert_eq!(refused["code"], "token_not_valid");
}

async fn registers_once(anna: &Person) {
    let body = |username: &str, password: &str, again: &str| json!({"username": username, "password": password, "password_confirm": again});
    let register = async |body: Value| {
        anna.call_with(&[], Method::POST, "/api/auth/register/", &body)
            .await
    };
    let made = register(body("clara", "12345678", "12345678")).await.json_of(201);
    has_only_fields(&made, &["user", "tokens", "message"]);
    has_only_fields(&made["tokens"], &["access", "refresh"]);
    assert_eq!(made["message"], "Пользователь успешно зарегистрирован");
    let user = json!({
        "id": made["user"]["id"], "username": "clara", "email": "", "first_name": "", "last_name": "",
    });
    assert_eq!(made["user"], user);
    for (refused, body) in [
        (
            json!({"username": ["A user with that username already exists."]}),
            body("anna", "12345678", "12345678"),
        ),
        (
            json!({"password": ["Ensure this field has at least 8 characters."]}),
            body("dina", "1234567", "1234567"),
        ),
        (
            json!({"non_field_errors": ["Пароли не совпадают"]}),
            body("dina", "12345678", "123456789"),
        ),
    ] {
        register(body).await.says(400, &refused);
    }
    register(body("ANNA", "12345678", "12345678")).await.is(201);
}

async fn keeps_a_profile(anna: &Person, boris: &Person) {
    let profile = anna.accounts().profile().await.json_of(200);
    is_utc(&profile["date_joined"]);
    is_utc(&profile["profile"]["last_seen"]);
    has_only_fields(&profile["profile"], &["is_online", "last_seen", "avatar"]);
    assert_eq!(profile["profile"]["is_online"], true, "a login is presence");
    assert_eq!(profile["profile"]["avatar"], AVATAR);

    let changed = anna
        .accounts()
        .change_profile(&json!({"first_name": "Аня", "username": "other"}))
        .await
        .json_of(200);
    assert_eq!(changed["message"], "Профиль успешно обновлен");
    assert_eq!(changed["user"]["first_name"], "Аня");
    assert_eq!(changed["user"]["username"], "anna");
    let seen = anna.beside(boris).accounts().profile().await.json_of(200);
    assert_eq!(seen, changed["user"]);
    let back = json!({"first_name": "Anna"});
    anna.accounts().change_profile(&back).await.is(200);
    let taken = json!({"email": ["Пользователь с таким email уже существует"]});
    let theirs = json!({"email": "boris@example.org"});
    anna.accounts().change_profile(&theirs).await.says(400, &taken);
}

async fn changes_the_password(anna: &Person) {
    let accounts = anna.accounts();
    let wrong = json!({"old_password": ["Неверный текущий пароль"]});
    accounts
        .change_password("wrong", "battery staple")
        .await
        .says(400, &wrong);
    let different = json!({
        "old_password": PASSWORD, "new_password": "battery staple", "new_password_confirm": "battery stapler",
    });
    anna.post("/api/auth/change-password/", &different)
        .await
        .says(400, &json!({"non_field_errors": ["Новые пароли не совпадают"]}));
    let changed = json!({"message": "Пароль успешно изменен"});
    accounts
        .change_password(PASSWORD, "battery staple")
        .await
        .says(200, &changed);
    accounts.me().await.is(200);
    accounts.login(PASSWORD).await.is(400);
    accounts.login("battery staple").await.is(200);
}

pub(super) async fn jwt_access_and_refresh_with_auto_refresh_on_401(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let stale = anna.with_access("stale");
    let refused = stale
        .kstu()
        .call(Method::GET, "conversations/", &Value::Null)
        .await;
    refused.is_problem(401, "unauthorized");
    assert_eq!(refused.header("www-authenticate"), r#"Bearer realm="api""#);
    assert_eq!(stale.get("/api/chat/rooms/").await.status, 401);

    // Each client at its own path, twice with the first refresh token, at either node.
    for path in [
        "/educations/api/v1/users/refresh/",
        "/api/users/token/refresh/",
        "/api/auth/token/refresh/",
    ] {
        for node in [&anna, &boris] {
            let fresh = anna.beside(node).accounts().refresh_at(path).await.json_of(200);
            let access = fresh["access"].as_str().expect("a token");
            anna.with_access(access).kstu().conversations().await;
            assert_ne!(fresh["refresh"], anna.refresh, "it is rotated");
        }
    }
    let mut odd = anna.clone();
    odd.refresh = anna.access.clone();
    let wrong = json!({"detail": "Token has wrong type", "code": "token_not_valid"});
    odd.accounts().refresh().await.says(401, &wrong);
    odd.refresh = "garbage".into();
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    odd.accounts().refresh().await.says(401, &invalid);
}

pub(super) async fn www_authenticate_request_header_and_query(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let header = |token: &str| [("www-authenticate", format!("Bearer {token}"))];
    for path in [
        "/api/unet-chat/conversations/",
        "/api/auth/me/",
        "/api/v1/users/chat-users/",
        "/api/chat/rooms/",
        "/api/chat/chats/",
        "/api/notifications/",
    ] {
        let get = async |token: &str| {
            let headers = header(token);
            anna.call_with(&headers, Method::GET, path, &Value::Null)
                .await
                .status
        };
        assert_eq!(get(&anna.access).await, 200, "{path}");
        assert_eq!(get("undefined").await, 401, "{path}");
        let query = format!("{path}?WWW-Authenticate=Bearer%20{}", anna.access);
        anna.call_with(&[], Method::GET, &query, &Value::Null)
            .await
            .is(200);
    }
    for door in [
        format!("/api/unet-chat/ws/conversations/{room}/"),
        "/api/unet-chat/ws".into(),
        format!("/ws/chat/{number}/"),
    ] {
        anna.open(&door, &header(&anna.access)).await;
        anna.open(&format!("{door}?WWW-Authenticate=Bearer%20{}", anna.access), &[])
            .await;
        let undefined = format!("{door}?WWW-Authenticate=Bearer%20undefined");
        let refused = anna.try_open(&undefined, &[]).await;
        assert_eq!(refused.err().expect("a refusal").status, 401, "{door}");
    }
}
