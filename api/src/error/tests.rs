use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LENGTH};
use axum::{Router, middleware, routing};
use chat::Violation;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

async fn answered(make: fn() -> ApiError, path: &str, accept: &str) -> (StatusCode, HeaderMap, String) {
    let router = Router::new()
        .fallback(async move || make())
        .layer(middleware::from_fn(answer));
    let request = Request::builder()
        .uri(path)
        .header(ACCEPT, accept)
        .extension(RequestId::of(Some(&HeaderValue::from_static("test"))))
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (
        head.status,
        head.headers,
        String::from_utf8(bytes.to_vec()).unwrap(),
    )
}

#[tokio::test]
async fn every_refused_field_is_named_by_a_pointer() {
    let make = || {
        let violations = vec![
            Violation::new("title", "too long"),
            Violation::new("service_id", "needed"),
        ];
        ApiError::Chat(ChatError::Invalid(violations))
    };
    let (status, headers, body) = answered(make, "/api/unet-chat/conversations/", "*/*").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(headers[CONTENT_TYPE], PROBLEM_JSON);
    assert_eq!(headers[CONTENT_LENGTH], body.len().to_string());
    insta::assert_json_snapshot!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), @r#"
    {
      "code": "invalid",
      "detail": "title: too long; service_id: needed",
      "errors": [
        {
          "detail": "too long",
          "pointer": "/title"
        },
        {
          "detail": "needed",
          "pointer": "/service_id"
        }
      ],
      "request_id": "test",
      "retryable": false,
      "status": 400,
      "title": "A value is not allowed",
      "type": "urn:unet-chat:problem:invalid"
    }
    "#);
}

#[tokio::test]
async fn the_reason_of_a_defect_never_leaves_the_process() {
    let make = || ApiError::from(StoreError::Address("postgres://user:secret@host".into()));
    let (status, _, body) = answered(make, "/api/unet-chat/conversations/", "*/*").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body.contains("secret") && !body.contains("postgres"), "{body}");
}

#[tokio::test]
async fn an_unavailable_node_says_when_to_come_back() {
    let (status, headers, body) = answered(|| ChatError::Unavailable.into(), "/x", "*/*").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers[RETRY_AFTER], RETRY_AFTER_SECONDS);
    assert!(body.contains(r#""retryable":true"#), "{body}");
}

#[tokio::test]
async fn a_missing_token_is_challenged() {
    let (status, headers, _) = answered(|| TokenFault::Missing.into(), "/x", "*/*").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(headers[WWW_AUTHENTICATE], r#"Bearer realm="api""#);
}

#[tokio::test]
async fn accounts_answer_bodies_of_their_own_unless_problems_are_asked_for() {
    for (path, accept, is_problem) in [
        ("/api/auth/nowhere/", "*/*", false),
        (
            "/api/auth/nowhere/",
            "application/json, application/problem+json",
            true,
        ),
        ("/api/authors", "*/*", true),
    ] {
        let (status, headers, _) = answered(|| ApiError::NoPath, path, accept).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(
            headers[CONTENT_TYPE] == PROBLEM_JSON,
            is_problem,
            "{path} {accept}"
        );
    }
}

#[tokio::test]
async fn what_a_refusal_says_in_its_headers_is_kept() {
    let router = Router::new()
        .route("/x", routing::get(async || "here").post(async || "there"))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn(answer));
    let request = Request::builder()
        .method("PUT")
        .uri("/x")
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[ALLOW], "GET,HEAD,POST");
    assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
}
