//! What Mini's clients read.

use chat::{Rooms, Said};
use protocol::models::{Conversation, ConversationType};
use protocol::{Timestamp, UserId, limits};
use serde::Serialize;
use store::User;
use utoipa::ToSchema;

use crate::routes::auth::shapes::{Person, Presence};

/// A group that has no name of its own.
const NAMELESS_GROUP: &str = "Групповой чат";

/// The words for the two kinds.
pub(super) const KINDS: [(&str, ConversationType); 2] = [
    ("direct", ConversationType::Private),
    ("group", ConversationType::Group),
];

/// A conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniRoom)]
pub(crate) struct Room {
    /// Ascending.
    id: i64,
    /// Never empty.
    name: String,
    /// Empty when there is none.
    description: String,
    /// `direct` or `group`.
    chat_type: &'static str,
    /// When.
    created_at: Timestamp,
    /// In the order of joining, 200 at most; `rooms/{id}/participants/` has them all.
    participants: Vec<Person>,
    /// How many they are.
    participants_count: i64,
    /// The other side of a direct room of two.
    other_participant: Option<Person>,
    /// What others wrote and the caller has not read: exact up to 99, 100 means "more".
    unread_count: i64,
}

impl Room {
    /// As the caller has it.
    fn of(room: Conversation, all: &Rooms, caller: UserId) -> Self {
        let members = all.members.get(&room.id);
        let participants: Vec<_> = members
            .iter()
            .flat_map(|members| &members.first)
            .filter_map(|user| all.people.get(user))
            .collect();
        let other_participant = match (room.kind, participants.as_slice()) {
            (ConversationType::Private, [one, other]) => {
                let other = if one.id == caller { other } else { one };
                Some(Person::from((*other).clone()))
            }
            _ => None,
        };
        Self {
            id: room.number,
            name: room.title.unwrap_or_else(|| name_of(room.kind, &participants)),
            description: room.description.unwrap_or_default(),
            chat_type: match room.kind {
                ConversationType::Private => "direct",
                ConversationType::Group => "group",
            },
            created_at: room.created_at,
            participants_count: members.map_or(0, |members| members.count),
            participants: participants.into_iter().cloned().map(Person::from).collect(),
            other_participant,
            unread_count: room.unread_count.unwrap_or_default(),
        }
    }

    /// As the answer to making a direct room shows it, whoever asks.
    pub(super) fn for_nobody(self) -> Self {
        Self {
            other_participant: None,
            unread_count: 0,
            ..self
        }
    }
}

/// The caller's rooms.
pub(super) fn rooms(mut all: Rooms, caller: UserId) -> Vec<Room> {
    let conversations = std::mem::take(&mut all.conversations);
    conversations
        .into_iter()
        .map(|room| Room::of(room, &all, caller))
        .collect()
}

fn name_of(kind: ConversationType, participants: &[&User]) -> String {
    let names: Vec<_> = participants.iter().map(|user| user.username.as_str()).collect();
    match (kind, names.as_slice()) {
        (ConversationType::Private, [one, other]) => direct_name(one, other),
        (ConversationType::Private, [alone]) => format!("Чат: {alone}"),
        _ => NAMELESS_GROUP.to_owned(),
    }
}

/// What a direct room is called when it is made. Two long usernames do not fit.
pub(super) fn direct_name(one: &str, other: &str) -> String {
    let name = format!("Чат: {one} и {other}");
    name.chars().take(limits::TITLE_CHARS).collect()
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniMessage)]
pub(crate) struct Message {
    /// Ascending.
    id: i64,
    /// Where.
    room: i64,
    /// Who.
    user: Person,
    /// Their username once more.
    user_username: String,
    /// What.
    content: String,
    /// When.
    timestamp: Timestamp,
    /// Whether somebody other than its sender has read it.
    is_read: bool,
}

/// Oldest first.
pub(super) fn messages(said: Said) -> Vec<Message> {
    let mut messages = said.messages;
    messages.sort_by_key(|message| (message.created_at, message.number));
    // Neither people nor rows of conversations are ever taken away: nothing is left out here.
    let shown = messages.into_iter().filter_map(|message| {
        let user = said.people.get(&message.sender_id)?.clone();
        Some(Message {
            id: message.number,
            room: *said.numbers.get(&message.conversation_id)?,
            user_username: user.username.clone(),
            user: user.into(),
            content: message.text.unwrap_or_default(),
            timestamp: message.created_at,
            is_read: message.is_read.unwrap_or_default(),
        })
    });
    shown.collect()
}

/// A message that was sent. It has no id: the original's has none.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniSent)]
pub(crate) struct Sent {
    /// Where.
    pub(super) room: i64,
    /// What, trimmed.
    pub(super) content: String,
}

/// A room and all that was said in it.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniHistory)]
pub(crate) struct History {
    /// As it is now that it is read.
    pub(super) room: Room,
    /// Oldest first, the newest 10 000.
    pub(super) messages: Vec<Message>,
}

/// A direct room that was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniDirect)]
pub(crate) struct Direct {
    /// Here without `other_participant` and `unread_count`.
    pub(super) room: Room,
    /// A sentence for people.
    pub(super) message: &'static str,
}

/// Who is in a room.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniParticipants)]
pub(crate) struct Participants {
    /// Which.
    pub(super) room_id: i64,
    /// In the order of joining.
    pub(super) participants: Vec<Participant>,
}

/// A person in a room.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniParticipant)]
pub(crate) struct Participant {
    /// Ascending.
    id: UserId,
    /// Unique.
    username: String,
    /// Empty when unknown.
    first_name: String,
    /// Empty when unknown.
    last_name: String,
    #[serde(flatten)]
    presence: Presence,
}

impl From<User> for Participant {
    fn from(user: User) -> Self {
        Self {
            presence: Presence::of(&user),
            id: user.id,
            username: user.username,
            first_name: user.first_name,
            last_name: user.last_name,
        }
    }
}

/// Somebody who is there now.
#[derive(Serialize, ToSchema)]
#[schema(as = MiniOnline)]
pub(crate) struct Online {
    /// Who.
    user: Person,
    #[serde(flatten)]
    presence: Presence,
}

impl From<User> for Online {
    fn from(user: User) -> Self {
        Self {
            presence: Presence::of(&user),
            user: user.into(),
        }
    }
}
