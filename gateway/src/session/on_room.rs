//! What a frame means that came in by Mini Chat's door.

use std::fmt::Display;

use protocol::ConversationId;
use protocol::frames::{MarksMoved, NewMessage, ReadMark, ServerFrame, TypingFrame};
use protocol::problem::ProblemCode;
use store::Mark;
use tokio::time::Instant;

use super::on_frame::error_reply;
use super::{Asker, Command, Door, Reaction, Session, Task};
use crate::dialects::mini::{self, Asked};

impl Session {
    /// Mini's clients send flat objects, and are answered in kind.
    pub(super) fn on_room_text(&mut self, text: &str, now: Instant) -> Reaction {
        match mini::decode(text) {
            Ok(Asked::Say(text)) => {
                let new = NewMessage {
                    conversation_id: None,
                    text: Some(text),
                    reply_to: None,
                    client_id: None,
                    mentions: Vec::new(),
                    attachment_ids: Vec::new(),
                };
                self.on_send(new, None)
            }
            Ok(Asked::Typing(is_typing)) => {
                let conversation_id = None;
                self.on_typing(
                    TypingFrame {
                        conversation_id,
                        is_typing,
                    },
                    None,
                    now,
                )
            }
            Ok(Asked::MarkRead) => self.on_mark_read(),
            Ok(Asked::Nothing) => Reaction::Nothing,
            Err(complaint) => complain(complaint),
        }
    }

    fn on_mark_read(&self) -> Reaction {
        let Door::Room(room) = self.door else {
            return Reaction::Nothing;
        };
        Reaction::Do(Task {
            command: Command::Read(room.id, Mark::EVERYTHING),
            asker: Asker::Client {
                reference: None,
                client_id: None,
            },
        })
    }

    /// Mini's clients wait for an answer to their mark; the others see it come back.
    pub(super) fn on_has_read(&self, conversation_id: ConversationId, asker: &Asker) -> Option<Reaction> {
        let is_asked_for = matches!(self.door, Door::Room(_)) && *asker != Asker::Server;
        is_asked_for.then(|| {
            Reaction::Reply(ServerFrame::MessageRead(MarksMoved {
                conversation_id,
                marks: NO_MARKS,
            }))
        })
    }
}

/// Where marks of nobody are told: these clients are told that theirs was made, and no more.
const NO_MARKS: Vec<ReadMark> = Vec::new();

fn complain(complaint: impl Display) -> Reaction {
    error_reply(ProblemCode::Invalid, complaint.to_string(), Asker::Server)
}
