//! Two API nodes and three gateways, each behind proxies of its own to PostgreSQL and to Redis.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::processes::{Process, eventually, owned, tail};
use crate::programs::{binary, free_address};
use crate::proxy::{Mode, Proxy};
use crate::servers::{Postgres, Redis};

/// How long a node may take to be ready: a debug build on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// How long a node that was asked to leave may take: its own grace, and some more.
const LEAVES_WITHIN: Duration = Duration::from_secs(40);

const SECRET: &str = "a secret of the chaos suite, which is long enough to be one";

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Api,
    Gateway,
}

/// Which side of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Postgres,
    Redis,
}

pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) public: String,
    internal: String,
    log: PathBuf,
    to_postgres: Proxy,
    to_redis: Proxy,
    process: Option<Process>,
}

impl Node {
    async fn new(kind: Kind, number: usize, servers: (&Postgres, &Redis), logs: &Path) -> Self {
        let word = match kind {
            Kind::Api => "api",
            Kind::Gateway => "gateway",
        };
        let name = format!("{word}-{number}");
        Self {
            kind,
            public: free_address(),
            internal: free_address(),
            log: logs.join(format!("{name}.log")),
            to_postgres: Proxy::start(&servers.0.address).await,
            to_redis: Proxy::start(&servers.1.address).await,
            process: None,
            name,
        }
    }

    /// Starts it, always at the same addresses.
    pub(crate) fn start(&mut self) {
        self.start_with(&[]);
    }

    /// Starts it in an environment of its own.
    pub(crate) fn start_with(&mut self, environment: &[(&str, &str)]) {
        let (program, listen) = match self.kind {
            Kind::Api => ("api", "api.listen"),
            Kind::Gateway => ("gateway", "gateway.listen"),
        };
        let mut command = owned(&binary(program), "KILL");
        let settings = [
            (listen, self.public.clone()),
            ("internal.listen", self.internal.clone()),
            (
                "database.url",
                format!("postgres://postgres@{}/postgres", self.to_postgres.address),
            ),
            ("redis.url", format!("redis://{}", self.to_redis.address)),
            ("tokens.secret", SECRET.into()),
            // Clock steps are shorter than a token is good.
            ("tokens.access_minutes", "600".into()),
            // A line for each message sent is of no use here.
            ("log.level", "info,chat=warn".into()),
        ];
        let mut settings = Vec::from(settings);
        if self.kind == Kind::Gateway {
            settings.push(("gateway.allowed_origins", r#"["*"]"#.into()));
            // The load comes over few sockets.
            settings.push(("gateway.frames_per_minute", "60000".into()));
        }
        for (key, value) in settings {
            command.args(["--set", &format!("{key}={value}")]);
        }
        command.envs(environment.iter().copied());
        self.process = Some(Process::start(command, &self.log));
    }

    pub(crate) async fn ready(&self) {
        let url = format!("http://{}/readyz", self.internal);
        let is_ready = async || {
            let answer = reqwest::Client::new()
                .get(&url)
                .timeout(Duration::from_secs(2))
                .send()
                .await;
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        let otherwise = || format!("{} is not ready:\n{}", self.name, tail(&self.log));
        eventually(READY_WITHIN, is_ready, otherwise).await;
    }

    pub(crate) fn kill(&mut self) {
        self.process.take().expect("a running node").kill();
    }

    pub(crate) fn signal(&self, signal: &str) {
        self.process.as_ref().expect("a running node").signal(signal);
    }

    /// Asks it to leave, and waits until it has.
    pub(crate) async fn leave(&mut self) {
        let mut process = self.process.take().expect("a running node");
        process.signal("-TERM");
        let status = process.ended(LEAVES_WITHIN).await;
        assert!(status.success(), "{}: {status}\n{}", self.name, tail(&self.log));
    }

    pub(crate) fn set_proxy(&self, to: Server, mode: Mode) {
        match to {
            Server::Postgres => self.to_postgres.set(mode),
            Server::Redis => self.to_redis.set(mode),
        }
    }
}

/// API nodes of the cluster; the gateways come after them.
const APIS: usize = 2;

const GATEWAYS: usize = 3;

pub(crate) struct Cluster {
    /// The API nodes, then the gateways.
    pub(crate) nodes: Vec<Node>,
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
    logs: PathBuf,
    /// Goes last: the servers keep their data in it.
    folder: TempDir,
}

impl Cluster {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("chat-chaos-")
            .tempdir()
            .expect("a folder");
        // The server's own user has to pass.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).expect("a folder of ours");
        let logs = folder.path().join("logs");
        std::fs::create_dir(&logs).expect("a folder");
        let postgres = Postgres::start(folder.path(), &logs).await;
        let redis = Redis::start(folder.path(), &logs).await;
        let mut nodes = Vec::new();
        for (kind, count) in [(Kind::Api, APIS), (Kind::Gateway, GATEWAYS)] {
            for number in 1..=count {
                let mut node = Node::new(kind, number, (&postgres, &redis), &logs).await;
                node.start();
                nodes.push(node);
            }
        }
        let cluster = Self {
            nodes,
            postgres,
            redis,
            logs,
            folder,
        };
        cluster.ready().await;
        cluster
    }

    /// Waits until every node is.
    pub(crate) async fn ready(&self) {
        for node in &self.nodes {
            node.ready().await;
        }
    }

    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.kind == kind)
    }

    pub(crate) fn gateways(&mut self) -> &mut [Node] {
        &mut self.nodes[APIS..]
    }

    /// One node of a kind, another one in each round.
    pub(crate) fn one_of(&mut self, kind: Kind, round: usize) -> &mut Node {
        let index = match kind {
            Kind::Api => round % APIS,
            Kind::Gateway => APIS + round % GATEWAYS,
        };
        &mut self.nodes[index]
    }

    /// Nodes that have ended though nobody made them, by name; they are started again.
    pub(crate) fn revive(&mut self) -> Vec<String> {
        let mut dead = Vec::new();
        for node in &mut self.nodes {
            if node.process.as_mut().is_none_or(Process::has_ended) {
                dead.push(node.name.clone());
                node.start();
            }
        }
        dead
    }

    /// Where what lasts as long as the cluster may lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The end of every log.
    pub(crate) fn tails(&self) -> String {
        let tails = self
            .nodes
            .iter()
            .map(|node| format!("-- {}\n{}", node.name, tail(&node.log)));
        tails.collect::<Vec<_>>().join("\n")
    }

    /// Puts the logs where they outlive the run. Answers where.
    pub(crate) fn keep_logs(&self) -> PathBuf {
        let name = self.folder.path().file_name().expect("a name").to_owned();
        let kept = std::env::temp_dir().join(name).with_extension("logs");
        // Copied again after every failure: the later copy holds all of the earlier one.
        std::fs::create_dir_all(&kept).expect("a folder");
        for entry in std::fs::read_dir(&self.logs).expect("the logs").flatten() {
            let to = kept.join(entry.file_name());
            std::fs::copy(entry.path(), to).expect("a readable log");
        }
        kept
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A step that could not be done at all: the logs say why.
        if std::thread::panicking() {
            eprintln!("{}\nlogs: {}", self.tails(), self.keep_logs().display());
        }
    }
}
