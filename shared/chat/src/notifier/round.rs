//! What one round of looks still has to look at. A look that fails is taken again in halves, so that one conversation
//! that cannot be looked at keeps none of the others from it.

use protocol::ConversationId;

/// Failures after which a round leaves the rest to the next: three among two hundred are found by then, and an outage
/// is not waited for once for each conversation.
const FAILURES_MAX: u32 = 32;

/// Conversations of one round, in the order given.
#[derive(Debug)]
pub(super) struct Round<'a> {
    /// The next one last.
    looks: Vec<&'a [ConversationId]>,
    failures: u32,
}

impl<'a> Round<'a> {
    pub(super) fn new(conversations: &'a [ConversationId], at_once: usize) -> Self {
        Self {
            looks: conversations.chunks(at_once).rev().collect(),
            failures: 0,
        }
    }

    /// Those of the next look. `None`: the round is over.
    pub(super) fn next(&mut self) -> Option<&'a [ConversationId]> {
        self.looks.pop()
    }

    /// The look at these has failed. Answers with what this round does not look at again.
    pub(super) fn failed(&mut self, these: &'a [ConversationId]) -> Vec<ConversationId> {
        self.failures += 1;
        if self.failures >= FAILURES_MAX {
            let rest = self.looks.drain(..).flatten();
            return these.iter().chain(rest).copied().collect();
        }
        if these.len() == 1 {
            return these.to_vec();
        }
        let (some, others) = these.split_at(these.len() / 2);
        self.looks.extend([others, some]);
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn conversations(count: u128) -> Vec<ConversationId> {
        (0..count).map(|id| ConversationId(Uuid::from_u128(id))).collect()
    }

    /// Those that were looked at, those that are put back, and how many looks it took.
    fn run(
        all: &[ConversationId],
        is_fine: impl Fn(&ConversationId) -> bool,
    ) -> (Vec<ConversationId>, Vec<ConversationId>, usize) {
        let mut round = Round::new(all, 200);
        let (mut seen, mut put_back, mut looks) = (Vec::new(), Vec::new(), 0);
        while let Some(these) = round.next() {
            looks += 1;
            if these.iter().all(&is_fine) {
                seen.extend_from_slice(these);
            } else {
                put_back.extend(round.failed(these));
            }
        }
        (seen, put_back, looks)
    }

    #[test]
    fn one_that_cannot_be_looked_at_keeps_none_of_the_others_from_it() {
        let all = conversations(500);
        let (seen, put_back, _) = run(&all, |id| *id != all[333]);
        assert_eq!(put_back, [all[333]]);
        assert_eq!(seen.len(), 499);
    }

    #[test]
    fn an_outage_ends_a_round_and_loses_nothing() {
        let all = conversations(10_000);
        let (seen, mut put_back, looks) = run(&all, |_| false);
        put_back.sort();
        assert_eq!((seen, put_back), (Vec::new(), all));
        assert_eq!(looks, 32);
    }
}
