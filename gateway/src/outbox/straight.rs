//! The short way: what is queued for an idle socket is written by the node's flusher, and its connection sleeps on.
//!
//! The connection says when nothing of its own must come first ([`Outbox::open`]); it takes that back by taking from
//! the queue. Whatever the flusher cannot write as it is, it leaves to the connection.

use std::io;

use protocol::{ConversationId, Seq, Timestamp};

use super::{Outbox, Outgoing, Queue};
use crate::flusher::Flusher;
use crate::wire::{FRAMES_AT_ONCE, Offer, Wire};

/// The state of a socket's short way.
#[derive(Debug, Default)]
pub(super) struct ShortWay {
    line: Option<Box<Line>>,
    /// The flusher may write.
    is_open: bool,
    /// The flusher was called.
    is_due: bool,
    /// The wire keeps the rest of a frame that the flusher began.
    has_begun: bool,
    /// Up to where the flusher has written in the conversation that the connection follows.
    reached: Option<(ConversationId, Seq)>,
}

/// What a socket needs for it.
#[derive(Debug)]
struct Line {
    wire: Wire,
    flusher: Flusher,
    /// The connection wants to know how far its client was written to.
    is_followed: bool,
}

/// What one flush wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flushed {
    /// So many frames.
    pub frames: u64,
    /// When the oldest of them was committed, if it came live.
    pub oldest_commit: Option<Timestamp>,
}

impl ShortWay {
    /// From here on the connection writes.
    pub(super) fn take_over(&mut self) {
        self.is_open = false;
        self.has_begun = false;
    }

    /// Whether the connection has something to do.
    pub(super) fn has_news(&self) -> bool {
        self.has_begun || self.reached.is_some()
    }
}

impl Outbox {
    /// From now on the short way is there. `is_followed`: [`Outbox::take_reached`] is asked for.
    pub(crate) fn connect(&self, wire: Wire, flusher: Flusher, is_followed: bool) {
        self.lock().short.line = Some(Box::new(Line {
            wire,
            flusher,
            is_followed,
        }));
    }

    /// Nothing that the connection still has to write must come before what is queued.
    pub(crate) fn open(&self) {
        self.lock().short.is_open = true;
    }

    /// Something must.
    pub(crate) fn shut(&self) {
        self.lock().short.is_open = false;
    }

    /// Up to where the flusher has written since the last call.
    pub(crate) fn take_reached(&self) -> Option<(ConversationId, Seq)> {
        self.lock().short.reached.take()
    }

    /// Writes what is queued, in one call to the system, if nothing stands in the way. The lock is one socket's own,
    /// and the call does not wait.
    pub(crate) fn flush(&self) -> Flushed {
        let mut queue = self.lock();
        queue.short.is_due = false;
        let flushed = queue.flush();
        let must_wake = queue.has_news();
        if must_wake {
            queue.short.is_open = false;
        }
        drop(queue);
        if must_wake {
            self.0.ready.notify_one();
        }
        flushed
    }
}

impl Queue {
    /// Has the flusher come, where there is one that can write what waits.
    pub(super) fn call_flusher(&mut self, outbox: &Outbox) -> bool {
        let Some(line) = self
            .short
            .line
            .as_ref()
            .filter(|_| self.short.is_open && self.lag.is_none())
        else {
            return false;
        };
        if !self.waiting.back().is_some_and(Outgoing::is_plain) {
            return false;
        }
        if !self.short.is_due {
            line.flusher.call(outbox.clone());
            self.short.is_due = true;
        }
        true
    }

    fn flush(&mut self) -> Flushed {
        let mut flushed = Flushed::default();
        while self.short.is_open && !self.waiting.is_empty() && self.lag.is_none() {
            match self.offer() {
                Ok(Some((Offer::Taken, count))) => self.note(count, &mut flushed),
                Ok(Some((Offer::Begun, count))) => {
                    self.note(count, &mut flushed);
                    self.short.has_begun = true;
                    break;
                }
                // The connection reads the end of the stream, and waits for a slow reader.
                Ok(Some((Offer::Full, _)) | None) | Err(_) => break,
            }
        }
        flushed
    }

    /// Offers what waits, up to the first that is not plain.
    fn offer(&self) -> io::Result<Option<(Offer, usize)>> {
        let frames = self.waiting.iter().take(FRAMES_AT_ONCE);
        let frames = frames.map_while(Outgoing::plain_frame);
        let count = frames.clone().count();
        match &self.short.line {
            Some(line) if count > 0 => Ok(Some((line.wire.offer(frames)?, count))),
            _ => Ok(None),
        }
    }

    fn note(&mut self, count: usize, flushed: &mut Flushed) {
        let is_followed = self.short.line.as_ref().is_some_and(|line| line.is_followed);
        for item in self.waiting.drain(..count) {
            self.bytes -= item.bytes();
            flushed.frames += 1;
            if is_followed {
                self.short.reached = item.reached().or(self.short.reached);
            }
            if let Outgoing::Change { committed_at, .. } = item {
                flushed.oldest_commit = flushed.oldest_commit.or(committed_at);
            }
        }
        self.waiting.shrink_to(super::KEPT_SLOTS);
    }
}

#[cfg(test)]
mod tests;
