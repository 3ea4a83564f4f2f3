//! The small sections. Those with rules of their own have a file.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::section::section;
use super::{ConfigError, ServiceUrl, Validate, positive, within};

/// The longest grace that is accepted, in seconds: an hour. More is a mistake in the unit.
const MAX_GRACE_SECONDS: u64 = 3_600;

/// An address that only this machine can reach: what is to be reachable from elsewhere is said so.
pub(super) const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// What a line of the log can weigh; `off` is for those who want none.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Refuses an address that nothing here can open, without repeating it: it may hold a password.
fn one_of_schemes(key: &'static str, url: &ServiceUrl, schemes: &[&str]) -> Result<(), ConfigError> {
    if schemes
        .iter()
        .any(|scheme| url.expose_secret().starts_with(scheme))
    {
        return Ok(());
    }
    Err(ConfigError::invalid(
        key,
        format!("begins with none of {}", schemes.join(", ")),
    ))
}

section! {
    /// Where messages are kept.
    pub struct DatabaseConfig, "database" {
        /// `postgres://user@host/name` or `sqlite://path`. No default; standalone keeps a file in its data folder.
        pub url: ServiceUrl = ServiceUrl::default(),
        /// The most connections this process opens. All processes together stay below the server's own limit.
        pub max_connections: u32 = 16,
    }
}

impl Validate for DatabaseConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        if self.url.is_empty() {
            let problem = "is not set; give postgres://user:password@host/name or sqlite://path";
            return Err(ConfigError::invalid("database.url", problem));
        }
        one_of_schemes(
            "database.url",
            &self.url,
            &["postgres:", "postgresql:", "sqlite:"],
        )?;
        self.validate_pool()
    }
}

impl DatabaseConfig {
    /// All but the address, for a process that chooses its own.
    pub fn validate_pool(&self) -> Result<(), ConfigError> {
        positive("database.max_connections", self.max_connections)
    }
}

section! {
    /// What carries messages between nodes.
    pub struct RedisConfig, "redis" {
        /// `redis://host:6379` or `rediss://…`. Empty: none, which only a single process can do without.
        pub url: ServiceUrl = ServiceUrl::default(),
        /// What every key and channel begins with; two installations on one server need two. Letters, digits, `-`, `_`.
        pub prefix: String = "chat".to_owned(),
    }
}

impl Validate for RedisConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.prefix.is_empty() || !self.prefix.chars().all(plain) {
            let problem = "is one or more letters, digits, `-` or `_`";
            return Err(ConfigError::invalid("redis.prefix", problem));
        }
        if self.url.is_empty() {
            return Ok(());
        }
        one_of_schemes("redis.url", &self.url, &["redis:", "rediss:"])
    }
}

section! {
    /// The REST side.
    pub struct ApiConfig, "api" {
        /// Address and port to listen on.
        pub listen: SocketAddr = local(8000),
        /// The largest request body, in bytes. Uploads have a limit of their own.
        pub max_body_bytes: usize = protocol::limits::BODY_BYTES,
        /// Pages of which origins may call from a browser; `*` is any. Tokens travel in headers, never in cookies.
        pub cors_origins: Vec<String> = vec!["*".to_owned()],
        /// How many passwords are hashed at a time; each takes a core and 19 MiB while it lasts.
        pub password_hash_concurrency: usize = 2,
        /// Whether the web client is served at `/`. Without it nothing stands there.
        pub web_client: bool = true,
        /// A folder to serve as the web client instead of the one in the binary; read when the node starts.
        pub web_dir: String = String::new(),
    }
}

impl Validate for ApiConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        positive("api.max_body_bytes", self.max_body_bytes)?;
        positive("api.password_hash_concurrency", self.password_hash_concurrency)?;
        super::origins("api.cors_origins", &self.cors_origins)
    }
}

section! {
    /// The port for probes and metrics. Not for the public: nothing on it asks who you are.
    pub struct InternalConfig, "internal" {
        /// Address and port of `/livez`, `/readyz` and `/metrics`.
        pub listen: SocketAddr = local(9000),
    }
}

impl Validate for InternalConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Pretty,
}

section! {
    /// What is logged, to standard error.
    pub struct LogConfig, "log" {
        /// `json` or `pretty`.
        pub format: LogFormat = LogFormat::Json,
        /// `error`, `warn`, `info`, `debug` or `trace`, by module if wanted: `info,sqlx=warn`.
        pub level: String = "info".to_owned(),
    }
}

impl Validate for LogConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        // A filter takes any lone word for the name of a module and is then silent about all others.
        let is_level = |word: &str| LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level));
        if let Some(word) = self
            .level
            .split(',')
            .map(str::trim)
            .find(|part| !part.contains('=') && !is_level(part))
        {
            let problem = format!("`{word}` is none of {}", LEVELS.join(", "));
            return Err(ConfigError::invalid("log.level", problem));
        }
        match EnvFilter::try_new(&self.level) {
            Ok(_) => Ok(()),
            Err(error) => Err(ConfigError::invalid(
                "log.level",
                format!("cannot be read: {error}"),
            )),
        }
    }
}

section! {
    /// How the process leaves.
    pub struct ShutdownConfig, "shutdown" {
        /// How long sockets and requests may take to finish, in seconds, before what remains is cut off.
        pub grace_seconds: u64 = 25,
        /// How long to go on serving after readiness has failed, in seconds, so that load balancers notice. Comes on top of the grace; the sum stays below the orchestrator's own limit.
        pub ready_pause_seconds: u64 = 0,
    }
}

impl ShutdownConfig {
    /// How long sockets and requests may take to finish.
    pub const fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }

    /// How long to go on serving after readiness has failed.
    pub const fn ready_pause(&self) -> Duration {
        Duration::from_secs(self.ready_pause_seconds)
    }
}

impl Validate for ShutdownConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        within(
            "shutdown.grace_seconds",
            self.grace_seconds,
            1..=MAX_GRACE_SECONDS,
        )?;
        within(
            "shutdown.ready_pause_seconds",
            self.ready_pause_seconds,
            0..=MAX_GRACE_SECONDS,
        )
    }
}
