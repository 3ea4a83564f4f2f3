use std::net::SocketAddr;
use std::time::Duration;

use super::section::section;
use super::sections::local;
use super::{ConfigError, Validate, origins, positive, within};

/// Routers on the way forget a connection that was silent for a minute; the heartbeat stays below it, in seconds.
const MAX_HEARTBEAT_SECONDS: u64 = 59;

/// The longest wait for the first frame, in seconds: who has not proven anything yet costs a connection.
const MAX_AUTH_DEADLINE_SECONDS: u64 = 60;

/// The longest patience with a client that reads nothing, in seconds: its place could be another's.
const MAX_SLOW_READER_SECONDS: u64 = 3_600;

/// The longest lease of presence, in seconds: ten minutes after a crash nobody believes it any more.
const MAX_PRESENCE_LEASE_SECONDS: u64 = 600;

/// The smallest buffer of a socket, in bytes, that holds a frame's header and a usual frame.
const MIN_BUFFER_BYTES: u64 = 512;

/// The largest buffer of a socket, in bytes: every socket has one, so this times the sockets is memory.
const MAX_BUFFER_BYTES: u64 = 131_072;

section! {
    /// The WebSocket side.
    pub struct GatewayConfig, "gateway" {
        /// Address and port to listen on.
        pub listen: SocketAddr = local(8001),
        /// Pages of which origins may open sockets from a browser; `*` is any. No default for the daemon; standalone takes any.
        pub allowed_origins: Vec<String> = Vec::new(),
        /// Time between two pings, in seconds; a socket is dead after two missed. Below 60, after which routers on the way forget a silent connection.
        pub heartbeat_seconds: u64 = 25,
        /// How long a socket may take to prove who it is, in seconds.
        pub auth_deadline_seconds: u64 = 5,
        /// The most bytes that wait for one slow reader; beyond it the queue is dropped and what was in it read again from the database once the client reads.
        pub outbox_bytes: usize = 262_144,
        /// How long a client may read nothing while something is to be written, in seconds; then its socket is closed with 4508 and resumes when it comes back.
        pub slow_reader_seconds: u64 = 60,
        /// The most sockets open at once in this process.
        pub max_connections: usize = 50_000,
        /// How many handshakes are taken up a second; the others get 503 and come back within seconds. A storm then costs time instead of the service of those who are in.
        pub upgrades_per_second: u32 = 500,
        /// The most conversations that one socket follows.
        pub max_subscriptions: usize = 1_000,
        /// The most frames that one socket may send in a minute.
        pub frames_per_minute: u32 = 600,
        /// How long people stay online after the process that had their sockets was killed, in seconds; up to a ninth more. Renewed three times as often; a ninth of it is also how long somebody stays online after their last socket was closed.
        pub presence_lease_seconds: u64 = 45,
        /// How many sockets are closed a second when the process leaves; clients come back elsewhere at this pace.
        pub drain_closes_per_second: u32 = 500,
        /// The read buffer of each socket, in bytes: memory that every socket takes at once.
        pub read_buffer_bytes: usize = 2_048,
        /// How many bytes of frames are gathered for one call that writes them to a socket: a few packets.
        pub write_buffer_bytes: usize = 16_384,
    }
}

impl GatewayConfig {
    /// Time between two pings.
    pub const fn heartbeat(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds)
    }

    /// How long a client may read nothing while something is to be written.
    pub const fn slow_reader(&self) -> Duration {
        Duration::from_secs(self.slow_reader_seconds)
    }

    /// How long people stay online on the word of a process that was killed.
    pub const fn presence_lease(&self) -> Duration {
        Duration::from_secs(self.presence_lease_seconds)
    }

    /// How long a socket may take to prove who it is.
    pub const fn auth_deadline(&self) -> Duration {
        Duration::from_secs(self.auth_deadline_seconds)
    }
}

impl Validate for GatewayConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        if self.allowed_origins.is_empty() {
            let problem = "is not set; list the origins of your pages, or \"*\" for any";
            return Err(ConfigError::invalid("gateway.allowed_origins", problem));
        }
        origins("gateway.allowed_origins", &self.allowed_origins)?;
        within(
            "gateway.heartbeat_seconds",
            self.heartbeat_seconds,
            1..=MAX_HEARTBEAT_SECONDS,
        )?;
        within(
            "gateway.auth_deadline_seconds",
            self.auth_deadline_seconds,
            1..=MAX_AUTH_DEADLINE_SECONDS,
        )?;
        positive("gateway.outbox_bytes", self.outbox_bytes)?;
        within(
            "gateway.slow_reader_seconds",
            self.slow_reader_seconds,
            1..=MAX_SLOW_READER_SECONDS,
        )?;
        within(
            "gateway.presence_lease_seconds",
            self.presence_lease_seconds,
            1..=MAX_PRESENCE_LEASE_SECONDS,
        )?;
        positive("gateway.max_connections", self.max_connections)?;
        positive("gateway.upgrades_per_second", self.upgrades_per_second)?;
        positive("gateway.max_subscriptions", self.max_subscriptions)?;
        positive("gateway.frames_per_minute", self.frames_per_minute)?;
        positive("gateway.drain_closes_per_second", self.drain_closes_per_second)?;
        for (key, bytes) in [
            ("gateway.read_buffer_bytes", self.read_buffer_bytes),
            ("gateway.write_buffer_bytes", self.write_buffer_bytes),
        ] {
            within(key, bytes as u64, MIN_BUFFER_BYTES..=MAX_BUFFER_BYTES)?;
        }
        Ok(())
    }
}
