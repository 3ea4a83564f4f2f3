//! How a caller proves who they are: every carrier, and every way in which a token is not good.

use std::time::Duration;

use protocol::UserId;
use reqwest::{Method, RequestBuilder, StatusCode};
use runtime::Clock;
use runtime::config::{Secret, TokensConfig};
use runtime::tokens::Tokens;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{TestApp, on_each_store, tokens_config};

/// Longer than any token lives.
const A_YEAR: Duration = Duration::from_hours(365 * 24);

const LIST: &str = "/api/unet-chat/conversations/";

/// Every path of the contract, with ids that nothing has.
fn paths() -> Vec<(Method, String)> {
    let id = Uuid::now_v7();
    [
        (Method::POST, "/api/unet-chat/conversations/".to_owned()),
        (Method::GET, "/api/unet-chat/conversations/".to_owned()),
        (Method::GET, format!("/api/unet-chat/conversations/{id}")),
        (Method::DELETE, format!("/api/unet-chat/conversations/{id}")),
        (
            Method::GET,
            format!("/api/unet-chat/conversations/{id}/participants"),
        ),
        (
            Method::POST,
            format!("/api/unet-chat/conversations/{id}/participants/"),
        ),
        (
            Method::DELETE,
            format!("/api/unet-chat/conversations/{id}/participants/1"),
        ),
        (Method::POST, "/api/unet-chat/messages/".to_owned()),
        (Method::GET, format!("/api/unet-chat/messages/{id}")),
        (Method::PUT, format!("/api/unet-chat/messages/{id}")),
        (Method::DELETE, format!("/api/unet-chat/messages/{id}")),
        (Method::GET, format!("/api/unet-chat/messages/{id}/reactions/")),
        (Method::PUT, format!("/api/unet-chat/messages/{id}/reactions/1")),
        (
            Method::DELETE,
            format!("/api/unet-chat/messages/{id}/reactions/1"),
        ),
        (Method::PUT, format!("/api/unet-chat/messages/{id}/pin/")),
        (Method::DELETE, format!("/api/unet-chat/messages/{id}/pin/")),
        (Method::GET, format!("/api/unet-chat/conversations/{id}/pins/")),
        (Method::GET, "/api/unet-chat/search/messages/".to_owned()),
        (Method::GET, format!("/api/admin/messages/{id}/edits/")),
        (Method::POST, "/api/unet-chat/attachments/".to_owned()),
        (Method::POST, "/api/unet-chat/attachments/upload/".to_owned()),
        (Method::POST, "/api/unet-chat/attachments/links/".to_owned()),
        (Method::GET, "/api/unet-chat/attachments/1/file/a.png".to_owned()),
        (Method::POST, "/api/unet-chat/tickets/".to_owned()),
        (Method::GET, "/api/v1/users/chat-users/".to_owned()),
        (
            Method::POST,
            format!("/api/admin/users/{}/revoke-tokens/", i64::MAX),
        ),
    ]
    .into()
}

async fn assert_unauthorized(request: RequestBuilder, case: &str) {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{case}");
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"Bearer realm="api""#,
        "{case}"
    );
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], "unauthorized", "{case}");
}

#[tokio::test]
async fn every_carrier_is_accepted_on_every_path() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        for (method, path) in paths() {
            let bearer = format!("Bearer {}", anna.token);
            let in_query =
                |name: &str| app.request(&method, &format!("{path}?{name}=Bearer%20{}", anna.token));
            for request in [
                app.request(&method, &path).header("Authorization", &bearer),
                app.request(&method, &path).header("WWW-Authenticate", &bearer),
                in_query("Authorization"),
                in_query("WWW-Authenticate"),
                app.request(&method, &format!("{path}?token={}", anna.token)),
            ] {
                let status = request.json(&json!({})).send().await.unwrap().status();
                assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
                assert!(!status.is_server_error(), "{method} {path}: {status}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_good_token_every_path_answers_401() {
    on_each_store(async |app| {
        for (method, path) in paths() {
            for header in ["Authorization", "WWW-Authenticate"] {
                for value in [
                    "Bearer undefined",
                    "Bearer",
                    "Bearer a b",
                    "Basic YTpi",
                    "Bearer null",
                    "",
                ] {
                    let request = app.request(&method, &path).header(header, value).json(&json!({}));
                    assert_unauthorized(request, &format!("{method} {path} {header}: {value}")).await;
                }
            }
            assert_unauthorized(app.request(&method, &path), &format!("{method} {path}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_on_every_path() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        app.promote(&anna).await;
        let end = (
            Method::POST,
            &*format!("/api/admin/users/{}/revoke-tokens/", anna.id),
            Value::Null,
        );
        app.ask(&anna, end, StatusCode::NO_CONTENT).await;
        for (method, path) in paths() {
            let request = app.request(&method, &path).bearer_auth(&anna.token);
            assert_unauthorized(request, &format!("{method} {path}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_bad_token_is_not_rescued_by_a_good_one_elsewhere() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let request = app
            .request(&Method::GET, &format!("{LIST}?token={}", anna.token))
            .header("Authorization", "Bearer undefined");
        assert_unauthorized(request, "bad header, good query").await;
    })
    .await;
}

fn base64url(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

#[tokio::test]
async fn forged_expired_and_foreign_tokens_are_refused() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let parts: Vec<_> = anna.token.split('.').collect();
        let [head, claims, signature] = parts[..] else {
            panic!("a token has three parts");
        };
        let none = base64url(r#"{"alg":"none","typ":"JWT"}"#);
        let (refresh, _) = app.tokens.refresh(UserId(anna.id), Uuid::now_v7());
        let (ticket, _) = app.tokens.ticket(UserId(anna.id), None);
        for (case, token) in [
            ("alg none, no signature", format!("{none}.{claims}.")),
            ("alg none, old signature", format!("{none}.{claims}.{signature}")),
            ("no signature", format!("{head}.{claims}.")),
            (
                "claims of somebody else",
                format!("{head}.{}.{signature}", base64url(r#"{"user_id":1}"#)),
            ),
            ("signature cut", anna.token[..anna.token.len() - 2].to_owned()),
            ("a refresh token", refresh),
            ("a ticket", ticket),
            ("no token at all", "a.b.c".to_owned()),
        ]
        .into_iter()
        .chain(foreign_tokens(app, anna.id))
        {
            let request = app.request(&Method::GET, LIST).bearer_auth(&token);
            assert_unauthorized(request, case).await;
        }
    })
    .await;
}

/// A token for somebody, made by other rules or at another time.
fn minted(id: i64, config: &TokensConfig, clock: Clock) -> String {
    Tokens::new(config, clock).unwrap().access(UserId(id)).0
}

/// Well-made tokens that this node must not take.
fn foreign_tokens(app: &TestApp, id: i64) -> [(&'static str, String); 4] {
    let good = tokens_config();
    let secret = TokensConfig {
        secret: Secret::from("another secret, as long as it has to be for HS256"),
        ..good.clone()
    };
    let audience = TokensConfig {
        audience: "another-service".to_owned(),
        ..good.clone()
    };
    let issuer = TokensConfig {
        issuer: "another-issuer".to_owned(),
        ..good.clone()
    };
    let past = Clock::fixed(app.clock.now().minus(A_YEAR));
    [
        ("another secret", minted(id, &secret, app.clock.clone())),
        ("another audience", minted(id, &audience, app.clock.clone())),
        ("another issuer", minted(id, &issuer, app.clock.clone())),
        ("expired", minted(id, &good, past)),
    ]
}

#[tokio::test]
async fn a_token_whose_user_is_gone_does_nothing_anywhere() {
    on_each_store(async |app| {
        let ghost = app.with_token(UserId(i64::MAX));
        for (method, path) in paths() {
            let body = json!({
                "type": "group", "title": "Ghosts", "conversation_id": Uuid::now_v7(), "text": "boo",
                "user_id": ghost.id, "message_id": Uuid::now_v7(), "file_url": "https://a.example/", "file_size": 1,
                "file_type": "file",
            });
            let status = app.send(&ghost, method.clone(), &path, &body).await.status();
            assert!(status.is_client_error(), "{method} {path}: {status}");
        }
        for (method, path) in [(Method::GET, LIST), (Method::POST, LIST), (Method::POST, "/api/unet-chat/tickets/")] {
            let body = json!({ "type": "group", "title": "Ghosts" });
            let status = app.send(&ghost, method.clone(), path, &body).await.status();
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
    })
    .await;
}
