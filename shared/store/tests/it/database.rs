//! A database of a test's own, gone after it.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use store::Store;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const CONNECTIONS: u32 = 12;

pub(crate) struct Database {
    pub(crate) store: Store,
    kind: Kind,
}

enum Kind {
    Sqlite { folder: TempDir },
    Postgres { server: String, name: String },
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = sqlite_url(&folder);
        Self {
            store: Self::migrated(&url).await,
            kind: Kind::Sqlite { folder },
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "tests find the server by this variable alone"
    )]
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("CHAT_TEST_POSTGRES_URL") else {
            eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run on Postgres");
            return None;
        };
        let name = format!("store_test_{}", Uuid::new_v4().simple());
        execute(&server, format!("create database {name}")).await;
        let (address, _database) = server.rsplit_once('/').unwrap();
        Some(Self {
            store: Self::migrated(&format!("{address}/{name}")).await,
            kind: Kind::Postgres { server, name },
        })
    }

    async fn migrated(url: &str) -> Store {
        let store = Store::connect(url, CONNECTIONS).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// A second node on the same database.
    pub(crate) fn url(&self) -> String {
        match &self.kind {
            Kind::Sqlite { folder } => sqlite_url(folder),
            Kind::Postgres { server, name } => {
                let (address, _database) = server.rsplit_once('/').unwrap();
                format!("{address}/{name}")
            }
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.kind, Kind::Postgres { .. })
    }

    /// What no method of the store does.
    pub(crate) async fn execute(&self, sql: &'static str) {
        match &self.kind {
            Kind::Sqlite { .. } => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
            Kind::Postgres { .. } => execute(&self.url(), sql.to_owned()).await,
        }
    }

    pub(crate) async fn run(self, case: impl AsyncFnOnce(&Database)) {
        let outcome = AssertUnwindSafe(case(&self)).catch_unwind().await;
        self.drop().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }

    pub(crate) async fn drop(self) {
        self.store.close().await;
        if let Kind::Postgres { server, name } = self.kind {
            execute(&server, format!("drop database {name} with (force)")).await;
        }
    }
}

fn sqlite_url(folder: &TempDir) -> String {
    Store::sqlite_url(&folder.path().join("signs %?# and spaces.db"))
}

async fn execute(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
