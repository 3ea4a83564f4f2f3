//! Payloads of frames without a number: how things stand at the moment. Nobody is sent them again; whoever comes back
//! reads the state over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::models::MyState;
use crate::{ConversationId, Seq, Timestamp, UserId};

/// Up to where people have read a conversation. Of a large one only the furthest readers are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarksMoved {
    /// Where.
    pub conversation_id: ConversationId,
    /// Each person once.
    pub marks: Vec<ReadMark>,
}

/// Up to where one person has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadMark {
    /// Who.
    pub user_id: UserId,
    /// Everything up to here.
    pub last_read_seq: Seq,
}

/// Says up to where the user has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadFrame {
    /// Where; may be left out at a conversation's own door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Everything up to here. Below what is read already it changes nothing; above the head it means the head.
    pub seq: Seq,
}

/// What the user has made of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConversationState {
    /// Which.
    pub conversation_id: ConversationId,
    /// What others wrote and the user has not read: exact up to 99, 100 means "more".
    pub unread_count: i64,
    /// The rest.
    pub my: MyState,
}

/// Somebody writes, or no longer. Never told to the person themself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Typing {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
    /// Whether they do.
    pub is_typing: bool,
    /// After this time without another frame they do not any more.
    pub expires_in_ms: u64,
}

/// People who came online or went offline; each once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PresenceChange {
    /// As they are now.
    pub users: Vec<PersonPresence>,
}

/// Whether one person is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonPresence {
    /// Who.
    pub user_id: UserId,
    /// Has a socket open, or has signed in and not out.
    pub is_online: bool,
    /// When that changed.
    #[schema(required)]
    pub last_seen: Option<Timestamp>,
}
