//! The marks of large conversations, gathered: of hundreds of readers only the furthest say something.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use protocol::ConversationId;
use protocol::frames::ReadMark;

/// People from whom on a conversation is a crowd: with fewer, everybody's own tick is worth a frame.
pub(super) const CROWD: i64 = 50;

/// How often the marks of a crowd are told: at most one frame a second from each node, however many read.
pub(super) const TELL_EVERY: Duration = Duration::from_secs(1);

/// Marks that a frame about a crowd holds. Two say of every message whether somebody other than its sender has read
/// it, for one of the two is not the sender.
const FURTHEST: usize = 2;

/// What waits to be told. Holds the conversations of one second.
#[derive(Debug, Default)]
pub(super) struct Crowds(Mutex<HashMap<ConversationId, Vec<ReadMark>>>);

impl Crowds {
    /// Keeps the furthest.
    pub(super) fn add(&self, conversation: ConversationId, marks: Vec<ReadMark>) {
        let mut crowds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = crowds.entry(conversation).or_default();
        waiting.extend(marks);
        waiting.sort_by_key(|mark| (std::cmp::Reverse(mark.last_read_seq), mark.user_id));
        let mut seen = Vec::with_capacity(FURTHEST);
        waiting.retain(|mark| {
            let is_first = seen.len() < FURTHEST && !seen.contains(&mark.user_id);
            seen.extend(is_first.then_some(mark.user_id));
            is_first
        });
    }

    /// Everything that waits.
    pub(super) fn take(&self) -> HashMap<ConversationId, Vec<ReadMark>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Seq, UserId};
    use uuid::Uuid;

    use super::*;

    fn mark((user, seq): (i64, i64)) -> ReadMark {
        ReadMark {
            user_id: UserId(user),
            last_read_seq: Seq(seq),
        }
    }

    #[test]
    fn the_two_furthest_people_remain_each_once() {
        let (crowds, id) = (Crowds::default(), ConversationId(Uuid::nil()));
        crowds.add(id, [(1, 5), (2, 9), (3, 7)].map(mark).into());
        crowds.add(id, [(2, 12), (4, 1), (3, 8)].map(mark).into());
        let told = crowds.take();
        assert_eq!(told[&id], [(2, 12), (3, 8)].map(mark));
        assert!(crowds.take().is_empty());
    }
}
