//! What waits to be written to one socket: bounded in bytes, filled by the hub, emptied by the connection.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use protocol::close::CloseCode;
use protocol::{ConversationId, Seq, Timestamp};
use tokio::sync::Notify;

/// One thing to tell a client, or its connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// A ready-made frame, shared with every other receiver.
    Frame {
        /// JSON.
        text: Utf8Bytes,
        /// When its change was committed, for the delivery-time metric; `None` for answers to the client itself.
        committed_at: Option<Timestamp>,
    },
    /// The user is in this conversation now: the frame says so, and a socket that follows everything joins it.
    Added {
        /// Which.
        conversation: ConversationId,
        /// What `conversation:new` shows is true for this head.
        head: Seq,
        /// `conversation:new`.
        text: Utf8Bytes,
    },
    /// The socket has lost its seat in this conversation, by the change with this number.
    Unseated {
        /// Which.
        conversation: ConversationId,
        /// The last number that the socket heard.
        at: Seq,
    },
    /// Something about the user's list of conversations may have been missed: look again.
    Relist,
    /// The last thing: close with this code.
    Close(CloseCode),
}

impl Outgoing {
    /// A frame that answers or informs this one client.
    pub fn answer(text: String) -> Self {
        Self::Frame {
            text: text.into(),
            committed_at: None,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Frame { text, .. } | Self::Added { text, .. } => text.len(),
            Self::Relist | Self::Unseated { .. } | Self::Close(_) => 0,
        }
    }
}

/// The two ends of a socket's queue. Cheap to clone; pushing never waits.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: Mutex<Queue>,
    ready: Notify,
    limit_bytes: usize,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Outgoing>,
    bytes: usize,
    /// Nothing is accepted any more; what waits is still written unless [`Outbox::close`] emptied it.
    is_sealed: bool,
}

impl Outbox {
    /// An empty outbox that holds at most this many bytes of frames.
    pub fn new(limit_bytes: usize) -> Self {
        let inner = Inner {
            queue: Mutex::default(),
            ready: Notify::new(),
            limit_bytes,
        };
        Self(Arc::new(inner))
    }

    /// Queues one thing. On overflow everything that waits is dropped and the socket is closed as a slow reader: it
    /// comes back and resumes from what it has, so nothing is lost.
    pub fn push(&self, item: Outgoing) {
        let mut queue = self.lock();
        if queue.is_sealed {
            return;
        }
        let bytes = queue.bytes + item.bytes();
        if bytes > self.0.limit_bytes {
            queue.end(CloseCode::SlowReader);
        } else {
            queue.bytes = bytes;
            queue.is_sealed = matches!(item, Outgoing::Close(_));
            queue.waiting.push_back(item);
        }
        drop(queue);
        self.0.ready.notify_one();
    }

    /// Whether this many bytes more would still fit.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.lock().bytes + bytes <= self.0.limit_bytes
    }

    /// Drops what waits and closes with this code.
    pub fn close(&self, code: CloseCode) {
        let mut queue = self.lock();
        if !queue.is_sealed {
            queue.end(code);
            drop(queue);
            self.0.ready.notify_one();
        }
    }

    /// Waits until something is queued. Cancel-safe.
    pub async fn ready(&self) {
        loop {
            let notified = self.0.ready.notified();
            if !self.lock().waiting.is_empty() {
                return;
            }
            notified.await;
        }
    }

    /// Takes everything that waits, oldest first.
    pub fn take(&self, into: &mut Vec<Outgoing>) {
        let mut queue = self.lock();
        into.extend(queue.waiting.drain(..));
        queue.bytes = 0;
        // A burst's capacity is not kept: ten thousand idle sockets would keep it for ever.
        queue.waiting.shrink_to(KEPT_SLOTS);
    }

    /// The connection is gone: whatever else is pushed is dropped at once.
    pub fn seal(&self) {
        let mut queue = self.lock();
        queue.is_sealed = true;
        queue.waiting = VecDeque::new();
        queue.bytes = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Slots that an empty queue keeps, so that ordinary traffic allocates nothing.
const KEPT_SLOTS: usize = 4;

impl Queue {
    fn end(&mut self, code: CloseCode) {
        self.waiting.clear();
        self.waiting.push_back(Outgoing::Close(code));
        self.bytes = 0;
        self.is_sealed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> Outgoing {
        Outgoing::answer("x".repeat(bytes))
    }

    fn taken(outbox: &Outbox) -> Vec<Outgoing> {
        let mut taken = Vec::new();
        outbox.take(&mut taken);
        taken
    }

    #[test]
    fn frames_come_out_in_the_order_they_went_in() {
        let outbox = Outbox::new(10);
        outbox.push(frame(1));
        outbox.push(frame(2));
        assert_eq!(taken(&outbox), [frame(1), frame(2)]);
        assert!(taken(&outbox).is_empty());
    }

    #[test]
    fn an_overflow_drops_the_queue_and_closes_as_a_slow_reader() {
        let outbox = Outbox::new(10);
        outbox.push(frame(8));
        outbox.push(frame(3));
        outbox.push(frame(1));
        assert_eq!(taken(&outbox), [Outgoing::Close(CloseCode::SlowReader)]);
    }

    #[test]
    fn the_bound_is_on_what_waits_not_on_what_was_ever_sent() {
        let outbox = Outbox::new(10);
        for _ in 0..100 {
            outbox.push(frame(10));
            assert_eq!(taken(&outbox), [frame(10)]);
        }
    }

    #[test]
    fn nothing_follows_a_close() {
        let outbox = Outbox::new(10);
        outbox.push(frame(1));
        outbox.push(Outgoing::Close(CloseCode::NotParticipant));
        outbox.push(frame(1));
        assert_eq!(
            taken(&outbox),
            [frame(1), Outgoing::Close(CloseCode::NotParticipant)]
        );
    }

    #[tokio::test]
    async fn a_waiting_connection_is_woken() {
        let outbox = Outbox::new(10);
        let pusher = outbox.clone();
        tokio::join!(outbox.ready(), async move { pusher.push(frame(1)) });
        assert_eq!(taken(&outbox).len(), 1);
    }
}
