//! The problem documents, word for word.

use insta::assert_json_snapshot;
use reqwest::{Method, StatusCode};
use runtime::config::ApiConfig;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::on_sqlite;

const CONVERSATIONS: &str = "/api/unet-chat/conversations/";
const MESSAGES: &str = "/api/unet-chat/messages/";

#[tokio::test]
async fn a_missing_token() {
    on_sqlite(async |app| {
        let problem = app.problem(app.request(&Method::GET, CONVERSATIONS)).await;
        assert_json_snapshot!(problem, @r#"
        {
          "code": "unauthorized",
          "detail": "a bearer token is needed",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 401,
          "title": "A valid token is needed",
          "type": "urn:unet-chat:problem:unauthorized"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_path() {
    on_sqlite(async |app| {
        let problem = app
            .problem(app.request(&Method::GET, "/api/unet-chat/nowhere"))
            .await;
        assert_json_snapshot!(problem, @r#"
        {
          "code": "not_found",
          "detail": "there is no such path",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 404,
          "title": "There is no such thing",
          "type": "urn:unet-chat:problem:not_found"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_method_with_the_methods_that_exist() {
    on_sqlite(async |app| {
        for path in ["/api/unet-chat/conversations", CONVERSATIONS] {
            let answer = app.request(&Method::PATCH, path).send().await.unwrap();
            assert_eq!(answer.headers()["allow"], "POST,GET,HEAD");
        }
        let problem = app.problem(app.request(&Method::PATCH, CONVERSATIONS)).await;
        assert_json_snapshot!(problem, @r#"
        {
          "code": "method_not_allowed",
          "detail": "the path exists, but not with this method",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 405,
          "title": "The path has no such method",
          "type": "urn:unet-chat:problem:method_not_allowed"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_none() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let request = app
            .request(&Method::GET, "/api/unet-chat/conversations/17")
            .bearer_auth(&anna.token);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "not_found",
          "detail": "there is no such thing",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 404,
          "title": "There is no such thing",
          "type": "urn:unet-chat:problem:not_found"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_of_others() {
    on_sqlite(async |app| {
        let (anna, stranger) = (app.person("Anna").await, app.person("Stranger").await);
        let id = app.group(&anna, &[]).await;
        let request = app
            .request(&Method::GET, &format!("{CONVERSATIONS}{id}"))
            .bearer_auth(&stranger.token);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "not_participant",
          "detail": "you are not in this conversation",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 403,
          "title": "You are not in this conversation",
          "type": "urn:unet-chat:problem:not_participant"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_never_was() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let path = format!("{CONVERSATIONS}{}", Uuid::now_v7());
        let request = app.request(&Method::GET, &path).bearer_auth(&anna.token);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "not_found",
          "detail": "there is no such conversation",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 404,
          "title": "There is no such thing",
          "type": "urn:unet-chat:problem:not_found"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_json() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let request = app
            .request(&Method::POST, MESSAGES)
            .bearer_auth(&anna.token)
            .header("content-type", "application/json")
            .body("{\"text\":");
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "malformed",
          "detail": "the body is not readable JSON: EOF while parsing a value at line 1 column 8",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 400,
          "title": "The request could not be read",
          "type": "urn:unet-chat:problem:malformed"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_value_of_a_wrong_type() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let body = json!({ "type": "group", "participant_ids": [1, {}] });
        let request = app
            .request(&Method::POST, CONVERSATIONS)
            .bearer_auth(&anna.token)
            .json(&body);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "malformed",
          "detail": "invalid type: map, expected i64",
          "errors": [
            {
              "detail": "invalid type: map, expected i64",
              "pointer": "/participant_ids/1"
            }
          ],
          "request_id": "test",
          "retryable": false,
          "status": 400,
          "title": "The request could not be read",
          "type": "urn:unet-chat:problem:malformed"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_blank_text() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let body = json!({ "conversation_id": id, "text": " \n" });
        let request = app
            .request(&Method::POST, MESSAGES)
            .bearer_auth(&anna.token)
            .json(&body);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "invalid",
          "detail": "text: the text must not be blank",
          "errors": [
            {
              "detail": "the text must not be blank",
              "pointer": "/text"
            }
          ],
          "request_id": "test",
          "retryable": false,
          "status": 400,
          "title": "A value is not allowed",
          "type": "urn:unet-chat:problem:invalid"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_body_of_another_content_type() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let request = app
            .request(&Method::POST, MESSAGES)
            .bearer_auth(&anna.token)
            .body("{}");
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "unsupported_media_type",
          "detail": "send the body as application/json",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 415,
          "title": "JSON is needed",
          "type": "urn:unet-chat:problem:unsupported_media_type"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let body = json!({ "text": "x".repeat(ApiConfig::default().max_body_bytes) });
        let request = app
            .request(&Method::POST, MESSAGES)
            .bearer_auth(&anna.token)
            .json(&body);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "too_large",
          "detail": "the body is larger than this node allows",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 413,
          "title": "The body is too large",
          "type": "urn:unet-chat:problem:too_large"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_parameter_outside_its_limits() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let request = app
            .request(&Method::GET, &format!("{MESSAGES}{id}?limit=0"))
            .bearer_auth(&anna.token);
        assert_json_snapshot!(app.problem(request).await, @r#"
        {
          "code": "invalid",
          "detail": "limit: must be between 1 and 200",
          "errors": [],
          "request_id": "test",
          "retryable": false,
          "status": 400,
          "title": "A value is not allowed",
          "type": "urn:unet-chat:problem:invalid"
        }
        "#);
    })
    .await;
}

#[tokio::test]
async fn the_accounts_speak_as_their_clients_expect_unless_problems_are_asked_for() {
    on_sqlite(async |app| {
        let request = app.request(&Method::GET, "/api/auth/nowhere/");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({ "detail": "Not found." }));

        let request = app
            .request(&Method::GET, "/api/auth/nowhere/")
            .header("accept", "application/problem+json");
        assert_eq!(app.problem(request).await["code"], "not_found");
    })
    .await;
}
