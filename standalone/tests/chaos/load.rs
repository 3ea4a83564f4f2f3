//! The load and its checker: the load generator, as a process of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use crate::cluster::{Cluster, Kind};
use crate::processes::{owned, signal_all};
use crate::programs::binary;

/// Registrations and conversations, on a busy machine.
const SETUP_WITHIN: Duration = Duration::from_mins(2);

/// The rest of the deliveries and the ledger's work.
const ENDS_WITHIN: Duration = Duration::from_mins(2);

/// Longer than any row: the row ends it.
const LONGEST: &str = "10m";

/// The line with which the load generator says that sends begin.
const SENDING: &str = "sending";

/// How much is sent, and where to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Messages per second.
    pub(crate) rate: u32,
    pub(crate) conversations: u32,
    /// Members that come and go, changes per second.
    pub(crate) churn: u32,
}

/// A run of the load generator under way.
pub(crate) struct Load {
    child: Child,
    stderr: Lines<BufReader<ChildStderr>>,
    report: NamedTempFile,
}

impl Load {
    /// Returns when it sends.
    pub(crate) async fn start(cluster: &Cluster, shape: Shape) -> Self {
        let report = NamedTempFile::new().expect("a file");
        let mut command = Command::from(owned(&binary("loadtest"), "KILL"));
        command.args(["run", "--via", "both", "--members", "5", "--duration", LONGEST]);
        command.args(["--rate", &shape.rate.to_string()]);
        command.args(["--conversations", &shape.conversations.to_string()]);
        command.args(["--churn", &shape.churn.to_string()]);
        // What a patient client does: ask again soon, elsewhere, and for longer than any fault here lasts.
        command.args([
            "--request-timeout",
            "5s",
            "--patience",
            "60s",
            "--in-flight",
            "1024",
        ]);
        command
            .args(["--drain-timeout", "60s", "--json"])
            .arg(report.path());
        for node in cluster.of(Kind::Api) {
            command.args(["--api", &format!("http://{}", node.public)]);
        }
        for node in cluster.of(Kind::Gateway) {
            command.args(["--gateway", &format!("ws://{}", node.public)]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the load generator starts");
        let stderr = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut load = Self {
            child,
            stderr,
            report,
        };
        timeout(SETUP_WITHIN, load.hear(SENDING))
            .await
            .expect("a load in time");
        load
    }

    /// Reads on until this line.
    async fn hear(&mut self, wanted: &str) {
        let mut heard = String::new();
        while let Some(line) = self.stderr.next_line().await.expect("text") {
            if line == wanted {
                return;
            }
            heard += &(line + "\n");
        }
        panic!("the load generator ended:\n{heard}");
    }

    /// Ends the sending, waits for the rest to arrive, and answers with what was found.
    pub(crate) async fn finish(mut self) -> Figures {
        let id = self.child.id().expect("it ends when it is told to");
        assert!(signal_all("-INT", &[id]));
        let status = timeout(ENDS_WITHIN, self.child.wait()).await;
        let status = status.expect("a report in time").expect("a child of ours");
        // 1 says that something was found, unacknowledged sends among it: the figures are judged here.
        assert!(matches!(status.code(), Some(0 | 1)), "{status}");
        Figures::read(self.report.path())
    }
}

/// What a run found: the fields of the load generator's report that are judged and shown.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Figures {
    pub(crate) sends: Sends,
    pub(crate) deliveries: Deliveries,
    pub(crate) sockets: Sockets,
    #[serde(skip)]
    whole: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sends {
    pub(crate) intended: u64,
    pub(crate) acked: u64,
    refused: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deliveries {
    expected: u64,
    lost: u64,
    doubled: u64,
    reordered: u64,
    conflicting: u64,
    stray: u64,
    unentitled: u64,
    absent: u64,
    removals: u64,
    pub(crate) latency_ms: Quantiles,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Quantiles {
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sockets {
    pub(crate) reconnects: u64,
}

/// Of what was sent, in percent, must be acknowledged for a row to say anything: the sender asks again for longer
/// than any fault lasts.
const ACKED_PERCENT: u64 = 99;

impl Figures {
    fn read(path: &Path) -> Self {
        let whole = std::fs::read_to_string(path).expect("a report");
        let figures: Self = serde_json::from_str(&whole).expect("a report");
        Self { whole, ..figures }
    }

    /// How much of what must not be there is.
    pub(crate) fn wrongs(&self) -> u64 {
        let Deliveries {
            lost,
            doubled,
            reordered,
            conflicting,
            stray,
            unentitled,
            absent,
            ..
        } = self.deliveries;
        lost + doubled + reordered + conflicting + stray + unentitled + absent
    }

    /// What must be zero and is not, and what must not be zero and is.
    pub(crate) fn violations(&self) -> Vec<String> {
        let Deliveries {
            expected,
            lost,
            doubled,
            reordered,
            conflicting,
            stray,
            unentitled,
            absent,
            removals,
            ..
        } = self.deliveries;
        let counts = [
            ("lost", lost),
            ("doubled", doubled),
            ("reordered", reordered),
            ("conflicting", conflicting),
            ("stray", stray),
            ("shown to somebody not entitled", unentitled),
            ("guests not back", absent),
            ("refused", self.sends.refused),
        ];
        let mut violations: Vec<_> = counts
            .iter()
            .filter(|(_, count)| *count != 0)
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        if self.sends.acked * 100 < self.sends.intended * ACKED_PERCENT {
            violations.push(format!(
                "{} of {} acknowledged",
                self.sends.acked, self.sends.intended
            ));
        }
        if expected == 0 || removals == 0 {
            violations.push("nothing was owed to anybody, or nobody was removed".into());
        }
        if !violations.is_empty() {
            violations.push(self.whole.clone());
        }
        violations
    }
}
