//! Uploaded files: what is taken, who may have it, and how it comes out again.

mod bombs;

use std::io::Cursor;
use std::time::Duration;

use image::{ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::app::{Person, TestApp, on_each_store, on_sqlite};

const UPLOAD: &str = "/api/unet-chat/attachments/upload/";
const LINKS: &str = "/api/unet-chat/attachments/links/";
const MESSAGES: &str = "/api/unet-chat/messages/";

/// A sweep comes every ten seconds, and at once on the node that deleted.
const PATIENCE: Duration = Duration::from_secs(20);

const WORDS: &[u8] = b"0123456789 some words that are a text and nothing else";

fn part(bytes: &[u8], name: &str, content_type: &str) -> Part {
    Part::bytes(bytes.to_vec())
        .file_name(name.to_owned())
        .mime_str(content_type)
        .unwrap()
}

fn form(bytes: &[u8], name: &str, content_type: &str) -> Form {
    Form::new().part("file", part(bytes, name, content_type))
}

async fn post(app: &TestApp, who: &Person, form: Form) -> Response {
    let request = app.request(&Method::POST, UPLOAD).bearer_auth(&who.token);
    request.multipart(form).send().await.unwrap()
}

async fn upload(app: &TestApp, who: &Person, form: Form) -> Value {
    let answer = post(app, who, form).await;
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn refused(app: &TestApp, who: &Person, form: Form) -> (u16, String) {
    let answer = post(app, who, form).await;
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}

/// Uploads a text and sends it; the message.
async fn send_file(app: &TestApp, who: &Person, conversation: &str) -> Value {
    let file = upload(app, who, form(WORDS, "words.txt", "text/plain")).await;
    let body = json!({ "conversation_id": conversation, "attachment_ids": [file["id"]] });
    app.ask(who, (Method::POST, MESSAGES, body), StatusCode::CREATED)
        .await
}

fn url_of(message: &Value) -> String {
    message["attachments"][0]["file_url"].as_str().unwrap().to_owned()
}

async fn get(app: &TestApp, who: &Person, url: &str) -> Response {
    app.send(who, Method::GET, url, &Value::Null).await
}

async fn link(app: &TestApp, who: &Person, id: &Value) -> String {
    let links = app
        .ask(who, (Method::POST, LINKS, json!({ "ids": [id] })), StatusCode::OK)
        .await;
    assert_eq!(links[0]["id"], *id);
    links[0]["url"].as_str().unwrap().to_owned()
}

async fn follow(app: &TestApp, url: &str) -> StatusCode {
    app.request(&Method::GET, url).send().await.unwrap().status()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 7])
    });
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_file_waits_for_its_message_and_comes_out_as_it_went_in() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        let file = upload(app, &anna, form(WORDS, "отчёт за май.txt", "text/plain")).await;
        assert!(file["id"].is_i64() && file["message_id"].is_null(), "{file}");
        assert_eq!(
            (&file["file_type"], &file["file_size"]),
            (&json!("file"), &json!(WORDS.len()))
        );
        assert_eq!(
            (&file["name"], &file["content_type"]),
            (&json!("отчёт за май.txt"), &json!("text/plain"))
        );
        let url = file["file_url"].as_str().unwrap();
        assert_eq!(get(app, &boris, url).await.status(), StatusCode::NOT_FOUND);

        let body = json!({ "conversation_id": id, "text": "", "attachment_ids": [file["id"], file["id"]] });
        let foreign = (Method::POST, MESSAGES, body.clone());
        let foreign = app.ask(&boris, foreign, StatusCode::BAD_REQUEST).await;
        assert_eq!(foreign["errors"][0]["pointer"], "/attachment_ids");
        let sent = app
            .ask(&anna, (Method::POST, MESSAGES, body.clone()), StatusCode::CREATED)
            .await;
        assert_eq!(sent["attachments"][0]["id"], file["id"]);
        assert_eq!(sent["attachments"][0]["message_id"], sent["id"]);
        app.ask(&anna, (Method::POST, MESSAGES, body), StatusCode::BAD_REQUEST)
            .await;

        let answer = get(app, &boris, url).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.bytes().await.unwrap(), WORDS);
        let page = app.get(&boris, &format!("{MESSAGES}{id}")).await;
        assert_eq!(page[0]["attachments"], sent["attachments"]);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_meant_for_one_conversation_goes_into_no_other() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let (meant, other) = (app.group(&anna, &[]).await, app.group(&anna, &[]).await);
        for early in [true, false] {
            let file = part(WORDS, "a.txt", "text/plain");
            let form = if early {
                Form::new()
                    .text("conversation_id", meant.clone())
                    .part("file", file)
            } else {
                Form::new()
                    .part("file", file)
                    .text("conversation_id", meant.clone())
            };
            let file = upload(app, &anna, form).await;
            let send = |into: &str| {
                let body = json!({ "conversation_id": into, "attachment_ids": [file["id"]] });
                (Method::POST, MESSAGES, body)
            };
            let problem = app.ask(&anna, send(&other), StatusCode::BAD_REQUEST).await;
            assert_eq!(problem["errors"][0]["pointer"], "/attachment_ids");
            app.ask(&anna, send(&meant), StatusCode::CREATED).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_for_a_message_of_ones_own_is_a_change_of_it() {
    on_each_store(async |app| {
        let (anna, boris, eve) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Eve").await,
        );
        let id = app.group(&anna, &[&boris]).await;
        let message = app.say(&anna, &id, "see the file").await;
        let name = message["id"].as_str().unwrap().to_owned();
        let first = form(WORDS, "a.txt", "text/plain").text("message_id", name.clone());
        let file = upload(app, &anna, first).await;
        assert_eq!(file["message_id"], message["id"]);
        let early = Form::new()
            .text("message_id", name.clone())
            .text("conversation_id", id.clone());
        upload(app, &anna, early.part("file", part(WORDS, "b.txt", "text/plain"))).await;
        let page = app.get(&boris, &format!("{MESSAGES}{id}")).await;
        let names: Vec<_> = page[0]["attachments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| &file["name"])
            .collect();
        assert_eq!(names, ["a.txt", "b.txt"]);
        assert_eq!(page[0]["is_edited"], false);

        for early in [true, false] {
            for (who, target, expected) in [
                (&boris, name.clone(), (403, "forbidden")),
                (&eve, name.clone(), (403, "not_participant")),
                (&anna, uuid::Uuid::now_v7().to_string(), (404, "not_found")),
                (&anna, "no id".into(), (404, "not_found")),
            ] {
                let form = if early {
                    Form::new()
                        .text("message_id", target)
                        .part("file", part(WORDS, "c.txt", "text/plain"))
                } else {
                    form(WORDS, "c.txt", "text/plain").text("message_id", target)
                };
                let (status, code) = refused(app, who, form).await;
                assert_eq!((status, code.as_str()), expected);
            }
        }
        let deadline = Instant::now() + PATIENCE;
        while app.stored_files().len() != 2 {
            assert!(Instant::now() < deadline, "what was refused is still there");
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_what_it_says_or_not_allowed_is_refused() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let big = vec![b'a'; 2 * 1024 * 1024 + 1];
        for (file, expected) in [
            (
                form(b"MZ\x90\0 a program", "photo.png", "image/png"),
                (415, "unsupported_file"),
            ),
            (
                form(b"<html><script>", "photo.jpg", "image/jpeg"),
                (415, "unsupported_file"),
            ),
            (
                form(&png(4, 4), "a.pdf", "application/pdf"),
                (415, "unsupported_file"),
            ),
            (
                form(b"MZ\x90\0\x03\0\0\0", "a.exe", "application/octet-stream"),
                (415, "unsupported_file"),
            ),
            (form(WORDS, "../../etc/passwd", "text/plain"), (400, "invalid")),
            (form(WORDS, "C:\\a.txt", "text/plain"), (400, "invalid")),
            (form(b"", "a.txt", "text/plain"), (400, "invalid")),
            (
                form(&png(2_000, 1_000), "large.png", "image/png"),
                (400, "invalid"),
            ),
            (form(&bomb(), "bomb.png", "image/png"), (400, "invalid")),
            (form(&png(4, 4)[..40], "cut.png", "image/png"), (400, "invalid")),
            (
                form(&noise(400, 400), "noise.png", "image/png"),
                (413, "too_large"),
            ),
            (form(&big, "a.txt", "text/plain"), (413, "too_large")),
            (Form::new().text("file_name", "none"), (400, "malformed")),
            (
                form(WORDS, "a.txt", "text/plain").part("file", part(WORDS, "b.txt", "text/plain")),
                (400, "malformed"),
            ),
        ] {
            let (status, code) = refused(app, &anna, file).await;
            assert_eq!((status, code.as_str()), expected);
        }
        let request = app.request(&Method::POST, UPLOAD).bearer_auth(&anna.token);
        let answer = request.json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let deadline = Instant::now() + PATIENCE;
        while !app.stored_files().is_empty() {
            assert!(Instant::now() < deadline, "{:?}", app.stored_files());
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// A picture that cannot be made smaller.
fn noise(width: u32, height: u32) -> Vec<u8> {
    let mut seed = 7_u32;
    let mut picture = RgbImage::new(width, height);
    picture.iter_mut().for_each(|byte| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = seed.to_be_bytes()[0];
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Some dozens of bytes that claim to be fifty thousand pixels wide and high.
fn bomb() -> Vec<u8> {
    let mut bytes = png(4, 4);
    bytes[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                0xEDB8_8320 ^ (sum >> 1)
            } else {
                sum >> 1
            }
        })
    };
    let sum = !bytes[12..29].iter().fold(!0, step);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

#[tokio::test]
async fn an_image_is_shown_in_place_with_its_size_and_without_its_notes() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let mut picture = png(64, 32);
        let notes = b"made by Anna at home";
        let chunk = [&20_u32.to_be_bytes(), b"tEXt".as_slice(), notes, &[0; 4]].concat();
        picture.splice(33..33, chunk);
        let file = upload(app, &anna, form(&picture, "a \"b\".png", "image/png")).await;
        assert_eq!(file["file_type"], "image");
        assert_eq!((&file["width"], &file["height"]), (&json!(64), &json!(32)));
        assert!(file["placeholder"].as_str().unwrap().len() < 60, "{file}");
        let answer = get(app, &anna, file["file_url"].as_str().unwrap()).await;
        let headers = answer.headers().clone();
        assert_eq!(headers["content-type"], "image/png");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
        assert_eq!(headers["cache-control"], "private, no-cache");
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
        let disposition = headers["content-disposition"].to_str().unwrap();
        assert_eq!(
            disposition,
            "inline; filename=\"a _b_.png\"; filename*=UTF-8''a%20%22b%22%2Epng"
        );
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(json!(bytes.len()), file["file_size"]);
        assert!(!bytes.windows(notes.len()).any(|window| window == notes));
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 64);
    })
    .await;
}

#[tokio::test]
async fn html_and_svg_are_saved_and_never_shown() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        for (bytes, name, content_type) in [
            (
                "<!DOCTYPE html><html><script>alert(1)</script>",
                "a.html",
                "text/html",
            ),
            (
                "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
                "a.svg",
                "image/svg+xml",
            ),
            ("%PDF-1.7\n", "a.pdf", "application/pdf"),
        ] {
            let file = upload(app, &anna, form(bytes.as_bytes(), name, content_type)).await;
            assert_eq!(file["file_type"], "file", "{file}");
            let answer = get(app, &anna, file["file_url"].as_str().unwrap()).await;
            let disposition = answer.headers()["content-disposition"].to_str().unwrap();
            assert!(disposition.starts_with("attachment;"), "{name}: {disposition}");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_is_read_in_ranges() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let file = upload(app, &anna, form(WORDS, "a.txt", "text/plain")).await;
        let url = file["file_url"].as_str().unwrap();
        let size = WORDS.len();
        let ask = |range: &str| -> RequestBuilder {
            app.request(&Method::GET, url)
                .bearer_auth(&anna.token)
                .header("range", range)
        };
        for (range, first, last) in [
            ("bytes=0-9", 0, 9),
            ("bytes=5-", 5, size - 1),
            ("bytes=-4", size - 4, size - 1),
            ("bytes=50-5000", 50, size - 1),
        ] {
            let answer = ask(range).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT, "{range}");
            let expected = format!("bytes {first}-{last}/{size}");
            assert_eq!(answer.headers()["content-range"], expected, "{range}");
            assert_eq!(answer.bytes().await.unwrap(), WORDS[first..=last], "{range}");
        }
        let answer = ask("bytes=5000-").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(answer.headers()["content-range"], format!("bytes */{size}"));
        assert_eq!(
            answer.json::<Value>().await.unwrap()["code"],
            "range_not_satisfiable"
        );
        for odd in ["bytes=0-1,4-5", "lines=1-2", "bytes=x"] {
            let answer = ask(odd).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{odd}");
            assert_eq!(answer.headers()["accept-ranges"], "bytes");
            assert_eq!(answer.bytes().await.unwrap(), WORDS, "{odd}");
        }
        let whole = get(app, &anna, url).await;
        let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
        let same = ask("bytes=0-0").header("if-range", &tag).send().await.unwrap();
        assert_eq!(same.status(), StatusCode::PARTIAL_CONTENT);
        let other = ask("bytes=0-0")
            .header("if-range", "\"other\"")
            .send()
            .await
            .unwrap();
        assert_eq!(other.status(), StatusCode::OK);
        let known = app.request(&Method::GET, url).bearer_auth(&anna.token);
        let known = known.header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        let head = app
            .request(&Method::HEAD, url)
            .bearer_auth(&anna.token)
            .send()
            .await
            .unwrap();
        assert_eq!(head.headers()["content-length"], size.to_string());
    })
    .await;
}

#[tokio::test]
async fn a_link_works_without_a_token_until_its_person_is_removed() {
    on_each_store(async |app| {
        let (anna, boris, eve) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Eve").await,
        );
        let id = app.group(&anna, &[&boris]).await;
        let message = send_file(app, &anna, &id).await;
        let file = &message["attachments"][0]["id"];
        let (annas, bobs) = (link(app, &anna, file).await, link(app, &boris, file).await);
        let none = app
            .ask(
                &eve,
                (Method::POST, LINKS, json!({ "ids": [file, 999_999] })),
                StatusCode::OK,
            )
            .await;
        assert_eq!(none, json!([]));
        assert_eq!(follow(app, &annas).await, StatusCode::OK);
        assert_eq!(follow(app, &bobs).await, StatusCode::OK);
        assert_eq!(
            get(app, &eve, &url_of(&message)).await.status(),
            StatusCode::FORBIDDEN
        );

        let member = format!("/api/unet-chat/conversations/{id}/participants/{}", boris.id);
        app.send(&anna, Method::DELETE, &member, &Value::Null).await;
        assert_eq!(follow(app, &bobs).await, StatusCode::FORBIDDEN);
        assert_eq!(
            get(app, &boris, &url_of(&message)).await.status(),
            StatusCode::FORBIDDEN
        );
        assert_eq!(follow(app, &annas).await, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_over_or_was_changed_is_refused() {
    on_sqlite(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        let message = send_file(app, &anna, &id).await;
        let other = send_file(app, &anna, &id).await;
        let file = &message["attachments"][0]["id"];
        let good = link(app, &anna, file).await;
        let (path, query) = good.split_once('?').unwrap();
        let longer = query.replace("expires=1", "expires=2");
        assert_ne!(longer, query);
        let fault = query.replace(&format!("user={}", anna.id), &format!("user={}", boris.id));
        for bad in [
            format!("{path}?{longer}"),
            format!("{path}?{fault}"),
            format!("{path}?user={}&signature=", anna.id),
            format!("{}?{query}", url_of(&other)),
            good[..good.len() - 1].to_owned(),
        ] {
            assert_eq!(follow(app, &bad).await, StatusCode::UNAUTHORIZED, "{bad}");
        }
        let subject = format!("file {file}");
        let (over, _) = app
            .tokens
            .link(&subject, protocol::UserId(anna.id), Duration::ZERO);
        let over = format!("{path}?{}", over.query());
        let answer = app.request(&Method::GET, &over).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["detail"], "Token is expired");
    })
    .await;
}

#[tokio::test]
async fn deleting_a_message_or_a_conversation_removes_its_files() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let (one, other) = (send_file(app, &anna, &id).await, send_file(app, &anna, &id).await);
        assert_eq!(app.stored_files().len(), 2);
        let path = format!("{MESSAGES}{}", one["id"].as_str().unwrap());
        app.send(&anna, Method::DELETE, &path, &Value::Null).await;
        assert_eq!(
            get(app, &anna, &url_of(&one)).await.status(),
            StatusCode::NOT_FOUND
        );
        wait_for_files(app, 1).await;
        assert_eq!(get(app, &anna, &url_of(&other)).await.status(), StatusCode::OK);
        let path = format!("/api/unet-chat/conversations/{id}");
        app.send(&anna, Method::DELETE, &path, &Value::Null).await;
        assert_eq!(
            get(app, &anna, &url_of(&other)).await.status(),
            StatusCode::NOT_FOUND
        );
        wait_for_files(app, 0).await;
    })
    .await;
}

async fn wait_for_files(app: &TestApp, count: usize) {
    let deadline = Instant::now() + PATIENCE;
    while app.stored_files().len() != count {
        assert!(Instant::now() < deadline, "{:?}", app.stored_files());
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn nobody_keeps_more_than_fifty_files_waiting() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        for number in 0..50 {
            upload(app, &anna, form(WORDS, &format!("{number}.txt"), "text/plain")).await;
        }
        let (status, code) = refused(app, &anna, form(WORDS, "a.txt", "text/plain")).await;
        assert_eq!((status, code.as_str()), (429, "rate_limited"));
    })
    .await;
}

#[tokio::test]
async fn a_form_whose_head_never_ends_is_refused() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"{}",
            "a".repeat(3 * 1024 * 1024)
        );
        let request = app.request(&Method::POST, UPLOAD).bearer_auth(&anna.token);
        let request = request.header("content-type", "multipart/form-data; boundary=x");
        // Hung up on in the middle, or answered: both are a refusal.
        if let Ok(answer) = request.body(body).send().await {
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        }
    })
    .await;
}

#[tokio::test]
async fn in_an_orders_conversation_neither_a_files_name_nor_its_address_gives_contact_details_away() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let body = json!({ "type": "group", "title": "Order 7", "service": "order", "service_id": "7" });
        let call = (Method::POST, "/api/unet-chat/conversations/", body);
        let id = app.ask(&anna, call, StatusCode::CREATED).await["id"].clone();
        let telling = || form(WORDS, "ann@mail.ru.txt", "text/plain");
        let message = app.say(&anna, id.as_str().unwrap(), "готово").await;

        let address = json!({
            "message_id": message["id"], "file_url": "https://t.me/ann", "file_type": "file", "file_size": 1,
        });
        let call = (Method::POST, "/api/unet-chat/attachments/", address);
        let problem = app.ask(&anna, call, StatusCode::BAD_REQUEST).await;
        assert_eq!(problem["code"], "contact_data");

        let to_message = telling().text("message_id", message["id"].as_str().unwrap().to_owned());
        assert_eq!(
            refused(app, &anna, to_message).await,
            (400, "contact_data".to_owned())
        );

        let file = upload(app, &anna, telling()).await;
        let send = |file: &Value| {
            let body = json!({ "conversation_id": id, "text": "вот", "attachment_ids": [file["id"]] });
            (Method::POST, MESSAGES, body)
        };
        let problem = app.ask(&anna, send(&file), StatusCode::BAD_REQUEST).await;
        assert_eq!(problem["code"], "contact_data");

        let history = app
            .get(&anna, &format!("{MESSAGES}{}", id.as_str().unwrap()))
            .await;
        assert_eq!(history.as_array().unwrap().len(), 1);
        assert!(
            history[0]["attachments"].as_array().is_none_or(Vec::is_empty),
            "{history}"
        );
        let harmless = upload(app, &anna, form(WORDS, "words.txt", "text/plain")).await;
        app.ask(&anna, send(&harmless), StatusCode::CREATED).await;
    })
    .await;
}
