//! What can go wrong, and which of it is worth a retry.

/// Why a call failed. "Not found" is never an error here: it is `None`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is shutting down, or has no connection free. Nothing was stored, unless the
    /// connection broke in the middle of a commit: then nobody can know, and a send is repeated with its `client_id`.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A unique value is taken.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// Anything else: a defect of ours.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
    /// The migrations could not be run.
    #[error("the database's schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The address is none that this crate can open. It is not repeated here, for it may hold a password.
    #[error("not a database address: {0}")]
    Address(String),
}

/// What calls of this crate answer.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_outage(&error) {
            Self::Unavailable(error)
        } else {
            Self::Database(error)
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
        match error {
            Execute(cause) | ExecuteMigration(cause, _) if is_outage(&cause) => Self::Unavailable(cause),
            other => Self::Migration(other),
        }
    }
}

impl StoreError {
    /// Another transaction was in the way, as in a deadlock; this one has been rolled back and may be run again from its
    /// start.
    pub fn is_contention(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                code(error).as_deref(),
                Some(SERIALIZATION_FAILURE | DEADLOCK_DETECTED)
            ),
            _ => false,
        }
    }

    /// The same, or another transaction has stored what this one was about to.
    pub(crate) fn is_conflict(&self) -> bool {
        self.is_contention() || matches!(self, Self::Database(error) if is_unique_violation(error))
    }
}

pub(crate) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK_DETECTED: &str = "40P01";

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::Io(_)
        // A connection that was cut while it was being made, by a proxy or a server that stops.
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(_) => code(error).is_some_and(|code| is_outage_code(&code)),
        _ => false,
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// Five characters are Postgres' SQLSTATE; shorter ones are SQLite's result codes.
fn is_outage_code(code: &str) -> bool {
    const SQLSTATE_CHARS: usize = 5;
    if code.len() == SQLSTATE_CHARS {
        is_outage_sqlstate(code)
    } else {
        code.parse().is_ok_and(is_outage_of_sqlite)
    }
}

/// Postgres: connection trouble, too few resources, shutdown or failover, and waits that ended by our own timeouts.
fn is_outage_sqlstate(code: &str) -> bool {
    const READ_ONLY_SERVER: &str = "25006";
    const IDLE_IN_TRANSACTION: &str = "25P03";
    const LOCK_TIMEOUT: &str = "55P03";
    const STATEMENT_TIMEOUT: &str = "57014";
    code.starts_with("08")
        || code.starts_with("53")
        || code.starts_with("57P0")
        || [
            READ_ONLY_SERVER,
            IDLE_IN_TRANSACTION,
            LOCK_TIMEOUT,
            STATEMENT_TIMEOUT,
        ]
        .contains(&code)
}

/// SQLite: somebody else holds the file, or the disk does not answer. The low byte is the kind, the rest a detail.
fn is_outage_of_sqlite(code: i32) -> bool {
    const KIND: i32 = 0xff;
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const IO_ERROR: i32 = 10;
    const FULL: i32 = 13;
    const CANNOT_OPEN: i32 = 14;
    [BUSY, LOCKED, IO_ERROR, FULL, CANNOT_OPEN].contains(&(code & KIND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_connections_and_shutdowns_are_outages() {
        for error in [
            sqlx::Error::PoolTimedOut,
            sqlx::Error::PoolClosed,
            sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()),
        ] {
            assert!(matches!(StoreError::from(error), StoreError::Unavailable(_)));
        }
        for code in ["08006", "53300", "57P01", "55P03", "25006", "5", "517", "14"] {
            assert!(is_outage_code(code), "{code}");
        }
    }

    #[test]
    fn our_own_mistakes_are_not() {
        assert!(matches!(
            StoreError::from(sqlx::Error::RowNotFound),
            StoreError::Database(_)
        ));
        for code in ["23505", "42601", "22021", "40001", "1", "19", "2067"] {
            assert!(!is_outage_code(code), "{code}");
        }
    }
}
