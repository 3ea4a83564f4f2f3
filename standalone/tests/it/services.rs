//! The PostgreSQL and Redis that `make test` provides. A test that needs them does not run without, and says so.

use std::process::Command;

use uuid::Uuid;

/// A database of its own for one test, dropped afterwards, and a prefix of its own on Redis.
pub(crate) struct Services {
    admin_url: String,
    name: String,
    pub(crate) database_url: String,
    pub(crate) redis_url: String,
    pub(crate) prefix: String,
}

impl Services {
    /// `None` when the two are not there.
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test services are is said by the environment"
    )]
    pub(crate) fn find() -> Option<Self> {
        let urls = (
            std::env::var("CHAT_TEST_POSTGRES_URL"),
            std::env::var("CHAT_TEST_REDIS_URL"),
        );
        let (Ok(admin_url), Ok(redis_url)) = urls else {
            eprintln!("not run: set CHAT_TEST_POSTGRES_URL and CHAT_TEST_REDIS_URL, or use make test");
            return None;
        };
        let name = format!("chat_test_{}", Uuid::new_v4().simple());
        assert!(
            psql(&admin_url, &format!("create database {name}")),
            "{name} cannot be made"
        );
        let (base, _) = admin_url.rsplit_once('/').expect("a database in the URL");
        let database_url = format!("{base}/{name}");
        Some(Self {
            database_url,
            redis_url,
            prefix: name.clone(),
            admin_url,
            name,
        })
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let is_dropped = psql(
            &self.admin_url,
            &format!("drop database {} with (force)", self.name),
        );
        // A second panic would end the process on the spot, and leave the nodes of a failed test behind.
        assert!(
            is_dropped || std::thread::panicking(),
            "{} cannot be dropped",
            self.name
        );
    }
}

/// Whether the statement was carried out; `psql` says why not.
fn psql(url: &str, statement: &str) -> bool {
    let status = Command::new("psql")
        .args([url, "--quiet", "-c", statement])
        .status();
    status.is_ok_and(|status| status.success())
}
