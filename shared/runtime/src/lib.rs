//! What every process has. (skeleton)
#![expect(clippy::unused_async, missing_docs, clippy::todo, reason = "skeleton")]
use protocol::{Timestamp, UserId};
use std::time::Duration;
use uuid::Uuid;

/// The only source of wall-clock time.
#[derive(Clone, Debug)]
pub struct Clock;
impl Clock {
    pub fn system() -> Self {
        todo!()
    }
    pub fn fixed(_at: Timestamp) -> Self {
        todo!()
    }
    /// Tests only: moves a fixed clock.
    pub fn advance(&self, _by: Duration) {
        todo!()
    }
    pub fn now(&self) -> Timestamp {
        todo!()
    }
}

/// Owner of every task of the process.
#[derive(Clone, Debug)]
pub struct Tasks;
impl Tasks {
    pub fn new() -> Self {
        todo!()
    }
    /// A task whose end or panic before shutdown brings the process down.
    pub fn spawn_vital(&self, _name: &'static str, _task: impl Future<Output = ()> + Send + 'static) {
        todo!()
    }
    /// A task that may end at any time; a panic is logged and counted.
    pub fn spawn(&self, _name: &'static str, _task: impl Future<Output = ()> + Send + 'static) {
        todo!()
    }
    /// Stage 1: not ready any more, accept nothing new, drain.
    pub fn draining(&self) -> tokio_util::sync::CancellationToken {
        todo!()
    }
    /// Stage 2: the deadline passed, or all is drained: stop whatever still runs.
    pub fn stopping(&self) -> tokio_util::sync::CancellationToken {
        todo!()
    }
}

pub mod tokens {
    use super::*;
    #[derive(Clone, Debug)]
    pub struct Tokens;
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Access {
        pub user: UserId,
        pub expires_at: Timestamp,
    }
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Refresh {
        pub user: UserId,
        pub family: Uuid,
        pub expires_at: Timestamp,
    }
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Ticket {
        pub user: UserId,
        pub id: Uuid,
        pub expires_at: Timestamp,
    }
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum TokenError {
        #[error("Token is invalid")]
        Invalid,
        #[error("Token is expired")]
        Expired,
        #[error("Token has wrong type")]
        WrongType,
    }
    impl Tokens {
        pub fn access(&self, _user: UserId) -> (String, Timestamp) {
            todo!()
        }
        pub fn refresh(&self, _user: UserId, _family: Uuid) -> (String, Timestamp) {
            todo!()
        }
        pub fn ticket(&self, _user: UserId) -> (String, Timestamp) {
            todo!()
        }
        pub fn verify_access(&self, _token: &str) -> Result<Access, TokenError> {
            todo!()
        }
        pub fn verify_refresh(&self, _token: &str) -> Result<Refresh, TokenError> {
            todo!()
        }
        pub fn verify_ticket(&self, _token: &str) -> Result<Ticket, TokenError> {
            todo!()
        }
        /// SHA-256 in hex: what the store keeps of a refresh token.
        pub fn fingerprint(_token: &str) -> String {
            todo!()
        }
    }
}

pub mod carrier {
    /// What an HTTP request or upgrade brings to prove who it is. CONTRACTS 5.5.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Carried {
        /// Nothing at all.
        Nothing,
        /// A bearer token, not yet verified.
        Token(String),
        /// A single-use ticket from `?ticket=`.
        Ticket(String),
        /// A header or query of another scheme (Basic …): as if nothing for HTTP answers, refused for sockets.
        OtherScheme,
        /// `Bearer` alone, or with two values.
        Malformed,
    }
    pub fn find(_headers: &axum::http::HeaderMap, _query: Option<&str>) -> Carried {
        todo!()
    }
}
