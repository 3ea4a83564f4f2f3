//! What operators and administrators see.

use std::process::Command;

use protocol::Timestamp;
use serde_json::{Value, json};

use crate::answer::has_fields;
use crate::cluster::Cluster;
use crate::patience::eventually;
use crate::person::Person;
use crate::programs::binary;

/// The figures that the seeds promise: messages a day, mean response time, active chats, unread messages.
const FIGURES: [&str; 4] = [
    "messages_per_day",
    "response_seconds_mean",
    "active_conversations_day",
    "unread_messages",
];

/// Seconds; times have microseconds.
const ROUNDING: f64 = 0.000_01;

const STATS: &str = "/api/admin/stats";

pub(super) async fn logging_of_sends_and_four_metrics(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let said = anna.kstu().send(&room, "слова в журнал не попадают").await;
    let log = cluster.apis[0].log();
    let id = said["id"].as_str().expect("an id");
    let line = log.lines().find(|line| line.contains(id) || line.contains(&room));
    let line = line.unwrap_or_else(|| panic!("the send is not in the log:\n{log}"));
    let entry: Value = serde_json::from_str(line).expect("structured");
    assert_eq!(entry["level"], "INFO", "{entry}");
    assert!(!log.contains("слова в журнал"), "{line}");
    assert!(!log.contains(&anna.access), "tokens are not logged");

    anna.get(STATS).await.is_problem(403, "forbidden");
    cluster.promote(&anna);
    figures_are_right(cluster, &anna, &boris, &said).await;
}

/// Three messages in two conversations of three, one of them unread, one an answer: no two figures are the same.
async fn figures_are_right(cluster: &Cluster, anna: &Person, boris: &Person, asked: &Value) {
    let room = asked["conversation_id"].as_str().expect("its id");
    boris.kstu().read(room).await.is_done();
    let answered = boris.kstu().send(room, "ответ").await;
    let other = anna.kstu().private(boris).await;
    anna.kstu().send(&other, "и ещё").await;
    boris.kstu().read(&other).await.is_done();
    anna.kstu().group("Тишина", &[boris]).await;
    let at = |message: &Value| -> Timestamp {
        serde_json::from_value(message["created_at"].clone()).expect("a time")
    };
    let took = at(&answered).since(at(asked)).as_secs_f64();
    assert!(took > 0.0, "an answer comes later: {answered} after {asked}");

    let mut figures = Value::Null;
    eventually("the day's messages are counted", async || {
        figures = anna.get(STATS).await.json_of(200);
        figures["messages_last_day"] == 3
    })
    .await;
    has_fields(&figures, &FIGURES);
    let days = figures["messages_per_day"].as_array().expect("days");
    assert_eq!(
        days.iter().filter_map(|day| day["count"].as_i64()).sum::<i64>(),
        3
    );
    assert_eq!(figures["active_conversations_day"], 2, "{figures}");
    assert_eq!(figures["unread_messages"], 1, "{figures}");
    let mean = figures["response_seconds_mean"].as_f64().expect("a number");
    assert!((mean - took).abs() < ROUNDING, "{mean} s, not {took} s");

    // A node shows on starting what was counted last, and the others within a minute.
    let node = cluster.late_api().await;
    let shown = async || node.metric("chat_messages_last_day").await > 0.0;
    eventually("the node shows the figures", shown).await;
    for (series, value) in [
        ("chat_messages_last_day", 3.0),
        (r#"chat_active_conversations{within="day"}"#, 2.0),
        ("chat_unread_messages", 1.0),
        ("chat_response_seconds_mean", took),
    ] {
        let shown = node.metric(series).await;
        assert!(
            (shown - value).abs() < ROUNDING,
            "{series} is {shown}, not {value}"
        );
    }
}

pub(super) async fn administration_and_migrations(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    // Migrating what is up to date already is a matter of course, also beside running nodes.
    let database = format!("database.url={}", cluster.database_url());
    let secret = format!("tokens.secret={}", "0".repeat(32));
    let status = Command::new(binary("api"))
        .args(["migrate", "--set", &database, "--set", &secret])
        .args(["--set", "redis.url=redis://127.0.0.1:1"])
        .output()
        .expect("the program starts");
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stderr)
    );

    let path = format!("/api/admin/users/{}/revoke-tokens/", boris.id);
    anna.post(&path, &json!({})).await.is_problem(403, "forbidden");
    cluster.promote(&anna);
    let mut socket = boris.kstu().open_everything(0).await;
    anna.post(&path, &json!({})).await.is_done();
    assert_eq!(socket.close_code().await, 4401);
    eventually("no node takes the token", async || {
        boris.accounts().me().await.status == 401 && boris.beside(&anna).accounts().me().await.status == 401
    })
    .await;
}
