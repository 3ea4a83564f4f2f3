//! The floor, judged by the ledger as every server is, on the PostgreSQL and the Redis that `make test` provides.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::drive;

/// How long two processes may take to listen: a debug build on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Two processes of the floor on a database and a prefix of their own.
struct Floor {
    http: Vec<String>,
    ws: Vec<String>,
    admin_url: String,
    name: String,
    processes: Vec<Child>,
}

impl Floor {
    /// `None` when the services are not there.
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test services are is said by the environment"
    )]
    async fn start(options: &[&str]) -> Option<Self> {
        let urls = (
            std::env::var("CHAT_TEST_POSTGRES_URL"),
            std::env::var("CHAT_TEST_REDIS_URL"),
        );
        let (Ok(admin_url), Ok(redis_url)) = urls else {
            eprintln!("not run: set CHAT_TEST_POSTGRES_URL and CHAT_TEST_REDIS_URL, or use make test");
            return None;
        };
        let name = format!("chat_test_{}", Uuid::new_v4().simple());
        assert!(psql(&admin_url, &format!("create database {name}")));
        let (server, _) = admin_url.rsplit_once('/').expect("a database in the URL");
        let mut floor = Self {
            http: Vec::new(),
            ws: Vec::new(),
            processes: Vec::new(),
            admin_url: admin_url.clone(),
            name: name.clone(),
        };
        let held = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        for address in held.map(|listener| listener.local_addr().unwrap()) {
            let process = Command::new(env!("CARGO_BIN_EXE_loadtest"))
                .args(["baseline", "--listen", &address.to_string()])
                .args(["--database-url", &format!("{server}/{name}")])
                .args(["--redis-url", &redis_url, "--redis-prefix", &name])
                .args(options)
                .stdin(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            floor.processes.push(process);
            floor.http.push(format!("http://{address}"));
            floor.ws.push(format!("ws://{address}"));
            let deadline = Instant::now() + READY_WITHIN;
            while TcpStream::connect(address).await.is_err() {
                assert!(Instant::now() < deadline, "nobody listens at {address}");
                sleep(Duration::from_millis(20)).await;
            }
        }
        Some(floor)
    }

    /// How many messages are in the database.
    fn rows(&self) -> u64 {
        let (server, _) = self.admin_url.rsplit_once('/').expect("a database in the URL");
        let output = std::process::Command::new("psql")
            .args([&format!("{server}/{}", self.name), "--quiet", "--tuples-only"])
            .args(["-c", "select count(*) from baseline.messages"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let is_dropped = psql(
            &self.admin_url,
            &format!("drop database {} with (force)", self.name),
        );
        assert!(
            is_dropped || std::thread::panicking(),
            "{} cannot be dropped",
            self.name
        );
    }
}

fn psql(url: &str, statement: &str) -> bool {
    let status = std::process::Command::new("psql")
        .args([url, "--quiet", "-c", statement])
        .status();
    status.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn the_floor_delivers_everything_once_and_in_order() {
    for options in [&[][..], &["--coalesce"]] {
        let Some(floor) = Floor::start(options).await else {
            return;
        };
        for (ran, door) in ["multiplexed", "conversation"].into_iter().enumerate() {
            let more = ["--via", "both", "--door", door];
            drive((&floor.http, &floor.ws), &more).await.assert_clean();
            assert_eq!(floor.rows(), super::SENDS * (ran as u64 + 1));
        }
    }
}

#[tokio::test]
async fn the_floor_refuses_who_has_no_token_of_its_own() {
    let Some(floor) = Floor::start(&[]).await else {
        return;
    };
    let client = reqwest::Client::new();
    let url = format!("{}/api/unet-chat/messages/", floor.http[0]);
    for token in [
        "",
        "Bearer x",
        "Bearer eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoxLCJleHAiOjk5OTk5OTk5OTl9.",
    ] {
        let answer = client
            .post(&url)
            .header("authorization", token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{token}");
    }
    let url = format!("{}/api/unet-chat/ws", floor.http[0]);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(floor.rows(), 0);
}
