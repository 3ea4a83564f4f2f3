//! The two databases behind one type, and the macros that run one expression on either.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Executor, Postgres, Sqlite, Transaction};

use crate::error::{Result, StoreError};

/// Runs one expression on whichever database there is; both accept the same `$1` text.
macro_rules! on_pool {
    ($pool:expr, |$p:ident| $body:expr) => {
        match $pool {
            $crate::pool::Pool::Postgres($p) => $body,
            $crate::pool::Pool::Sqlite($p) => $body,
        }
    };
}

/// As [`on_pool`], on the connection of a transaction.
macro_rules! on_tx {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::pool::Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
            $crate::pool::Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}

pub(crate) use {on_pool, on_tx};

/// How long a call waits for a free Postgres connection before it answers "not available". Short: a queue of requests
/// that wait longer than their callers do helps nobody.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long SQLite's writers wait for each other, in the pool's queue as well as on the file's lock.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections kept open while nothing happens, so that the first request of a quiet minute does not wait for a
/// handshake.
const CONNECTIONS_KEPT: u32 = 2;

/// A connection that has been idle for longer is asked for a sign of life before it is used. Asking every time
/// (`test_before_acquire`) would add a round trip to each statement; never asking would answer the first requests
/// after a restart of the database with errors.
const IDLE_UNPROVEN: Duration = Duration::from_secs(1);

/// Bounds on the Postgres side, in milliseconds, so that a node that hangs or dies inside a transaction cannot hold a
/// conversation's lock, and every other node, for good. Between two statements of ours lie microseconds: after three
/// seconds of silence the node is stopped, and whoever waits for its lock (five seconds) still gets it.
const POSTGRES_TIMEOUTS: &str = "set statement_timeout = 10000; set lock_timeout = 5000; \
     set idle_in_transaction_session_timeout = 3000";

/// Postgres compiles a statement to machine code when it reckons it expensive, and it reckons a list as if each row of it
/// counted all the messages that it may: 40 ms of compiling for each of a connection's first lists, which then run for
/// 15. None of our statements runs for so long that compiling could pay.
const NO_POSTGRES_COMPILING: &str = "set jit = off";

/// Migrations may take their time, and wait for another node's.
const NO_POSTGRES_TIMEOUTS: &str = "set statement_timeout = 0; set lock_timeout = 0; \
     set idle_in_transaction_session_timeout = 0";

/// Connections to one database. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

/// A transaction; rolls back when dropped.
#[derive(Debug)]
pub(crate) enum Tx {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

/// Where to read and where to write. SQLite has one writer at a time, so its writes queue for one connection instead
/// of failing on the file's lock; on Postgres both are the same pool.
#[derive(Clone, Debug)]
pub(crate) struct Pools {
    pub(crate) read: Pool,
    pub(crate) write: Pool,
}

impl Pools {
    pub(crate) async fn connect(url: &str, max_connections: u32) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options =
                PgConnectOptions::from_str(url).map_err(|_| address("a malformed postgres:// URL"))?;
            let pool = Pool::Postgres(postgres(options, max_connections).await?);
            return Ok(Self {
                read: pool.clone(),
                write: pool,
            });
        }
        if !url.starts_with("sqlite:") {
            return Err(address("it begins neither with postgres:// nor with sqlite:"));
        }
        let options = SqliteConnectOptions::from_str(url).map_err(|_| address("a malformed sqlite: URL"))?;
        let write = sqlite(sqlite_options(options.clone()), 1).await?;
        // A database in memory belongs to its connection: reads share it with the writes.
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let read = if in_memory {
            write.clone()
        } else {
            sqlite(sqlite_options(options).read_only(true), max_connections).await?
        };
        Ok(Self {
            read: Pool::Sqlite(read),
            write: Pool::Sqlite(write),
        })
    }

    /// Opens a transaction that will write. On Postgres each of its statements sees what was committed when that
    /// statement began, whatever the server's default is: what is read after a lock must not be older than the lock.
    /// SQLite takes its write lock at once: a transaction that reads first and asks for the lock later would fail
    /// whenever somebody else wrote in between.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        Ok(match &self.write {
            Pool::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("begin isolation level read committed").await?)
            }
            Pool::Sqlite(pool) => Tx::Sqlite(pool.begin_with("begin immediate").await?),
        })
    }

    pub(crate) async fn migrate(&self) -> Result<()> {
        let migrator = crate::migrations::migrator(&self.write);
        match &self.write {
            Pool::Postgres(pool) => {
                // A connection of its own that is closed afterwards, for it has no timeouts.
                let mut connection = pool.acquire().await?.detach();
                connection.execute(NO_POSTGRES_TIMEOUTS).await?;
                // sqlx holds an advisory lock meanwhile: any number of nodes may start at once.
                migrator.run_direct(None, &mut connection, false).await?;
                Ok(connection.close().await?)
            }
            Pool::Sqlite(pool) => {
                // sqlx has no such lock for SQLite, so the file's own is held around it.
                let mut tx = pool.begin_with("begin immediate").await?;
                migrator.run_direct(None, &mut *tx, false).await?;
                Ok(tx.commit().await?)
            }
        }
    }

    pub(crate) async fn close(&self) {
        on_pool!(&self.read, |pool| pool.close().await);
        on_pool!(&self.write, |pool| pool.close().await);
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Postgres(tx) => tx.commit().await?,
            Self::Sqlite(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

fn address(fault: &str) -> StoreError {
    StoreError::Address(fault.to_owned())
}

/// The pool's own timeout is the only one around an acquire: sqlx loses connections when an acquire is cancelled, so
/// no `select!` or `timeout` stands around one anywhere.
async fn postgres(options: PgConnectOptions, max_connections: u32) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .min_connections(CONNECTIONS_KEPT.min(max_connections))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move { Ok(meta.idle_for < IDLE_UNPROVEN || connection.ping().await.is_ok()) })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(POSTGRES_TIMEOUTS).await?;
                connection.execute(NO_POSTGRES_COMPILING).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
}

async fn sqlite(options: SqliteConnectOptions, connections: u32) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(SQLITE_BUSY_TIMEOUT)
        // A connection costs nothing to keep and does not go stale; a database in memory dies with its last one.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// A 2xx means that it is on the disk: `synchronous = full` syncs the log at every commit. WAL lets readers go on
/// while somebody writes.
fn sqlite_options(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY_TIMEOUT)
}
