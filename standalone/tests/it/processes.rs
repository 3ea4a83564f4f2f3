//! Nodes as child processes on free ports, killed when a test ends, however it ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::programs::{binary, free_address};
use crate::services::Services;

/// How long a node may take to be ready: a debug build on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// How often a process is asked for something that it announces nowhere.
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// The secret of every cluster of the tests.
const SECRET: &str = "a secret of the tests, which is long enough to be one";

/// One running node.
pub(crate) struct Node {
    child: Child,
    pub(crate) public: String,
    pub(crate) internal: String,
    log: PathBuf,
}

/// API nodes and gateways over one Postgres and one Redis.
pub(crate) struct Cluster {
    pub(crate) apis: Vec<Node>,
    pub(crate) gateways: Vec<Node>,
    /// Of every gateway.
    settings: Vec<(&'static str, String)>,
    _services: Services,
    folder: TempDir,
}

impl Cluster {
    /// Two of each. `None` without PostgreSQL and Redis.
    pub(crate) async fn start() -> Option<Self> {
        Self::with_gateways(2).await
    }

    /// Two API nodes and so many gateways.
    pub(crate) async fn with_gateways(count: usize) -> Option<Self> {
        Self::with(count, &[]).await
    }

    /// The same with more settings for the gateways.
    pub(crate) async fn with(count: usize, more: &[(&'static str, String)]) -> Option<Self> {
        let services = Services::find()?;
        let folder = tempfile::tempdir().expect("a folder");
        // All at once: migrations run under a lock, so nodes need not wait for each other.
        let shared = vec![
            ("database.url", services.database_url.clone()),
            ("redis.url", services.redis_url.clone()),
            ("redis.prefix", services.prefix.clone()),
            ("tokens.secret", SECRET.to_owned()),
        ];
        let mut settings = shared.clone();
        settings.push(("gateway.allowed_origins", r#"["*"]"#.into()));
        settings.extend_from_slice(more);
        let start = |kind: &str, settings: &[(&str, String)], number: usize| {
            let log = folder.path().join(format!("{kind}-{number}.log"));
            Node::start(kind, &format!("{kind}.listen"), settings, &log)
        };
        let apis: Vec<_> = (1..=2).map(|number| start("api", &shared, number)).collect();
        let gateways: Vec<_> = (1..=count)
            .map(|number| start("gateway", &settings, number))
            .collect();
        for node in apis.iter().chain(&gateways) {
            node.ready().await;
        }
        Some(Self {
            apis,
            gateways,
            settings,
            _services: services,
            folder,
        })
    }

    /// Waits for the end of a gateway that was asked to leave, and starts another in its place.
    pub(crate) async fn replace_gateway(&mut self, place: usize) {
        let status = self.gateways[place].ended(READY_WITHIN).await;
        assert!(status.success(), "{status}: {}", self.gateways[place].log());
        let log = self.folder.path().join(format!("gateway-{place}-again.log"));
        let node = Node::start("gateway", "gateway.listen", &self.settings, &log);
        node.ready().await;
        self.gateways[place] = node;
    }
}

impl Node {
    /// Starts a binary of the workspace; `listen` is the key of its public address.
    pub(crate) fn start(name: &str, listen: &str, settings: &[(&str, String)], log: &Path) -> Self {
        let (public, internal) = (free_address(), free_address());
        let mut command = Command::new(binary(name));
        command.args([
            "--set",
            &format!("{listen}={public}"),
            "--set",
            &format!("internal.listen={internal}"),
        ]);
        for (key, value) in settings {
            command.args(["--set", &format!("{key}={value}")]);
        }
        let file = File::create(log).expect("a log file");
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a handle"))
            .stderr(file);
        let child = command.spawn().expect("the node starts");
        Self {
            child,
            public,
            internal,
            log: log.to_owned(),
        }
    }

    pub(crate) async fn ready(&self) {
        let deadline = Instant::now() + READY_WITHIN;
        let url = format!("http://{}/readyz", self.internal);
        while !reqwest::get(&url)
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(Instant::now() < deadline, "not ready; its log:\n{}", self.log());
            sleep(POLL).await;
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A line of the system's account of its memory, such as `VmRSS`, in KiB.
    pub(crate) fn memory_kib(&self, key: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .expect("a known line");
        let number = line.trim_start_matches(':').trim().trim_end_matches("kB");
        number.trim().parse().expect("a number")
    }

    /// Sets the highest use of memory, `VmHWM`, back to what it is now.
    pub(crate) fn forget_highest_memory(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("a child of ours");
    }

    /// Asks it to leave.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill starts");
        assert!(status.success());
    }

    /// Ends it on the spot.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child of ours");
    }

    /// The sum of a metric over all its labels.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let url = format!("http://{}/metrics", self.internal);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        let series = text.lines().filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['{', ' ']))
        });
        series
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "still running; its log:\n{}",
                self.log()
            );
            sleep(POLL).await;
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that has ended by itself needs no killing.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
