//! The processes of a contender, from their start to their end.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::contender::Contender;

/// How long a contender may take until all of its addresses take connections: migrations on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How long a process that was asked to leave may take; then it is killed.
const LEAVES_WITHIN: Duration = Duration::from_secs(40);

/// Bytes of a log that are shown when its process did not do what it should.
const TAIL_BYTES: usize = 2_000;

/// Running servers. Dropped, they are killed.
pub(super) struct Servers(Vec<Server>);

struct Server {
    group: String,
    child: Child,
    log: PathBuf,
}

impl Servers {
    /// Starts what the contender says, and waits until it can be spoken to.
    pub(super) async fn start(contender: &Contender, folder: &Path) -> anyhow::Result<Self> {
        let mut servers = Self(Vec::new());
        for (number, program) in contender.process.iter().enumerate() {
            let log = folder.join(format!("{}-{number}.log", program.group));
            let output = File::create(&log)?;
            let (name, arguments) = program
                .command
                .split_first()
                .context("a process without a command")?;
            let child = Command::new(name)
                .args(arguments)
                .envs(&program.environment)
                .stdin(std::process::Stdio::null())
                .stdout(output.try_clone()?)
                .stderr(output)
                .kill_on_drop(true)
                .spawn()
                .with_context(|| format!("starting {name}"))?;
            servers.0.push(Server {
                group: program.group.clone(),
                child,
                log,
            });
        }
        let deadline = Instant::now() + READY_WITHIN;
        for base in contender.api.iter().chain(&contender.gateway) {
            let address = base
                .split_once("://")
                .map_or(base.as_str(), |(_, address)| address);
            while TcpStream::connect(address).await.is_err() {
                servers.check()?;
                if Instant::now() > deadline {
                    bail!("nobody listens at {address}{}", servers.logs());
                }
                sleep(LOOK).await;
            }
        }
        servers.check()?;
        Ok(servers)
    }

    /// An error when one of them has ended.
    pub(super) fn check(&mut self) -> anyhow::Result<()> {
        for server in &mut self.0 {
            if let Some(status) = server.child.try_wait()? {
                bail!(
                    "a process of {} ended with {status}{}",
                    server.group,
                    server.tail()
                );
            }
        }
        Ok(())
    }

    /// Options by which a run watches them.
    pub(super) fn watched(&self) -> Vec<String> {
        let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
        for server in &self.0 {
            let Some(pid) = server.child.id() else { continue };
            match groups.iter_mut().find(|(name, _)| *name == server.group) {
                Some((_, pids)) => pids.push(pid.to_string()),
                None => groups.push((&server.group, vec![pid.to_string()])),
            }
        }
        let options = groups
            .into_iter()
            .flat_map(|(name, pids)| ["--pids-of".to_owned(), format!("{name}={}", pids.join(","))]);
        options.collect()
    }

    /// Asks all of them to leave, and kills whoever does not.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        for server in &self.0 {
            if let Some(pid) = server.child.id() {
                // One that has ended by itself needs no signal.
                let _ended = kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM);
            }
        }
        for server in &mut self.0 {
            if timeout(LEAVES_WITHIN, server.child.wait()).await.is_err() {
                server.child.kill().await?;
            }
        }
        Ok(())
    }

    /// The ends of all logs.
    pub(super) fn logs(&self) -> String {
        self.0.iter().map(Server::tail).collect()
    }
}

impl Server {
    fn tail(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&log[log.len().saturating_sub(TAIL_BYTES)..]).into_owned();
        format!("\n--- {}:\n{text}", self.log.display())
    }
}
