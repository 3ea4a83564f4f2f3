//! The frames of the sockets: JSON text, `{"type": "...", "seq"?: n, "payload": {...}}`.

mod numbering;
mod passing;
mod reading;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::numbering::Numbering;
pub use self::passing::{
    ConversationState, MarksMoved, PersonPresence, PresenceChange, ReadFrame, ReadMark, Typing,
};
pub use self::reading::{Asked, FrameError};
use crate::models::{Conversation, Mention, Message, Notification, Participant};
use crate::{AttachmentId, ConversationId, MessageId, Seq, Timestamp, UserId};

/// What the server says. Clients ignore types that they do not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "payload")]
pub enum ServerFrame {
    /// The first frame of every socket.
    #[serde(rename = "hello")]
    Hello(Hello),
    /// A message was said. Takes a `seq`.
    #[serde(rename = "message:new")]
    MessageNew(Message),
    /// A message has changed: its text, its reactions, its files, whether it is pinned. Takes a `seq`.
    #[serde(rename = "message:edited")]
    MessageEdited(Message),
    /// A message is gone. Takes a `seq`.
    #[serde(rename = "message:deleted")]
    MessageDeleted(MessageDeleted),
    /// The answer to a send that carried a `client_id`: it is committed.
    #[serde(rename = "message:ack")]
    MessageAck(MessageAck),
    /// The user is in a conversation that this socket did not know.
    #[serde(rename = "conversation:new")]
    ConversationNew(Conversation),
    /// Title or description changed. Takes a `seq`.
    #[serde(rename = "conversation:updated")]
    ConversationUpdated(Conversation),
    /// The conversation is gone. Takes a `seq`, the last one.
    #[serde(rename = "conversation:deleted")]
    ConversationDeleted(ConversationGone),
    /// Somebody joined. Takes a `seq`.
    #[serde(rename = "participant:added")]
    ParticipantAdded(ParticipantChange),
    /// Somebody left or was removed. Takes a `seq`: the last that this person sees.
    #[serde(rename = "participant:removed")]
    ParticipantRemoved(ParticipantGone),
    /// Somebody's role changed. Takes a `seq`.
    #[serde(rename = "participant:updated")]
    ParticipantUpdated(ParticipantChange),
    /// People have read on.
    #[serde(rename = "message:read")]
    MessageRead(MarksMoved),
    /// The user has made something else of a conversation, here or on another socket of theirs.
    #[serde(rename = "conversation:state")]
    ConversationState(ConversationState),
    /// Somebody writes, or no longer.
    #[serde(rename = "typing")]
    Typing(Typing),
    /// People came online or went offline.
    #[serde(rename = "presence")]
    Presence(PresenceChange),
    /// There is something new in the user's list of notifications.
    #[serde(rename = "notification:new")]
    NotificationNew(Notification),
    /// Everything up to `head` has now been sent on this socket.
    #[serde(rename = "sync")]
    Sync(Sync),
    /// The answer to `ping`.
    #[serde(rename = "pong")]
    Pong(Pong),
    /// The token in use runs out; send `auth` with a fresh one, or the socket closes with 4401.
    #[serde(rename = "auth:expiring")]
    AuthExpiring(AuthExpiring),
    /// The answer to an `auth` frame on a socket that is already open.
    #[serde(rename = "auth:ok")]
    AuthOk(AuthOk),
    /// Something that the client sent could not be done. The socket stays open.
    #[serde(rename = "error")]
    Error(ErrorFrame),
}

/// Who the server takes the client for, and how the socket is kept alive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hello {
    /// This socket, in the server's logs.
    pub session: String,
    /// Whose token it is.
    pub user_id: UserId,
    /// How often the server sends a protocol ping; browsers answer by themselves.
    pub heartbeat_interval_ms: u64,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// Which message is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageDeleted {
    /// UUIDv7.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Its place, now empty.
    pub message_seq: Seq,
}

/// A send is committed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageAck {
    /// The name that the client gave.
    pub client_id: String,
    /// The message it became; a repeated send gets the first one's.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its place.
    pub seq: Seq,
    /// When.
    pub created_at: Timestamp,
}

/// Which conversation is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConversationGone {
    /// UUIDv7.
    pub id: ConversationId,
}

/// A person as they now are in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParticipantChange {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who, as what.
    pub participant: Participant,
}

/// A person who is no longer in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParticipantGone {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
}

/// Everything up to `head` has been sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sync {
    /// Where.
    pub conversation_id: ConversationId,
    /// What the client may now say it has: the next `after`.
    pub head: Seq,
}

/// The answer to `ping`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pong {
    /// The server's clock.
    pub server_time: Timestamp,
}

/// When the token in use runs out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuthExpiring {
    /// The moment.
    pub expires_at: Timestamp,
}

/// The new token is in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuthOk {
    /// Whose it is.
    pub user_id: UserId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What could not be done, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorFrame {
    /// A stable word; the same words as in problem documents.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The `ref` of the frame that failed, exactly as it was sent.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<serde_json::Value>,
    /// The `client_id` of the send that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Whether the same frame may succeed later.
    #[serde(default)]
    #[schema(required)]
    pub retryable: bool,
}

impl ServerFrame {
    /// The frame as text, stamped with the change's number if it has one.
    pub fn encode(&self, seq: Option<Seq>) -> String {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(flatten)]
            frame: &'a ServerFrame,
            #[serde(skip_serializing_if = "Option::is_none")]
            seq: Option<Seq>,
        }
        debug_assert!(
            self.numbering().allows(seq),
            "the document of the sockets says otherwise of {self:?}"
        );
        // Every type here serialises to JSON without a map key that is not text, so this cannot fail.
        serde_json::to_string(&Wire { frame: self, seq }).unwrap_or_default()
    }
}

/// A frame as received by a client of ours: the load generator and the tests.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Received {
    /// What was said.
    #[serde(flatten)]
    pub frame: ServerFrame,
    /// The change's number, if it is one.
    #[serde(default)]
    pub seq: Option<Seq>,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "payload")]
pub enum ClientFrame {
    /// Sends a message.
    #[serde(rename = "message:new")]
    MessageNew(NewMessage),
    /// Changes the text of a message of one's own.
    #[serde(rename = "message:edit")]
    MessageEdit(EditFrame),
    /// Deletes a message of one's own.
    #[serde(rename = "message:delete")]
    MessageDelete(DeleteFrame),
    /// Adds a reaction of one's own to a message, or takes it away.
    #[serde(rename = "message:react")]
    MessageReact(ReactFrame),
    /// Has read up to here.
    #[serde(rename = "message:read")]
    MessageRead(ReadFrame),
    /// Follows a conversation.
    #[serde(rename = "subscribe")]
    Subscribe(Subscribe),
    /// Stops following one.
    #[serde(rename = "unsubscribe")]
    Unsubscribe(Unsubscribe),
    /// Shows a token: the first frame of a socket that brought none, or a fresh one in place.
    #[serde(rename = "auth")]
    Auth(Auth),
    /// The user writes, or no longer.
    #[serde(rename = "typing")]
    Typing(TypingFrame),
    /// Asks for `pong`.
    #[serde(rename = "ping")]
    Ping,
}

/// Whether the user writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TypingFrame {
    /// Where; may be left out at a conversation's own door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Whether they do. Said again at most every three seconds while they go on.
    pub is_typing: bool,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewMessage {
    /// Where; may be left out at a conversation's own door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// What.
    #[serde(default)]
    pub text: Option<String>,
    /// The message that this one answers.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// The client's own name for it: makes the send repeatable, and asks for `message:ack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Who is named in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// Files that the sender has uploaded and not sent yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<AttachmentId>,
}

/// A new text for a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EditFrame {
    /// Which.
    pub message_id: MessageId,
    /// The new text.
    pub text: String,
    /// Who is named in the new text: the old text's mentions go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
}

/// A message to delete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeleteFrame {
    /// Which.
    pub message_id: MessageId,
}

/// A reaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReactFrame {
    /// To which message.
    pub message_id: MessageId,
    /// One emoji.
    pub emoji: String,
    /// Take it away; otherwise it is added.
    #[serde(default)]
    pub remove: bool,
}

/// A conversation to follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Subscribe {
    /// Which.
    pub conversation_id: ConversationId,
    /// What the client has; everything newer is sent first. Absent: from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// A conversation to follow no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Unsubscribe {
    /// Which.
    pub conversation_id: ConversationId,
}

/// A token.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Auth {
    /// An access token, with or without `Bearer `.
    pub token: String,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
