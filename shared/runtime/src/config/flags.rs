//! The flags that every binary has.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ConfigError, Validate, environment, load};

/// What the process answers when its settings cannot be used.
const UNUSABLE: u8 = 2;

/// `--config FILE` and `--set section.key=value`, to be flattened into a binary's own arguments.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigArgs {
    /// Settings from this TOML file
    #[arg(long, global = true, value_name = "FILE", env = "CHAT_CONFIG")]
    pub config: Option<PathBuf>,
    /// One setting, over file and environment; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    pub set: Vec<String>,
}

/// The subcommand that every binary has.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the effective settings as TOML, secrets masked, and exit; with 2 if they cannot be used
    CheckConfig,
}

impl ConfigArgs {
    /// Reads the settings of this process.
    pub fn load<T>(&self) -> Result<T, ConfigError>
    where
        T: DeserializeOwned + Serialize + Default + Validate,
    {
        let assignment = |text: &String| {
            let (key, value) = text
                .split_once('=')
                .ok_or_else(|| ConfigError::NotAnAssignment(text.clone()))?;
            Ok((key.trim().to_owned(), value.to_owned()))
        };
        let overrides = self
            .set
            .iter()
            .map(assignment)
            .collect::<Result<_, ConfigError>>()?;
        load(self.config.as_deref(), &environment(), overrides)
    }

    /// Does what `check-config` promises.
    pub fn check<T>(&self) -> ExitCode
    where
        T: DeserializeOwned + Serialize + Default + Validate,
    {
        let written = match self.load::<T>().and_then(|settings| show(&settings)) {
            Ok(text) => io::stdout()
                .write_all(text.as_bytes())
                .map(|()| ExitCode::SUCCESS),
            Err(error) => writeln!(io::stderr(), "{error}").map(|()| ExitCode::from(UNUSABLE)),
        };
        // A reader that hung up has seen enough, but not a success.
        written.unwrap_or(ExitCode::FAILURE)
    }
}

/// The settings as TOML, secrets masked.
fn show<T: Serialize>(settings: &T) -> Result<String, ConfigError> {
    Ok(toml::to_string_pretty(settings)?)
}

#[cfg(test)]
mod tests;
