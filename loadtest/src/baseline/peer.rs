//! One socket, written to by whoever has something for it: what fits is written there and then, by a system call and
//! nothing else; what the system does not take waits in a backlog, which a task drains.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

/// Buffers handed to one system call; Linux takes 1024.
const SLICES: usize = 64;

pub(super) struct Peer {
    stream: TcpStream,
    tasks: TaskTracker,
    backlog: Mutex<Backlog>,
}

#[derive(Default)]
struct Backlog {
    frames: VecDeque<Bytes>,
    /// A task waits until the socket takes more.
    is_draining: bool,
}

impl Peer {
    pub(super) fn new(stream: TcpStream, tasks: TaskTracker) -> Self {
        Self {
            stream,
            tasks,
            backlog: Mutex::default(),
        }
    }

    /// Writes ready-made bytes, or keeps them when the socket takes no more just now.
    pub(super) fn write(self: &Arc<Self>, bytes: &Bytes) {
        let mut backlog = self.backlog();
        if !backlog.frames.is_empty() {
            backlog.frames.push_back(bytes.clone());
            return;
        }
        match self.stream.try_write(bytes) {
            Ok(written) if written == bytes.len() => {}
            Ok(written) => self.keep(backlog, bytes.slice(written..)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.keep(backlog, bytes.clone()),
            // The other side is gone: the reader hears of it too, and ends the session.
            Err(_) => {}
        }
    }

    /// Keeps bytes for the next [`Self::flush`]. Answers whether they are the first.
    pub(super) fn gather(&self, bytes: &Bytes) -> bool {
        let mut backlog = self.backlog();
        backlog.frames.push_back(bytes.clone());
        backlog.frames.len() == 1
    }

    /// Writes what was gathered, in one call if the socket takes it all.
    pub(super) fn flush(self: &Arc<Self>) {
        let mut backlog = self.backlog();
        if !backlog.is_draining && !self.write_out(&mut backlog.frames) {
            self.drain_later(backlog);
        }
    }

    fn keep(self: &Arc<Self>, mut backlog: MutexGuard<'_, Backlog>, bytes: Bytes) {
        backlog.frames.push_back(bytes);
        self.drain_later(backlog);
    }

    fn drain_later(self: &Arc<Self>, mut backlog: MutexGuard<'_, Backlog>) {
        if !backlog.is_draining {
            backlog.is_draining = true;
            self.tasks.spawn(Arc::clone(self).drain());
        }
    }

    async fn drain(self: Arc<Self>) {
        loop {
            let writable = self.stream.writable().await;
            let mut backlog = self.backlog();
            if writable.is_err() {
                backlog.frames.clear();
            }
            if self.write_out(&mut backlog.frames) {
                backlog.is_draining = false;
                return;
            }
        }
    }

    /// Whether everything was taken; what a broken socket cannot take is dropped.
    fn write_out(&self, frames: &mut VecDeque<Bytes>) -> bool {
        while !frames.is_empty() {
            let written = if frames.len() == 1 {
                self.stream.try_write(&frames[0])
            } else {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let filled = frames.len().min(SLICES);
                for (slice, frame) in slices.iter_mut().zip(frames.iter()) {
                    *slice = IoSlice::new(frame);
                }
                self.stream.try_write_vectored(&slices[..filled])
            };
            match written {
                Ok(written) => take(frames, written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(_) => frames.clear(),
            }
        }
        true
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes written bytes off the front.
fn take(frames: &mut VecDeque<Bytes>, mut written: usize) {
    while let Some(front) = frames.front_mut() {
        if written < front.len() {
            front.advance(written);
            return;
        }
        written -= front.len();
        frames.pop_front();
    }
}

/// A peer's stream as tokio-tungstenite reads it. What that writes by itself (pongs, the answer to a close) goes the
/// way of all writes, or it would end up in the middle of a frame.
pub(super) struct PeerStream {
    peer: Arc<Peer>,
    /// What came right behind the handshake.
    early: Bytes,
}

impl PeerStream {
    pub(super) fn new(peer: Arc<Peer>, early: Bytes) -> Self {
        // Nothing, read into a buffer of kilobytes, would hold that buffer for as long as the socket is open.
        let early = if early.is_empty() { Bytes::new() } else { early };
        Self { peer, early }
    }
}

impl AsyncRead for PeerStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.early.is_empty() {
            let length = self.early.len().min(buffer.remaining());
            buffer.put_slice(&self.early.split_to(length));
            return Poll::Ready(Ok(()));
        }
        loop {
            ready!(self.peer.stream.poll_read_ready(context))?;
            match self.peer.stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for PeerStream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.peer.write(&Bytes::copy_from_slice(bytes));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_taken_off_across_frames() {
        let mut frames: VecDeque<Bytes> = [&b"one"[..], b"two", b"three"].map(Bytes::from_static).into();
        take(&mut frames, 5);
        assert_eq!(frames, [&b"o"[..], b"three"]);
        take(&mut frames, 1);
        assert_eq!(frames, [&b"three"[..]]);
        take(&mut frames, 5);
        assert!(frames.is_empty());
    }
}
