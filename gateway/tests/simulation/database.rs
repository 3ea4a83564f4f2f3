//! The model of the database: what `shared/store` keeps and answers, row for row and statement for statement.
//!
//! Every text names the number of the change that wrote it, so that whoever reads it later knows how new it is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use protocol::frames::{ConversationGone, MessageDeleted, ParticipantChange, ParticipantGone, ServerFrame};
use protocol::models::{Conversation, ConversationType, Message, Participant, Role};
use protocol::{ConversationId, MessageId, Seq, Timestamp, UserId};
use store::{Change, Standing};
use uuid::Uuid;

pub(crate) type Room = usize;

#[derive(Default)]
pub(crate) struct Database {
    pub(crate) rooms: Vec<Table>,
    /// Commits that were not published, with when, and who was put into a conversation by them.
    pub(crate) outbox: Vec<OutboxRow>,
    pub(crate) commits: u64,
}

pub(crate) struct OutboxRow {
    pub(crate) id: u64,
    pub(crate) at: u64,
    pub(crate) head: (Room, i64),
    pub(crate) newcomer: Option<UserId>,
}

/// One conversation with all its rows.
pub(crate) struct Table {
    pub(crate) id: ConversationId,
    pub(crate) head: i64,
    pub(crate) messages: BTreeMap<i64, MessageRow>,
    pub(crate) people: BTreeMap<i64, Place>,
    pub(crate) titled: i64,
    pub(crate) deleted: bool,
    /// Which row each change touched: `log[seq - 1]`.
    pub(crate) log: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    Message(i64),
    Person(i64),
    Conversation,
}

#[derive(Clone, Copy)]
pub(crate) struct MessageRow {
    pub(crate) changed: i64,
    pub(crate) deleted: bool,
}

/// A row of `participants`, and what it was before.
#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) joined: i64,
    pub(crate) left: Option<i64>,
    pub(crate) changed: i64,
}

/// What a fresh read of a conversation shows, true for its head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Birth and the change that wrote the text; `None` where the text is gone.
    pub(crate) messages: BTreeMap<i64, Option<i64>>,
    pub(crate) people: BTreeSet<i64>,
    pub(crate) titled: i64,
    pub(crate) deleted: bool,
}

pub(crate) fn id_of(room: Room) -> ConversationId {
    ConversationId(Uuid::from_u128(room as u128 + 1))
}

pub(crate) fn room_of(id: ConversationId) -> Room {
    usize::try_from(id.0.as_u128() - 1).unwrap()
}

pub(crate) fn epoch() -> Timestamp {
    DateTime::UNIX_EPOCH.into()
}

impl Table {
    pub(crate) fn new(room: Room, people: impl IntoIterator<Item = i64>) -> Self {
        Self {
            id: id_of(room),
            head: 0,
            messages: BTreeMap::new(),
            people: people.into_iter().map(|user| (user, Place::default())).collect(),
            titled: 0,
            deleted: false,
            log: Vec::new(),
        }
    }

    pub(crate) fn is_in(&self, user: UserId) -> bool {
        self.people.get(&user.0).is_some_and(|place| place.left.is_none())
    }

    /// The next number, noted for this row.
    fn take(&mut self, row: Row) -> i64 {
        self.head += 1;
        self.log.push(row);
        self.head
    }

    pub(crate) fn say(&mut self) -> Change {
        let seq = self.take(Row::Message(self.head + 1));
        let (changed, deleted) = (seq, false);
        self.messages.insert(seq, MessageRow { changed, deleted });
        self.change(seq, ServerFrame::MessageNew(self.message(seq)))
    }

    /// Gives a message a new text, or takes its text away.
    pub(crate) fn alter(&mut self, birth: i64, deleted: bool) -> Change {
        let changed = self.take(Row::Message(birth));
        self.messages.insert(birth, MessageRow { changed, deleted });
        let frame = self.message_frame(birth, ServerFrame::MessageEdited);
        self.change(changed, frame)
    }

    pub(crate) fn rename(&mut self) -> Change {
        self.titled = self.take(Row::Conversation);
        self.change(self.titled, ServerFrame::ConversationUpdated(self.conversation()))
    }

    pub(crate) fn delete(&mut self) -> Change {
        self.titled = self.take(Row::Conversation);
        self.deleted = true;
        self.change(
            self.titled,
            ServerFrame::ConversationDeleted(ConversationGone { id: self.id }),
        )
    }

    pub(crate) fn remove(&mut self, user: i64) -> Change {
        let seq = self.take(Row::Person(user));
        let place = self.people.get_mut(&user).unwrap();
        (place.left, place.changed) = (Some(seq), seq);
        self.change(seq, self.person_frame(user, 0))
    }

    pub(crate) fn add(&mut self, user: i64) -> Change {
        let seq = self.take(Row::Person(user));
        let (joined, changed, left) = (seq, seq, None);
        self.people.insert(
            user,
            Place {
                joined,
                left,
                changed,
            },
        );
        self.change(seq, self.person_frame(user, 0))
    }

    pub(crate) fn standing(&self, user: UserId) -> Standing {
        let place = self.people.get(&user.0).filter(|place| place.left.is_none());
        Standing {
            head: Seq(self.head),
            kind: ConversationType::Group,
            role: place.map(|_| Role::Member),
            joined_seq: Seq(place.map_or(0, |place| place.joined)),
            is_deleted: self.deleted,
        }
    }

    pub(crate) fn view(&self) -> View {
        let text = |row: &MessageRow| (!row.deleted).then_some(row.changed);
        let here = self.people.iter().filter(|(_, place)| place.left.is_none());
        View {
            messages: self
                .messages
                .iter()
                .map(|(birth, row)| (*birth, text(row)))
                .collect(),
            people: here.map(|(user, _)| *user).collect(),
            titled: self.titled,
            deleted: self.deleted,
        }
    }

    /// As of the beginning, before the first change.
    pub(crate) fn first_view(&self) -> View {
        let first = self.people.keys().filter(|user| !self.was_added(**user));
        View {
            people: first.copied().collect(),
            ..View::default()
        }
    }

    /// Whether a person was not there from the start.
    fn was_added(&self, user: i64) -> bool {
        let mut touches = self.log.iter().filter(|row| **row == Row::Person(user)).count();
        // Changes of a person alternate; who is in now and was touched an odd number of times came from outside.
        touches += usize::from(self.people[&user].left.is_some());
        touches % 2 == 1
    }

    pub(crate) fn change(&self, seq: i64, frame: ServerFrame) -> Change {
        Change {
            conversation: self.id,
            seq: Seq(seq),
            frame,
        }
    }

    pub(crate) fn message_frame(
        &self,
        birth: i64,
        alive: impl FnOnce(Message) -> ServerFrame,
    ) -> ServerFrame {
        if !self.messages[&birth].deleted {
            return alive(self.message(birth));
        }
        ServerFrame::MessageDeleted(MessageDeleted {
            id: self.message_id(birth),
            conversation_id: self.id,
            message_seq: Seq(birth),
        })
    }

    fn message_id(&self, birth: i64) -> MessageId {
        MessageId(Uuid::from_u128(
            (self.id.0.as_u128() << 64) + u128::from(birth.unsigned_abs()),
        ))
    }

    fn message(&self, birth: i64) -> Message {
        let row = self.messages[&birth];
        Message {
            id: self.message_id(birth),
            conversation_id: self.id,
            sender_id: UserId(1),
            text: Some(row.changed.to_string()),
            reply_to: None,
            is_edited: row.changed != birth,
            created_at: epoch(),
            seq: Seq(birth),
            number: birth,
            client_id: None,
            kind: protocol::models::MessageKind::Text,
            event: None,
            edited_at: None,
            reply: None,
            mentions: Vec::new(),
            reactions: Vec::new(),
            attachments: Vec::new(),
            pinned_at: None,
            deleted_at: None,
            is_read: None,
        }
    }

    pub(crate) fn conversation(&self) -> Conversation {
        Conversation {
            id: self.id,
            number: 1,
            kind: ConversationType::Group,
            title: Some(self.titled.to_string()),
            description: None,
            created_by: UserId(1),
            created_at: epoch(),
            service: None,
            service_id: None,
            last_seq: Seq(self.head),
            link: None,
            last_message: None,
            unread_count: None,
            my: None,
            other_user: None,
            participants: None,
            participants_head: Vec::new(),
        }
    }

    pub(crate) fn conversation_frame(&self) -> ServerFrame {
        if self.deleted {
            return ServerFrame::ConversationDeleted(ConversationGone { id: self.id });
        }
        ServerFrame::ConversationUpdated(self.conversation())
    }

    /// As somebody sees it who has everything up to `after`.
    pub(crate) fn person_frame(&self, user: i64, after: i64) -> ServerFrame {
        let place = &self.people[&user];
        let (conversation_id, user_id) = (self.id, UserId(user));
        if place.left.is_some() {
            return ServerFrame::ParticipantRemoved(ParticipantGone {
                conversation_id,
                user_id,
            });
        }
        let participant = Participant {
            user_id,
            role: Role::Member,
            joined_at: epoch(),
            first_name: String::new(),
            last_name: String::new(),
            avatar: String::new(),
            last_read_seq: Seq::ZERO,
            is_online: false,
            last_seen: None,
        };
        let change = ParticipantChange {
            conversation_id,
            participant,
        };
        if place.joined > after {
            ServerFrame::ParticipantAdded(change)
        } else {
            ServerFrame::ParticipantUpdated(change)
        }
    }
}
