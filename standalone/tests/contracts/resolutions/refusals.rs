//! How requests are refused.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::{Answer, has_only_fields};
use crate::cluster::Cluster;
use crate::kstu::say;
use crate::mini;
use crate::person::Person;

/// More than a message may have, and still a body that is read.
const TOO_LONG: usize = 40_000;

pub(super) async fn resolution_10_status_codes_are_each_dialects_own(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    // Creating.
    anna.kstu().try_send(&room, "раз").await.is(201);
    let sent = anna.mini().send(number, "два").await;
    sent.says(201, &json!({"room": number, "content": "два"}));
    anna.oko().try_send(number, "три").await.is(200);
    // Strangers.
    vera.kstu().conversation(&room).await.is(403);
    vera.kstu().try_send(&room, "я").await.is(403);
    vera.kstu().page(&room, "").await.is(403);
    vera.mini()
        .room(number)
        .await
        .says(404, &json!({"detail": "No ChatRoom matches the given query."}));
    let unknown = json!({"error": "Комната не найдена"});
    vera.mini().history(number).await.says(404, &unknown);
    vera.mini().participants(number).await.says(404, &unknown);
    let stranger = json!({"detail": "Вы не являетесь участником этого чата"});
    vera.oko().page(number, "").await.says(403, &stranger);
    vera.oko().try_send(number, "я").await.says(403, &stranger);
    // What does not exist.
    let nowhere = Uuid::now_v7().to_string();
    anna.kstu().conversation(&nowhere).await.is(404);
    anna.mini().room(987_654).await.is(404);
    anna.oko().page(987_654, "").await.is(404);
    // Empty texts.
    anna.kstu().try_send(&room, " \n").await.is(400);
    let blank = json!({"content": ["This field may not be blank."]});
    anna.mini().send(number, "  ").await.says(400, &blank);
    let refused = anna.oko().try_send(number, "").await.json_of(400);
    assert!(refused["text"].is_array(), "{refused}");
    // No token, a bad one, one that is none: 401 everywhere.
    for path in everywhere(&room, number) {
        for token in [None, Some("bad"), Some("undefined"), Some(anna.refresh.as_str())] {
            let header = token.map(|token| ("authorization", format!("Bearer {token}")));
            let headers: Vec<_> = header.into_iter().collect();
            let answer = anna.call_with(&headers, Method::GET, &path, &Value::Null).await;
            assert_eq!(answer.status, 401, "{path} with {token:?}");
        }
    }
}

/// Paths of every dialect that need a token.
fn everywhere(room: &str, number: i64) -> [String; 9] {
    [
        "/api/unet-chat/conversations/".into(),
        format!("/api/unet-chat/messages/{room}"),
        "/api/v1/users/chat-users/".into(),
        "/api/auth/me/".into(),
        "/api/chat/rooms/".into(),
        format!("/api/chat/rooms/{number}/history/"),
        "/api/chat/chats/".into(),
        format!("/api/chat/chats/{number}/messages/"),
        "/api/notifications/".into(),
    ]
}

pub(super) async fn resolution_11_error_bodies_are_chosen_by_path_and_accept(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    for canonical in [
        "/api/unet-chat/conversations/",
        "/api/notifications/",
        "/api/unet-chat/nowhere",
    ] {
        let answer = anna.call_with(&[], Method::GET, canonical, &Value::Null).await;
        let problem = answer.json();
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{canonical}"
        );
        assert_eq!(problem["status"], answer.status);
        assert!(
            problem["type"].is_string() && problem["request_id"].is_string(),
            "{problem}"
        );
    }
    let refused = anna.kstu().try_send(&room, "").await.is_problem(400, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/text");

    tokens_are_refused_in_the_seeds_words(&anna).await;
    bodies_are_refused_in_the_seeds_words(&anna).await;
}

async fn tokens_are_refused_in_the_seeds_words(anna: &Person) {
    let no_token = json!({"detail": "Authentication credentials were not provided."});
    for path in ["/api/auth/me/", "/api/chat/rooms/", "/api/chat/chats/"] {
        let get =
            async |headers: &[(&str, String)]| anna.call_with(headers, Method::GET, path, &Value::Null).await;
        get(&[]).await.says(401, &no_token);
        is_a_bad_token(&get(&[("authorization", "Bearer bad".into())]).await);
        let alone = get(&[("authorization", "Bearer".into())]).await.json_of(401);
        assert_eq!(alone["code"], "bad_authorization_header", "{path}");
        let both = get(&[("accept", "application/problem+json".into())]).await;
        both.is_problem(401, "unauthorized");
        assert_eq!(both.header("www-authenticate"), r#"Bearer realm="api""#);
    }
}

async fn bodies_are_refused_in_the_seeds_words(anna: &Person) {
    for path in ["/api/auth/login/", "/api/chat/rooms/", "/api/chat/messages/"] {
        let bearer = [("authorization", format!("Bearer {}", anna.access))];
        let post = async |kind: &str, text: &str| {
            let body = Some((kind, text.as_bytes().to_vec()));
            anna.raw(&bearer, (Method::POST, path), body).await
        };
        let refused = post("application/json", "{").await.json_of(400);
        let detail = refused["detail"].as_str().expect("a detail");
        assert!(detail.starts_with("JSON parse error - "), "{path}: {detail}");
        let list = json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]});
        post("application/json", "[]").await.says(400, &list);
        has_only_fields(&post("text/plain", "x").await.json_of(415), &["detail"]);
        let wrong = json!({"detail": "Method \"DELETE\" not allowed."});
        let answer = anna.call(Method::DELETE, path, &Value::Null).await;
        answer.says(405, &wrong);
    }
    anna.raw(
        &[("authorization", format!("Bearer {}", anna.access))],
        (Method::POST, "/api/chat/rooms/"),
        Some((
            "application/x-www-form-urlencoded",
            b"name=Form&chat_type=group".to_vec(),
        )),
    )
    .await
    .is(201);
}

fn is_a_bad_token(answer: &Answer) {
    let expected = json!({
        "detail": "Given token not valid for any token type", "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}],
    });
    answer.says(401, &expected);
}

pub(super) async fn resolution_22_texts_have_limits_and_are_trimmed_by_mini_and_oko(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let verbatim = anna.kstu().send(&room, "  <b>раз</b>\n").await;
    assert_eq!(verbatim["text"], "  <b>раз</b>\n");
    let trimmed = anna.mini().send(number, "  <b>два</b>\n").await.json_of(201);
    assert_eq!(trimmed["content"], "<b>два</b>");
    assert_eq!(anna.oko().send(number, " три ").await["text"], "три");
    let mut socket = anna.mini().open(number).await;
    mini::say(&mut socket, " четыре\t").await;
    assert_eq!(socket.until("chat_message").await["message"], "четыре");

    let long = "я".repeat(20_000);
    anna.mini().send(number, &long).await.is(201);
    let too_long = "я".repeat(TOO_LONG);
    for (answer, what) in writes(&anna, (&room, number), &too_long).await {
        assert_eq!(answer.status, 400, "{what}, too long");
    }
    for (answer, what) in writes(&anna, (&room, number), "NUL\0").await {
        assert_eq!(answer.status, 400, "{what}, NUL");
    }
    let mut kstu = anna.kstu().open(&room).await;
    for bad in ["", "  ", "\0", &too_long] {
        say(&mut kstu, bad).await;
        kstu.until("error").await;
    }
    assert_eq!(anna.kstu().history(&room).await.len(), 5);
}

/// The same text by each way that a message goes in over REST.
async fn writes(who: &Person, (room, number): (&str, i64), text: &str) -> [(Answer, &'static str); 3] {
    [
        (who.kstu().try_send(room, text).await, "KSTU"),
        (who.mini().send(number, text).await, "Mini"),
        (who.oko().try_send(number, text).await, "Oko"),
    ]
}

pub(super) async fn resolution_28_older_clients_find_no_extra_keys_in_an_error(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let clara = cluster.person("clara").await;
    let tokens = json!({"username": "", "password": "12345678", "password_confirm": "12345678"});
    for (answer, key) in [
        (anna.post("/api/auth/register/", &tokens).await, "username"),
        (anna.accounts().login("wrong").await, "error"),
        (
            anna.accounts().change_password("wrong", "battery staple").await,
            "old_password",
        ),
        (anna.mini().create(&json!({})).await, "name"),
        (
            anna.mini()
                .create(&json!({"name": "x", "chat_type": "channel"}))
                .await,
            "chat_type",
        ),
        (anna.mini().send(room, "").await, "content"),
        (anna.mini().send(987_654, "x").await, "room"),
        (anna.mini().create_direct(&json!(987_654)).await, "error"),
        (anna.mini().create_direct(&json!(anna.id)).await, "error"),
        (clara.mini().history(room).await, "error"),
        (clara.mini().room(room).await, "detail"),
        (clara.oko().page(room, "").await, "detail"),
        (anna.oko().try_send(room, "").await, "text"),
        (anna.oko().try_send(room, "+7 701").await, "detail"),
    ] {
        assert!(answer.status >= 400);
        has_only_fields(&answer.json(), &[key]);
        assert_eq!(answer.header("content-type"), "application/json");
    }
}
