use std::time::Duration;

use url::Url;

use super::section::section;
use super::{ConfigError, Secret, Validate, within};

/// A gibibyte: more is for a file server, and would take a day over a slow line.
const MAX_UPLOAD_BYTES: u64 = 1024 * MIB;

/// The largest image that may be asked for: it is held in memory while it is cleaned.
const MAX_IMAGE_BYTES: u64 = 64 * MIB;

/// The most pixels that may be asked for: a browser that shows them needs four bytes for each.
const MAX_IMAGE_PIXELS: u64 = 250_000_000;

/// The most uploads of one node at a time; each holds up to 5 MiB on its way to S3.
const MAX_UPLOADS: usize = 1_024;

/// A day, in minutes: a link is for a page that is open.
const MAX_LINK_MINUTES: u64 = 1_440;

/// Thirty days, in hours.
const MAX_ORPHAN_HOURS: u64 = 720;

const MIB: u64 = 1024 * 1024;

/// What a file can be, in the words of `files.kinds`.
pub const FILE_KINDS: [&str; 8] = [
    "image", "video", "audio", "document", "archive", "text", "program", "other",
];

section! {
    /// The files that people send with their messages.
    pub struct FilesConfig, "files" {
        /// Where they lie: `file:///a/folder`, the same on every node, or `s3://bucket/prefix`, which must be this installation's alone. Empty: nobody can upload; standalone keeps them in its data folder.
        pub store: String = String::new(),
        /// The address of an S3 that is not Amazon's, such as `https://minio.example.org:9000`. Empty: Amazon's.
        pub endpoint: String = String::new(),
        /// The region of the bucket.
        pub region: String = "us-east-1".to_owned(),
        /// The name of the key to the bucket. Empty, with an empty secret: the role of the machine.
        pub access_key: String = String::new(),
        /// The secret of the key to the bucket.
        pub secret_key: Secret = Secret::default(),
        /// The largest file, in bytes. 100 MiB is a minute of a phone's video, and what proxies are commonly set to.
        pub max_upload_bytes: u64 = 100 * MIB,
        /// The largest JPEG, PNG, GIF or WebP, in bytes: it is held in memory while it is cleaned, one at a time.
        pub max_image_bytes: u64 = 20 * MIB,
        /// The most pixels of an image; a small file can claim any number, and whoever shows it pays for them. 50 million is what phones make.
        pub max_image_pixels: u64 = 50_000_000,
        /// What may be sent, told by the bytes: `image`, `video`, `audio`, `document`, `archive`, `text`, `program`, `other`.
        pub kinds: Vec<String> = FILE_KINDS.into_iter().filter(|kind| *kind != "program").map(str::to_owned).collect(),
        /// How many uploads this process takes at a time; each holds up to 5 MiB on its way to S3, a quarter of one on its way to a folder.
        pub uploads_at_a_time: usize = 32,
        /// How long a signed link to a file is good, in minutes.
        pub link_minutes: u64 = 15,
        /// How long an uploaded file may wait for its message, in hours, before it is removed.
        pub orphan_hours: u64 = 24,
    }
}

impl FilesConfig {
    /// How long a signed link is good.
    pub const fn link_lifetime(&self) -> Duration {
        Duration::from_mins(self.link_minutes)
    }

    /// How long an uploaded file may wait for its message.
    pub const fn orphan_age(&self) -> Duration {
        Duration::from_hours(self.orphan_hours)
    }
}

impl Validate for FilesConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        if !self.store.is_empty() {
            store(&self.store)?;
        }
        if !self.endpoint.is_empty()
            && !Url::parse(&self.endpoint).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        {
            let problem = "is no http or https address";
            return Err(ConfigError::invalid("files.endpoint", problem));
        }
        if self.access_key.is_empty() != self.secret_key.is_empty() {
            let problem = "is one half; set both, or neither for the role of the machine";
            let key = if self.access_key.is_empty() {
                "files.secret_key"
            } else {
                "files.access_key"
            };
            return Err(ConfigError::invalid(key, problem));
        }
        for kind in &self.kinds {
            if !FILE_KINDS.contains(&kind.as_str()) {
                let problem = format!("holds {kind:?}, which is none of {}", FILE_KINDS.join(", "));
                return Err(ConfigError::invalid("files.kinds", problem));
            }
        }
        within(
            "files.max_upload_bytes",
            self.max_upload_bytes,
            1..=MAX_UPLOAD_BYTES,
        )?;
        within("files.max_image_bytes", self.max_image_bytes, 1..=MAX_IMAGE_BYTES)?;
        within(
            "files.max_image_pixels",
            self.max_image_pixels,
            1..=MAX_IMAGE_PIXELS,
        )?;
        within("files.uploads_at_a_time", self.uploads_at_a_time, 1..=MAX_UPLOADS)?;
        within("files.link_minutes", self.link_minutes, 1..=MAX_LINK_MINUTES)?;
        within("files.orphan_hours", self.orphan_hours, 1..=MAX_ORPHAN_HOURS)
    }
}

fn store(text: &str) -> Result<(), ConfigError> {
    let is_known = Url::parse(text).is_ok_and(|url| match url.scheme() {
        "file" => !url.has_host() && url.path().len() > 1,
        "s3" => url.has_host(),
        _ => false,
    });
    if is_known {
        return Ok(());
    }
    let problem = "is neither like file:///a/folder nor like s3://bucket/prefix";
    Err(ConfigError::invalid("files.store", problem))
}
