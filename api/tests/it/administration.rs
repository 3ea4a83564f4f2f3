//! What only an administrator may do.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{Person, TestApp, on_each_store};

const ME: &str = "/api/auth/me/";

async fn revoke(app: &TestApp, who: &Person, whom: &str, expected: StatusCode) -> Value {
    let path = format!("/api/admin/users/{whom}/revoke-tokens/");
    app.ask(who, (Method::POST, &path, Value::Null), expected).await
}

#[tokio::test]
async fn an_administrator_ends_all_tokens_of_a_person_and_nobody_elses() {
    on_each_store(async |app| {
        let (root, anna, boris) = (
            app.person("Root").await,
            app.person("Anna").await,
            app.person("Boris").await,
        );
        app.promote(&root).await;
        let said = revoke(app, &root, &anna.id.to_string(), StatusCode::NO_CONTENT).await;
        assert_eq!(said, Value::Null);
        let refused = app.send(&anna, Method::GET, ME, &Value::Null).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        for untouched in [&root, &boris] {
            app.get(untouched, ME).await;
        }
        let bare = format!("/api/admin/users/{}/revoke-tokens", boris.id);
        app.ask(&root, (Method::POST, &bare, Value::Null), StatusCode::NO_CONTENT)
            .await;
        let refused = app.send(&boris, Method::GET, ME, &Value::Null).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn others_may_not_and_who_is_not_there_is_not_found() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        for whom in [root.id.to_string(), anna.id.to_string(), "9999".to_owned()] {
            let problem = revoke(app, &anna, &whom, StatusCode::FORBIDDEN).await;
            assert_eq!(problem["code"], "forbidden");
        }
        for whom in ["9999", "0", "nobody"] {
            let problem = revoke(app, &root, whom, StatusCode::NOT_FOUND).await;
            assert_eq!(problem["code"], "not_found");
        }
        for who in [&root, &anna] {
            app.get(who, ME).await;
        }
    })
    .await;
}
