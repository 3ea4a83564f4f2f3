//! What a gateway node can be told.

use runtime::config::{
    ConfigError, ContactsConfig, DatabaseConfig, GatewayConfig, InternalConfig, LogConfig, RedisConfig,
    ShutdownConfig, TokensConfig, Validate,
};
use serde::{Deserialize, Serialize};

/// The port for probes and metrics of a gateway, beside an API node's 9000.
const INTERNAL_PORT: u16 = 9001;

/// One field a section; the sections say what is in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) database: DatabaseConfig,
    pub(crate) redis: RedisConfig,
    pub(crate) tokens: TokensConfig,
    pub(crate) gateway: GatewayConfig,
    pub(crate) contacts: ContactsConfig,
    pub(crate) internal: InternalConfig,
    pub(crate) log: LogConfig,
    pub(crate) shutdown: ShutdownConfig,
}

impl Default for Settings {
    fn default() -> Self {
        let mut internal = InternalConfig::default();
        internal.listen.set_port(INTERNAL_PORT);
        Self {
            database: DatabaseConfig::default(),
            redis: RedisConfig::default(),
            tokens: TokensConfig::default(),
            gateway: GatewayConfig::default(),
            contacts: ContactsConfig::default(),
            internal,
            log: LogConfig::default(),
            shutdown: ShutdownConfig::default(),
        }
    }
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), ConfigError> {
        // A gateway that hears of nothing is of no use to anybody.
        if self.redis.url.is_empty() {
            return Err(ConfigError::invalid(
                "redis.url",
                "is not set; give redis://host:6379",
            ));
        }
        self.database.validate()?;
        self.redis.validate()?;
        self.tokens.validate()?;
        self.gateway.validate()?;
        self.contacts.validate()?;
        self.internal.validate()?;
        self.log.validate()?;
        self.shutdown.validate()
    }
}
