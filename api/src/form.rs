//! A form with a file in it, read as it comes: nothing of it is ever whole in memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use futures_util::Stream;
use tokio::time::{Instant, timeout};

use crate::error::ApiError;

/// How long an upload may go on without [`LEAST_PROGRESS`].
const PROGRESS_WITHIN: Duration = Duration::from_secs(30);

/// Bytes that must come within [`PROGRESS_WITHIN`]: a fifth of what the slowest mobile line carries. An honest upload of
/// 100 MiB ends within a day, and somebody who holds a place with single bytes does not.
const LEAST_PROGRESS: usize = 64 * 1024;

/// Bytes that the parser may hold without making anything of them. The heads of parts are short; one without an end
/// must not grow.
const UNREAD_BYTES: usize = 1024 * 1024;

/// Parts of a form; more are none of ours.
const MAX_PARTS: usize = 16;

/// Bytes of a part that is not the file: an id, whichever.
const WORD_BYTES: usize = 256;

/// A form that is being read.
pub(crate) struct Form {
    parts: Multipart,
    unread: Arc<AtomicUsize>,
    seen: usize,
    pace: Pace,
}

/// One part of a form. It must be read before the next.
pub(crate) struct Part<'a> {
    field: Field<'a>,
    unread: &'a AtomicUsize,
    pace: &'a mut Pace,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let unread = Arc::new(AtomicUsize::new(0));
        let request = request.map(|body| {
            Body::from_stream(Piecewise {
                body: body.into_data_stream(),
                unread: Arc::clone(&unread),
                has_yielded: false,
            })
        });
        let parts = Multipart::from_request(request, state).await;
        let parts = parts.map_err(|_| ApiError::NotAForm)?;
        Ok(Self {
            parts,
            unread,
            seen: 0,
            pace: Pace::new(),
        })
    }
}

impl Form {
    /// The next part; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Part<'_>>, ApiError> {
        self.seen += 1;
        if self.seen > MAX_PARTS {
            return Err(ApiError::Form(format!(
                "the form has more than {MAX_PARTS} parts"
            )));
        }
        let next = self.pace.wait(self.parts.next_field()).await?;
        let field = next.map_err(|error| unread(&error))?;
        self.unread.store(0, Ordering::Relaxed);
        let (unread, pace) = (&*self.unread, &mut self.pace);
        Ok(field.map(|field| Part { field, unread, pace }))
    }
}

impl Part<'_> {
    /// What the form calls it.
    pub(crate) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// What its file is called.
    pub(crate) fn file_name(&self) -> &str {
        self.field.file_name().unwrap_or_default()
    }

    /// What its sender says that it is.
    pub(crate) fn content_type(&self) -> &str {
        self.field.content_type().unwrap_or_default()
    }

    /// The next bytes; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let chunk = self.pace.wait(self.field.chunk()).await?;
        let chunk = chunk.map_err(|error| unread(&error))?;
        self.unread.store(0, Ordering::Relaxed);
        self.pace.came(chunk.as_ref().map_or(0, Bytes::len));
        Ok(chunk)
    }

    /// A short text, whole.
    pub(crate) async fn word(mut self) -> Result<String, ApiError> {
        let mut word = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if word.len() + chunk.len() > WORD_BYTES {
                let detail = format!("a part of the form is longer than {WORD_BYTES} bytes");
                return Err(ApiError::Form(detail));
            }
            word.extend_from_slice(&chunk);
        }
        String::from_utf8(word).map_err(|_| ApiError::Form("a part of the form is no text".into()))
    }
}

/// How long may still be waited for the next [`LEAST_PROGRESS`] bytes. Time that passes elsewhere, such as while bytes are
/// written, is not their sender's.
struct Pace {
    left: Duration,
    came: usize,
}

impl Pace {
    const fn new() -> Self {
        Self {
            left: PROGRESS_WITHIN,
            came: 0,
        }
    }

    /// Waits for the next piece of the body.
    async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Result<T, ApiError> {
        let started = Instant::now();
        let next = timeout(self.left, next).await.map_err(|_| ApiError::Stalled)?;
        self.left = self.left.saturating_sub(started.elapsed());
        Ok(next)
    }

    fn came(&mut self, bytes: usize) {
        self.came += bytes;
        if self.came >= LEAST_PROGRESS {
            *self = Self::new();
        }
    }
}

/// The body, handed to the parser piece by piece. Left alone the parser reads on as long as anything is there, and holds it
/// all; so after each piece it is told to look at what it has.
struct Piecewise {
    body: BodyDataStream,
    /// Bytes since the parser has made something of them.
    unread: Arc<AtomicUsize>,
    has_yielded: bool,
}

impl Stream for Piecewise {
    type Item = Result<Bytes, BodyFault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_yielded) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(piece) = ready!(Pin::new(&mut self.body).poll_next(context)) else {
            return Poll::Ready(None);
        };
        let piece = piece.map_err(BodyFault::Broken).and_then(|piece| {
            let unread = self.unread.fetch_add(piece.len(), Ordering::Relaxed) + piece.len();
            if unread > UNREAD_BYTES {
                Err(BodyFault::Endless)
            } else {
                Ok(piece)
            }
        });
        self.has_yielded = true;
        Poll::Ready(Some(piece))
    }
}

/// Why a body cannot be read on.
#[derive(Debug, thiserror::Error)]
enum BodyFault {
    #[error("the connection broke")]
    Broken(#[source] axum::Error),
    #[error("a head of the form has no end")]
    Endless,
}

fn unread(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::TooLarge;
    }
    ApiError::Form(format!("the form cannot be read: {}", error.body_text()))
}
