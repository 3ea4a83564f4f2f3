//! One socket's TCP stream: its connection reads it, and whoever has a frame for it writes.
//!
//! A server's frames are not masked, so one ready-made frame serves every receiver. Writers offer whole frames; what
//! the system takes only a part of stays here, before everything that follows, and the connection sees it written.

mod ear;
pub mod frames;

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::net::TcpStream;

pub(crate) use self::ear::Ear;

/// Frames that go into one call to the system: enough that the call costs little for each, few enough for the stack.
pub const FRAMES_AT_ONCE: usize = 64;

/// The writing side of a socket. Cheap to clone; the stream closes when the last clone is gone.
#[derive(Clone, Debug)]
pub struct Wire(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stream: TcpStream,
    /// The rest of what the system took in part.
    unsent: Mutex<VecDeque<Bytes>>,
}

/// What became of frames that were offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The system has all of them.
    Taken,
    /// The system has the beginning, the wire the rest: [`Wire::finish`] is owed.
    Begun,
    /// Nothing was taken: the client reads too slowly at the moment.
    Full,
}

impl Wire {
    /// Of a stream that nobody else writes to.
    pub fn new(stream: TcpStream) -> Self {
        Self(Arc::new(Inner {
            stream,
            unsent: Mutex::default(),
        }))
    }

    /// Writes at most [`FRAMES_AT_ONCE`] whole frames, without waiting. An error is the end of the stream.
    pub fn offer<'a>(&self, frames: impl IntoIterator<Item = &'a Bytes> + Clone) -> io::Result<Offer> {
        let mut unsent = self.unsent();
        if !unsent.is_empty() {
            return Ok(Offer::Full);
        }
        let mut slices = [IoSlice::new(&[]); FRAMES_AT_ONCE];
        let (mut count, mut bytes) = (0, 0);
        for (slice, frame) in slices.iter_mut().zip(frames.clone()) {
            *slice = IoSlice::new(frame);
            count += 1;
            bytes += frame.len();
        }
        let mut taken = match self.0.stream.try_write_vectored(&slices[..count]) {
            Ok(taken) => taken,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Offer::Full),
            Err(error) => return Err(error),
        };
        if taken == bytes {
            return Ok(Offer::Taken);
        }
        for frame in frames.into_iter().take(count) {
            if taken < frame.len() {
                unsent.push_back(frame.slice(taken..));
            }
            taken = taken.saturating_sub(frame.len());
        }
        Ok(Offer::Begun)
    }

    /// Writes frames to the last byte, as slowly as the client reads. Cut short, the wire keeps what was begun.
    pub async fn write(&self, mut frames: &[Bytes]) -> io::Result<()> {
        while !frames.is_empty() {
            let (next, rest) = frames.split_at(frames.len().min(FRAMES_AT_ONCE));
            match self.offer(next)? {
                Offer::Taken => frames = rest,
                Offer::Begun => {
                    frames = rest;
                    self.finish().await?;
                }
                Offer::Full => {
                    self.finish().await?;
                    self.0.stream.writable().await?;
                }
            }
        }
        Ok(())
    }

    /// Writes what is left of frames that were begun. For one waiter: the socket's connection.
    pub async fn finish(&self) -> io::Result<()> {
        std::future::poll_fn(|context| self.poll_finish(context)).await
    }

    fn poll_finish(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut unsent = self.unsent();
            let Some(first) = unsent.front_mut() else {
                // What a slow reader needed once is not kept.
                *unsent = VecDeque::new();
                return Poll::Ready(Ok(()));
            };
            match self.0.stream.try_write(first) {
                Ok(taken) => {
                    first.advance(taken);
                    if first.is_empty() {
                        unsent.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    drop(unsent);
                    ready!(self.0.stream.poll_write_ready(context))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn unsent(&self) -> MutexGuard<'_, VecDeque<Bytes>> {
        self.0.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
