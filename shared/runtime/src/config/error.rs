use std::io;
use std::path::PathBuf;

/// Why the settings cannot be used. Each text names the key, file, variable or flag at fault, and no secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that a flag named, or that a `…_FILE` variable points at, cannot be read.
    #[error("{from}: {} cannot be read: {source}", path.display())]
    File {
        /// The flag or variable that names the file.
        from: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such key.
    #[error("{from}: there is no setting {key:?}")]
    Unknown {
        /// The file, variable or flag.
        from: String,
        /// The key that was meant.
        key: String,
    },
    /// A flag that is not `section.key=value`.
    #[error("--set {0:?}: write section.key=value")]
    NotAnAssignment(String),
    /// A variable and its `…_FILE` sibling are both set.
    #[error("{0} and {0}_FILE are both set: keep one")]
    SetTwice(String),
    /// A value has the wrong type, or the file is no TOML.
    #[error("{from}: {problem}")]
    Unreadable {
        /// The file, variable or flag.
        from: String,
        /// What is wrong, with the key.
        problem: String,
    },
    /// A value is of the right type and makes no sense.
    #[error("{key} {problem}")]
    Invalid {
        /// The key, as `section.key`.
        key: String,
        /// What is wrong with it, to be read after the key.
        problem: String,
    },
    /// The settings cannot be written down as TOML.
    #[error("the settings cannot be shown: {0}")]
    Unprintable(#[from] toml::ser::Error),
}

impl ConfigError {
    /// A value that makes no sense. `problem` is read after the key: "must be at least 1".
    pub fn invalid(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid {
            key: key.into(),
            problem: problem.into(),
        }
    }
}
