//! Search over REST.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{Person, TestApp, on_each_store};

const SEARCH: &str = "/api/unet-chat/search/messages/";

async fn found(app: &TestApp, who: &Person, query: &[(&str, &str)]) -> Value {
    let request = app
        .request(&Method::GET, SEARCH)
        .bearer_auth(&who.token)
        .query(query);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{query:?}");
    answer.json().await.unwrap()
}

fn texts(found: &Value) -> Vec<&str> {
    found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message"]["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_search_finds_in_own_conversations_the_newest_first_and_page_by_page() {
    on_each_store(async |app| {
        let (anna, boris, eve) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Eve").await,
        );
        let (id, other) = (app.group(&anna, &[&boris]).await, app.group(&anna, &[]).await);
        app.say(&boris, &id, "план на осень").await;
        app.say(&anna, &other, "план другой").await;
        app.say(&anna, &id, "ПЛАН готов").await;
        let all = found(app, &anna, &[("q", "план")]).await;
        assert_eq!(texts(&all), ["ПЛАН готов", "план другой", "план на осень"]);
        assert_eq!(all[0].get("snippet"), None);
        assert_eq!(
            texts(&found(app, &boris, &[("q", "план")]).await),
            ["ПЛАН готов", "план на осень"]
        );
        assert_eq!(found(app, &eve, &[("q", "план")]).await, Value::Array(Vec::new()));
        let number = all[0]["message"]["number"].to_string();
        let next = found(app, &anna, &[("q", "план"), ("limit", "1"), ("before", &number)]).await;
        assert_eq!(texts(&next), ["план другой"]);
        let sender = boris.id.to_string();
        let narrowed = found(
            app,
            &anna,
            &[("q", "план"), ("conversation_id", &id), ("sender_id", &sender)],
        )
        .await;
        assert_eq!(texts(&narrowed), ["план на осень"]);
        let since = all[0]["message"]["created_at"].as_str().unwrap();
        assert_eq!(
            texts(&found(app, &anna, &[("q", "план"), ("from", since)]).await),
            ["ПЛАН готов"]
        );
        assert_eq!(
            found(app, &anna, &[("q", "план"), ("has_file", "true")]).await,
            Value::Array(Vec::new())
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_found_leads_to_what_stands_around_it() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        for n in 0..20 {
            let text = if n == 9 {
                format!("{} needle {}", "hay ".repeat(100), "hay ".repeat(100))
            } else {
                format!("straw {n}")
            };
            app.say(&anna, &id, &text).await;
        }
        let found = found(app, &anna, &[("q", "needle")]).await;
        let snippet = found[0]["snippet"].as_str().unwrap();
        assert!(
            snippet.contains("needle") && snippet.chars().count() < 250,
            "{snippet}"
        );
        let seq = &found[0]["message"]["seq"];
        let page = app
            .get(
                &anna,
                &format!("/api/unet-chat/messages/{id}?around={seq}&limit=4"),
            )
            .await;
        let seqs: Vec<_> = page
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(seqs, [8, 9, 10, 11]);
    })
    .await;
}

#[tokio::test]
async fn a_search_for_too_little_or_with_odd_parameters_is_refused_in_words() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        for query in [
            "",
            "?q=",
            "?q=ab",
            "?q=%20%20ab%20",
            "?q=word&limit=0",
            "?q=word&limit=51",
            "?q=word&from=yesterday",
            "?q=a%00bc",
        ] {
            let path = format!("{SEARCH}{query}");
            let refused = app
                .ask(&anna, (Method::GET, &path, Value::Null), StatusCode::BAD_REQUEST)
                .await;
            assert_eq!(refused["code"], "invalid", "{query}");
        }
        let both_endings = format!("{}?q=word", SEARCH.trim_end_matches('/'));
        app.get(&anna, &both_endings).await;
    })
    .await;
}
