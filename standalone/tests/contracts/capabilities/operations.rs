//! What operators and administrators see.

use std::process::Command;

use serde_json::json;

use crate::answer::has_fields;
use crate::cluster::Cluster;
use crate::patience::eventually;
use crate::processes::binary;

/// The figures that the seeds promise: messages a day, mean response time, active chats, unread messages.
const FIGURES: [&str; 4] = [
    "messages_per_day",
    "response_seconds_mean",
    "active_conversations_day",
    "unread_messages",
];

const STATS: &str = "/api/admin/stats";

pub(super) async fn logging_of_sends_and_four_metrics(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let said = anna.kstu().send(&room, "слова в журнал не попадают").await;
    let log = cluster.apis[0].log();
    let id = said["id"].as_str().expect("an id");
    let line = log.lines().find(|line| line.contains(id) || line.contains(&room));
    let line = line.unwrap_or_else(|| panic!("the send is not in the log:\n{log}"));
    let entry: serde_json::Value = serde_json::from_str(line).expect("structured");
    assert_eq!(entry["level"], "INFO", "{entry}");
    assert!(!log.contains("слова в журнал"), "{line}");
    assert!(!log.contains(&anna.access), "tokens are not logged");

    anna.get(STATS).await.is_problem(403, "forbidden");
    cluster.promote(&anna);
    let figures = anna.get(STATS).await.json_of(200);
    has_fields(&figures, &FIGURES);
    eventually("the day's messages are counted", async || {
        let figures = anna.get(STATS).await.json_of(200);
        figures["messages_last_day"] == 1 && figures["unread_messages"] == 1
    })
    .await;
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
