//! A frame's words, shared by every socket of this node that gets them.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::OnceCell;

use crate::wire::frames::{self, TextFrame};

/// One frame: in the canonical words, and in those of each other dialect once the first socket that speaks it asks.
/// Cheap to clone.
#[derive(Clone)]
pub struct Text(Arc<Spellings>);

struct Spellings {
    canonical: TextFrame,
    /// See [`crate::dialects::mini`]. One canonical frame may come to several of these, or to none.
    mini: OnceCell<Box<[Bytes]>>,
}

impl Text {
    /// The canonical words as a WebSocket frame, ready for the wire.
    pub fn frame(&self) -> &Bytes {
        &self.0.canonical.bytes
    }

    /// The canonical words, to look at.
    pub fn as_str(&self) -> &str {
        let TextFrame { bytes, header } = &self.0.canonical;
        // It was made of a text, so it is one.
        std::str::from_utf8(&bytes[*header..]).unwrap_or_default()
    }

    /// How long the canonical words are.
    pub fn bytes(&self) -> usize {
        let TextFrame { bytes, header } = &self.0.canonical;
        bytes.len() - header
    }

    /// Frames in Mini Chat's words, translated by the first who asks; the others wait for that.
    pub async fn mini<F>(&self, translate: impl FnOnce(Self) -> F) -> &[Bytes]
    where
        F: Future<Output = Box<[Bytes]>>,
    {
        let translated = async || translate(self.clone()).await;
        self.0.mini.get_or_init(translated).await
    }
}

impl From<&str> for Text {
    fn from(canonical: &str) -> Self {
        Self(Arc::new(Spellings {
            canonical: frames::text(canonical),
            mini: OnceCell::new(),
        }))
    }
}

impl From<String> for Text {
    fn from(canonical: String) -> Self {
        canonical.as_str().into()
    }
}

impl TryFrom<Bytes> for Text {
    type Error = std::str::Utf8Error;

    fn try_from(canonical: Bytes) -> Result<Self, Self::Error> {
        Ok(std::str::from_utf8(&canonical)?.into())
    }
}

/// The translations follow from the canonical words.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.frame() == other.frame()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
