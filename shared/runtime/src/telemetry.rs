//! Logs and metrics of the process. A metric exists only if `docs/operations.md` says what to do about it.

use std::io::{self, IsTerminal};
use std::panic::PanicHookInfo;
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::MissedTickBehavior;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::Tasks;
use crate::config::{LogConfig, LogFormat};

/// Upper bounds of the buckets of every `…_seconds` histogram: from a local delivery to the longest timeout.
const SECONDS_BUCKETS: [f64; 15] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Upper bounds of the buckets of every other histogram: counts, such as the messages of one commit.
const COUNT_BUCKETS: [f64; 12] = [
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 10_000.0,
];

/// How often histograms are compacted. They grow for as long as nobody scrapes and nobody does this.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Why logs or metrics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `log.level` cannot be read.
    #[error("log.level: {0}")]
    Level(#[from] ParseError),
    /// Something else in this process took the logs first.
    #[error("logs: {0}")]
    Logs(#[from] TryInitError),
    /// Something else in this process took the metrics first, or the buckets are wrong.
    #[error("metrics: {0}")]
    Metrics(#[from] BuildError),
}

/// The metrics of the process, to be read out.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

/// Starts logs (to standard error) and metrics, and has panics logged where they happen, with the spans around them.
/// Once in a process.
pub fn init(log: &LogConfig) -> Result<Metrics, TelemetryError> {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&log.level)?)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match log.format {
        LogFormat::Json => logs
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .try_init()?,
        LogFormat::Pretty => logs.compact().finish().try_init()?,
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(Metrics(recorder()?.install_recorder()?))
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    let reason = panic.payload_as_str().unwrap_or("no reason given");
    tracing::error!(location, reason, "panicked");
}

fn recorder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets(&COUNT_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
}

impl Metrics {
    /// Metrics that nothing is recorded into: for tests with several nodes in one process.
    pub fn detached() -> Self {
        Self(PrometheusBuilder::new().build_recorder().handle())
    }

    /// All of them, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the memory of histograms bounded until the process stops.
    pub fn keep_up(&self, tasks: &Tasks) {
        let (metrics, stopping) = (self.0.clone(), tasks.stopping());
        tasks.spawn_vital("metrics_upkeep", async move {
            let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
                metrics.run_upkeep();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_are_buckets_that_add_up_over_nodes() {
        let recorder = recorder().unwrap().build_recorder();
        let metrics = Metrics(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("delivery_seconds").record(0.003);
            metrics::histogram!("commit_messages").record(3.0);
        });
        let text = metrics.render();
        assert!(
            text.contains(r#"delivery_seconds_bucket{le="0.0025"} 0"#),
            "{text}"
        );
        assert!(
            text.contains(r#"delivery_seconds_bucket{le="0.005"} 1"#),
            "{text}"
        );
        assert!(text.contains(r#"commit_messages_bucket{le="4"} 1"#), "{text}");
        assert!(!text.contains("quantile"), "{text}");
    }

    #[test]
    fn a_level_that_cannot_be_read_is_an_error_and_takes_nothing() {
        let config = LogConfig {
            level: "info,=".to_owned(),
            ..LogConfig::default()
        };
        assert!(matches!(init(&config), Err(TelemetryError::Level(_))));
    }
}
