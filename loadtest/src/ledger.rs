//! The checker: was every message heard once, in order, by every socket that had to hear it? Pure.
//!
//! While a run lasts, each socket keeps one [`Track`] per conversation, touched by nobody else. Afterwards
//! [`settle`] lays all tracks and all acknowledgements beside each other. What exists is what was acknowledged to
//! its sender or heard by anybody: each such message is owed to every socket that had joined before it. Members who
//! come and go are judged by rules of their own, in [`guests`].

pub mod guests;

use protocol::Seq;
use serde::Serialize;

use guests::Guest;

/// How far ahead of the last number a number may be. No hole of a real run is as wide; a broken number must not eat
/// the memory.
const LEAP_MAX: usize = 1 << 20;

/// What became of one arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The first time, in order.
    InOrder,
    /// The first time, after a younger one.
    Reordered,
    /// Not the first time.
    Doubled,
    /// Nothing that this socket can be owed: before it joined, or absurdly far ahead.
    Stray,
}

/// What one socket heard of one conversation.
#[derive(Clone, Debug)]
pub struct Track {
    conversation: usize,
    joined_at: Option<Seq>,
    /// Index + 1 of the send that came as number `joined_at + 1 + position`; zero while there is none.
    heard: Vec<u32>,
    doubled: u64,
    reordered: u64,
}

impl Track {
    /// Of a conversation, by its index in the plan; nothing is owed before [`Self::joined`].
    pub fn new(conversation: usize) -> Self {
        Self {
            conversation,
            joined_at: None,
            heard: Vec::new(),
            doubled: 0,
            reordered: 0,
        }
    }

    /// The server says that everything up to `head` has been sent. The first time this is where the debt begins;
    /// after a resume it changes nothing.
    pub fn joined(&mut self, head: Seq) {
        self.joined_at.get_or_insert(head);
    }

    /// The highest number heard, or the head at joining: what a resume asks to go on from. `None` before joining.
    pub fn last(&self) -> Option<Seq> {
        let heard = i64::try_from(self.heard.len()).ok()?;
        self.joined_at.map(|head| Seq(head.0 + heard))
    }

    /// A message came.
    pub fn arrived(&mut self, seq: Seq, send: u32) -> Arrival {
        let Some(position) = self.position(seq) else {
            return Arrival::Stray;
        };
        if position >= self.heard.len() {
            if position - self.heard.len() > LEAP_MAX {
                return Arrival::Stray;
            }
            self.heard.resize(position, 0);
            self.heard.push(send + 1);
            return Arrival::InOrder;
        }
        if self.heard[position] != 0 {
            self.doubled += 1;
            return Arrival::Doubled;
        }
        self.heard[position] = send + 1;
        self.reordered += 1;
        Arrival::Reordered
    }

    fn position(&self, seq: Seq) -> Option<usize> {
        usize::try_from(seq.0.checked_sub(self.joined_at?.0)?.checked_sub(1)?).ok()
    }
}

/// The server's word that a send is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ack {
    /// Its index in the schedule.
    pub send: u32,
    /// The number it got.
    pub seq: Seq,
}

/// What a run proved. All but the first three and the last must be zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Sends that were acknowledged, each counted once however often it was repeated.
    pub acked: u64,
    /// Messages owed to sockets: each existing message, once for every socket that had joined its conversation.
    pub expected: u64,
    /// Of those, how many came.
    pub got: u64,
    /// Of those, how many did not.
    pub lost: u64,
    /// Messages that came to a socket again: the same number twice, or the same send under two numbers.
    pub doubled: u64,
    /// Messages that came to a socket after a younger one.
    pub reordered: u64,
    /// Contradictions: two messages under one number, a send acknowledged under two numbers, a message in a
    /// conversation that it was not sent to.
    pub conflicting: u64,
    /// Changes that came to a guest who had been removed before them and not been asked back.
    pub unentitled: u64,
    /// Guests who were in their conversation at the end, and whom no socket had told so.
    pub absent: u64,
    /// Removals of guests that were looked at.
    pub removals: u64,
}

impl Verdict {
    /// Whether nothing was lost, doubled, reordered, contradictory or shown to the wrong people.
    pub fn is_clean(&self) -> bool {
        let Self {
            lost,
            doubled,
            reordered,
            conflicting,
            unentitled,
            absent,
            ..
        } = *self;
        [lost, doubled, reordered, conflicting, unentitled, absent] == [0; 6]
    }
}

/// Compares everything heard with everything acknowledged. `sent_to` names the conversation of each send of the
/// schedule, by index.
pub fn settle(sent_to: &[usize], tracks: &[Track], acks: Vec<Ack>, guests: &[Guest]) -> Verdict {
    let mut verdict = Verdict::default();
    let acks = distinct(acks, &mut verdict);
    let conversations = sent_to
        .iter()
        .copied()
        .chain(tracks.iter().map(|track| track.conversation))
        .max()
        .map_or(0, |highest| highest + 1);
    let mut existing = vec![Existing::default(); conversations];
    for track in tracks {
        existing[track.conversation].begin(track);
    }
    for ack in &acks {
        match sent_to.get(ack.send as usize) {
            Some(&conversation) => existing[conversation].add(ack.seq, ack.send + 1, &mut verdict),
            None => verdict.conflicting += 1,
        }
    }
    for track in tracks {
        existing[track.conversation].add_track(track, &mut verdict);
    }
    let mut last_heard_by = vec![0; sent_to.len()];
    for (number, track) in (1..).zip(tracks) {
        existing[track.conversation].judge(track, &mut verdict);
        find_copies(track, (number, sent_to), &mut last_heard_by, &mut verdict);
    }
    for guest in guests {
        guest.judge(&existing[guest.conversation], &mut verdict);
    }
    verdict
}

/// Each send's acknowledgement once; a second one under another number is a contradiction.
fn distinct(mut acks: Vec<Ack>, verdict: &mut Verdict) -> Vec<Ack> {
    acks.sort_unstable();
    acks.dedup();
    acks.dedup_by(|later, first| {
        let same = later.send == first.send;
        verdict.conflicting += u64::from(same);
        same
    });
    verdict.acked = acks.len() as u64;
    acks
}

/// The messages of a conversation that are known to exist.
#[derive(Clone, Debug, Default)]
struct Existing {
    first: Option<Seq>,
    /// Index + 1 of the send with number `first + position`; zero where none is known.
    sends: Vec<u32>,
}

impl Existing {
    fn begin(&mut self, track: &Track) {
        let Some(joined_at) = track.joined_at else {
            return;
        };
        let first = joined_at.next();
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
    }

    /// `send` is index + 1. A number before the first socket joined is owed to nobody.
    fn add(&mut self, seq: Seq, send: u32, verdict: &mut Verdict) {
        let Some(first) = self.first else {
            return;
        };
        let Ok(position) = usize::try_from(seq.0.saturating_sub(first.0)) else {
            verdict.conflicting += 1;
            return;
        };
        if position > self.sends.len() + LEAP_MAX {
            verdict.conflicting += 1;
            return;
        }
        if position >= self.sends.len() {
            self.sends.resize(position + 1, 0);
        }
        match self.sends[position] {
            0 => self.sends[position] = send,
            known => verdict.conflicting += u64::from(known != send),
        }
    }

    fn add_track(&mut self, track: &Track, verdict: &mut Verdict) {
        let Some(joined_at) = track.joined_at else {
            return;
        };
        for (seq, &send) in (joined_at.next().0..).zip(&track.heard) {
            if send != 0 {
                self.add(Seq(seq), send, verdict);
            }
        }
    }

    /// Number and index of the send of every message above a number.
    fn after(&self, seq: Seq) -> impl Iterator<Item = (Seq, u32)> {
        let first = self.first.map_or(0, |first| first.0);
        let numbered = (first..).map(Seq).zip(&self.sends);
        numbered
            .filter(move |(number, send)| *number > seq && **send != 0)
            .map(|(number, send)| (number, send - 1))
    }

    fn judge(&self, track: &Track, verdict: &mut Verdict) {
        verdict.doubled += track.doubled;
        verdict.reordered += track.reordered;
        let (Some(first), Some(joined_at)) = (self.first, track.joined_at) else {
            return;
        };
        let skipped = usize::try_from(joined_at.next().0 - first.0).unwrap_or(usize::MAX);
        let owed = self.sends.iter().skip(skipped).enumerate();
        for (position, _) in owed.filter(|(_, send)| **send != 0) {
            verdict.expected += 1;
            match track.heard.get(position) {
                Some(&heard) if heard != 0 => verdict.got += 1,
                _ => verdict.lost += 1,
            }
        }
    }
}

/// Finds sends that a track heard under more than one number, and sends that belong elsewhere. `last_heard_by`
/// carries, per send, the number of the last track that heard it.
fn find_copies(
    track: &Track,
    (number, sent_to): (usize, &[usize]),
    last_heard_by: &mut [usize],
    verdict: &mut Verdict,
) {
    for &send in track.heard.iter().filter(|send| **send != 0) {
        let send = send as usize - 1;
        if sent_to.get(send) != Some(&track.conversation) {
            verdict.conflicting += 1;
            continue;
        }
        if last_heard_by[send] == number {
            verdict.doubled += 1;
        }
        last_heard_by[send] = number;
    }
}

#[cfg(test)]
mod tests;
