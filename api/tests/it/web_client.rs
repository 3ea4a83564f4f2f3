//! What stands at `/`: files of the web client, pages, and nothing else.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use api::WebClient;
use reqwest::{Method, StatusCode};
use runtime::config::ApiConfig;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::app::{TestApp, on_sqlite, on_sqlite_with_web};

const PAGE: &str =
    "<!doctype html><title>Chat</title><script type=module src=/assets/index-a1B2_c3-.js></script>";

/// Long enough to be worth compressing.
fn script() -> String {
    "export const greeting = 'hello';\n".repeat(200)
}

/// A folder as Vite makes one, and beside it what nobody may see.
fn built() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    for below in ["assets", "widget", ".git"] {
        fs::create_dir_all(dist.join(below)).unwrap();
    }
    fs::write(dist.join("index.html"), PAGE).unwrap();
    fs::write(dist.join("assets/index-a1B2_c3-.js"), script()).unwrap();
    fs::write(dist.join("assets/index-01234567.css"), "body{}").unwrap();
    fs::write(dist.join("assets/font-01234567.woff2"), [0; 600]).unwrap();
    fs::write(
        dist.join("favicon.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    )
    .unwrap();
    fs::write(dist.join("widget/index.html"), "<title>Widget</title>").unwrap();
    fs::write(dist.join(".git/config"), "secret").unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    folder
}

fn config(folder: &Path) -> ApiConfig {
    ApiConfig {
        web_dir: folder.to_str().unwrap().to_owned(),
        ..ApiConfig::default()
    }
}

async fn on_a_built_one(test: impl AsyncFn(&TestApp)) {
    let folder = built();
    let web = WebClient::open(&config(&folder.path().join("dist"))).unwrap();
    on_sqlite_with_web(web, test).await;
}

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = app.request(&Method::GET, path);
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

const FROM_A_BROWSER: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[tokio::test]
async fn files_say_what_they_are_and_how_long_they_are_good() {
    on_a_built_one(async |app| {
        for (path, kind, caching) in [
            ("/", "text/html; charset=utf-8", "no-cache"),
            ("/index.html", "text/html; charset=utf-8", "no-cache"),
            ("/widget/", "text/html; charset=utf-8", "no-cache"),
            ("/favicon.svg", "image/svg+xml; charset=utf-8", "no-cache"),
            (
                "/assets/index-a1B2_c3-.js",
                "text/javascript; charset=utf-8",
                "public, max-age=31536000, immutable",
            ),
            (
                "/assets/index-01234567.css",
                "text/css; charset=utf-8",
                "public, max-age=31536000, immutable",
            ),
            (
                "/assets/font-01234567.woff2",
                "font/woff2",
                "public, max-age=31536000, immutable",
            ),
        ] {
            let answer = get(app, path, &[]).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.headers()["content-type"], kind, "{path}");
            assert_eq!(answer.headers()["cache-control"], caching, "{path}");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        }
        let script_served = get(app, "/assets/index-a1B2_c3-.js", &[])
            .await
            .text()
            .await
            .unwrap();
        assert_eq!(script_served, script());
    })
    .await;
}

#[tokio::test]
async fn who_has_it_is_not_sent_it_again() {
    on_a_built_one(async |app| {
        for path in ["/", "/assets/index-a1B2_c3-.js"] {
            let first = get(app, path, &[]).await;
            let tag = first.headers()["etag"].to_str().unwrap().to_owned();
            let again = get(app, path, &[("If-None-Match", &tag), ("Accept-Encoding", "gzip")]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            assert_eq!(again.headers()["etag"].to_str().unwrap(), tag);
            assert_eq!(again.headers()["cache-control"], first.headers()["cache-control"]);
            assert!(again.bytes().await.unwrap().is_empty());
            let other = get(app, path, &[("If-None-Match", "\"another\"")]).await;
            assert_eq!(other.status(), StatusCode::OK, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_runs_its_own_code_alone_and_opens_sockets_to_its_own_host() {
    on_a_built_one(async |app| {
        let answer = get(app, "/", &[("Host", "chat.example.org:8443")]).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "form-action 'self'",
            "connect-src 'self' ws://chat.example.org:8443 wss://chat.example.org:8443",
        ] {
            assert!(directives.contains(&directive), "{directive} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(
            answer.headers()["referrer-policy"],
            "strict-origin-when-cross-origin"
        );
    })
    .await;
}

#[tokio::test]
async fn a_path_of_the_clients_own_shows_the_page_to_a_browser_and_to_nobody_else() {
    on_a_built_one(async |app| {
        for path in [
            "/conversations/5",
            "/settings",
            "/apiary",
            "/%D1%87%D0%B0%D1%82/",
            "/a?b=c.d",
        ] {
            let answer = get(app, path, &[FROM_A_BROWSER]).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.headers()["cache-control"], "no-cache");
            assert_eq!(answer.text().await.unwrap(), PAGE, "{path}");
            let answer = get(app, path, &[("Accept", "application/json")]).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
        for path in [
            "/api/nowhere",
            "/api/",
            "/api",
            "/ws/chat/nowhere/at/all",
            "/educations/api/nowhere",
            "/assets/index-gone0000.js",
            "/favicon.ico",
            "/%FF",
        ] {
            let answer = get(app, path, &[FROM_A_BROWSER]).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(
                answer.headers()["content-type"],
                "application/problem+json",
                "{path}"
            );
            assert_eq!(
                answer.json::<Value>().await.unwrap()["code"],
                "not_found",
                "{path}"
            );
        }
        let answer = app
            .request(&Method::POST, "/settings")
            .header("Accept", "text/html")
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn text_is_compressed_for_who_takes_it_and_what_is_compressed_already_is_not() {
    on_a_built_one(async |app| {
        let script_path = "/assets/index-a1B2_c3-.js";
        let zipped = get(app, script_path, &[("Accept-Encoding", "gzip")]).await;
        assert_eq!(zipped.headers()["content-encoding"], "gzip");
        assert_eq!(
            zipped.headers()["vary"].to_str().unwrap().to_lowercase(),
            "accept-encoding"
        );
        let bytes = zipped.bytes().await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, script());
        let brotli = get(app, script_path, &[("Accept-Encoding", "gzip, br")]).await;
        assert_eq!(brotli.headers()["content-encoding"], "br");
        assert!(brotli.bytes().await.unwrap().len() < script().len() / 4);
        for (path, accepted) in [
            ("/assets/font-01234567.woff2", "gzip, br"),
            (script_path, "identity"),
            ("/api/openapi.json", "gzip, br"),
        ] {
            let answer = get(app, path, &[("Accept-Encoding", accepted)]).await;
            assert!(!answer.headers().contains_key("content-encoding"), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_head_is_answered_as_a_get_without_the_body() {
    on_a_built_one(async |app| {
        for path in ["/", "/assets/index-a1B2_c3-.js"] {
            let whole = get(app, path, &[]).await;
            let head = app.request(&Method::HEAD, path).send().await.unwrap();
            assert_eq!(head.status(), StatusCode::OK, "{path}");
            for header in ["content-type", "content-length", "etag", "cache-control"] {
                assert_eq!(
                    head.headers()[header],
                    whole.headers()[header],
                    "{header} of {path}"
                );
            }
            assert!(head.bytes().await.unwrap().is_empty());
        }
    })
    .await;
}

/// Clients clean a path before they send it, so these are written by hand.
#[tokio::test]
async fn no_path_leads_out_of_the_folder_or_to_what_is_hidden() {
    on_a_built_one(async |app| {
        for path in [
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/assets/..%5c..%5csecret.txt",
            "//secret.txt",
            "/.git/config",
            "/assets//../.git/config",
            "/./../secret.txt",
            "/secret.txt%00.html",
        ] {
            let answer = raw(app, path).await;
            assert!(answer.starts_with("HTTP/1.1 40"), "{path}: {answer}");
            assert!(!answer.ends_with("secret"), "{path}: {answer}");
        }
        assert!(raw(app, "/assets/index-01234567.css").await.ends_with("body{}"));
    })
    .await;
}

async fn raw(app: &TestApp, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(app.host()).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: chat\r\nConnection: close\r\nAccept: text/html\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn without_a_web_client_a_page_says_so_and_nothing_else_is_there() {
    on_sqlite(async |app| {
        let page = get(app, "/", &[FROM_A_BROWSER]).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(page.text().await.unwrap().contains("/api/docs"));
        let deep = get(app, "/conversations/5", &[FROM_A_BROWSER]).await;
        assert_eq!(deep.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_shows_nothing_answers_404_at_its_door() {
    let config = ApiConfig {
        web_client: false,
        ..ApiConfig::default()
    };
    on_sqlite_with_web(WebClient::open(&config).unwrap(), async |app| {
        for path in ["/", "/page.css", "/index.html"] {
            let answer = get(app, path, &[FROM_A_BROWSER]).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(get(app, "/api/docs", &[]).await.status(), StatusCode::OK);
    })
    .await;
}

#[test]
fn a_folder_that_is_no_web_client_is_refused_when_the_node_starts() {
    let folder = tempfile::tempdir().unwrap();
    let refused = WebClient::open(&config(folder.path())).unwrap_err();
    assert!(refused.to_string().contains("index.html"), "{refused}");
    let refused = WebClient::open(&config(&folder.path().join("gone"))).unwrap_err();
    assert!(refused.to_string().contains("gone"), "{refused}");
    fs::write(folder.path().join("index.html"), PAGE).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    let refused = WebClient::open(&config(folder.path())).unwrap_err();
    assert!(refused.to_string().contains("more than"), "{refused}");
}
