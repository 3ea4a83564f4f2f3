//! What a frame means that came in by Mini Chat's door.

use std::fmt::Display;

use protocol::frames::NewMessage;
use protocol::problem::ProblemCode;

use super::on_frame::error_reply;
use super::{Asker, Reaction, Session};
use crate::dialects::mini::{self, Asked};

impl Session {
    /// Mini's clients send flat objects, and are answered in kind.
    pub(super) fn on_room_text(&mut self, text: &str) -> Reaction {
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
            Ok(Asked::Typing(_) | Asked::MarkRead | Asked::Nothing) => Reaction::Nothing,
            Err(complaint) => complain(complaint),
        }
    }
}

fn complain(complaint: impl Display) -> Reaction {
    error_reply(ProblemCode::Invalid, complaint.to_string(), Asker::Server)
}
