//! The sending side of a node's inbox: bounded, never blocking, and honest about what it dropped.

use std::sync::{Mutex, PoisonError};

use metrics::counter;
use runtime::Throttle;
use tokio::sync::mpsc;

use crate::metrics::{DELIVERED, DROPPED, INTERRUPTED};
use crate::{BusEvent, Envelope, Inbox, Topic};

/// Envelopes that may wait in a node's inbox: a second of a busy node, some tens of megabytes of frames at worst
/// likely sizes. Beyond it envelopes are dropped and [`BusEvent::Interrupted`] takes their place.
pub const INBOX_CAPACITY: usize = 8_192;

/// Why an `Interrupted` was sent; the `cause` label of the metric.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// The inbox was full.
    Overflow,
    /// The connection was lost and is back.
    Reconnect,
    /// An envelope could not be read.
    Undecodable,
}

impl Cause {
    const fn label(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Reconnect => "reconnect",
            Self::Undecodable => "undecodable",
        }
    }
}

/// Puts events into one inbox.
///
/// One slot of the queue is kept for `Interrupted`, so that it can be queued at the very place of the first loss,
/// without a task that waits for room. While it is the last thing in the queue, it stands for every later loss too.
#[derive(Debug)]
pub(crate) struct Mailbox {
    sender: mpsc::Sender<BusEvent>,
    state: Mutex<State>,
    overflow_log: Throttle,
}

#[derive(Debug, Default)]
struct State {
    /// The event queued last was `Interrupted`.
    interrupted_last: bool,
    /// The queue overflowed and has not drained to half: delivering again at once would only alternate one
    /// envelope with one interruption.
    draining: bool,
}

impl Mailbox {
    /// A mailbox for `capacity` envelopes, and its receiving end.
    pub(crate) fn new(capacity: usize) -> (Self, Inbox) {
        let (sender, inbox) = mpsc::channel(capacity + 1);
        (
            Self {
                sender,
                state: Mutex::default(),
                overflow_log: Throttle::default(),
            },
            inbox,
        )
    }

    /// Whether the inbox was dropped.
    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Queues an envelope, or drops it and sees to it that an `Interrupted` follows what is queued.
    pub(crate) fn deliver(&self, topic: Topic, envelope: Envelope) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.sender.capacity();
        if state.draining && room > self.sender.max_capacity() / 2 {
            state.draining = false;
        }
        if state.draining || room <= 1 {
            counter!(DROPPED).increment(1);
            state.draining = true;
            self.queue_interrupted(&mut state, Cause::Overflow);
            return;
        }
        // The mutex makes this the only sender and there is room: it can only fail because the inbox is gone.
        if self.sender.try_send(BusEvent::Delivered(topic, envelope)).is_ok() {
            state.interrupted_last = false;
            counter!(DELIVERED).increment(1);
        }
    }

    /// Says that anything may have been missed. Never lost, and never repeated while it waits unread at the end.
    pub(crate) fn interrupt(&self, cause: Cause) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.queue_interrupted(&mut state, cause);
    }

    fn queue_interrupted(&self, state: &mut State, cause: Cause) {
        let unread = self.sender.capacity() < self.sender.max_capacity();
        if state.interrupted_last && unread {
            return;
        }
        // There is room: envelopes leave the last slot free, and only an unread `Interrupted` takes it.
        if self.sender.try_send(BusEvent::Interrupted).is_ok() {
            state.interrupted_last = true;
            counter!(INTERRUPTED, "cause" => cause.label()).increment(1);
            if matches!(cause, Cause::Overflow) && self.overflow_log.allows() {
                tracing::warn!(
                    "the bus inbox is full: envelopes are dropped and will be read from the store"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests;
