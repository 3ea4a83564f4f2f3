//! What is kept of a queue that was dropped: places instead of frames.

use std::collections::{HashMap, HashSet, VecDeque};

use protocol::{ConversationId, Seq};

use super::Outgoing;

/// For conversations, the number up to which the client has everything.
pub type Places = HashMap<ConversationId, Seq>;

/// `conversation:new` frames kept while a socket lags; beyond it the user's list is read again.
const KEPT_INVITATIONS: usize = 64;

/// How [`super::Outbox::recover`] ended.
#[derive(Debug, PartialEq)]
pub enum Recovery {
    /// Nothing was dropped.
    Nothing,
    /// Give up the seats in these conversations first, then ask again.
    Leave(Vec<ConversationId>),
    /// Go on from here in each; from now on the queue takes things again.
    From(Places),
}

/// See the module. Its size is bounded by the conversations that a socket follows.
#[derive(Debug, Default)]
pub(super) struct Lag {
    places: Places,
    /// What cannot be read anywhere else, in order.
    kept: VecDeque<Outgoing>,
    invitations: usize,
    must_relist: bool,
}

impl Lag {
    /// Notes one thing that the client will not get from the queue.
    pub(super) fn note(&mut self, item: Outgoing) {
        match item {
            Outgoing::Change {
                conversation, seq, ..
            } => {
                // Changes of one conversation are queued ascending: everything below the first one dropped was written.
                self.places.entry(conversation).or_insert(Seq(seq.0 - 1));
            }
            Outgoing::Sync { conversation, head } => {
                self.places.entry(conversation).or_insert(head);
            }
            Outgoing::SentBack { conversation, from } => {
                self.places.entry(conversation).or_insert(from);
            }
            // Whoever lacks the removal as well will see it when reading on.
            Outgoing::Unseated { conversation, .. } | Outgoing::Farewell { conversation, .. }
                if self.places.contains_key(&conversation) => {}
            Outgoing::Added { .. } if self.invitations == KEPT_INVITATIONS => self.must_relist = true,
            Outgoing::Relist => self.must_relist = true,
            // Whoever comes back reads how things stand by then.
            Outgoing::Passing { .. } | Outgoing::Personal { .. } => {}
            Outgoing::Added { .. } => {
                self.invitations += 1;
                self.kept.push_back(item);
            }
            Outgoing::Farewell { .. } | Outgoing::Unseated { .. } | Outgoing::Close(_) => {
                self.kept.push_back(item);
            }
        }
    }

    /// Conversations that are not in `left`, unless all are.
    pub(super) fn beside(&self, left: &HashSet<ConversationId>) -> Option<Vec<ConversationId>> {
        let beside = self.places.keys().filter(|id| !left.contains(id));
        let beside: Vec<_> = beside.copied().collect();
        (!beside.is_empty()).then_some(beside)
    }

    pub(super) fn end(mut self) -> (Places, VecDeque<Outgoing>) {
        if self.must_relist {
            self.kept.push_front(Outgoing::Relist);
        }
        (self.places, self.kept)
    }
}
