//! Closing a hole with what the store has: what was missed, and sometimes more than that.

use std::collections::HashMap;

use protocol::{Seq, UserId};

use super::{Channel, Effect, Frame, Mechanism, Outgoing, Seated, Verdict, sync};

/// One reading of the store, as the channel stood when it began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    after: Seq,
    known_head: Seq,
}

impl Channel {
    /// Claims the one read of the store that closes a hole; `None` when somebody reads already, or nobody listens.
    pub fn begin_fill(&mut self) -> Option<Seq> {
        if self.round.is_some() || self.seated.is_empty() {
            return None;
        }
        self.next_round()
    }

    /// Answers where to read from now, for whoever has the claim.
    pub fn next_round(&mut self) -> Option<Seq> {
        let (after, known_head) = (self.delivered?, self.known_head);
        self.round = Some(Round { after, known_head });
        Some(after)
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
        self.round = None;
    }

    /// Passes on what the store had above the place that the round began at, true for `head`, ascending.
    ///
    /// Rows come in their latest state, so one number may stand for several. A person who was removed on the way hears
    /// of the removal alone, without its number: a row from before it may already carry a text from after it.
    pub fn fill(&mut self, head: Seq, frames: Vec<Frame>) -> Verdict {
        let Some(delivered) = self.delivered else {
            return Verdict::Done;
        };
        let after = self.read_up_to(head, delivered);
        let is_dense = i64::try_from(frames.len()) == Ok(head.0 - after.0);
        // Live frames that came meanwhile may be older than the rows of a compacted reading: it has to be read again.
        if delivered >= head || (delivered > after && !is_dense) {
            return self.pass_on_early();
        }
        let frames: Vec<_> = frames.into_iter().map(|frame| self.heeded(frame)).collect();
        let removed: HashMap<UserId, Seq> = frames
            .iter()
            .filter_map(|frame| match frame.effect {
                Effect::Removes(user) => Some((user, frame.seq)),
                _ => None,
            })
            .collect();
        if !is_dense {
            self.send_back_between(delivered.next(), head);
        }
        for frame in &frames {
            let room = self.conversation;
            self.seated.retain(|_, seated| {
                let user = seated.seat.user;
                if frame.seq <= seated.position {
                    true
                } else if removed.get(&user).is_some_and(|at| *at > seated.position) {
                    frame.effect != Effect::Removes(user) || seated.is_dismissed(room)
                } else {
                    seated.seat.outbox.push(frame.outgoing(room));
                    seated.stays_after(frame, room)
                }
            });
        }
        self.delivered = Some(head);
        self.advance_positions(head);
        if is_dense {
            for frame in frames.into_iter().filter(|frame| frame.seq > delivered) {
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

    /// Closes the hole up to `head` with nothing: whoever lacks something reads the store for themselves, from where
    /// they stand.
    pub fn send_back(&mut self, head: Seq) -> Verdict {
        let Some(delivered) = self.delivered else {
            return Verdict::Done;
        };
        self.read_up_to(head, delivered);
        if delivered < head {
            self.send_back_between(delivered, head);
            self.delivered = Some(head);
            self.ring.clear();
        }
        self.pass_on_early()
    }

    /// The store had this head; answers where the reading began.
    fn read_up_to(&mut self, head: Seq, delivered: Seq) -> Seq {
        let Round { after, known_head } = self.round.unwrap_or(Round {
            after: delivered,
            known_head: self.known_head,
        });
        // The store is the truth: whoever announced more than it has was wrong, unless that came while it was read.
        if self.known_head == known_head {
            self.known_head = known_head.min(head);
        }
        after
    }

    /// Who stands between the ends of a compacted reading cannot be served by it: a row from below their place may
    /// carry a change from above it. They read the store for themselves.
    fn send_back_between(&mut self, lowest: Seq, head: Seq) {
        let conversation = self.conversation;
        self.seated.retain(|_, Seated { seat, position }| {
            let is_between = *position >= lowest && *position < head;
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
