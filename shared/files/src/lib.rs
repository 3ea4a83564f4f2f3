//! The bytes of people's files: where they lie, what they are, and what must not be in them.
//!
//! A file comes in parts ([`Files::write`]), so that none is ever whole in memory, and goes out as a stream. Its place
//! in the store is a random [`FileKey`]; no name of a person's choosing is ever part of a path. What it is, is told by its
//! first bytes ([`mod@sniff`]). Images are cleaned ([`mod@picture`]) once they are in: read back, one at a time and up to a
//! size, and written over themselves.
//!
//! Module map: `place` opens the folder or the bucket, `dial` speaks to it; `writing` a file on its way in; [`mod@sniff`] types; [`mod@name`]
//! names; [`mod@picture`] images.
//!
//! This crate must not know messages, people, SQL or HTTP: who may have which file is decided in `chat`. Only it knows
//! `object_store` and `image`. To take another kind of image: a format in [`mod@picture`] and how to clean it.

mod dial;
pub mod name;
pub mod picture;
mod place;
pub mod sniff;
mod writing;

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload};
use protocol::Timestamp;
use runtime::Tasks;
use runtime::config::FilesConfig;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

pub use picture::{Format, Picture};
pub use writing::{Reading, Writing};

/// Images that are cleaned at a time: what a decoder takes is bounded, and one is enough for a node's uploads.
const PICTURES_AT_A_TIME: usize = 1;

/// How long an image may take to be read back: nobody else's is cleaned meanwhile.
const READ_WITHIN: Duration = Duration::from_secs(30);

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The settings name no place that can be opened.
    #[error("files.store is neither a folder nor a bucket")]
    Address,
    /// The folder cannot be made.
    #[error("the folder {} cannot be made: {source}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The store takes too long.
    #[error("the store of the files takes too long")]
    Slow,
    /// The store said no, or nothing.
    #[error("the store of the files failed: {0}")]
    Store(#[from] object_store::Error),
    /// A defect: the thread that looked at an image is gone.
    #[error("an image could not be looked at")]
    Thread(#[from] tokio::task::JoinError),
}

/// Why a file is not taken, whoever sends it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// Its name is a path.
    #[error("the file's name must not hold a path")]
    PathInName,
    /// It is larger than the installation allows.
    #[error("the file is larger than {max} bytes")]
    TooLarge {
        /// The limit.
        max: u64,
    },
    /// An image is larger than the installation allows.
    #[error("the image is larger than {max} bytes; send a smaller one, or an archive")]
    ImageTooLarge {
        /// The limit.
        max: u64,
    },
    /// An image has more pixels than the installation allows.
    #[error("the image has more than {max} pixels")]
    TooManyPixels {
        /// The limit.
        max: u64,
    },
    /// A moving image's frames, or a still one's passes, have more pixels together than anybody should have to compute.
    #[error("the image's frames have more than {max} pixels together")]
    TooManyFrames {
        /// The limit.
        max: u64,
    },
    /// An image's colour profile is larger, or unpacks to more, than any that describes colours.
    #[error("the image's colour profile is larger than {max} bytes")]
    ProfileTooLarge {
        /// The limit.
        max: u64,
    },
    /// An image's data unpack to more than its pixels are.
    #[error("the image's data unpack to more than its pixels are")]
    DataBeyondPixels,
    /// It begins like an image and goes on like none.
    #[error("the image cannot be read")]
    UnreadableImage,
    /// An image that cannot be cleaned of what cameras note.
    #[error("images are taken as JPEG, PNG, GIF or WebP, not as {found}")]
    ImageFormat {
        /// What it is.
        found: String,
    },
    /// It is not what its sender says.
    #[error("the file is sent as {declared}, but its bytes are {found}")]
    Lie {
        /// What the sender says.
        declared: String,
        /// What it is.
        found: String,
    },
    /// The installation does not take such files.
    #[error("files of this kind are not taken here: {kind}")]
    Kind {
        /// The kind.
        kind: &'static str,
    },
}

impl Refusal {
    /// A word for metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::PathInName => "path_in_name",
            Self::TooLarge { .. } => "too_large",
            Self::ImageTooLarge { .. } => "image_too_large",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooManyFrames { .. } => "too_many_frames",
            Self::ProfileTooLarge { .. } => "profile_too_large",
            Self::DataBeyondPixels => "data_beyond_pixels",
            Self::UnreadableImage => "unreadable_image",
            Self::ImageFormat { .. } => "image_format",
            Self::Lie { .. } => "lie",
            Self::Kind { .. } => "kind",
        }
    }
}

/// The name of a file in the store: random, so nobody guesses it, and nothing of it comes from a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey(pub Uuid);

impl FileKey {
    /// A new one.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// 256 folders, so that none grows too long to be listed.
    fn path(self) -> Path {
        let name = self.0.simple().to_string();
        Path::from_iter([&name[..2], &name])
    }

    /// `None` for what no key of ours is: a sweep must touch nothing else, wherever the store was pointed.
    fn at(path: &Path) -> Option<Self> {
        let key = Self(Uuid::from_str(path.filename()?).ok()?);
        (key.path() == *path).then_some(key)
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// The store of files of one node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Arc<dyn ObjectStore>,
    part_bytes: usize,
    uploads: Arc<Semaphore>,
    pictures: Arc<Semaphore>,
    rules: FilesConfig,
    tasks: Tasks,
}

impl Files {
    /// Opens the place that the settings name; `None`: they name none. Makes a folder if need be, and blocks for it: for
    /// the start of a process.
    pub fn open(config: &FilesConfig, tasks: &Tasks) -> Result<Option<Self>, FilesError> {
        let Some(place) = place::open(config)? else {
            return Ok(None);
        };
        Ok(Some(Self(Arc::new(Inner {
            store: place.store,
            part_bytes: place.part_bytes,
            uploads: Arc::new(Semaphore::new(config.uploads_at_a_time)),
            pictures: Arc::new(Semaphore::new(PICTURES_AT_A_TIME)),
            rules: config.clone(),
            tasks: tasks.clone(),
        }))))
    }

    /// What is allowed.
    pub fn rules(&self) -> &FilesConfig {
        &self.0.rules
    }

    /// Room for one more upload, as long as it is held; `None` when there is none.
    pub fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.uploads).try_acquire_owned().ok()
    }

    /// What a file is by its first bytes, if it may be sent at all.
    pub fn judge(&self, head: &[u8], declared: &str) -> Result<sniff::Sniffed, Refusal> {
        let sniffed = sniff::sniff(head, declared);
        if sniff::is_lie(declared, &sniffed) {
            return Err(Refusal::Lie {
                declared: declared.chars().take(sniff::SHOWN_CHARS).collect(),
                found: sniffed.content_type,
            });
        }
        if !self.0.rules.kinds.iter().any(|kind| kind == sniffed.kind.word()) {
            return Err(Refusal::Kind {
                kind: sniffed.kind.word(),
            });
        }
        if sniffed.kind == sniff::Kind::Image && sniffed.format.is_none() {
            return Err(Refusal::ImageFormat {
                found: sniffed.content_type,
            });
        }
        Ok(sniffed)
    }

    /// Begins a file.
    pub async fn write(&self, key: FileKey) -> Result<Writing, FilesError> {
        let upload = self.0.store.put_multipart(&key.path()).await?;
        Ok(Writing::new(upload, self.0.part_bytes, self.0.tasks.clone()))
    }

    /// Cleans an image that lies in the store, where it lies. Its size has been checked as it came.
    pub async fn clean(&self, key: FileKey, format: Format) -> Result<Result<Picture, Refusal>, FilesError> {
        // Closed never; the permit goes to the thread, which outlives a request that is given up.
        let permit = Arc::clone(&self.0.pictures).acquire_owned().await.ok();
        let read = async { self.0.store.get(&key.path()).await?.bytes().await };
        let bytes = timeout(READ_WITHIN, read).await.map_err(|_| FilesError::Slow)??;
        let max_pixels = self.0.rules.max_image_pixels;
        let look = move || {
            let picture = picture::clean(format, &bytes, max_pixels);
            drop(permit);
            picture
        };
        let picture = match tokio::task::spawn_blocking(look).await? {
            Ok(picture) => picture,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let payload = PutPayload::from_bytes(picture.bytes.clone());
        self.0.store.put(&key.path(), payload).await?;
        Ok(Ok(picture))
    }

    /// A part of a file, as a stream; `None` when there is no such file.
    pub async fn read(&self, key: FileKey, range: Range<u64>) -> Result<Option<Reading>, FilesError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        match self.0.store.get_opts(&key.path(), options).await {
            Ok(found) => Ok(Some(found.into_stream().map_err(FilesError::from).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file; one that is not there is removed.
    pub async fn remove(&self, key: FileKey) -> Result<(), FilesError> {
        match self.0.store.delete(&key.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every file of ours that was written before a moment of the store's clock.
    pub fn written_before(
        &self,
        moment: Timestamp,
    ) -> impl Stream<Item = Result<FileKey, FilesError>> + Send {
        self.0.store.list(None).filter_map(move |listed| async move {
            match listed {
                Ok(object) if object.last_modified < moment.utc() => FileKey::at(&object.location).map(Ok),
                Ok(_) => None,
                Err(error) => Some(Err(error.into())),
            }
        })
    }

    /// Asks the store for a sign of life.
    pub async fn ping(&self) -> Result<(), FilesError> {
        match self.0.store.head(&FileKey(Uuid::nil()).path()).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
