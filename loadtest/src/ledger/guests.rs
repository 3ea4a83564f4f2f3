//! The checker of entitlement: members who come and go must hear nothing while they are away, and everything once
//! they are back. Pure.
//!
//! What proves a leak is time and number together. Between the moment at which a guest was first asked back and the
//! moment at which they are asked back the next time lies exactly one removal. Whatever comes to them in this time
//! with a number above the removal's was not theirs to see: nobody had so much as asked to let them in again. What
//! comes later may be history, which whoever is in may read.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Included, Unbounded};

use protocol::Seq;

use super::{Existing, Verdict};

/// What one guest's socket heard of their conversation.
#[derive(Clone, Debug, Default)]
pub struct GuestTrack {
    /// Everything with a number, in the order of arrival, over all connections: when, and which.
    frames: Vec<(u64, Seq)>,
    /// The messages among it: number and index of the send.
    messages: BTreeMap<Seq, u32>,
    /// The newest message on this connection.
    last: Option<Seq>,
    /// The server's word that everything after this comes by itself.
    owed_after: Option<Seq>,
    doubled: u64,
    reordered: u64,
    conflicting: u64,
}

impl GuestTrack {
    /// The socket broke: the next connection begins anew.
    pub fn broke(&mut self) {
        self.last = None;
        self.owed_after = None;
    }

    /// `sync`: from here on everything comes by itself, until a break or a removal.
    pub fn synced(&mut self, head: Seq) {
        self.owed_after.get_or_insert(head);
    }

    /// The guest was told of their own removal.
    pub fn removed(&mut self) {
        self.owed_after = None;
    }

    /// A change came that is no message, the guest's own removal among them.
    pub fn changed(&mut self, at_us: u64, seq: Seq) {
        self.frames.push((at_us, seq));
    }

    /// A message came.
    pub fn arrived(&mut self, at_us: u64, seq: Seq, send: u32) {
        self.frames.push((at_us, seq));
        match self.last {
            Some(last) if seq == last => self.doubled += 1,
            Some(last) if seq < last => self.reordered += 1,
            _ => self.last = Some(seq),
        }
        let known = self.messages.insert(seq, send);
        self.conflicting += u64::from(known.is_some_and(|known| known != send));
    }

    /// Whether the guest is in step with the conversation.
    pub fn is_following(&self) -> bool {
        self.owed_after.is_some()
    }
}

/// One membership of a guest, from the request that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stint {
    /// When the guest was first asked in.
    pub asked_us: u64,
    /// The conversation's head when the guest was known to be out again; `None` while they are in.
    pub gone_by: Option<Seq>,
}

/// A guest at the end of a run.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Which conversation they come to and go from; an index.
    pub conversation: usize,
    /// Their memberships, in order.
    pub stints: Vec<Stint>,
    /// The numbers of their removals, as far as anybody heard them.
    pub removals: BTreeSet<Seq>,
    /// What they heard.
    pub track: GuestTrack,
}

impl Guest {
    /// The highest number of each stint that the guest may see before the next; `None` while there is no limit.
    fn limits(&self) -> Vec<(u64, Option<Seq>)> {
        let mut after = Unbounded;
        let mut limits = Vec::new();
        for stint in &self.stints {
            let limit = stint.gone_by.map(|gone_by| {
                // Nobody may have heard the removal itself: then what came up to the look at the head is let pass.
                let heard = self.removals.range((after, Included(gone_by))).next_back();
                after = Excluded(gone_by);
                heard.copied().unwrap_or(gone_by)
            });
            limits.push((stint.asked_us, limit));
        }
        limits
    }

    fn unentitled(&self) -> u64 {
        let limits = self.limits();
        let leaks = self.track.frames.iter().filter(|(at_us, seq)| {
            let stint = limits.partition_point(|(asked_us, _)| asked_us <= at_us);
            match stint.checked_sub(1).map(|index| limits[index].1) {
                // Never asked in.
                None => true,
                Some(limit) => limit.is_some_and(|limit| *seq > limit),
            }
        });
        leaks.count() as u64
    }

    /// What the guest has to answer for, into the verdict; `existing` are the messages of their conversation.
    pub(super) fn judge(&self, existing: &Existing, verdict: &mut Verdict) {
        verdict.removals += self.stints.iter().filter(|stint| stint.gone_by.is_some()).count() as u64;
        verdict.unentitled += self.unentitled();
        verdict.doubled += self.track.doubled;
        verdict.reordered += self.track.reordered;
        verdict.conflicting += self.track.conflicting;
        if self.stints.last().is_none_or(|stint| stint.gone_by.is_some()) {
            return;
        }
        let Some(owed_after) = self.track.owed_after else {
            verdict.absent += 1;
            return;
        };
        for (seq, send) in existing.after(owed_after) {
            verdict.expected += 1;
            match self.track.messages.get(&seq) {
                None => verdict.lost += 1,
                Some(&heard) if heard == send => verdict.got += 1,
                Some(_) => verdict.conflicting += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests;
