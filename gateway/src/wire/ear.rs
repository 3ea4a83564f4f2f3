//! The stream as the WebSocket library sees it: it reads, and answers pings and closes by itself.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Offer, Wire};

/// One for each wire: its readiness wakes one task.
#[derive(Debug)]
pub(crate) struct Ear {
    wire: Wire,
    /// What the client had sent before the stream was ours.
    early: Bytes,
}

impl Ear {
    /// Hears `early` first, then the stream.
    pub(crate) fn new(wire: Wire, early: Bytes) -> Self {
        let mut ear = Self { wire, early };
        ear.forget_what_was_read();
        ear
    }

    /// Even an empty slice keeps the buffer of the HTTP server alive, kilobytes for each socket.
    fn forget_what_was_read(&mut self) {
        if self.early.is_empty() {
            self.early = Bytes::new();
        }
    }

    /// Where others write.
    pub(crate) const fn wire(&self) -> &Wire {
        &self.wire
    }
}

impl AsyncRead for Ear {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.early.is_empty() {
            let count = self.early.len().min(buffer.remaining());
            buffer.put_slice(&self.early.split_to(count));
            self.forget_what_was_read();
            return Poll::Ready(Ok(()));
        }
        let stream = &self.wire.0.stream;
        loop {
            ready!(stream.poll_read_ready(context))?;
            match stream.try_read(buffer.initialize_unfilled()) {
                Ok(count) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// Takes all or nothing: the library writes whole frames, and others' must not come between the parts of one.
impl AsyncWrite for Ear {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let frames = [Bytes::copy_from_slice(bytes)];
        loop {
            ready!(self.wire.poll_finish(context))?;
            match self.wire.offer(&frames)? {
                Offer::Taken | Offer::Begun => return Poll::Ready(Ok(bytes.len())),
                Offer::Full => ready!(self.wire.0.stream.poll_write_ready(context))?,
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.poll_finish(context)
    }

    /// The stream closes with its last holder.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
