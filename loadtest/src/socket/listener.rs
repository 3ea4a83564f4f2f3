//! What a socket's frames mean for the ledger, and what to say when it comes (back): rules without I/O.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use protocol::{ConversationId, Seq, UserId, paths};
use reqwest::header::HeaderValue;

use super::Posting;
use crate::ledger::{Ack, Arrival, Track};
use crate::meter::{Meter, Refusals, add};
use crate::plan::{Door, Plan, Seat};
use crate::setup::Cast;
use crate::wire::{self, Heard, Stamp};

/// What all tasks of a run share and none changes.
#[derive(Debug)]
pub struct World {
    /// What is to happen.
    pub plan: Plan,
    /// Who is who on the server.
    pub cast: Cast,
    /// The clock and the counters.
    pub meter: Meter,
    /// What the sockets speak.
    pub wire: wire::Protocol,
    /// Bytes of each message's text.
    pub payload_bytes: usize,
    /// How long the answer to one REST request may take before its fate counts as unknown.
    pub request_timeout: Duration,
}

/// Somebody was removed: where, whom and under which number.
pub type Removed = (ConversationId, UserId, Seq);

/// What a socket has heard.
#[derive(Debug, Default)]
pub struct Notes {
    /// One per conversation that it follows.
    pub tracks: Vec<Track>,
    /// Answers to its sends; a repeated send may have several.
    pub acks: Vec<Ack>,
    /// Refused sends and other errors, by their code.
    pub refusals: Refusals,
    /// Removals of anybody: where, whom and under which number.
    pub removals: Vec<Removed>,
    /// Frames that it should never have got: unreadable, of a conversation that it does not follow, of no send of
    /// this run, or from before it joined.
    pub strays: Strays,
}

/// Frames that came where they never should have.
#[derive(Clone, Debug, Default)]
pub struct Strays {
    /// How many.
    pub count: u64,
    /// The first few as they came, for whoever looks for the cause.
    pub examples: Vec<String>,
}

/// Stray frames that are kept, of each socket and of all.
const STRAY_EXAMPLES: usize = 5;

impl Strays {
    /// One more.
    pub fn add(&mut self, text: &str) {
        self.count += 1;
        if self.examples.len() < STRAY_EXAMPLES {
            self.examples.push(text.to_owned());
        }
    }

    /// Those of another socket too.
    pub fn extend(&mut self, others: Self) {
        self.count += others.count;
        self.examples.extend(others.examples);
        self.examples.truncate(STRAY_EXAMPLES);
    }
}

/// One socket's understanding of the run.
#[derive(Debug)]
pub struct Listener {
    world: Arc<World>,
    seat: usize,
    track_of: HashMap<ConversationId, usize>,
    notes: Notes,
    /// Conversations whose first `sync` has not come.
    unjoined: usize,
    /// Sends that are neither acknowledged nor refused, oldest first.
    outstanding: BTreeMap<u32, Posting>,
    /// What the server could not do just now; to be said once more.
    put_off: PutOff,
}

#[derive(Debug, Default)]
struct PutOff {
    sends: Vec<u32>,
    subscribes: Vec<usize>,
}

impl Listener {
    /// Of a seat of the plan, by its index.
    pub fn new(world: Arc<World>, seat: usize) -> Self {
        let conversations = &world.plan.seats()[seat].conversations;
        let ids = conversations
            .iter()
            .map(|&conversation| world.cast.conversations[conversation]);
        let track_of: HashMap<ConversationId, usize> = ids.zip(0..).collect();
        let notes = Notes {
            tracks: conversations.iter().copied().map(Track::new).collect(),
            ..Notes::default()
        };
        Self {
            seat,
            unjoined: track_of.len(),
            track_of,
            notes,
            outstanding: BTreeMap::new(),
            put_off: PutOff::default(),
            world,
        }
    }

    /// The path to open: the first time everything from now on, afterwards everything since.
    pub fn door(&self) -> String {
        if self.world.wire == wire::Protocol::Socketio {
            return wire::socketio::PATH.to_owned();
        }
        let first = self.unjoined == self.notes.tracks.len();
        match self.world.plan.settings().door {
            Door::Multiplexed if first => format!("{}?subscribe=all", paths::SOCKET),
            Door::Multiplexed => format!("{}?subscribe=manual", paths::SOCKET),
            Door::Conversation => {
                let path = paths::conversation_socket(self.id(self.seat().conversations[0]));
                match self.notes.tracks[0].last() {
                    Some(Seq(after)) => format!("{path}?after={after}"),
                    None => path,
                }
            }
        }
    }

    /// What the socket speaks.
    pub fn wire(&self) -> wire::Protocol {
        self.world.wire
    }

    /// Whose socket it is.
    pub fn bearer(&self) -> &HeaderValue {
        &self.world.cast.people[self.seat().user].bearer
    }

    /// What to say as soon as the socket is open: which conversations to go on with, and every send that was not
    /// answered, again.
    pub fn greetings(&mut self) -> Vec<String> {
        self.put_off = PutOff::default();
        let resumes = self.world.wire.resumes()
            && self.world.plan.settings().door == Door::Multiplexed
            && self.unjoined < self.notes.tracks.len();
        let followed = self.seat().conversations.iter().zip(&self.notes.tracks);
        let subscribes = followed
            .filter(|_| resumes)
            .map(|(&conversation, track)| wire::subscribe(self.id(conversation), track.last()));
        let repeats = self.outstanding.values().map(|&posting| self.frame(posting));
        add(&self.world.meter.counts.repeated, self.outstanding.len() as u64);
        subscribes.chain(repeats).collect()
    }

    /// Whether the server asked for patience: then [`Self::second_tries`] are due in a while.
    pub fn is_put_off(&self) -> bool {
        !self.put_off.sends.is_empty() || !self.put_off.subscribes.is_empty()
    }

    /// What the server could not do a while ago, once more.
    pub fn second_tries(&mut self) -> Vec<String> {
        let PutOff { sends, subscribes } = std::mem::take(&mut self.put_off);
        let postings = sends.iter().filter_map(|send| self.outstanding.get(send));
        let repeats: Vec<_> = postings.map(|&posting| self.frame(posting)).collect();
        add(&self.world.meter.counts.repeated, repeats.len() as u64);
        let tracks = subscribes.into_iter().map(|track| {
            let conversation = self.seat().conversations[track];
            wire::subscribe(self.id(conversation), self.notes.tracks[track].last())
        });
        tracks.chain(repeats).collect()
    }

    /// The frame for a send that is due. It is remembered until it is answered.
    pub fn compose(&mut self, posting: Posting) -> String {
        self.outstanding.insert(posting.stamp.send, posting);
        self.frame(posting)
    }

    /// Whether every conversation has been joined.
    pub fn is_ready(&self) -> bool {
        self.unjoined == 0
    }

    /// Takes a frame to the ledger.
    pub fn hear(&mut self, text: &str) {
        if !self.understand(text) {
            self.notes.strays.add(text);
        }
    }

    /// Whether the frame is one that this socket may get.
    fn understand(&mut self, text: &str) -> bool {
        match self.world.wire.read(text) {
            Heard::Message {
                conversation,
                seq,
                stamp: Some(stamp),
            } => return self.hear_message(conversation, seq, stamp),
            Heard::Sync { conversation, head } => return self.hear_sync(conversation, head),
            Heard::Ack {
                send: Some(send),
                seq,
            } => self.hear_ack(send, seq),
            Heard::Refused {
                send,
                subscribe,
                code,
                retryable,
            } => {
                *self.notes.refusals.entry(code).or_default() += 1;
                if retryable {
                    self.put_off(send, subscribe);
                } else {
                    self.give_up(send);
                }
            }
            Heard::Removed {
                conversation,
                user,
                seq: Some(seq),
            } => self.notes.removals.push((conversation, user, seq)),
            Heard::Removed { seq: None, .. } | Heard::Change { .. } | Heard::Other => {}
            Heard::Message { stamp: None, .. } | Heard::Ack { send: None, .. } | Heard::Unreadable => {
                return false;
            }
        }
        true
    }

    /// What was heard, in the end.
    pub fn into_notes(self) -> Notes {
        self.notes
    }

    fn hear_message(&mut self, conversation: ConversationId, seq: Seq, stamp: Stamp) -> bool {
        let Some(&track) = self.track_of.get(&conversation) else {
            return false;
        };
        let meter = &self.world.meter;
        let now_us = meter.now_us();
        match self.notes.tracks[track].arrived(seq, stamp.send) {
            Arrival::InOrder | Arrival::Reordered => {
                meter.delivered(self.seat, stamp.intended_us, now_us);
            }
            Arrival::Doubled => meter.heard(now_us),
            Arrival::Stray => return false,
        }
        true
    }

    fn hear_sync(&mut self, conversation: ConversationId, head: Seq) -> bool {
        let Some(&track) = self.track_of.get(&conversation) else {
            return false;
        };
        let track = &mut self.notes.tracks[track];
        self.unjoined -= usize::from(track.last().is_none());
        track.joined(head);
        true
    }

    fn hear_ack(&mut self, send: u32, seq: Seq) {
        self.notes.acks.push(Ack { send, seq });
        if let Some(posting) = self.outstanding.remove(&send) {
            let owed = self.world.plan.members(posting.conversation).len();
            self.world
                .meter
                .acked(self.seat, posting.stamp.intended_us, owed as u64);
        }
    }

    fn put_off(&mut self, send: Option<u32>, subscribe: Option<ConversationId>) {
        self.put_off.sends.extend(send);
        let track = subscribe.and_then(|conversation| self.track_of.get(&conversation));
        self.put_off.subscribes.extend(track);
    }

    fn give_up(&mut self, send: Option<u32>) {
        if send.is_some_and(|send| self.outstanding.remove(&send).is_some()) {
            add(&self.world.meter.counts.refused, 1);
        }
    }

    fn frame(&self, posting: Posting) -> String {
        let place = self.id(posting.conversation);
        self.world
            .wire
            .message(place, posting.stamp, self.world.payload_bytes)
    }

    fn seat(&self) -> &Seat {
        &self.world.plan.seats()[self.seat]
    }

    fn id(&self, conversation: usize) -> ConversationId {
        self.world.cast.conversations[conversation]
    }
}
