//! The layers, laid over each other.

use std::fs;
use std::path::{Path, PathBuf};

use figment::providers::Serialized;
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ConfigError, Validate};

/// What the variables begin with.
const PREFIX: &str = "CHAT__";

/// What stands between the parts of a variable's name.
const SEPARATOR: &str = "__";

/// What ends the name of a variable that holds the path of a file that holds the value.
const FILE_SUFFIX: &str = "_FILE";

/// The variables of this process that hold settings, by name and value.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

/// Reads the settings: `T`'s defaults, then `file` (TOML), then `environment` (`CHAT__SECTION__KEY`, or
/// `CHAT__SECTION__KEY_FILE` with the path of a file), then `overrides` (`section.key`, value); then validates them.
/// A key that `T` does not have is an error, wherever it stands. Reads files and blocks: for the start of a process.
pub fn load<T>(
    file: Option<&Path>,
    environment: &[(String, String)],
    overrides: Vec<(String, String)>,
) -> Result<T, ConfigError>
where
    T: DeserializeOwned + Serialize + Default + Validate,
{
    let defaults = Figment::from(Serialized::defaults(T::default()));
    let mut layers = defaults.clone();
    if let Some(path) = file {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::File {
            from: "--config".to_owned(),
            path: path.to_owned(),
            source,
        })?;
        layers = layers.merge(Named(
            path.display().to_string(),
            Serialized::defaults(parse(path, &text)?),
        ));
        // At once, so that a bad file is told as such and not hidden by what is laid over it.
        layers.extract::<T>().map_err(|error| unreadable(&error))?;
    }
    for (variable, value) in resolve_files(environment)? {
        let key = variable
            .trim_start_matches(PREFIX)
            .replace(SEPARATOR, ".")
            .to_lowercase();
        layers = layers.merge(Assignment::new(&defaults, variable, key, value)?);
    }
    for (key, value) in overrides {
        layers = layers.merge(Assignment::new(&defaults, format!("--set {key}"), key, value)?);
    }
    let settings: T = layers.extract().map_err(|error| unreadable(&error))?;
    settings.validate()?;
    Ok(settings)
}

/// The file's tables. What is wrong is told by its line, not by quoting it: the line may hold a secret.
fn parse(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    text.parse().map_err(|error: toml::de::Error| {
        let read = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        let line = read.matches('\n').count() + 1;
        let problem = format!("line {line}: {}", error.message());
        ConfigError::Unreadable {
            from: path.display().to_string(),
            problem,
        }
    })
}

/// Replaces each `…_FILE` variable by the one that it stands for.
fn resolve_files(environment: &[(String, String)]) -> Result<Vec<(String, String)>, ConfigError> {
    let mut resolved = Vec::with_capacity(environment.len());
    for (name, value) in environment {
        let Some(plain) = name.strip_suffix(FILE_SUFFIX) else {
            resolved.push((name.clone(), value.clone()));
            continue;
        };
        if environment.iter().any(|(other, _)| other == plain) {
            return Err(ConfigError::SetTwice(plain.to_owned()));
        }
        let path = PathBuf::from(value);
        let text = fs::read_to_string(&path).map_err(|source| ConfigError::File {
            from: name.clone(),
            path,
            source,
        })?;
        resolved.push((plain.to_owned(), text.trim().to_owned()));
    }
    Ok(resolved)
}

/// One value from a variable or a flag, with the name to blame.
struct Assignment {
    from: String,
    key: String,
    value: Value,
}

impl Assignment {
    /// The type of the default says how the text is read: what is text stays text, though it look like a number.
    fn new(defaults: &Figment, from: String, key: String, text: String) -> Result<Self, ConfigError> {
        let value = match defaults.find_value(&key) {
            Ok(Value::String(..)) => Value::from(text),
            Ok(Value::Array(..)) if !text.trim_start().starts_with('[') => text
                .split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .collect::<Vec<_>>()
                .into(),
            Ok(Value::Dict(..)) | Err(_) => return Err(ConfigError::Unknown { from, key }),
            Ok(_) => read(&text),
        };
        Ok(Self { from, key, value })
    }
}

/// Numbers, booleans and `["lists"]`; what is none of them stays text and is refused for its type.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

impl Provider for Assignment {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.from.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Serialized::default(&self.key, &self.value).data()
    }
}

/// A provider under a name that people know.
struct Named<P>(String, P);

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.1.data()
    }
}

fn unreadable(error: &figment::Error) -> ConfigError {
    let from = error
        .metadata
        .as_ref()
        .map_or_else(|| "settings".to_owned(), |from| from.name.to_string());
    let key = error.path.join(".");
    match &error.kind {
        figment::error::Kind::UnknownField(field, _) => {
            let key = if key.ends_with(field.as_str()) {
                key
            } else {
                format!("{key}.{field}")
            };
            ConfigError::Unknown {
                from,
                key: key.trim_start_matches('.').to_owned(),
            }
        }
        // What was found instead may be a secret.
        figment::error::Kind::InvalidType(_, expected) => ConfigError::Unreadable {
            from,
            problem: format!("{key}: expected {expected}"),
        },
        kind if key.is_empty() => ConfigError::Unreadable {
            from,
            problem: kind.to_string(),
        },
        kind => ConfigError::Unreadable {
            from,
            problem: format!("{key}: {kind}"),
        },
    }
}
