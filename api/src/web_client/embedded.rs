//! The web client that stands in the binary.

use axum::body::Bytes;
use rust_embed::Embed;

use super::folder::File;

/// Built without the folder, it is empty. Where that is, the build script says. Debug builds look into the folder each time.
#[derive(Embed)]
#[folder = "$CHAT_WEB_DIST"]
#[allow_missing = true]
struct Dist;

/// One file of it.
pub(super) fn file(name: &str) -> Option<File> {
    let file = Dist::get(name)?;
    let hash = file.metadata.sha256_hash();
    let bytes = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some(File::new(bytes, &hash))
}
