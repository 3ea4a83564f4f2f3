//! The internal port: is it alive, is it ready, what do the metrics say.
//!
//! `/livez` asks nothing of anyone: a database that is away must not get every process restarted. `/readyz` is deep.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::{BoxFuture, join_all};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Metrics;
use crate::{Tasks, http};

/// How long one check may take before it counts as failed. A check that must not be cancelled bounds itself below it.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

/// What Prometheus calls its text format.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

type Ask = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

struct Check {
    name: &'static str,
    vital: bool,
    ask: Ask,
}

/// What has to work for this process to be sent requests.
pub struct Readiness {
    leaving: CancellationToken,
    checks: Vec<Check>,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All checks passed.
    Ready,
    /// A check failed that one can do without: still 200.
    Degraded,
    /// A vital check failed: 503.
    Failing,
    /// The process was asked to leave: 503, and nothing is checked.
    Leaving,
}

/// The body of `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The answer in one word.
    pub status: Status,
    /// Each check by name: `ok`, or what is wrong.
    pub checks: BTreeMap<String, String>,
}

impl Readiness {
    /// Ready until the process leaves.
    pub fn new(tasks: &Tasks) -> Self {
        Self {
            leaving: tasks.leaving(),
            checks: Vec::new(),
        }
    }

    /// Adds a check without which the process is not ready. An error's text is shown on the internal port: no secrets.
    pub fn vital<F>(self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    {
        self.with(Check {
            name,
            vital: true,
            ask: Box::new(check),
        })
    }

    /// Adds a check that is reported, and whose failure only degrades.
    pub fn minor<F>(self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    {
        self.with(Check {
            name,
            vital: false,
            ask: Box::new(check),
        })
    }

    fn with(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Runs all checks at once, each for at most [`CHECK_TIMEOUT`].
    pub async fn report(&self) -> Report {
        if self.leaving.is_cancelled() {
            return Report {
                status: Status::Leaving,
                checks: BTreeMap::new(),
            };
        }
        let results = join_all(self.checks.iter().map(async |check| {
            let answer = tokio::time::timeout(CHECK_TIMEOUT, (check.ask)()).await;
            answer.unwrap_or_else(|_| Err(format!("no answer in {CHECK_TIMEOUT:?}")))
        }))
        .await;
        let outcomes = || self.checks.iter().zip(&results);
        let status = match outcomes()
            .filter(|(_, result)| result.is_err())
            .map(|(check, _)| check.vital)
            .max()
        {
            None => Status::Ready,
            Some(false) => Status::Degraded,
            Some(true) => Status::Failing,
        };
        let word = |result: &Result<(), String>| result.clone().err().unwrap_or_else(|| "ok".to_owned());
        let checks = outcomes()
            .map(|(check, result)| (check.name.to_owned(), word(result)))
            .collect();
        Report { status, checks }
    }
}

#[derive(Clone)]
struct Internal {
    readiness: Arc<Readiness>,
    metrics: Metrics,
}

/// `/livez`, `/readyz` and `/metrics`.
pub fn router(readiness: Readiness, metrics: Metrics) -> Router {
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(read_metrics))
        .with_state(Internal {
            readiness: Arc::new(readiness),
            metrics,
        })
}

/// Serves the internal port until stage *stopping*, so that probes are answered while the process drains. To be
/// spawned as a vital task.
pub async fn serve(listener: TcpListener, readiness: Readiness, metrics: Metrics, tasks: Tasks) {
    http::serve_to_the_last(listener, router(readiness, metrics), tasks).await;
}

async fn readyz(State(internal): State<Internal>) -> impl IntoResponse {
    let report = internal.readiness.report().await;
    let code = match report.status {
        Status::Ready | Status::Degraded => StatusCode::OK,
        Status::Failing | Status::Leaving => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, Json(report))
}

async fn read_metrics(State(internal): State<Internal>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, METRICS_TYPE)], internal.metrics.render())
}

#[cfg(test)]
mod tests;
