//! The settings of the REST side.
use std::time::Duration;

use protocol::limits;

/// How the public port behaves.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Bytes of a request's body at most; more is answered 413.
    pub body_limit_bytes: usize,
    /// How long a request may take before it is answered 503.
    pub request_timeout: Duration,
    /// Origins whose pages may call this node; empty: any. No cookie is ever used, so any is safe.
    pub cors_origins: Vec<String>,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            body_limit_bytes: limits::BODY_BYTES,
            request_timeout: Duration::from_secs(30),
            cors_origins: Vec::new(),
        }
    }
}
