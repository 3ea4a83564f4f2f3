//! The database is away: sends are refused soon and in so many words, and nothing of them is left behind.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::app::{Person, TestApp, on_a_line};

/// How soon a send must be answered: two waits for a connection (the batch under way, and its own), and not the half
/// minute after which any request is given up.
const SOON: Duration = Duration::from_secs(8);

/// How long a node may take to find its database again.
const AGAIN: Duration = Duration::from_secs(20);

const SENDS: usize = 20;

/// A second, after which the writer goes on without the commit that waits, and the machine's own; less than the three
/// after which the database takes a lock away from a silent node.
const HELD_UP: Duration = Duration::from_millis(2_500);

async fn send(
    app: &TestApp,
    who: &Person,
    conversation: &str,
    text: &str,
) -> (StatusCode, Option<String>, Value) {
    let body = json!({ "conversation_id": conversation, "text": text, "client_id": text });
    let answer = app
        .send(who, Method::POST, "/api/unet-chat/messages/", &body)
        .await;
    let retry_after = answer.headers().get("retry-after");
    let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
    (answer.status(), retry_after, answer.json().await.unwrap())
}

#[tokio::test]
async fn without_its_database_a_node_refuses_sends_soon_and_stores_each_once_when_it_is_back() {
    on_a_line(async |app, line| {
        let anna = app.person("Anna").await;
        let group = app.group(&anna, &[]).await;
        app.say(&anna, &group, "before").await;
        let texts: Vec<_> = (0..SENDS).map(|number| format!("message {number}")).collect();
        let all = || join_all(texts.iter().map(|text| send(app, &anna, &group, text)));
        line.cut().await;
        for _ in 0..2 {
            let since = Instant::now();
            for (status, retry_after, problem) in all().await {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
                assert_eq!(retry_after.as_deref(), Some("2"));
                assert_eq!(
                    (&problem["code"], &problem["retryable"]),
                    (&json!("unavailable"), &json!(true))
                );
            }
            let took = since.elapsed();
            assert!(took < SOON, "took {took:?}");
        }
        line.mend().await;
        let stored = async {
            loop {
                let answers = all().await;
                if answers.iter().all(|(status, ..)| status.is_success()) {
                    return;
                }
            }
        };
        timeout(AGAIN, stored)
            .await
            .expect("the node finds its database again");
        let history = app.get(&anna, &format!("/api/unet-chat/messages/{group}")).await;
        let seqs: Vec<_> = history
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["seq"].as_i64().unwrap())
            .collect();
        let expected: Vec<_> = (1..=i64::try_from(SENDS).unwrap() + 1).collect();
        assert_eq!(seqs, expected, "each once, and no number was lost");
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_somebody_has_locked_holds_up_no_other() {
    on_a_line(async |app, _line| {
        let anna = app.person("Anna").await;
        let (locked, free) = (app.group(&anna, &[]).await, app.group(&anna, &[]).await);
        // As a node does that is stopped in the middle of a commit.
        let lock = app.lock(&locked).await;
        let waiting = send(app, &anna, &locked, "waits");
        let others = async {
            let since = Instant::now();
            for number in 0..SENDS {
                let (status, ..) = send(app, &anna, &free, &format!("goes on {number}")).await;
                assert_eq!(status, StatusCode::CREATED);
            }
            let took = since.elapsed();
            assert!(took < HELD_UP, "took {took:?}");
            drop(lock);
        };
        let ((status, _, problem), ()) = tokio::join!(waiting, others);
        assert_eq!(status, StatusCode::CREATED, "{problem}");
    })
    .await;
}
