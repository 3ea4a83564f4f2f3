//! A private Redis that a test may kill.

use std::process::{Child, Command, Stdio};

use crate::cluster::eventually;

pub(crate) struct RedisServer {
    port: u16,
    folder: tempfile::TempDir,
    process: Option<Child>,
}

impl RedisServer {
    /// A free port with no server on it yet.
    pub(crate) fn reserve() -> Self {
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        Self {
            port,
            folder: tempfile::tempdir().unwrap(),
            process: None,
        }
    }

    pub(crate) async fn started() -> Self {
        let mut server = Self::reserve();
        server.start().await;
        server
    }

    /// Returns when it answers.
    pub(crate) async fn start(&mut self) {
        let process = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--port",
                &self.port.to_string(),
            ])
            .arg("--dir")
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        self.process = Some(process);
        eventually(async || self.try_command(&["PING"]).await.is_ok()).await;
    }

    /// As a crash would: no goodbye.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Stops or continues the process: sockets stay open and nobody answers.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.as_ref().expect("a running server").id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) async fn command(&self, words: &[&str]) -> redis::Value {
        self.try_command(words).await.unwrap()
    }

    async fn try_command(&self, words: &[&str]) -> redis::RedisResult<redis::Value> {
        let mut connection = redis::Client::open(self.url())?
            .get_multiplexed_async_connection()
            .await?;
        let mut command = redis::Cmd::new();
        command.arg(words);
        command.query_async(&mut connection).await
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
