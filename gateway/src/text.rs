//! A frame's words, shared by every socket of this node that gets them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use tokio::sync::OnceCell;

/// One frame: in the canonical words, and in those of each other dialect once the first socket that speaks it asks.
/// Cheap to clone.
#[derive(Clone)]
pub struct Text(Arc<Spellings>);

struct Spellings {
    canonical: Utf8Bytes,
    /// See [`crate::dialects::mini`]. One canonical frame may come to several of these, or to none.
    mini: OnceCell<Box<[Utf8Bytes]>>,
}

impl Text {
    /// As the writer encoded it.
    pub fn canonical(&self) -> Utf8Bytes {
        self.0.canonical.clone()
    }

    /// The canonical words, to look at.
    pub fn as_str(&self) -> &str {
        self
    }

    /// In Mini Chat's words, translated by the first who asks; the others wait for that.
    pub async fn mini<F>(&self, translate: impl FnOnce(Utf8Bytes) -> F) -> &[Utf8Bytes]
    where
        F: Future<Output = Box<[Utf8Bytes]>>,
    {
        let translated = async || translate(self.canonical()).await;
        self.0.mini.get_or_init(translated).await
    }
}

impl From<Utf8Bytes> for Text {
    fn from(canonical: Utf8Bytes) -> Self {
        let mini = OnceCell::new();
        Self(Arc::new(Spellings { canonical, mini }))
    }
}

impl From<String> for Text {
    fn from(canonical: String) -> Self {
        Utf8Bytes::from(canonical).into()
    }
}

impl From<&str> for Text {
    fn from(canonical: &str) -> Self {
        Utf8Bytes::from(canonical).into()
    }
}

impl TryFrom<Bytes> for Text {
    type Error = std::str::Utf8Error;

    fn try_from(canonical: Bytes) -> Result<Self, Self::Error> {
        Ok(Utf8Bytes::try_from(canonical)?.into())
    }
}

/// The canonical words.
impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.canonical
    }
}

/// The translations follow from the canonical words.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.0.canonical == other.0.canonical
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.canonical.fmt(f)
    }
}
