//! A folder as a web client: read once and whole, so that nothing outside it can ever be named.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use axum::body::Bytes;
use sha2::{Digest as _, Sha256};

use super::{INDEX, WebClientError};

/// The most that is held in memory, in bytes: many times a web client, much less than a home folder.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How many folders may stand in each other: more than a build makes. Links that lead back end here.
const MAX_DEPTH: usize = 8;

/// A file, ready to be served. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) bytes: Bytes,
    /// Weak: the same content is also sent compressed.
    pub(super) tag: String,
}

impl File {
    /// Half of a SHA-256 tells one content from another.
    pub(super) fn new(bytes: Bytes, hash: &[u8]) -> Self {
        let beginning = hash.first_chunk().copied().unwrap_or_default();
        let tag: u128 = u128::from_be_bytes(beginning);
        Self {
            bytes,
            tag: format!("W/\"{tag:032x}\""),
        }
    }
}

/// Everything below a folder but what is hidden, by its path from there with `/` between the names.
pub(super) fn read(folder: &Path) -> Result<HashMap<String, File>, WebClientError> {
    let mut reading = Reading {
        folder,
        files: HashMap::new(),
        bytes: 0,
    };
    reading.read(folder, "", 0)?;
    if !reading.files.contains_key(INDEX) {
        return Err(WebClientError::NoIndex(folder.to_owned()));
    }
    Ok(reading.files)
}

struct Reading<'a> {
    folder: &'a Path,
    files: HashMap<String, File>,
    bytes: u64,
}

impl Reading<'_> {
    fn read(&mut self, folder: &Path, before: &str, depth: usize) -> Result<(), WebClientError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| WebClientError::Unreadable { path, source }
        };
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let known = fs::metadata(&path).map_err(unreadable(&path))?;
            let name = format!("{before}{name}");
            if known.is_dir() {
                if depth == MAX_DEPTH {
                    return Err(WebClientError::TooLarge(self.folder.to_owned()));
                }
                self.read(&path, &format!("{name}/"), depth + 1)?;
            } else if known.is_file() {
                self.bytes += known.len();
                if self.bytes > MAX_BYTES {
                    return Err(WebClientError::TooLarge(self.folder.to_owned()));
                }
                let bytes = fs::read(&path).map_err(unreadable(&path))?;
                let hash = Sha256::digest(&bytes);
                self.files.insert(name, File::new(bytes.into(), &hash));
            }
        }
        Ok(())
    }
}
