//! Programs that end with the test, however that ends, and can be killed, stopped and started again before.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often a process is asked for something that it announces nowhere.
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// A command whose process gets `signal` when this one ends.
pub(crate) fn owned(program: &Path, signal: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", signal]).arg(program);
    command
}

/// A child process with its output in a file.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// The log goes on where an earlier process of the same name left it.
    pub(crate) fn start(mut command: Command, log: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(log);
        let file = file.expect("a log file");
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a handle"))
            .stderr(file);
        Self {
            child: command.spawn().expect("the program starts"),
            log: log.to_owned(),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(
            signal_all(signal, &[self.id()]),
            "{signal} {}",
            self.log.display()
        );
    }

    /// As a crash would: no goodbye.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child of ours");
        self.child.wait().expect("a child of ours");
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(Instant::now() < deadline, "still runs:\n{}", tail(&self.log));
            sleep(POLL).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended by itself needs no killing.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Whether the signal reached them all.
pub(crate) fn signal_all(signal: &str, ids: &[u32]) -> bool {
    let ids = ids.iter().map(u32::to_string);
    let status = Command::new("kill")
        .arg(signal)
        .args(ids)
        .stderr(Stdio::null())
        .status();
    status.expect("kill starts").success()
}

/// Lines of a log that are shown when something went wrong.
const TAIL_LINES: usize = 25;

pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// Polls until `is_so`, or fails with what `otherwise` says.
pub(crate) async fn eventually(
    within: Duration,
    mut is_so: impl AsyncFnMut() -> bool,
    otherwise: impl Fn() -> String,
) {
    let deadline = Instant::now() + within;
    while !is_so().await {
        assert!(Instant::now() < deadline, "{}", otherwise());
        sleep(POLL).await;
    }
}
