//! Settings: defaults, then a TOML file, then the environment, then flags; the later wins. The only reader of the
//! environment.
//!
//! A binary puts sections together into a `Settings` of its own, which also owns its defaults:
//!
//! ```
//! use runtime::config::{ConfigError, DatabaseConfig, TokensConfig, Validate};
//!
//! #[derive(Default, serde::Serialize, serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     database: DatabaseConfig,
//!     tokens: TokensConfig,
//! }
//!
//! impl Validate for Settings {
//!     fn validate(&self) -> Result<(), ConfigError> {
//!         self.database.validate()?;
//!         self.tokens.validate()
//!     }
//! }
//!
//! let missing = runtime::config::ConfigArgs::default().load::<Settings>();
//! assert!(missing.is_err_and(|error| error.to_string().contains("database.url")));
//! ```
//!
//! A new key is one documented line in its section; a new section is also named in [`SECTIONS`]. Then regenerate
//! `docs/configuration.md` as that page says.

mod contacts;
mod error;
mod files;
mod flags;
mod gateway;
mod load;
mod reference;
mod secret;
mod section;
mod sections;
mod tokens;

pub use contacts::{ContactDetector, ContactMode, ContactProtection, ContactsConfig};
pub use error::ConfigError;
pub use files::{FILE_KINDS, FilesConfig};
pub use flags::{ConfigArgs, ConfigCommand};
pub use gateway::GatewayConfig;
pub use load::{environment, load};
pub use reference::{SECTIONS, reference};
pub use secret::{Secret, ServiceUrl};
pub use section::Section;
pub use sections::{
    ApiConfig, DatabaseConfig, InternalConfig, LogConfig, LogFormat, RedisConfig, ShutdownConfig,
};
pub use tokens::{LONGEST_ACCESS, MIN_SECRET_BYTES, RefreshReuse, TokensConfig};

use std::fmt::Display;
use std::ops::RangeInclusive;

/// What can say whether its values make sense, before anything is opened or bound.
pub trait Validate {
    /// The first value that does not, by its key.
    fn validate(&self) -> Result<(), ConfigError>;
}

fn positive<N: PartialOrd + Default + Copy>(key: &'static str, value: N) -> Result<(), ConfigError> {
    if value > N::default() {
        Ok(())
    } else {
        Err(ConfigError::invalid(key, "must be at least 1"))
    }
}

fn within<N: PartialOrd + Display + Copy>(
    key: &'static str,
    value: N,
    range: RangeInclusive<N>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ConfigError::invalid(
        key,
        format!("must be from {} to {}, not {value}", range.start(), range.end()),
    ))
}

/// `*`, or what browsers send as `Origin`: scheme, host and perhaps port, without a path.
fn origins(key: &'static str, list: &[String]) -> Result<(), ConfigError> {
    let is_origin = |text: &str| {
        url::Url::parse(text).is_ok_and(|url| url.has_host() && url.origin().ascii_serialization() == text)
    };
    match list.iter().find(|entry| *entry != "*" && !is_origin(entry)) {
        None => Ok(()),
        Some(entry) => {
            let problem =
                format!("holds {entry:?}, which is neither \"*\" nor like \"https://chat.example.org\"");
            Err(ConfigError::invalid(key, problem))
        }
    }
}

#[cfg(test)]
mod tests;
