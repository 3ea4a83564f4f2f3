//! One conversation on this node: who listens, how far they are, and what arrived before its turn. No I/O.

mod filling;
mod ring;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use protocol::close::CloseCode;
use protocol::frames::{ParticipantGone, ServerFrame};
use protocol::{ConversationId, Seq, UserId};

use self::filling::Round;
use self::ring::Ring;
use super::frame::{Effect, Frame};
use super::subscriptions::Hold;
use crate::mechanisms::{Mechanism, Mechanisms};
use crate::outbox::{Outbox, Outgoing};
use crate::text::Text;

/// See [`Channel::identity`].
pub type Identity = Arc<()>;

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
        self.end(conversation, code, frame.seq);
        false
    }

    /// The person was removed somewhere above this seat's place, and what lies between stays unsaid. Without a number
    /// the client's own stays where it is: if the person comes back, everything after that is read again.
    fn is_dismissed(&self, conversation: ConversationId) -> bool {
        let gone = ParticipantGone {
            conversation_id: conversation,
            user_id: self.seat.user,
        };
        let text = ServerFrame::ParticipantRemoved(gone).encode(None).into();
        self.seat.outbox.push(Outgoing::Farewell { conversation, text });
        self.end(conversation, CloseCode::NotParticipant, self.position);
        false
    }

    fn end(&self, conversation: ConversationId, code: CloseCode, at: Seq) {
        self.seat.outbox.push(if self.seat.ends_with_place {
            Outgoing::Close(code)
        } else {
            Outgoing::Unseated { conversation, at }
        });
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
    /// The reading that closes a hole, while one is under way.
    round: Option<Round>,
    identity: Identity,
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
            round: None,
            identity: Identity::default(),
        }
    }

    /// Names this channel among those that the conversation has had on this node: a reading for an earlier one, which
    /// everybody has left meanwhile, says nothing here.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Whether it is the one with this name.
    pub fn is(&self, identity: &Identity) -> bool {
        Arc::ptr_eq(&self.identity, identity)
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
            // Without room for the last of it the whole would be dropped, and asked for again without end.
            let bytes: usize = missed
                .iter()
                .map(|frame| frame.outgoing(self.conversation).bytes())
                .sum();
            let bytes = bytes + sync(self.conversation, delivered).bytes();
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

    /// Hands something that does not last to whoever is seated and has room, but for one person's sockets.
    pub fn pass(&self, text: &Text, except: Option<UserId>) {
        for seat in self.seats().filter(|seat| Some(seat.user) != except) {
            seat.outbox.push(Outgoing::Passing { text: text.clone() });
        }
    }

    /// Everybody who hears of it.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seated.values().map(|seated| &seated.seat)
    }

    /// Whether this socket does.
    pub fn has_seat(&self, socket: SocketId) -> bool {
        self.seated.contains_key(&socket)
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
