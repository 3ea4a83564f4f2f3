//! Writes what the hub has queued for idle sockets: one call to the system for each, and no task of theirs is woken.
//!
//! What comes for a socket while others are being written gathers in its queue and goes out in one call when its turn
//! comes. So a lone message goes out at once, and a flood costs few calls, without a timer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runtime::Clock;
use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::meters::Meters;
use crate::outbox::Outbox;

/// Sockets written to before others may use the thread: a fraction of a millisecond.
const SOCKETS_AT_ONCE: usize = 64;

/// The node's list of sockets to write to. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Flusher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    due: Mutex<Due>,
    called: Notify,
    meters: Meters,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Due {
    outboxes: Vec<Outbox>,
    /// Whoever queues will call [`Flusher::flush`] in a moment.
    is_attended: bool,
}

impl Flusher {
    pub(crate) fn new(meters: Meters, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            due: Mutex::default(),
            called: Notify::new(),
            meters,
            clock,
        }))
    }

    /// Something waits in this outbox.
    pub(crate) fn call(&self, outbox: Outbox) {
        let mut due = self.due();
        due.outboxes.push(outbox);
        if !due.is_attended && due.outboxes.len() == 1 {
            drop(due);
            self.0.called.notify_one();
        }
    }

    /// The caller queues for many sockets now, and then calls [`Self::flush`].
    pub(crate) fn attend(&self) {
        self.due().is_attended = true;
    }

    /// Writes to every socket that was called for.
    pub(crate) async fn flush(&self) {
        let mut outboxes = {
            let mut due = self.due();
            due.is_attended = false;
            std::mem::take(&mut due.outboxes)
        };
        for some in outboxes.chunks(SOCKETS_AT_ONCE) {
            self.flush_some(some);
            if outboxes.len() > SOCKETS_AT_ONCE {
                yield_now().await;
            }
        }
        // The list's memory is used again unless somebody has begun another meanwhile.
        outboxes.clear();
        let mut due = self.due();
        if due.outboxes.capacity() == 0 {
            due.outboxes = outboxes;
        }
    }

    fn flush_some(&self, outboxes: &[Outbox]) {
        let now = self.0.clock.now();
        let mut frames = 0;
        for outbox in outboxes {
            let flushed = outbox.flush();
            frames += flushed.frames;
            if let Some(committed_at) = flushed.oldest_commit {
                self.0
                    .meters
                    .delivery
                    .record(now.since(committed_at).as_secs_f64());
            }
        }
        self.0.meters.frames.increment(frames);
    }

    /// Writes for everybody who queues and does not call [`Self::flush`], for ever.
    pub(crate) async fn keep_up(self) {
        loop {
            self.0.called.notified().await;
            self.flush().await;
        }
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.0.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
