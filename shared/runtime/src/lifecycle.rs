//! Every task of the process, and the way out.
//!
//! The stages of leaving, each a [`CancellationToken`]: *leaving* (readiness fails, all else goes on, so that load
//! balancers notice) → *draining* (accept nothing new, send sockets away, finish requests) → *stopping* (stop
//! whatever still runs). A signal starts it, and so does the end of a vital task.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Instrument;

use crate::config::ShutdownConfig;

mod signals;

pub use signals::signals;

/// The end of the grace that is kept back from the drain, so that tasks told to stop have the time to do so.
pub const STOP_RESERVE: Duration = Duration::from_secs(2);

/// Owner of every task of the process. Clones own the same tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    all: TaskTracker,
    unfinished: TaskTracker,
    leaving: CancellationToken,
    draining: CancellationToken,
    stopping: CancellationToken,
    crashed: OnceLock<&'static str>,
}

/// How the process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was asked to leave, and everything ended in time.
    Cleanly,
    /// A vital task, which is named here, ended or panicked.
    Crashed(&'static str),
    /// It was asked to leave, and tasks were still running at the deadline, though told to stop.
    Overdue,
    /// It was asked to leave a second time.
    Aborted,
}

impl Stopped {
    /// What `main` returns: success only for a clean end.
    pub fn exit_code(self) -> ExitCode {
        if self == Self::Cleanly {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl Tasks {
    /// An owner without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// A task that the process cannot do without: its end or panic before leaving brings the process down. `name` is
    /// the `task.name` of its span and the label of its metrics.
    pub fn spawn_vital(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let tasks = self.clone();
        self.track(name, task, move |panicked| {
            if panicked || !tasks.0.leaving.is_cancelled() {
                tracing::error!(task.name = name, panicked, "a vital task ended; leaving");
                // Only the first is the cause.
                tasks.0.crashed.get_or_init(|| name);
                tasks.0.leaving.cancel();
            }
        });
    }

    /// A task that may end at any time. A panic is counted here and logged by the hook of [`crate::telemetry`]; the
    /// process goes on.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.track(name, task, |_panicked| {});
    }

    fn track(
        &self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
        at_end: impl FnOnce(bool) + Send + 'static,
    ) {
        let guarded = async move {
            let panicked = AssertUnwindSafe(task).catch_unwind().await.is_err();
            if panicked {
                metrics::counter!("task_panics_total", "task" => name).increment(1);
            }
            at_end(panicked);
        };
        self.0
            .all
            .spawn(guarded.instrument(tracing::info_span!("task", task.name = name)));
    }

    /// Work that stage *stopping* must wait for, until the deadline, counts as unfinished while this is held.
    pub fn hold(&self) -> TaskTrackerToken {
        self.0.unfinished.token()
    }

    /// Stage 0: readiness fails, all else goes on.
    pub fn leaving(&self) -> CancellationToken {
        self.0.leaving.clone()
    }

    /// Stage 1: accept nothing new, drain.
    pub fn draining(&self) -> CancellationToken {
        self.0.draining.clone()
    }

    /// Stage 2: the deadline is near, or all is drained: stop whatever still runs.
    pub fn stopping(&self) -> CancellationToken {
        self.0.stopping.clone()
    }

    /// Serves until the first of `signals` or the end of a vital task, then goes through the stages of leaving. Work
    /// under [`Tasks::hold`] and `drain`, polled from stage *draining* on, have the grace less [`STOP_RESERVE`]. A
    /// second signal ends it at once.
    pub async fn run_until_stopped(
        &self,
        signals: impl Stream<Item = &'static str>,
        drain: impl Future<Output = ()>,
        limits: &ShutdownConfig,
    ) -> Stopped {
        let mut signals = pin!(signals.fuse());
        tokio::select! {
            signal = next(&mut signals) => tracing::info!(signal, "asked to leave"),
            () = self.0.leaving.cancelled() => {}
        }
        // Biased: after the second signal nothing else counts.
        tokio::select! {
            biased;
            signal = next(&mut signals) => {
                tracing::warn!(signal, "asked to leave again; aborting");
                Stopped::Aborted
            }
            stopped = self.leave(drain, limits) => stopped,
        }
    }

    async fn leave(&self, drain: impl Future<Output = ()>, limits: &ShutdownConfig) -> Stopped {
        self.0.leaving.cancel();
        tokio::time::sleep(limits.ready_pause()).await;

        let deadline = Instant::now() + limits.grace();
        self.0.draining.cancel();
        self.0.unfinished.close();
        let drained = async { tokio::join!(drain, self.0.unfinished.wait()) };
        let drain_until = Instant::now() + limits.grace().saturating_sub(STOP_RESERVE);
        if timeout_at(drain_until, drained).await.is_err() {
            tracing::warn!(
                requests = self.0.unfinished.len(),
                "not drained in time; cutting off the rest"
            );
        }

        self.0.stopping.cancel();
        self.0.all.close();
        let all_ended = timeout_at(deadline, self.0.all.wait()).await.is_ok();
        if !all_ended {
            tracing::error!(tasks = self.0.all.len(), "tasks still run at the deadline");
        }
        match self.0.crashed.get() {
            Some(name) => Stopped::Crashed(name),
            None if all_ended => Stopped::Cleanly,
            None => Stopped::Overdue,
        }
    }
}

/// The next signal; never, when there are none to come.
async fn next(signals: &mut (impl Stream<Item = &'static str> + Unpin)) -> &'static str {
    match signals.next().await {
        Some(signal) => signal,
        None => std::future::pending().await,
    }
}

/// How long a process that has left waits for its connections to be given back.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The last thing that a process does before it ends; what hangs is cut off by the end itself, as by a crash.
pub async fn close(what: &'static str, closing: impl Future<Output = ()>) {
    if timeout(CLOSE_WITHIN, closing).await.is_err() {
        tracing::warn!(what, "still in use, and cut off");
    }
}

#[cfg(test)]
mod tests;
