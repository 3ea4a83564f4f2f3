//! What a conversation's own door has written to its client is read: who opens it shows it.

use std::time::Duration;

use protocol::{ConversationId, Seq};
use tokio::time::Instant;

use super::{Door, Session};

/// Between two marks of one socket: a busy conversation costs each of its readers one row a second, and a reader sees
/// the others' marks as fast as people read.
pub(super) const MARK_EVERY: Duration = Duration::from_secs(1);

/// How far a client has been written to, and how far that was marked.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    unmarked: Option<Seq>,
    marked_at: Option<Instant>,
}

impl Session {
    /// The client has been written everything of a conversation up to this number.
    pub fn on_written(&mut self, conversation: ConversationId, seq: Seq) {
        if self.reads_by_itself() == Some(conversation) {
            self.delivered.unmarked = self.delivered.unmarked.max(Some(seq));
        }
    }

    /// When [`Session::take_mark`] will have one that it does not have yet.
    pub fn mark_due(&self) -> Option<Instant> {
        self.delivered.unmarked?;
        self.delivered.marked_at.map(|at| at + MARK_EVERY)
    }

    /// What is to be marked as read now.
    pub fn take_mark(&mut self, now: Instant) -> Option<(ConversationId, Seq)> {
        if self.mark_due().is_some_and(|due| now < due) {
            return None;
        }
        let mark = self.take_last_mark()?;
        self.delivered.marked_at = Some(now);
        Some(mark)
    }

    /// What is still to be marked when the socket ends.
    pub fn take_last_mark(&mut self) -> Option<(ConversationId, Seq)> {
        let conversation = self.reads_by_itself()?;
        Some((conversation, self.delivered.unmarked.take()?))
    }

    /// The conversation in which what is delivered is read.
    const fn reads_by_itself(&self) -> Option<ConversationId> {
        match self.door {
            Door::Conversation { id, .. } => Some(id),
            // Mini's clients say so themselves.
            Door::Room(_) | Door::Everything { .. } => None,
        }
    }
}
