use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;

async fn answer(routes: Router, config: &ApiConfig, request: Request) -> (StatusCode, Response<Body>) {
    let response = layered(routes, config).oneshot(request).await.unwrap();
    (response.status(), response)
}

async fn json(response: Response<Body>) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

fn get_request(path: &str) -> Request {
    Request::builder().uri(path).body(Body::empty()).unwrap()
}

async fn panics() -> &'static str {
    panic!("a secret of the house")
}

#[tokio::test]
async fn a_panic_is_answered_as_a_defect_and_says_nothing_more() {
    let routes = Router::new()
        .route("/x", get(panics))
        .route("/api/auth/x", get(panics));
    let config = ApiConfig::default();
    let (status, response) = answer(routes.clone(), &config, get_request("/x")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.headers().contains_key(&request_id::REQUEST_ID));
    let problem = json(response).await;
    assert_eq!(problem["code"], "internal");
    assert!(!problem.to_string().contains("secret"));

    let (status, response) = answer(routes, &config, get_request("/api/auth/x")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(json(response).await["detail"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_answered_503() {
    let routes = Router::new().route("/x", get(async || std::future::pending::<&str>().await));
    let (status, response) = answer(routes, &ApiConfig::default(), get_request("/x")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert_eq!(json(response).await["code"], "unavailable");
}

#[tokio::test]
async fn only_the_origins_named_may_call_when_some_are_named() {
    let config = ApiConfig {
        cors_origins: vec!["https://ours.example".to_owned()],
        ..ApiConfig::default()
    };
    for (origin, is_allowed) in [("https://ours.example", true), ("https://theirs.example", false)] {
        let routes = Router::new().route("/x", get(async || "here"));
        let mut request = get_request("/x");
        request
            .headers_mut()
            .insert("origin", HeaderValue::from_str(origin).unwrap());
        let (_, response) = answer(routes, &config, request).await;
        assert_eq!(
            response.headers().contains_key("access-control-allow-origin"),
            is_allowed,
            "{origin}"
        );
    }
}
