//! One conversation on this node: who listens, how far they are, and what arrived before its turn. No I/O.

mod ring;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use protocol::close::CloseCode;
use protocol::{ConversationId, Seq, UserId};

use self::ring::Ring;
use super::frame::{Effect, Frame};
use super::subscriptions::Hold;
use crate::mechanisms::{Mechanism, Mechanisms};
use crate::outbox::{Outbox, Outgoing};

/// Names a socket on this node.
pub type SocketId = u64;

/// Frames that may wait for a missing one. Beyond it the newest are dropped: the store has them all.
const EARLY_FRAMES: usize = 1_024;

/// Frames that may wait for the first seat: a join takes milliseconds, and a long one reads the store to its end.
const EARLY_FRAMES_UNSEATED: usize = ring::FRAMES;

/// One socket's place in a conversation.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Whose.
    pub socket: SocketId,
    /// The person behind it.
    pub user: UserId,
    /// Where its frames go.
    pub outbox: Outbox,
    /// The conversation's own door: the socket ends with the person's place in the conversation.
    pub ends_with_place: bool,
    /// Keeps the upstream subscription alive.
    pub hold: Arc<Hold>,
}

#[derive(Debug)]
struct Seated {
    seat: Seat,
    /// Everything up to here was sent, or read by the client before.
    position: Seq,
}

impl Seated {
    /// Whether anything follows for this person; if not, the socket is told that its seat is gone.
    fn stays_after(&self, frame: &Frame, conversation: ConversationId) -> bool {
        let seat = &self.seat;
        if !ends_for(frame.effect, seat.user) {
            return true;
        }
        let is_deleted = frame.effect == Effect::Ends;
        let code = if is_deleted {
            CloseCode::Deleted
        } else {
            CloseCode::NotParticipant
        };
        seat.outbox.push(if seat.ends_with_place {
            Outgoing::Close(code)
        } else {
            Outgoing::Unseated {
                conversation,
                at: frame.seq,
            }
        });
        false
    }
}

/// What a socket knows when it asks for a seat.
#[derive(Clone, Copy, Debug)]
pub struct Standpoint {
    /// It has everything up to here.
    pub position: Seq,
    /// The store said "participant" when this was the head.
    pub permitted_at: Seq,
}

/// How asking for a seat ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seating {
    /// Live from here on; `sync` is queued.
    Seated,
    /// Frames that the socket does not have have passed already: read the store again, then ask again.
    Behind,
    /// The person was removed in between.
    Removed,
}

/// What the hub has to do after a frame came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Done,
    /// Frames are missing below those that wait: give the one in flight a moment, then read the store.
    Hole,
}

/// See the module.
#[derive(Debug)]
pub struct Channel {
    conversation: ConversationId,
    /// The highest `seq` that was passed on; `None` until the first seat says where the conversation stands.
    delivered: Option<Seq>,
    /// The conversation has come at least this far, as somebody said.
    known_head: Seq,
    early: BTreeMap<Seq, Frame>,
    ring: Ring,
    seated: IndexMap<SocketId, Seated>,
    is_filling: bool,
    mechanisms: Mechanisms,
}

impl Channel {
    /// A conversation that nobody listens to yet.
    pub fn new(conversation: ConversationId) -> Self {
        Self::with(conversation, Mechanisms::ALL)
    }

    /// The same, with what tests leave of the mechanisms.
    pub fn with(conversation: ConversationId, mechanisms: Mechanisms) -> Self {
        Self {
            mechanisms,
            conversation,
            delivered: None,
            known_head: Seq::ZERO,
            early: BTreeMap::new(),
            ring: Ring::default(),
            seated: IndexMap::new(),
            is_filling: false,
        }
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.seated.is_empty()
    }

    /// The highest `seq` that was passed on.
    pub fn delivered(&self) -> Option<Seq> {
        self.delivered
    }

    /// A frame came from the bus, in whatever order the bus likes.
    pub fn accept(&mut self, frame: Frame) -> Verdict {
        let frame = self.heeded(frame);
        match self.delivered {
            Some(delivered) if self.is_repeat(frame.seq, delivered) => return Verdict::Done,
            Some(delivered) if frame.seq <= delivered.next() => self.pass_on(frame),
            Some(_) | None => self.keep_early(frame),
        }
        self.pass_on_early()
    }

    /// Somebody says that the conversation has come at least this far.
    pub fn expect(&mut self, head: Seq) -> Verdict {
        self.known_head = self.known_head.max(head);
        self.verdict()
    }

    /// Claims the one read of the store that closes a hole; `None` when somebody reads already, or nobody listens.
    pub fn begin_fill(&mut self) -> Option<Seq> {
        let delivered = self
            .delivered
            .filter(|_| !self.is_filling && !self.seated.is_empty())?;
        self.is_filling = true;
        Some(delivered)
    }

    /// Whether changes are known to exist that were not passed on.
    pub fn has_hole(&self) -> bool {
        self.mechanisms.have(Mechanism::GapFill)
            && self
                .delivered
                .is_some_and(|delivered| !self.early.is_empty() || delivered < self.known_head)
    }

    /// Gives the claim back.
    pub fn end_fill(&mut self) {
        self.is_filling = false;
    }

    /// Passes on what the store had above [`Channel::delivered`], true for `head`, ascending.
    ///
    /// Rows come in their latest state. A person who was removed on the way hears of the removal alone: a row from
    /// before it may already carry a text from after it.
    pub fn fill(&mut self, head: Seq, frames: Vec<Frame>) -> Verdict {
        // The store is the truth: whoever announced more than it has was wrong.
        self.known_head = self.known_head.min(head);
        let Some(delivered) = self.delivered.filter(|delivered| *delivered < head) else {
            return self.pass_on_early();
        };
        let frames: Vec<_> = frames.into_iter().map(|frame| self.heeded(frame)).collect();
        let removed: HashSet<UserId> = frames
            .iter()
            .filter_map(|frame| match frame.effect {
                Effect::Removes(user) => Some(user),
                _ => None,
            })
            .collect();
        let is_dense = i64::try_from(frames.len()) == Ok(head.0 - delivered.0);
        if !is_dense {
            self.send_back_between(delivered, head);
        }
        for frame in &frames {
            let room = self.conversation;
            self.seated.retain(|_, seated| {
                let is_own_removal = frame.effect == Effect::Removes(seated.seat.user);
                if frame.seq <= seated.position || (removed.contains(&seated.seat.user) && !is_own_removal) {
                    return true;
                }
                seated.seat.outbox.push(frame.outgoing(room));
                seated.stays_after(frame, room)
            });
        }
        self.delivered = Some(head);
        self.advance_positions(head);
        if is_dense {
            for frame in frames {
                self.ring.push(frame);
            }
        } else {
            // Numbers are missing where one row changed twice: tell the clients what they now have.
            self.ring.clear();
            for seated in self.seated.values().filter(|seated| seated.position == head) {
                seated.seat.outbox.push(sync(self.conversation, head));
            }
        }
        self.early = self.early.split_off(&head.next());
        self.pass_on_early()
    }

    /// Asks for a seat. On [`Seating::Seated`] the outbox holds what the ring had for the socket, then `sync`.
    pub fn take_seat(&mut self, seat: Seat, standpoint: Standpoint) -> (Seating, Verdict) {
        let Standpoint {
            position,
            permitted_at,
        } = standpoint;
        if self.delivered.is_none() && position < permitted_at {
            return (Seating::Behind, Verdict::Done);
        }
        let delivered = *self.delivered.get_or_insert(position);
        let missed = self.ring.after(position);
        if delivered > position {
            let is_covered = missed.first().is_some_and(|oldest| oldest.seq == position.next());
            let bytes = missed
                .iter()
                .map(|frame| frame.outgoing(self.conversation).bytes())
                .sum();
            if !is_covered || !seat.outbox.has_room(bytes) {
                return (Seating::Behind, Verdict::Done);
            }
        }
        if missed
            .iter()
            .any(|frame| frame.seq > permitted_at && ends_for(frame.effect, seat.user))
        {
            return (Seating::Removed, Verdict::Done);
        }
        for frame in missed {
            seat.outbox.push(frame.outgoing(self.conversation));
        }
        let position = position.max(delivered);
        seat.outbox.push(sync(self.conversation, position));
        self.seated.insert(seat.socket, Seated { seat, position });
        self.known_head = self.known_head.max(permitted_at);
        (Seating::Seated, self.pass_on_early())
    }

    /// Gives up a seat; harmless when there is none.
    pub fn leave(&mut self, socket: SocketId) {
        self.seated.swap_remove(&socket);
    }

    fn keep_early(&mut self, frame: Frame) {
        self.early.insert(frame.seq, frame);
        let room = if self.delivered.is_none() {
            EARLY_FRAMES_UNSEATED
        } else {
            EARLY_FRAMES
        };
        if self.early.len() > room
            && let Some((dropped, _)) = self.early.pop_last()
        {
            // Not forgotten: the hole is read from the store.
            self.known_head = self.known_head.max(dropped);
        }
    }

    fn pass_on_early(&mut self) -> Verdict {
        let Some(mut delivered) = self.delivered else {
            return Verdict::Done;
        };
        self.early = self.early.split_off(&delivered.next());
        while let Some(frame) = self.early.remove(&delivered.next()) {
            delivered = frame.seq;
            self.pass_on(frame);
        }
        self.verdict()
    }

    fn verdict(&self) -> Verdict {
        if self.has_hole() {
            Verdict::Hole
        } else {
            Verdict::Done
        }
    }

    fn pass_on(&mut self, frame: Frame) {
        self.delivered = self.delivered.max(Some(frame.seq));
        let (room, mechanisms) = (self.conversation, self.mechanisms);
        self.seated.retain(|_, seated| {
            // Also a removal is only for those who stood below it: whoever sits above it has come back since.
            if frame.seq <= seated.position && mechanisms.have(Mechanism::Dedupe) {
                return true;
            }
            seated.position = seated.position.max(frame.seq);
            seated.seat.outbox.push(frame.outgoing(room));
            seated.stays_after(&frame, room)
        });
        self.ring.push(frame);
    }

    fn is_repeat(&self, seq: Seq, delivered: Seq) -> bool {
        seq <= delivered && self.mechanisms.have(Mechanism::Dedupe)
    }

    fn heeded(&self, frame: Frame) -> Frame {
        if self.mechanisms.have(Mechanism::RemovalFilter) {
            return frame;
        }
        let effect = Effect::None;
        Frame { effect, ..frame }
    }

    /// Puts what somebody has read from the store before what the ring has, as far as it joins on without a gap and
    /// there is room: whoever lacks the same need not read it again. `recent` is ascending, without a gap, and each
    /// change as it was sent live.
    pub fn recall(&mut self, recent: &[Frame]) {
        if let Some(delivered) = self.delivered {
            self.ring.extend_back(recent, delivered.next());
        }
    }

    /// Who stands between the ends of a compacted reading cannot be served by it: a row from below their place may
    /// carry a change from above it. They read the store for themselves.
    fn send_back_between(&mut self, delivered: Seq, head: Seq) {
        let conversation = self.conversation;
        self.seated.retain(|_, Seated { seat, position }| {
            let is_between = *position > delivered && *position < head;
            if is_between {
                let from = *position;
                seat.outbox.push(Outgoing::SentBack { conversation, from });
            }
            !is_between
        });
    }

    fn advance_positions(&mut self, head: Seq) {
        for seated in self.seated.values_mut() {
            seated.position = seated.position.max(head);
        }
    }
}

fn ends_for(effect: Effect, user: UserId) -> bool {
    match effect {
        Effect::None => false,
        Effect::Removes(removed) => removed == user,
        Effect::Ends => true,
    }
}

fn sync(conversation: ConversationId, head: Seq) -> Outgoing {
    Outgoing::Sync { conversation, head }
}

#[cfg(test)]
mod tests;
