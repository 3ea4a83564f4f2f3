//! Paging through what was said.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{Person, TestApp, on_each_store};

async fn texts(app: &TestApp, who: &Person, path: &str) -> Vec<String> {
    let page = app.get(who, path).await;
    let page = page.as_array().unwrap();
    page.iter()
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_kind_of_page_is_ascending() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let mut seqs = Vec::new();
        for n in 1..=60 {
            seqs.push(app.say(&anna, &id, &n.to_string()).await["seq"].as_i64().unwrap());
        }
        let page = |query: String| format!("/api/unet-chat/messages/{id}?{query}");
        let range = |from: usize, to: usize| (from..=to).map(|n| n.to_string()).collect::<Vec<_>>();

        assert_eq!(
            texts(app, &anna, &page(String::new())).await,
            range(11, 60),
            "50 by default"
        );
        assert_eq!(
            texts(app, &anna, &page("limit=200&offset=0".into())).await,
            range(1, 60)
        );
        assert_eq!(
            texts(app, &anna, &page("limit=5&offset=10".into())).await,
            range(46, 50)
        );
        assert_eq!(
            texts(app, &anna, &page("limit=5&offset=100".into())).await,
            [""; 0]
        );
        // The seq of the text "n" stands at n - 1.
        assert_eq!(
            texts(app, &anna, &page(format!("limit=3&before={}", seqs[9]))).await,
            range(7, 9)
        );
        assert_eq!(
            texts(app, &anna, &page(format!("limit=3&after={}", seqs[9]))).await,
            range(11, 13)
        );
        let around = texts(app, &anna, &page(format!("limit=5&around={}", seqs[9]))).await;
        assert!(
            around.contains(&"10".to_owned()) && around.len() <= 5,
            "{around:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn parameters_outside_their_limits_are_refused_in_words() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        for query in [
            "limit=0",
            "limit=-1",
            "limit=201",
            "limit=ten",
            "limit=",
            "limit=1.5",
            "limit=99999999999999999999",
            "offset=-1",
            "offset=100001",
            "offset=x",
            "before=-1",
            "after=-1",
            "around=-1",
            "before=1&after=1",
            "offset=0&before=1",
            "around=1&after=0",
            "limit=1&limit=2",
        ] {
            let path = format!("/api/unet-chat/messages/{id}?{query}");
            let answer = app
                .ask(&anna, (Method::GET, &path, Value::Null), StatusCode::BAD_REQUEST)
                .await;
            assert_eq!(answer["code"], "invalid", "{query}");
            let name = query.split('=').next().unwrap();
            assert!(
                answer["detail"].as_str().unwrap().contains(name),
                "{query}: {answer}"
            );
        }
    })
    .await;
}
