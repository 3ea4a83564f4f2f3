//! What one repetition has to itself, and nobody finds afterwards: a database, a prefix on Redis, a folder.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use redis::AsyncCommands;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;
use uuid::Uuid;

use super::contender::Contender;

/// Keys looked at, and removed, in one step.
const KEYS: usize = 1000;

/// The two servers that all contenders share.
#[derive(Clone, Debug)]
pub(super) struct Services {
    pub(super) postgres_url: String,
    pub(super) redis_url: String,
}

/// A place for one repetition. It has to be [`Self::cleared`].
pub(super) struct Ground {
    services: Services,
    /// Of the database and the prefix both.
    name: String,
    folder: TempDir,
}

impl Ground {
    pub(super) async fn prepare(services: &Services) -> anyhow::Result<Self> {
        let name = format!("loadtest_{}", Uuid::new_v4().simple());
        let mut postgres = connect(&services.postgres_url).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&mut postgres)
            .await
            .context("making a database")?;
        postgres.close().await?;
        Ok(Self {
            services: services.clone(),
            name,
            folder: tempfile::Builder::new().prefix("loadtest-").tempdir()?,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a contender's placeholders stand for.
    pub(super) fn values(&self, contender: &Contender) -> anyhow::Result<BTreeMap<&'static str, String>> {
        let path = |path: &Path| {
            path.to_str()
                .map(str::to_owned)
                .context("a folder with a strange name")
        };
        Ok(BTreeMap::from([
            ("bin", path(&contender.bin)?),
            ("here", path(&contender.here)?),
            ("folder", path(self.folder())?),
            (
                "database_url",
                database_url(&self.services.postgres_url, &self.name)?,
            ),
            ("redis_url", self.services.redis_url.clone()),
            ("redis_prefix", self.name.clone()),
            // Long enough for everybody's rule, and of no use to anybody.
            ("secret", format!("{}{}", self.name, Uuid::new_v4().simple())),
        ]))
    }

    /// Removes everything, once no server of the repetition runs any more.
    pub(super) async fn cleared(self) -> anyhow::Result<()> {
        let mut postgres = connect(&self.services.postgres_url).await?;
        sqlx::query(AssertSqlSafe(format!("drop database {} with (force)", self.name)))
            .execute(&mut postgres)
            .await
            .context("dropping a database")?;
        postgres.close().await?;
        let client = redis::Client::open(self.services.redis_url.as_str())?;
        let mut redis = client.get_multiplexed_async_connection().await?;
        let mut cursor = 0_u64;
        loop {
            let (next, keys): (u64, Vec<String>) = redis::cmd("SCAN")
                .arg(cursor)
                .arg("MATCH")
                .arg(format!("*{}*", self.name))
                .arg("COUNT")
                .arg(KEYS)
                .query_async(&mut redis)
                .await?;
            if !keys.is_empty() {
                redis.unlink::<_, ()>(keys).await?;
            }
            cursor = next;
            if cursor == 0 {
                return Ok(());
            }
        }
    }
}

async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    let options: PgConnectOptions = url.parse().context("the address of PostgreSQL")?;
    let options = options.disable_statement_logging();
    let connection = PgConnection::connect_with(&options).await;
    connection.context("connecting to PostgreSQL")
}

/// The same server, another database.
fn database_url(url: &str, name: &str) -> anyhow::Result<String> {
    let (base, options) = match url.split_once('?') {
        Some((base, options)) => (base, format!("?{options}")),
        None => (url, String::new()),
    };
    let (server, _) = base
        .rsplit_once('/')
        .filter(|(server, _)| !server.ends_with('/'))
        .context("the address of PostgreSQL names no database")?;
    Ok(format!("{server}/{name}{options}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server_keeps_the_options() {
        let other = database_url("postgres://u:p@h:5432/postgres?sslmode=disable", "n").unwrap();
        assert_eq!(other, "postgres://u:p@h:5432/n?sslmode=disable");
        assert_eq!(database_url("postgres://h/d", "n").unwrap(), "postgres://h/n");
        assert!(database_url("postgres://h", "n").is_err());
    }
}
