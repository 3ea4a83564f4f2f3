//! What stands around the bodies: request ids, cross-origin calls, pages.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::on_each_store;

const LIST: &str = "/api/unet-chat/conversations/";

#[tokio::test]
async fn every_answer_carries_the_requests_id() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let answer = app.send(&anna, Method::GET, LIST, &Value::Null).await;
        uuid::Uuid::parse_str(answer.headers()["x-request-id"].to_str().unwrap()).unwrap();

        let request = app
            .request(&Method::GET, "/nowhere")
            .header("x-request-id", "from-the-proxy.1");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["x-request-id"], "from-the-proxy.1");
        assert_eq!(
            answer.json::<Value>().await.unwrap()["request_id"],
            "from-the-proxy.1"
        );
    })
    .await;
}

#[tokio::test]
async fn a_page_from_anywhere_may_send_both_token_headers() {
    on_each_store(async |app| {
        for path in [
            LIST,
            "/educations/api/unet-chat/messages",
            "/api/unet-chat/attachments",
        ] {
            let preflight = app
                .request(&Method::OPTIONS, path)
                .header("Origin", "https://uadmin.example")
                .header("Access-Control-Request-Method", "POST")
                .header(
                    "Access-Control-Request-Headers",
                    "www-authenticate,authorization,content-type",
                );
            let answer = preflight.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
            let allowed = answer.headers()["access-control-allow-headers"].to_str().unwrap();
            for header in [
                "www-authenticate",
                "authorization",
                "content-type",
                "x-request-id",
            ] {
                assert!(allowed.contains(header), "{header} in {allowed}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_reads_refusals_from_another_origin_too() {
    on_each_store(async |app| {
        let request = app
            .request(&Method::GET, LIST)
            .header("Origin", "https://uadmin.example");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        let exposed = answer.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed.contains("x-request-id"), "{exposed}");
    })
    .await;
}

#[tokio::test]
async fn the_pages_need_nothing_from_outside() {
    on_each_store(async |app| {
        for (path, content_type) in [
            ("/", "text/html"),
            ("/page.css", "text/css"),
            ("/api/docs", "text/html"),
            ("/api/docs/", "text/html"),
            ("/api/docs/page.js", "text/javascript"),
            ("/api/docs/page.css", "text/css"),
        ] {
            let answer = app.request(&Method::GET, path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            let headers = answer.headers();
            assert!(
                headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with(content_type),
                "{path}"
            );
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"),
                "{policy}"
            );
            let text = answer.text().await.unwrap();
            assert!(!text.contains("://"), "{path} names another place");
            assert!(
                !text.contains("<script>") && !text.contains("<style"),
                "{path} has inline code"
            );
        }
    })
    .await;
}
