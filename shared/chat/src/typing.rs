//! Who is writing: told straight over the bus, never stored, never repeated.

use bus::{Envelope, Kind, Topic};
use bytes::Bytes;
use protocol::frames::{ServerFrame, Typing};
use protocol::{ConversationId, Seq, UserId, limits};

use crate::Chat;
use crate::publisher::Commit;

impl Chat {
    /// Tells everybody with a seat in the conversation, but the person's own sockets, that they write, or no longer.
    /// Whether they may is the caller's to know. Never waits; a bus that is away or busy tells nobody.
    pub fn tell_typing(&self, user: UserId, conversation: ConversationId, is_typing: bool) {
        let frame = ServerFrame::Typing(Typing {
            conversation_id: conversation,
            user_id: user,
            is_typing,
            expires_in_ms: limits::TYPING_EXPIRES_MS,
        });
        let envelope = Envelope {
            conversation,
            seq: Seq(0),
            kind: Kind::Passing { except: Some(user) },
            committed_at: self.clock().now(),
            frame: Bytes::from(frame.encode(None)),
        };
        self.publisher.publish(Commit {
            frames: vec![(Topic::Conversation(conversation), envelope)],
            outbox: None,
        });
    }
}
