//! What the all-in-one process can be told. Everything has a default that works.

use std::path::PathBuf;

use runtime::config::{
    ApiConfig, ConfigError, ContactsConfig, DatabaseConfig, FilesConfig, GatewayConfig, InternalConfig,
    LogConfig, LogFormat, MIN_SECRET_BYTES, Secret, ShutdownConfig, TokensConfig, Validate,
};
use serde::{Deserialize, Serialize};

/// Seconds that sockets and requests may take to finish: somebody waits at the terminal.
const GRACE_SECONDS: u64 = 5;

/// One field a section; `database.url` is the data folder's and cannot be set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) standalone: StandaloneConfig,
    pub(crate) database: DatabaseConfig,
    pub(crate) tokens: TokensConfig,
    pub(crate) api: ApiConfig,
    pub(crate) files: FilesConfig,
    pub(crate) gateway: GatewayConfig,
    pub(crate) contacts: ContactsConfig,
    pub(crate) internal: InternalConfig,
    pub(crate) log: LogConfig,
    pub(crate) shutdown: ShutdownConfig,
}

/// What only this process has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandaloneConfig {
    /// The folder that holds the database, the files and the secret.
    pub(crate) data: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Self {
            standalone: StandaloneConfig { data: "data".into() },
            database: DatabaseConfig::default(),
            tokens: TokensConfig::default(),
            api: ApiConfig::default(),
            files: FilesConfig::default(),
            gateway: GatewayConfig::default(),
            contacts: ContactsConfig::default(),
            internal: InternalConfig::default(),
            log: LogConfig::default(),
            shutdown: ShutdownConfig::default(),
        };
        // Whoever runs this tries things from any page; a token is needed all the same.
        settings.gateway.allowed_origins = vec!["*".into()];
        settings.log.format = LogFormat::Pretty;
        settings.shutdown.grace_seconds = GRACE_SECONDS;
        settings
    }
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), ConfigError> {
        if !self.database.url.is_empty() {
            let problem =
                "cannot be set here; the database lies in standalone.data. For Postgres run api and gateway";
            return Err(ConfigError::invalid("database.url", problem));
        }
        self.database.validate_pool()?;
        let mut tokens = self.tokens.clone();
        if tokens.secret.is_empty() {
            // It is made and kept in the data folder; the other values count all the same.
            tokens.secret = Secret::from("0".repeat(MIN_SECRET_BYTES).as_str());
        }
        tokens.validate()?;
        self.api.validate()?;
        self.files.validate()?;
        self.gateway.validate()?;
        self.contacts.validate()?;
        self.internal.validate()?;
        self.log.validate()?;
        self.shutdown.validate()
    }
}
