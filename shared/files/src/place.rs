//! Where files lie: a folder, or a bucket.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use runtime::config::FilesConfig;
use secrecy::ExposeSecret as _;
use url::Url;

use crate::FilesError;
use crate::dial::Dial;

/// What goes to a bucket at once: the least that S3 takes for any part but the last.
const S3_PART_BYTES: usize = 5 * 1024 * 1024;

/// What goes to a folder at once: few calls for a large file, and little memory.
const FOLDER_PART_BYTES: usize = 256 * 1024;

/// How long a call is repeated before its upload or download is given up: somebody waits for it.
const S3_RETRIES: Duration = Duration::from_secs(20);

/// How often a call is repeated within that time.
const S3_ATTEMPTS: usize = 4;

/// An opened place.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) part_bytes: usize,
}

/// Opens what the settings name; makes the folder if need be. `None`: they name nothing.
pub(crate) fn open(config: &FilesConfig) -> Result<Option<Place>, FilesError> {
    if config.store.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&config.store).map_err(|_| FilesError::Address)?;
    if url.scheme() == "s3" {
        return bucket(config, &url).map(Some);
    }
    let folder = url.to_file_path().map_err(|()| FilesError::Address)?;
    self::folder(folder).map(Some)
}

fn folder(folder: PathBuf) -> Result<Place, FilesError> {
    let made = std::fs::create_dir_all(&folder);
    made.map_err(|source| FilesError::Folder {
        folder: folder.clone(),
        source,
    })?;
    // A 2xx means that it is on the disk, as it does for messages.
    let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
    Ok(Place {
        store: Arc::new(store),
        part_bytes: FOLDER_PART_BYTES,
    })
}

fn bucket(config: &FilesConfig, url: &Url) -> Result<Place, FilesError> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(url.host_str().unwrap_or_default())
        .with_region(&config.region)
        .with_allow_http(config.endpoint.starts_with("http:"))
        .with_http_connector(Dial)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: S3_ATTEMPTS,
            retry_timeout: S3_RETRIES,
        });
    if !config.endpoint.is_empty() {
        builder = builder.with_endpoint(&config.endpoint);
    }
    if !config.access_key.is_empty() {
        builder = builder
            .with_access_key_id(&config.access_key)
            .with_secret_access_key(config.secret_key.expose_secret());
    }
    let store = PrefixStore::new(builder.build()?, url.path().trim_matches('/'));
    Ok(Place {
        store: Arc::new(store),
        part_bytes: S3_PART_BYTES,
    })
}
