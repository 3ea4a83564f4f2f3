//! The settings of an API node.

use runtime::config::{
    ApiConfig, ConfigError, ContactsConfig, DatabaseConfig, FilesConfig, InternalConfig, LogConfig,
    RedisConfig, ShutdownConfig, TokensConfig, Validate,
};
use serde::{Deserialize, Serialize};

/// Everything that an operator may set for an API node; each section says more.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The REST side.
    pub api: ApiConfig,
    /// What people may not tell each other.
    pub contacts: ContactsConfig,
    /// Where messages are kept.
    pub database: DatabaseConfig,
    /// What carries messages between nodes.
    pub redis: RedisConfig,
    /// The files that people send.
    pub files: FilesConfig,
    /// Who is asking.
    pub tokens: TokensConfig,
    /// The port for probes and metrics.
    pub internal: InternalConfig,
    /// What is logged.
    pub log: LogConfig,
    /// How the process leaves.
    pub shutdown: ShutdownConfig,
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), ConfigError> {
        // An API node holds no socket: without a bus nobody would hear of a message.
        if self.redis.url.is_empty() {
            return Err(ConfigError::invalid(
                "redis.url",
                "is not set; give redis://host:6379",
            ));
        }
        self.api.validate()?;
        self.contacts.validate()?;
        self.database.validate()?;
        self.redis.validate()?;
        self.files.validate()?;
        self.tokens.validate()?;
        self.internal.validate()?;
        self.log.validate()?;
        self.shutdown.validate()
    }
}
