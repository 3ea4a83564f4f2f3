//! The folder that holds everything this process must remember.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rand::RngExt;
use rand::distr::Alphanumeric;
use runtime::config::Secret;
use store::Store;
use url::Url;

/// Letters and digits of the secret that signs tokens: far beyond guessing.
const SECRET_CHARS: usize = 64;

/// A folder that exists.
#[derive(Debug)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// Makes the folder if need be.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        private_folder()
            .create(path)
            .with_context(|| format!("cannot make the data folder {}", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Where the database lies.
    pub(crate) fn database_url(&self) -> String {
        Store::sqlite_url(&self.0.join("chat.db"))
    }

    /// Where people's files lie.
    pub(crate) fn files_url(&self) -> anyhow::Result<String> {
        let folder = std::path::absolute(self.0.join("files"))?;
        let url = Url::from_directory_path(&folder);
        let url = url.map_err(|()| anyhow::anyhow!("{} has no address", folder.display()))?;
        Ok(url.into())
    }

    /// The secret that signs tokens: made the first time, then kept, so that people stay signed in.
    pub(crate) fn secret(&self) -> anyhow::Result<Secret> {
        let path = self.0.join("token-secret");
        match fs::read_to_string(&path) {
            Ok(secret) => return Ok(Secret::from(secret.trim())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
        let secret: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(SECRET_CHARS)
            .map(char::from)
            .collect();
        let written = private()
            .open(&path)
            .and_then(|mut file| file.write_all(secret.as_bytes()));
        written.with_context(|| format!("cannot keep the secret in {}", path.display()))?;
        Ok(Secret::from(secret.as_str()))
    }
}

/// A new folder that only its owner can enter: it holds password hashes and everybody's messages.
fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A new file that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_secret_is_made_once_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let data = DataFolder::open(&path).unwrap();
        let first = serde_json::to_string(&fs::read_to_string(path.join("token-secret")).ok()).unwrap();
        assert_eq!(first, "null");
        data.secret().unwrap();
        let kept = fs::read_to_string(path.join("token-secret")).unwrap();
        assert_eq!(kept.len(), SECRET_CHARS);
        DataFolder::open(&path).unwrap().secret().unwrap();
        assert_eq!(fs::read_to_string(path.join("token-secret")).unwrap(), kept);
        let mode = fs::metadata(path.join("token-secret"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
}
