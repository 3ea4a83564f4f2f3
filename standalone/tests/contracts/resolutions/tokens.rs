//! Tokens: how they come, how they are renewed, where one signs in.

use reqwest::Method;
use serde_json::{Value, json};

use crate::accounts::PASSWORD;
use crate::answer::has_fields;
use crate::cluster::Cluster;
use crate::mini;
use crate::patience::eventually;
use crate::person::{Header, Person};

/// Where a token is wanted: one path of each dialect.
const GUARDED: [&str; 5] = [
    "/api/unet-chat/conversations/",
    "/api/auth/me/",
    "/api/chat/rooms/",
    "/api/chat/chats/",
    "/api/notifications/",
];

/// The headers that carry a token.
const HEADERS: [&str; 2] = ["authorization", "www-authenticate"];

/// The queries that carry one.
const QUERIES: [&str; 3] = ["token=", "Authorization=Bearer%20", "WWW-Authenticate=Bearer%20"];

async fn status(who: &Person, headers: &[Header<'_>], path: &str) -> u16 {
    who.call_with(headers, Method::GET, path, &Value::Null)
        .await
        .status
}

pub(super) async fn resolution_05_tokens_come_by_any_carrier(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let token = &anna.access;
    for path in GUARDED {
        for name in HEADERS {
            let good = [(name, format!("Bearer {token}"))];
            assert_eq!(status(&anna, &good, path).await, 200, "{name} at {path}");
        }
        for query in QUERIES {
            let good = format!("{path}?{query}{token}");
            assert_eq!(status(&anna, &[], &good).await, 200, "{query} at {path}");
            assert_eq!(status(&anna, &[], &format!("{path}?{query}bad")).await, 401);
        }
        // A bad one is not rescued by a good one.
        let bad_first = [
            ("authorization", "Bearer bad".to_owned()),
            ("www-authenticate", format!("Bearer {token}")),
        ];
        assert_eq!(status(&anna, &bad_first, path).await, 401, "{path}");
        let bad_header = [("authorization", "Bearer bad".to_owned())];
        for query in QUERIES {
            let good = format!("{path}?{query}{token}");
            assert_eq!(status(&anna, &bad_header, &good).await, 401, "{query} at {path}");
        }
        let refused = anna.call_with(&[], Method::GET, path, &Value::Null).await;
        assert_eq!(
            refused.is(401).header("www-authenticate"),
            r#"Bearer realm="api""#
        );
    }
    for door in [
        "/api/unet-chat/ws".to_owned(),
        format!("/api/unet-chat/ws/conversations/{room}/"),
        format!("/ws/chat/{number}/"),
    ] {
        for name in HEADERS {
            anna.open(&door, &[(name, format!("Bearer {token}"))]).await;
        }
        for query in QUERIES {
            anna.open(&format!("{door}?{query}{token}"), &[]).await;
        }
        let bad = [("authorization", "Bearer bad".to_owned())];
        for query in QUERIES {
            let refused = anna.try_open(&format!("{door}?{query}{token}"), &bad).await;
            let refused = refused.err().unwrap_or_else(|| panic!("{query} opened {door}"));
            assert_eq!(refused.status, 401, "{query} at {door}");
        }
    }
    authorization_says_who_asks(&anna, &boris).await;
    authorization_says_who_has_a_socket(&anna, &boris, number).await;
    for node in cluster.apis.iter().chain(&cluster.gateways) {
        assert!(!node.log().contains(token.as_str()), "a token is in a log");
    }
}

/// With one good token in `Authorization` and another one elsewhere, the answer is for the first, whoever that is.
async fn authorization_says_who_asks(anna: &Person, boris: &Person) {
    for (first, second) in [(anna, boris), (boris, anna)] {
        let bearer = ("authorization", format!("Bearer {}", first.access));
        let me = async |headers: &[Header<'_>], path: &str| {
            let me = anna.call_with(headers, Method::GET, path, &Value::Null).await;
            assert_eq!(me.json_of(200)["id"], first.id, "{path}: {headers:?}");
        };
        let other = ("www-authenticate", format!("Bearer {}", second.access));
        me(&[bearer.clone(), other.clone()], "/api/auth/me/").await;
        me(&[other, bearer.clone()], "/api/auth/me/").await;
        for query in QUERIES {
            let path = format!("/api/auth/me/?{query}{}", second.access);
            me(std::slice::from_ref(&bearer), &path).await;
        }
    }
}

/// The same on sockets: the canonical one says whose it is, the Mini one echoes what its owner says.
async fn authorization_says_who_has_a_socket(anna: &Person, boris: &Person, number: i64) {
    let bearer = ("authorization", format!("Bearer {}", anna.access));
    let mut openings = vec![(
        vec![
            bearer.clone(),
            ("www-authenticate", format!("Bearer {}", boris.access)),
        ],
        String::new(),
    )];
    for query in QUERIES {
        openings.push((vec![bearer.clone()], format!("?{query}{}", boris.access)));
    }
    for (headers, query) in openings {
        let mut canonical = anna.open(&format!("/api/unet-chat/ws{query}"), &headers).await;
        let hello = canonical.until("hello").await;
        assert_eq!(hello["payload"]["user_id"], anna.id, "{query} {headers:?}");
        let mut in_mini = anna.open(&format!("/ws/chat/{number}/{query}"), &headers).await;
        mini::say(&mut in_mini, "кто я?").await;
        let echo = in_mini.until("chat_message").await;
        assert_eq!(echo["user_id"], anna.id, "{query} {headers:?}: {echo}");
    }
}

pub(super) async fn resolution_06_refresh_rotates_and_keeps_the_old_one_good(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let first = anna.accounts().refresh().await.json_of(200);
    assert_ne!(first["refresh"], anna.refresh);
    for _ in 0..2 {
        anna.accounts().refresh().await.is(200);
        anna.beside(&boris).accounts().refresh().await.is(200);
    }
    let refused = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    // Signing out ends the family, the rotated tokens too.
    anna.accounts().logout().await.is(200);
    let mut rotated = anna.clone();
    rotated.refresh = first["refresh"].as_str().expect("a token").to_owned();
    for token in [&anna, &rotated] {
        token.accounts().refresh().await.says(401, &refused);
    }
    // A new password ends the other sign-ins.
    let other = boris.signed_in(&boris.accounts().login(PASSWORD).await.json_of(200));
    boris
        .accounts()
        .change_password(PASSWORD, "battery staple")
        .await
        .is(200);
    other.accounts().refresh().await.says(401, &refused);
    eventually("the other sign-in has ended", async || {
        other.accounts().me().await.status == 401
    })
    .await;

    let strict = [("tokens.refresh_reuse", "strict")];
    let Some(cluster) = Cluster::start(&strict).await else {
        return;
    };
    let clara = cluster.person("clara").await;
    let mut next = clara.clone();
    let renewed = clara.accounts().refresh().await.json_of(200);
    next.refresh = renewed["refresh"].as_str().expect("a token").to_owned();
    clara.accounts().refresh().await.says(401, &refused);
    next.accounts().refresh().await.says(401, &refused);
}

pub(super) async fn resolution_07_login_and_refresh_have_the_seeds_paths_too(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let body = json!({"email": "ANNA@example.org", "password": PASSWORD});
    let path = "/educations/api/v1/users/auth/";
    let welcome = anna.call_with(&[], Method::POST, path, &body).await.json_of(200);
    has_fields(&welcome, &["access", "refresh"]);
    assert_eq!(welcome["id"], anna.id);
    let by_email = anna.with_access(welcome["access"].as_str().expect("a token"));
    by_email.kstu().conversations().await;
    // The canonical login takes usernames alone.
    let body = json!({"username": "anna@example.org", "password": PASSWORD});
    let refused = anna.call_with(&[], Method::POST, "/api/auth/login/", &body).await;
    refused.says(400, &json!({"error": "Неверное имя пользователя или пароль"}));

    for path in ["/educations/api/v1/users/refresh/", "/api/users/token/refresh/"] {
        let renewed = anna.accounts().refresh_at(path).await.json_of(200);
        has_fields(&renewed, &["access", "refresh"]);
    }
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let listed = anna.get("/educations/api/unet-chat/conversations/").await.array();
    assert_eq!(listed[0]["id"], json!(room));
    for path in [
        "/api/v1/users/chat-users/",
        "/educations/api/v1/users/chat-users/",
    ] {
        assert_eq!(anna.get(path).await.array().len(), 2);
    }
}
