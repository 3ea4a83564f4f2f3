//! A database of a test's own, gone after it.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::Store;
use tempfile::TempDir;
use uuid::Uuid;

const CONNECTIONS: u32 = 12;

pub(crate) struct Database {
    pub(crate) store: Store,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { server: String, name: String },
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = Store::sqlite_url(&folder.path().join("chat.db"));
        Self {
            store: migrated(&url).await,
            kind: Kind::Sqlite { _folder: folder },
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "tests find the server by this variable alone"
    )]
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("CHAT_TEST_POSTGRES_URL") else {
            eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run on PostgreSQL");
            return None;
        };
        let name = format!("chat_gateway_{}", Uuid::now_v7().simple());
        execute(&server, format!("create database {name}")).await;
        let (address, _database) = server.rsplit_once('/').unwrap();
        Some(Self {
            store: migrated(&format!("{address}/{name}")).await,
            kind: Kind::Postgres { server, name },
        })
    }

    pub(crate) async fn drop(self) {
        self.store.close().await;
        if let Kind::Postgres { server, name } = self.kind {
            execute(&server, format!("drop database {name} with (force)")).await;
        }
    }
}

async fn migrated(url: &str) -> Store {
    let store = Store::connect(url, CONNECTIONS).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn execute(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    // The only part that is not literal is a name made here from a UUID.
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
