//! Nothing is lost, whatever fails: real processes on a PostgreSQL and a Redis of this suite's own, under load, while
//! one thing after the other is broken. The load generator's ledger holds every acknowledged send against what every
//! socket heard.
//!
//! `make chaos` runs every row of [`faults::ROWS`], three times each, and keeps the table in `docs/reliability.md`;
//! `make test` runs a few of them once. To add a fault: a variant in `faults.rs`, and a row.

#![cfg(test)]

#[expect(dead_code, reason = "made for the other suite, which does more with it")]
#[path = "../it/client.rs"]
mod client;
mod cluster;
mod faults;
mod load;
mod processes;
#[path = "../it/programs.rs"]
mod programs;
mod proxy;
mod reader;
mod servers;
mod table;
mod without_redis;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use cluster::{Cluster, Kind, Server};
use faults::{Fault, ROWS, Row};
use load::{Load, Shape};
use proxy::Mode;
use servers::Ending;
use table::{Done, HEAD, table};

/// What the promise names: at least 500 sends a second into at least 100 conversations.
const FULL: Shape = Shape {
    rate: 500,
    conversations: 100,
    churn: 20,
};

/// Between two faults, and before the first: long enough for clients to be back and for traffic to be ordinary again.
const GAP: Duration = Duration::from_secs(4);

/// Does a row's fault as often as it wants under a load of its own.
async fn do_row(cluster: &mut Cluster, row: Row) -> Done {
    row.fault.prepare(cluster).await;
    let load = Load::start(cluster, FULL).await;
    for round in 0..row.fault.times() {
        sleep(GAP).await;
        row.fault.inject(cluster, round).await;
    }
    sleep(GAP).await;
    let figures = load.finish().await;
    let mut violations = figures.violations();
    let dead = cluster.revive();
    violations.extend(dead.iter().map(|name| format!("{name} ended by itself")));
    cluster.ready().await;
    row.fault.undo(cluster).await;
    Done {
        row,
        times: row.fault.times(),
        figures,
        violations,
    }
}

fn show_violations(cluster: &Cluster, done: &Done) {
    if done.violations.is_empty() {
        return;
    }
    println!("{}: {}", done.row.name, done.violations.join("\n"));
    println!("{}\nlogs: {}", cluster.tails(), cluster.keep_logs().display());
}

/// What `deploy/scripts/chaos.sh` says.
#[expect(
    clippy::disallowed_methods,
    reason = "a suite has no other settings than its environment"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn chosen_rows() -> Vec<Row> {
    let Some(names) = setting("CHAOS_FAULTS") else {
        return ROWS.to_vec();
    };
    let find = |name: &str| {
        *ROWS
            .iter()
            .find(|row| row.name == name)
            .expect("a fault of faults::ROWS")
    };
    names.split_whitespace().map(find).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes twenty minutes: make chaos"]
async fn whatever_fails_nothing_acknowledged_is_lost_doubled_reordered_or_shown_to_strangers() {
    let mut cluster = Cluster::start().await;
    let mut all = Vec::new();
    println!("{HEAD}");
    for row in chosen_rows() {
        let began = Instant::now();
        let done = do_row(&mut cluster, row).await;
        println!("{} <!-- {} {:.0?} -->", done.line(), row.name, began.elapsed());
        show_violations(&cluster, &done);
        all.push(done);
    }
    if let Some(path) = setting("CHAOS_TABLE") {
        std::fs::write(path, table(&all)).expect("a file");
    }
    let failed: Vec<_> = all
        .iter()
        .filter(|done| !done.violations.is_empty())
        .map(|done| done.row.name)
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute: make chaos"]
async fn without_redis_for_half_a_minute_messages_are_late_by_three_seconds_at_most() {
    let mut cluster = Cluster::start().await;
    let delays = without_redis::take_redis_away(&mut cluster, Duration::from_secs(30)).await;
    println!("Redis away, 30 s: {delays}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_for_some_seconds_messages_are_late_by_three_seconds_at_most() {
    if !servers::are_installed() {
        eprintln!("not run: install PostgreSQL and Redis, or use make test");
        return;
    }
    let mut cluster = Cluster::start().await;
    without_redis::take_redis_away(&mut cluster, Duration::from_secs(6)).await;
}

/// What `make test` has time for, all under one load.
const SHORT: &[Fault] = &[
    Fault::Kill(Kind::Gateway),
    Fault::Kill(Kind::Api),
    Fault::RedisEmpty,
    Fault::RedisUnsubscribed,
    Fault::PostgresEnd(Ending::Fast),
    Fault::Proxy(Server::Redis, Mode::Hold),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_an_api_node_redis_and_postgres_fail_under_load_and_nothing_is_lost() {
    if !servers::are_installed() {
        eprintln!("not run: install PostgreSQL and Redis, or use make test");
        return;
    }
    let mut cluster = Cluster::start().await;
    let load = Load::start(&cluster, Shape { churn: 10, ..FULL }).await;
    for fault in SHORT {
        sleep(GAP).await;
        fault.inject(&mut cluster, 0).await;
    }
    sleep(GAP).await;
    let figures = load.finish().await;
    let violations = figures.violations();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}
