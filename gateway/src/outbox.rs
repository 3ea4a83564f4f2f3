//! What waits to be written to one socket: bounded in bytes, filled by the hub, emptied by the connection.
//!
//! A client that reads too slowly loses its queue, not its socket: what overflows is dropped, and for each conversation
//! the place of the first thing dropped is kept. Once the client reads again its connection takes those places
//! ([`Outbox::recover`]) and reads on from there in the store.

mod lag;
mod straight;

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use metrics::{counter, describe_counter, describe_gauge, gauge};
use protocol::close::CloseCode;
use protocol::{ConversationId, Seq, Timestamp};
use tokio::sync::Notify;

use self::lag::Lag;
pub use self::lag::{Places, Recovery};
use self::straight::ShortWay;
use crate::text::Text;

/// One thing to tell a client, or its connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// A change of a conversation, as a ready-made frame that is shared with every other receiver.
    Change {
        /// Which.
        conversation: ConversationId,
        /// The change's number.
        seq: Seq,
        /// JSON.
        text: Text,
        /// When it was committed, for the delivery-time metric; `None` for what was read back from the store.
        committed_at: Option<Timestamp>,
    },
    /// The client has everything of this conversation up to this number.
    Sync {
        /// Which.
        conversation: ConversationId,
        /// The number.
        head: Seq,
    },
    /// The user is in this conversation now: the frame says so, and a socket that follows everything joins it.
    Added {
        /// Which.
        conversation: ConversationId,
        /// What `conversation:new` shows is true for this head.
        head: Seq,
        /// `conversation:new`.
        text: Text,
    },
    /// Something that matters only now, such as who is typing; dropped where there is no room.
    Passing {
        /// JSON.
        text: Text,
    },
    /// Something for the person on all their sockets that follow everything; dropped where there is no room.
    Personal {
        /// JSON.
        text: Text,
    },
    /// The person is out of this conversation: the frame says so, without a number.
    Farewell {
        /// Which.
        conversation: ConversationId,
        /// JSON.
        text: Text,
    },
    /// The socket has lost its seat in this conversation.
    Unseated {
        /// Which.
        conversation: ConversationId,
        /// The last number that the socket heard.
        at: Seq,
    },
    /// The socket has no seat in this conversation any more: what follows this number is to be read from the store.
    SentBack {
        /// Which.
        conversation: ConversationId,
        /// The client has everything up to here.
        from: Seq,
    },
    /// Something about the user's list of conversations may have been missed: look again.
    Relist,
    /// The last thing: close with this code.
    Close(CloseCode),
}

impl Outgoing {
    const fn is_passing(&self) -> bool {
        matches!(self, Self::Passing { .. } | Self::Personal { .. })
    }

    /// Whether it is a frame and nothing else: whoever writes it need not know the socket's rules.
    const fn is_plain(&self) -> bool {
        matches!(self, Self::Change { .. } | Self::Passing { .. })
    }

    fn plain_frame(&self) -> Option<&Bytes> {
        match self {
            Self::Change { text, .. } | Self::Passing { text } => Some(text.frame()),
            _ => None,
        }
    }

    /// Up to where the client has a conversation once this is written.
    pub(crate) const fn reached(&self) -> Option<(ConversationId, Seq)> {
        match self {
            Self::Change {
                conversation, seq, ..
            } => Some((*conversation, *seq)),
            Self::Sync { conversation, head } => Some((*conversation, *head)),
            _ => None,
        }
    }

    /// What it takes in a queue, the frame's own bytes included, though they are shared.
    pub(crate) fn bytes(&self) -> usize {
        let text = match self {
            Self::Change { text, .. }
            | Self::Added { text, .. }
            | Self::Farewell { text, .. }
            | Self::Passing { text }
            | Self::Personal { text } => text.bytes(),
            Self::Sync { .. }
            | Self::SentBack { .. }
            | Self::Relist
            | Self::Unseated { .. }
            | Self::Close(_) => 0,
        };
        size_of::<Self>() + text
    }
}

/// The two ends of a socket's queue. Cheap to clone; pushing never waits.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: Mutex<Queue>,
    ready: Notify,
    /// [`Outbox::close`] was called.
    cut: Notify,
    limit_bytes: usize,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Outgoing>,
    bytes: usize,
    /// What was dropped, from the overflow until the connection takes it.
    lag: Option<Box<Lag>>,
    /// From an overflow until everything that was dropped has been made good.
    is_behind: bool,
    /// Nothing is accepted any more; what waits is still written unless [`Outbox::close`] emptied it.
    is_sealed: bool,
    cut: Option<CloseCode>,
    short: ShortWay,
}

impl Outbox {
    /// An empty outbox that holds at most this many bytes, beside one last thing and what cannot be read elsewhere.
    pub fn new(limit_bytes: usize) -> Self {
        let inner = Inner {
            queue: Mutex::default(),
            ready: Notify::new(),
            cut: Notify::new(),
            limit_bytes,
        };
        Self(Arc::new(inner))
    }

    /// Queues one thing. On overflow everything that waits is dropped and only its places are kept.
    pub fn push(&self, item: Outgoing) {
        let mut queue = self.lock();
        if queue.is_sealed {
            return;
        }
        queue.is_sealed = matches!(item, Outgoing::Close(_));
        let bytes = queue.bytes + item.bytes();
        // What does not last must not push out what does.
        if item.is_passing() && bytes > self.0.limit_bytes {
            return;
        }
        if queue.lag.is_none() && bytes > self.0.limit_bytes && !queue.is_sealed {
            queue.overflow();
        }
        if let Some(lag) = &mut queue.lag {
            lag.note(item);
        } else {
            queue.bytes = bytes;
            queue.waiting.push_back(item);
            if queue.call_flusher(self) {
                return;
            }
        }
        drop(queue);
        self.0.ready.notify_one();
    }

    /// Whether this many bytes more would still fit.
    pub fn has_room(&self, bytes: usize) -> bool {
        let queue = self.lock();
        queue.lag.is_none() && queue.bytes + bytes <= self.0.limit_bytes
    }

    /// Drops what waits and closes with this code, even in the middle of a write.
    pub fn close(&self, code: CloseCode) {
        let mut queue = self.lock();
        if queue.cut.is_some() {
            return;
        }
        queue.end();
        queue.waiting.push_back(Outgoing::Close(code));
        queue.cut = Some(code);
        drop(queue);
        self.0.ready.notify_one();
        self.0.cut.notify_one();
    }

    /// Waits until [`Outbox::close`] was called; answers with its code. Cancel-safe; for one waiter.
    pub async fn cut(&self) -> CloseCode {
        loop {
            if let Some(code) = self.lock().cut {
                return code;
            }
            self.0.cut.notified().await;
        }
    }

    /// Waits until something is queued, or was dropped. Cancel-safe.
    pub async fn ready(&self) {
        loop {
            let notified = self.0.ready.notified();
            if self.lock().has_news() {
                return;
            }
            notified.await;
        }
    }

    /// Takes everything that waits, oldest first; nothing while something was dropped and not recovered. What was
    /// taken is the caller's to write before it says `open` again, and what the wire has begun before that.
    pub fn take(&self, into: &mut Vec<Outgoing>) {
        let mut queue = self.lock();
        queue.short.take_over();
        into.extend(queue.waiting.drain(..));
        queue.bytes = 0;
        // A burst's capacity is not kept: ten thousand idle sockets would keep it for ever.
        queue.waiting.shrink_to(KEPT_SLOTS);
    }

    /// What was dropped, if anything. The socket's seats in the conversations concerned have to be given up first, or
    /// what comes next would overtake what is missing: `left` is where that was done.
    pub fn recover(&self, left: &HashSet<ConversationId>) -> Recovery {
        let mut queue = self.lock();
        let Some(lag) = queue.lag.take() else {
            return Recovery::Nothing;
        };
        if let Some(seated) = lag.beside(left) {
            queue.lag = Some(lag);
            return Recovery::Leave(seated);
        }
        let (places, kept) = lag.end();
        queue.bytes = kept.iter().map(Outgoing::bytes).sum();
        queue.waiting = kept;
        Recovery::From(places)
    }

    /// Everything that was ever dropped has been made good.
    pub fn has_caught_up(&self) {
        let mut queue = self.lock();
        if queue.lag.is_none() {
            queue.stop_lagging();
        }
    }

    /// The connection is gone: whatever else is pushed is dropped at once.
    pub fn seal(&self) {
        let mut queue = self.lock();
        queue.end();
        queue.waiting = VecDeque::new();
        queue.short = ShortWay::default();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Slots that an empty queue keeps, so that ordinary traffic allocates nothing.
const KEPT_SLOTS: usize = 4;

impl Queue {
    fn has_news(&self) -> bool {
        !self.waiting.is_empty() || self.lag.is_some() || self.short.has_news()
    }

    fn overflow(&mut self) {
        counter!("chat_gateway_overflows_total").increment(1);
        if !self.is_behind {
            self.is_behind = true;
            gauge!(LAGGING).increment(1);
        }
        let mut lag = Box::<Lag>::default();
        self.waiting.drain(..).for_each(|item| lag.note(item));
        self.waiting = VecDeque::new();
        self.bytes = 0;
        self.lag = Some(lag);
    }

    fn stop_lagging(&mut self) {
        if self.is_behind {
            self.is_behind = false;
            gauge!(LAGGING).decrement(1);
        }
    }

    fn end(&mut self) {
        self.waiting.clear();
        self.bytes = 0;
        self.lag = None;
        self.is_sealed = true;
        self.stop_lagging();
    }
}

const LAGGING: &str = "chat_gateway_lagging_sockets";

pub(crate) fn describe_metrics() {
    describe_gauge!(
        LAGGING,
        "Sockets that read too slowly and have not got back yet what was dropped"
    );
    describe_counter!(
        "chat_gateway_overflows_total",
        "Times a socket's queue was full and dropped; what was in it is read from the store again"
    );
}

#[cfg(test)]
mod tests;
