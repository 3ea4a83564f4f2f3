//! What takes time, and who waits for it.

use protocol::frames::{EditFrame, ReactFrame};
use protocol::requests::SendMessage;
use protocol::{ConversationId, MessageId, Seq};
use serde_json::Value;

/// Something to do that takes time. Commands of one socket are carried out one after the other, in the order in
/// which the client sent them.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Send a message.
    Send(SendMessage),
    /// Change one.
    Change(MessageChange),
    /// Mark a conversation as read up to here.
    Read(ConversationId, Seq),
    /// Follow a conversation.
    Join {
        /// Which.
        conversation: ConversationId,
        /// From where.
        from: From,
    },
    /// Follow everything, from now on.
    JoinAll,
    /// Look for conversations that the user is in and this socket has not heard of.
    Relist,
    /// Follow a conversation no longer.
    Leave(ConversationId),
}

/// A change of a message: it comes back as a frame, to everybody.
#[derive(Debug, PartialEq)]
pub enum MessageChange {
    /// Another text.
    Edit(EditFrame),
    /// A reaction more, or one less.
    React(ReactFrame),
    /// No text any more.
    Delete(MessageId),
}

/// From where a conversation is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From now on.
    Head,
    /// Everything after what the client has.
    After(Seq),
    /// Everything after this, for what came then was dropped. Another join may make it good first: see
    /// [`super::Session::is_moot`].
    Dropped(Seq),
    /// Everything since the user joined: the client has never heard of the conversation.
    Joining,
}

/// A command, and who waits for its answer.
#[derive(Debug, PartialEq)]
pub struct Task {
    /// What to do.
    pub command: Command,
    /// How to answer.
    pub asker: Asker,
}

/// What an answer repeats, so that the client knows what it answers.
#[derive(Debug, PartialEq)]
pub enum Asker {
    /// Nobody asked: the server does this by itself.
    Server,
    /// The client did.
    Client {
        /// Its own mark for the frame.
        reference: Option<Value>,
        /// The `client_id` of a send: asks for `message:ack`.
        client_id: Option<String>,
    },
}

impl Task {
    /// A command that nobody asked for.
    pub const fn of(command: Command) -> Self {
        Self {
            command,
            asker: Asker::Server,
        }
    }
}
