//! What a client's frame means.

use protocol::close::CloseCode;
use protocol::frames::{
    Asked, Auth, ClientFrame, ErrorFrame, FrameError, NewMessage, Pong, ReadFrame, ServerFrame, Subscribe,
    Unsubscribe,
};
use protocol::problem::ProblemCode;
use protocol::requests::SendMessage;
use protocol::{ConversationId, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use super::{Asker, Command, Door, From, Reaction, Session, Task};
use crate::dialects::Room;
use crate::frame_rate::Allowance;

impl Session {
    /// A text frame came in.
    pub fn on_text(&mut self, text: &str, now: Instant, clock: Timestamp) -> Reaction {
        match self.rate.count(now) {
            Allowance::Granted => {}
            Allowance::Exceeded => return refused(ProblemCode::RateLimited, "too many frames", None),
            Allowance::Abused => return Reaction::Close(CloseCode::Limit),
        }
        if matches!(self.door, Door::Room(_)) {
            return self.on_room_text(text, now);
        }
        match ClientFrame::decode(text) {
            Ok(asked) => self.on_frame(asked, now, clock),
            Err(error) => on_unreadable(error),
        }
    }

    /// A binary frame came in: this protocol has none.
    pub fn on_binary(&mut self, now: Instant) -> Reaction {
        match self.rate.count(now) {
            Allowance::Abused => Reaction::Close(CloseCode::Limit),
            Allowance::Granted | Allowance::Exceeded => refused(
                ProblemCode::Malformed,
                "binary frames are not understood; send text",
                None,
            ),
        }
    }

    /// How many commands may wait.
    pub const fn waiting_commands_max(&self) -> usize {
        self.limits.waiting_commands
    }

    fn on_frame(&mut self, asked: Asked, now: Instant, clock: Timestamp) -> Reaction {
        let Asked { frame, reference } = asked;
        match frame {
            ClientFrame::MessageNew(new) => self.on_send(new, reference),
            ClientFrame::MessageEdit(edit) => run(Command::Edit(edit), reference),
            ClientFrame::MessageDelete(delete) => run(Command::Delete(delete.message_id), reference),
            ClientFrame::MessageReact(react) => run(Command::React(react), reference),
            ClientFrame::MessageRead(read) => self.on_read(read, reference),
            ClientFrame::Subscribe(subscribe) => self.on_subscribe(&subscribe, reference),
            ClientFrame::Unsubscribe(unsubscribe) => self.on_unsubscribe(&unsubscribe, reference),
            ClientFrame::Auth(Auth { token }) => Reaction::Reauthenticate(token),
            ClientFrame::Typing(frame) => self.on_typing(frame, reference, now),
            ClientFrame::Ping => Reaction::Reply(ServerFrame::Pong(Pong { server_time: clock })),
        }
    }

    pub(super) fn on_send(&mut self, new: NewMessage, reference: Option<Value>) -> Reaction {
        let NewMessage {
            conversation_id,
            text,
            reply_to,
            client_id,
            mentions,
            attachment_ids,
        } = new;
        let conversation_id = match self.conversation_of(conversation_id) {
            Ok(conversation) => conversation,
            Err(message) => {
                return error_reply(
                    ProblemCode::Invalid,
                    message,
                    Asker::Client { reference, client_id },
                );
            }
        };
        self.typing.end(conversation_id);
        let send = SendMessage {
            conversation_id,
            sender_id: None,
            text,
            reply_to,
            client_id: client_id.clone(),
            mentions,
            attachment_ids,
        };
        Reaction::Do(Task {
            command: Command::Send(send),
            asker: Asker::Client { reference, client_id },
        })
    }

    fn on_read(&self, read: ReadFrame, reference: Option<Value>) -> Reaction {
        match self.conversation_of(read.conversation_id) {
            Ok(conversation) => run(Command::Read(conversation, read.seq), reference),
            Err(message) => refused(ProblemCode::Invalid, message, reference),
        }
    }

    fn on_subscribe(&mut self, subscribe: &Subscribe, reference: Option<Value>) -> Reaction {
        let &Subscribe {
            conversation_id: conversation,
            after,
        } = subscribe;
        if let Err(message) = self.conversation_of(Some(conversation)) {
            return refused(ProblemCode::Invalid, message, reference);
        }
        if after.is_some_and(|after| after.0 < 0) {
            return refused(ProblemCode::Invalid, "after must not be negative", reference);
        }
        let is_new = !self.followed.contains(&conversation);
        if is_new && self.is_full() {
            let message = format!(
                "a socket follows at most {} conversations",
                self.limits.subscriptions
            );
            return refused(ProblemCode::Invalid, message, reference);
        }
        // Reserved at once: a burst of `subscribe` must not pass the limit while the first is under way.
        self.followed.insert(conversation);
        self.declined.swap_remove(&conversation);
        let from = after.map_or(From::Head, From::After);
        run(Command::Join { conversation, from }, reference)
    }

    fn on_unsubscribe(&mut self, unsubscribe: &Unsubscribe, reference: Option<Value>) -> Reaction {
        if self.ends_with_place() {
            let message = "this socket is for one conversation; close it instead";
            return refused(ProblemCode::Invalid, message, reference);
        }
        self.followed.remove(&unsubscribe.conversation_id);
        self.owed.remove(&unsubscribe.conversation_id);
        self.decline(unsubscribe.conversation_id);
        self.typing.end(unsubscribe.conversation_id);
        // In its turn: a `subscribe` before it may be under way.
        run(Command::Leave(unsubscribe.conversation_id), reference)
    }

    /// The conversation that a frame is about: at a conversation's own door it may go unsaid.
    pub(super) fn conversation_of(
        &self,
        named: Option<ConversationId>,
    ) -> Result<ConversationId, &'static str> {
        match (self.door, named) {
            (Door::Conversation { id, .. } | Door::Room(Room { id, .. }), Some(named)) if named != id => {
                Err("this socket is for another conversation")
            }
            (Door::Conversation { id, .. } | Door::Room(Room { id, .. }), _) => Ok(id),
            (Door::Everything { .. }, Some(named)) => Ok(named),
            (Door::Everything { .. }, None) => Err("conversation_id is needed on this socket"),
        }
    }
}

fn run(command: Command, reference: Option<Value>) -> Reaction {
    Reaction::Do(Task {
        command,
        asker: Asker::Client {
            reference,
            client_id: None,
        },
    })
}

fn on_unreadable(error: FrameError) -> Reaction {
    let message = error.to_string();
    match error {
        FrameError::Malformed { .. } => refused(ProblemCode::Malformed, message, None),
        FrameError::Unknown { reference, .. } => refused(ProblemCode::UnknownType, message, reference),
        FrameError::Payload { reference, .. } => refused(ProblemCode::Malformed, message, reference),
    }
}

pub(super) fn refused(code: ProblemCode, message: impl Into<String>, reference: Option<Value>) -> Reaction {
    error_reply(
        code,
        message,
        Asker::Client {
            reference,
            client_id: None,
        },
    )
}

/// The one place where an error becomes a frame.
pub(super) fn error_reply(code: ProblemCode, message: impl Into<String>, asker: Asker) -> Reaction {
    let (reference, client_id) = match asker {
        Asker::Server => (None, None),
        Asker::Client { reference, client_id } => (reference, client_id),
    };
    let (word, retryable) = (code.word().into(), code.retryable());
    let message = message.into();
    Reaction::Reply(ServerFrame::Error(ErrorFrame {
        code: word,
        message,
        reference,
        client_id,
        retryable,
    }))
}
