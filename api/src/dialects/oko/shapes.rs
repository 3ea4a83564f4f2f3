//! What OkoZnaniy's clients read.
//!
//! A chat carries the fields of both versions of the client: `order`, `participants` and `messages` are the first
//! one's, `order_id`, `other_user` and `last_message_time` the later one's. `last_message` is a whole message, in which
//! the later one finds the three fields that it reads. `messages` holds what a list can afford: the newest one, and
//! twenty where one chat is asked for; all of them have a path of their own.

use std::collections::HashMap;

use chat::{Rooms, Said};
use protocol::models::{Conversation, Message};
use protocol::{Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// The service whose conversations are the chats of orders.
const ORDER: &str = "order";

/// A person: nothing more than is needed to show them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OkoUser)]
pub(crate) struct User {
    /// Ascending.
    id: UserId,
    /// Unique.
    username: String,
    /// Empty when unknown.
    first_name: String,
    /// Empty when unknown.
    last_name: String,
    /// Address of a picture; empty when there is none.
    avatar: String,
}

impl From<&store::User> for User {
    fn from(user: &store::User) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            avatar: user.avatar.clone(),
        }
    }
}

/// A message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OkoMessage)]
pub(crate) struct ChatMessage {
    /// Ascending.
    id: i64,
    /// Who.
    sender: User,
    /// Who, once more.
    sender_id: UserId,
    /// What.
    text: String,
    /// When.
    created_at: Timestamp,
    /// Whether somebody other than its sender has read it.
    is_read: bool,
    /// Whether the caller wrote it.
    is_mine: bool,
}

impl ChatMessage {
    /// As the caller has it.
    pub(super) fn of(message: Message, sender: &store::User, caller: UserId) -> Self {
        Self {
            id: message.number,
            sender: sender.into(),
            sender_id: message.sender_id,
            text: message.text.unwrap_or_default(),
            created_at: message.created_at,
            is_read: message.is_read.unwrap_or_default(),
            is_mine: message.sender_id == caller,
        }
    }
}

/// In the order given. People are never deleted: nothing is left out here.
fn shown(
    messages: impl IntoIterator<Item = Message>,
    people: &HashMap<UserId, store::User>,
    caller: UserId,
) -> Vec<ChatMessage> {
    let shown = messages.into_iter().filter_map(|message| {
        let sender = people.get(&message.sender_id)?;
        Some(ChatMessage::of(message, sender, caller))
    });
    shown.collect()
}

/// Newest first.
pub(super) fn messages(said: Said, caller: UserId) -> Vec<ChatMessage> {
    shown(said.messages, &said.people, caller)
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OkoChat)]
pub(crate) struct Chat {
    /// Ascending.
    id: i64,
    /// The order that it is about; `null` for a conversation about nothing.
    order: Option<i64>,
    /// The same.
    order_id: Option<i64>,
    /// In the order of joining, 200 at most.
    participants: Vec<User>,
    /// The other one of two.
    other_user: Option<User>,
    /// Newest first: in a list the newest one, otherwise the newest twenty.
    messages: Vec<ChatMessage>,
    /// The newest.
    last_message: Option<ChatMessage>,
    /// Its time.
    last_message_time: Option<Timestamp>,
    /// What others wrote and the caller has not read: exact up to 99, 100 means "more".
    unread_count: i64,
}

impl Chat {
    fn of(room: &Conversation, all: &Rooms, caller: UserId) -> Self {
        let members = all.members.get(&room.id);
        let participants: Vec<User> = members
            .iter()
            .flat_map(|members| &members.first)
            .filter_map(|user| all.people.get(user).map(User::from))
            .collect();
        let other_user = match participants.as_slice() {
            [one, other] if one.id == caller => Some(other.clone()),
            [other, one] if one.id == caller => Some(other.clone()),
            _ => None,
        };
        let newest = all.newest.get(&room.id).into_iter().flatten().cloned();
        let messages = shown(newest, &all.people, caller);
        let last_message = messages.first().cloned();
        let order = order_of(room);
        Self {
            id: room.number,
            order,
            order_id: order,
            participants,
            other_user,
            last_message_time: last_message.as_ref().map(|message| message.created_at),
            last_message,
            messages,
            unread_count: room.unread_count.unwrap_or_default(),
        }
    }
}

/// The caller's chats.
pub(super) fn chats(all: &Rooms, caller: UserId) -> Vec<Chat> {
    all.conversations
        .iter()
        .map(|room| Chat::of(room, all, caller))
        .collect()
}

/// Other systems may give an order a name that is no integer: here it has none.
fn order_of(room: &Conversation) -> Option<i64> {
    if room.service.as_deref() != Some(ORDER) {
        return None;
    }
    room.service_id.as_deref()?.parse().ok()
}

/// How much is unread.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OkoUnread)]
pub(crate) struct Unread {
    /// The sum over all chats.
    pub(super) unread_count: i64,
}

/// It was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OkoDone)]
pub(crate) struct Done {
    /// `success`.
    pub(super) status: &'static str,
}
