//! A PostgreSQL and a Redis of this suite's own: it kills, stops and empties them.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::processes::{Process, eventually, owned, signal_all, tail};
use crate::programs::free_address;

const READY_WITHIN: Duration = Duration::from_secs(30);

/// How long a server that was asked to leave may take.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

fn port(address: &str) -> &str {
    address.rsplit_once(':').expect("an address").1
}

pub(crate) struct Postgres {
    pub(crate) address: String,
    programs: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    process: Option<Process>,
}

/// How PostgreSQL is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Sessions are cut off, data is written.
    Fast,
    /// As a crash: the next start recovers from the log of writes.
    Immediate,
}

impl Postgres {
    pub(crate) async fn start(folder: &Path, logs: &Path) -> Self {
        let mut postgres = Self {
            address: free_address(),
            programs: newest_programs(),
            folder: folder.join("postgres"),
            log: logs.join("postgres.log"),
            process: None,
        };
        std::fs::create_dir(&postgres.folder).expect("a folder");
        if is_root() {
            let status = Command::new("chown").arg("nobody").arg(&postgres.folder).status();
            assert!(status.expect("chown starts").success());
        }
        let made = postgres
            .unprivileged("initdb")
            .args(["-U", "postgres", "--auth", "trust", "--encoding", "UTF8"])
            .args(["--locale", "C.UTF-8", "--no-sync", "-D"])
            .arg(&postgres.folder)
            .output();
        let made = made.expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        postgres.resume().await;
        postgres
    }

    /// Starts it where it left off.
    pub(crate) async fn resume(&mut self) {
        let mut command = self.unprivileged("postgres");
        // The machine does not crash in this suite, only processes do: nothing waits for the disk.
        command
            .arg("-D")
            .arg(&self.folder)
            .args(["-p", port(&self.address), "-k"])
            .arg(&self.folder)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
            .args(["-c", "fsync=off"]);
        self.process = Some(Process::start(command, &self.log));
        let (probe, address) = (self.programs.join("pg_isready"), self.address.clone());
        let is_ready = async || {
            Command::new(&probe)
                .args(["-q", "-h", "127.0.0.1", "-p", port(&address)])
                .status()
                .is_ok_and(|status| status.success())
        };
        eventually(READY_WITHIN, is_ready, || tail(&self.log)).await;
    }

    pub(crate) async fn end(&mut self, how: Ending) {
        let signal = match how {
            Ending::Fast => "-INT",
            Ending::Immediate => "-QUIT",
        };
        let mut process = self.process.take().expect("a running server");
        process.signal(signal);
        process.ended(ENDS_WITHIN).await;
    }

    /// Stops or continues the server: its sessions are processes of their own, children of the first.
    pub(crate) fn signal(&self, signal: &str) {
        let first = self.process.as_ref().expect("a running server").id();
        // The first one first: stopped, it makes no new ones. Some of the others end by themselves meanwhile.
        let _some_ended = signal_all(signal, &[first]);
        let _some_ended = signal_all(signal, &children_of(first));
    }

    /// PostgreSQL refuses to run as root.
    fn unprivileged(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        if !is_root() {
            return owned(&program, "INT");
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"])
            .args(["--pdeathsig", "INT"])
            .arg(program)
            // A folder that nobody may be in would be a warning in the log.
            .current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A stopped process takes no other signal; sessions would outlive a killed parent by a moment, holding the
        // folder.
        if let Some(process) = &mut self.process {
            let _some_ended = signal_all("-CONT", &[process.id()]);
            let _some_ended = signal_all("-CONT", &children_of(process.id()));
            let _some_ended = signal_all("-QUIT", &[process.id()]);
            for _ in 0..100 {
                if process.has_ended() {
                    break;
                }
                std::thread::sleep(crate::processes::POLL);
            }
        }
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").expect("/proc").uid() == 0
}

/// By the fourth field of each process's line, counted behind the name, which may hold anything.
fn children_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        behind_name.split_whitespace().nth(1) == Some(parent.to_string().as_str())
    })
    .collect()
}

/// Where Debian keeps PostgreSQL's programs, the newest version's; elsewhere they are found by their names alone.
fn newest_programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = versions.flatten().map(|entry| entry.path().join("bin"));
    let newest = folders
        .filter(|folder| folder.join("initdb").exists())
        .max_by_key(|folder| version(folder));
    newest.unwrap_or_default()
}

/// `15` of `…/postgresql/15/bin`.
fn version(folder: &Path) -> Option<u32> {
    folder.parent()?.file_name()?.to_str()?.parse().ok()
}

/// Whether both servers are there to be started.
pub(crate) fn are_installed() -> bool {
    let programs = [newest_programs().join("initdb"), "redis-server".into()];
    programs.iter().all(|program| {
        let asked = Command::new(program).arg("--version").output();
        asked.is_ok_and(|answer| answer.status.success())
    })
}

pub(crate) struct Redis {
    pub(crate) address: String,
    folder: PathBuf,
    log: PathBuf,
    process: Option<Process>,
}

impl Redis {
    pub(crate) async fn start(folder: &Path, logs: &Path) -> Self {
        let mut redis = Self {
            address: free_address(),
            folder: folder.join("redis"),
            log: logs.join("redis.log"),
            process: None,
        };
        std::fs::create_dir(&redis.folder).expect("a folder");
        redis.resume().await;
        redis
    }

    /// Starts it with what it has written down.
    pub(crate) async fn resume(&mut self) {
        let mut command = owned(Path::new("redis-server"), "KILL");
        command
            .args(["--bind", "127.0.0.1", "--port", port(&self.address)])
            .args(["--save", "", "--appendonly", "yes", "--dir"])
            .arg(&self.folder)
            .args(["--enable-debug-command", "yes"]);
        self.process = Some(Process::start(command, &self.log));
        let address = self.address.clone();
        let is_ready = async || answer(&address, "PING").await.is_some_and(|line| line == "+PONG");
        eventually(READY_WITHIN, is_ready, || tail(&self.log)).await;
    }

    pub(crate) fn kill(&mut self) {
        self.process.take().expect("a running server").kill();
    }

    /// What it has written down is gone.
    pub(crate) fn forget(&self) {
        std::fs::remove_dir_all(&self.folder).expect("its folder");
        std::fs::create_dir(&self.folder).expect("a folder");
    }

    pub(crate) fn signal(&self, signal: &str) {
        self.process.as_ref().expect("a running server").signal(signal);
    }

    /// Opens a connection to give commands on; answers nothing about how they went but whether they were taken.
    pub(crate) async fn console(&self) -> Console {
        let stream = TcpStream::connect(&self.address).await.expect("a running server");
        Console(BufReader::new(stream))
    }
}

/// A connection to Redis, in its inline form: a line for a command.
pub(crate) struct Console(BufReader<TcpStream>);

impl Console {
    pub(crate) async fn tell(&mut self, command: &str) {
        let line = self.ask(command).await.expect("an answer");
        assert!(!line.starts_with('-'), "{command}: {line}");
    }

    async fn ask(&mut self, command: &str) -> Option<String> {
        let written = self.0.write_all(format!("{command}\r\n").as_bytes()).await;
        written.ok()?;
        let mut line = String::new();
        self.0.read_line(&mut line).await.ok()?;
        Some(line.trim_end().to_owned())
    }
}

async fn answer(address: &str, command: &str) -> Option<String> {
    let stream = TcpStream::connect(address).await.ok()?;
    Console(BufReader::new(stream)).ask(command).await
}
