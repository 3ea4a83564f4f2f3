//! Who writes: what a socket says of it, how often it is passed on, and when it is over. Nothing here is kept longer
//! than it lasts.

use std::collections::HashMap;
use std::time::Duration;

use protocol::frames::TypingFrame;
use protocol::problem::ProblemCode;
use protocol::{ConversationId, limits};
use serde_json::Value;
use tokio::time::Instant;

use super::on_frame::refused;
use super::{Reaction, Session};

const EVERY: Duration = Duration::from_millis(limits::TYPING_EVERY_MS);
/// "Writes" of one socket in one conversation that are passed on within [`EVERY`], each after a "no longer": who sends a
/// line and goes on writes again at once, and a socket that flickers tells nobody anything.
const STARTS: u32 = 2;
const EXPIRES: Duration = Duration::from_millis(limits::TYPING_EXPIRES_MS);

/// Where one socket's user writes.
#[derive(Debug, Default)]
pub(super) struct Typing {
    conversations: HashMap<ConversationId, Told>,
    news: Vec<(ConversationId, bool)>,
}

#[derive(Debug)]
struct Told {
    /// When "writes" was passed on last.
    at: Instant,
    /// "No longer" was not yet.
    is_typing: bool,
    /// When it was passed on first of those in `starts`.
    since: Instant,
    /// How often it has been passed on since then.
    starts: u32,
}

impl Told {
    fn is_excess(&self, now: Instant) -> bool {
        let is_renewed_early = self.is_typing && now - self.at < EVERY;
        is_renewed_early || (now - self.since < EVERY && self.starts >= STARTS)
    }
}

impl Typing {
    fn begin(&mut self, conversation: ConversationId, now: Instant) {
        self.conversations
            .retain(|_, told| told.is_typing || now - told.at < EVERY);
        let last = self.conversations.get(&conversation);
        if last.is_some_and(|told| told.is_excess(now)) {
            return;
        }
        let counted = last.filter(|told| now - told.since < EVERY);
        let told = Told {
            at: now,
            is_typing: true,
            since: counted.map_or(now, |told| told.since),
            starts: counted.map_or(1, |told| told.starts + 1),
        };
        self.conversations.insert(conversation, told);
        self.news.push((conversation, true));
    }

    pub(super) fn end(&mut self, conversation: ConversationId) {
        let Some(told) = self.conversations.get_mut(&conversation) else {
            return;
        };
        if told.is_typing {
            told.is_typing = false;
            self.news.push((conversation, false));
        }
    }

    fn end_where(&mut self, is_over: impl Fn(&Told) -> bool) {
        let over = self.conversations.iter().filter(|(_, told)| is_over(told));
        for conversation in over.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end(conversation);
        }
    }
}

impl Session {
    /// A client says whether its user writes.
    pub(super) fn on_typing(
        &mut self,
        frame: TypingFrame,
        reference: Option<Value>,
        now: Instant,
    ) -> Reaction {
        let conversation = match self.conversation_of(frame.conversation_id) {
            Ok(conversation) => conversation,
            Err(message) => return refused(ProblemCode::Invalid, message, reference),
        };
        if !self.ends_with_place() && !self.followed.contains(&conversation) {
            let message = "this socket does not follow that conversation";
            return refused(ProblemCode::NotParticipant, message, reference);
        }
        if frame.is_typing {
            self.typing.begin(conversation, now);
        } else {
            self.typing.end(conversation);
        }
        Reaction::Nothing
    }

    /// What is to be passed on since the last call, in its order.
    pub fn typing_news(&mut self) -> Vec<(ConversationId, bool)> {
        std::mem::take(&mut self.typing.news)
    }

    /// When the next "writes" is over by itself.
    pub fn typing_expires(&self) -> Option<Instant> {
        let told = self.typing.conversations.values();
        told.filter(|told| told.is_typing)
            .map(|told| told.at + EXPIRES)
            .min()
    }

    /// Ends what was not renewed.
    pub fn expire_typing(&mut self, now: Instant) {
        self.typing.end_where(|told| now >= told.at + EXPIRES);
    }

    /// The socket is about to end.
    pub fn end_typing(&mut self) {
        self.typing.end_where(|_| true);
    }
}
