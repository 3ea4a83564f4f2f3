//! What the clients need that speak integers and poll: rooms and chats with all that is shown beside them, and the few
//! things that only they do. Lists are a constant number of reads, however long they are.

use std::collections::{BTreeSet, HashMap};

use protocol::models::{Conversation, ConversationType, Message};
use protocol::requests::CreateConversation;
use protocol::{ConversationId, UserId, limits};
use store::{Before, Members, NewConversation, RoomOrder, User, Window};
use uuid::Uuid;

use crate::conversations::{ORDER_SERVICE, Opened};
use crate::permit::{self, Actor};
use crate::{Chat, ChatError, text};

/// More people than a conversation may hold.
const EVERYBODY: i64 = 10_000;

const _: () = assert!(
    limits::PARTICIPANTS < 10_000,
    "everybody in a conversation is shown"
);

/// A conversation that one person makes for themself and whoever comes.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// What it is called.
    pub name: String,
    /// A longer text.
    pub description: Option<String>,
    /// A private one is for its maker alone: it is not a pair's.
    pub kind: ConversationType,
    /// Whether anybody may join it; of groups.
    pub is_open: bool,
}

/// Conversations as one person lists them, with what is shown beside them.
#[derive(Clone, Debug, Default)]
pub struct Rooms {
    /// In their order, each with its `unread_count`.
    pub conversations: Vec<Conversation>,
    /// Who is in each.
    pub members: HashMap<ConversationId, Members>,
    /// The newest messages of each, newest first, as many as were asked for.
    pub newest: HashMap<ConversationId, Vec<Message>>,
    /// Everybody who is named in all this.
    pub people: HashMap<UserId, User>,
}

/// Messages, and who said them.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Newest first, each with `is_read`.
    pub messages: Vec<Message>,
    /// Their senders.
    pub people: HashMap<UserId, User>,
    /// The integers of the conversations that they stand in.
    pub numbers: HashMap<ConversationId, i64>,
}

/// Everybody in a conversation.
#[derive(Clone, Debug)]
pub struct RoomPeople {
    /// The conversation's integer.
    pub number: i64,
    /// In the order of joining.
    pub people: Vec<User>,
}

/// A part of a person's list.
#[derive(Clone, Copy, Debug)]
pub struct RoomList {
    /// In which order.
    pub order: RoomOrder,
    /// Which part.
    pub window: Window,
    /// How many of the newest messages of each; 0: none are read.
    pub messages: i64,
}

impl Chat {
    /// The conversation that a client calls by its integer or its UUID.
    pub async fn conversation_named(&self, name: &str) -> Result<ConversationId, ChatError> {
        let found = self.store.conversation_named(name).await?;
        found.map(|(id, _)| id).ok_or(ChatError::NoConversation)
    }

    /// The same, with its integer, for whoever is in it; to others it is not there.
    pub async fn room_named(
        &self,
        actor: UserId,
        name: &str,
    ) -> Result<Option<(ConversationId, i64)>, ChatError> {
        let Some((id, number)) = self.store.conversation_named(name).await? else {
            return Ok(None);
        };
        match self.require_participant(actor, id).await {
            Ok(()) => Ok(Some((id, number))),
            Err(ChatError::NoConversation | ChatError::NotParticipant) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the caller is in a conversation, before anything is asked of them.
    pub async fn enter(&self, actor: UserId, id: ConversationId) -> Result<(), ChatError> {
        self.require_participant(actor, id).await
    }

    /// Everybody in a conversation, as accounts.
    pub async fn room_people(&self, actor: UserId, id: ConversationId) -> Result<RoomPeople, ChatError> {
        self.require_participant(actor, id).await?;
        let mut numbers = self.store.numbers_of(&[id]).await?;
        let number = numbers.remove(&id).ok_or(ChatError::NoConversation)?;
        let mut members = self.store.members_of(&[id], EVERYBODY).await?;
        let members = members.remove(&id).unwrap_or_default().first;
        let mut people = self.people(members.iter().copied().collect()).await?;
        let people = members.iter().filter_map(|user| people.remove(user)).collect();
        Ok(RoomPeople { number, people })
    }

    /// Makes a room with nobody but its maker in it, who is its admin.
    pub async fn create_room(&self, maker: UserId, room: NewRoom) -> Result<Opened, ChatError> {
        let name = text::optional("title", Some(room.name), limits::TITLE_CHARS);
        let description = text::optional("description", room.description, limits::DESCRIPTION_CHARS);
        if room.is_open {
            permit::be_open(room.kind)?;
        }
        let opened = self
            .open(NewConversation {
                id: ConversationId(Uuid::now_v7()),
                kind: room.kind,
                title: name.map_err(|violation| ChatError::Invalid(vec![violation]))?,
                description: description.map_err(|violation| ChatError::Invalid(vec![violation]))?,
                created_by: maker,
                service: None,
                service_id: None,
                direct_key: None,
                participants: vec![maker],
            })
            .await?;
        if room.is_open {
            self.store.set_open(opened.conversation.id, true).await?;
        }
        Ok(opened)
    }

    /// The conversation of an order, with the caller in it: made if there is none. A group, so that its maker can let
    /// the other side in. Whoever is not in the one that exists is refused.
    pub async fn order_room(&self, caller: UserId, order: i64) -> Result<Opened, ChatError> {
        let request = CreateConversation {
            kind: ConversationType::Group,
            title: None,
            description: None,
            participant_ids: None,
            service: Some(ORDER_SERVICE.to_owned()),
            service_id: Some(order.to_string()),
        };
        self.create_conversation(caller, request).await
    }

    /// Says whether anybody may join a group by themself.
    pub async fn set_open(&self, actor: UserId, id: ConversationId, is_open: bool) -> Result<(), ChatError> {
        let standing = self.store.standing(id, actor).await?;
        let standing = standing
            .filter(|standing| !standing.is_deleted)
            .ok_or(ChatError::NoConversation)?;
        let role = standing.role;
        permit::set_open(Actor { user: actor, role }, standing.kind)?;
        self.store.set_open(id, is_open).await?;
        Ok(())
    }

    /// A part of a person's list.
    pub async fn rooms(&self, actor: UserId, list: RoomList) -> Result<Rooms, ChatError> {
        let conversations = self.store.rooms_of(actor, list.order, list.window).await?;
        self.furnished(conversations, list.messages).await
    }

    /// One of them, with so many of its newest messages.
    pub async fn room(&self, actor: UserId, id: ConversationId, messages: i64) -> Result<Rooms, ChatError> {
        if let Some(conversation) = self.store.room_of(actor, id).await? {
            return self.furnished(vec![conversation], messages).await;
        }
        self.require_participant(actor, id).await?;
        // They came in between the two questions.
        Err(ChatError::Unavailable)
    }

    /// A part of what was said in one conversation, newest first.
    pub async fn said_in(
        &self,
        actor: UserId,
        id: ConversationId,
        before: Before,
        window: Window,
    ) -> Result<Said, ChatError> {
        self.require_participant(actor, id).await?;
        let messages = self.store.said_in(id, before, window).await?;
        self.attributed(messages).await
    }

    /// The same of everything that the caller may read.
    pub async fn said_to(&self, actor: UserId, before: Before, window: Window) -> Result<Said, ChatError> {
        let messages = self.store.said_to(actor, before, window).await?;
        self.attributed(messages).await
    }

    /// How much was said in a conversation.
    pub async fn said_count(&self, actor: UserId, id: ConversationId) -> Result<i64, ChatError> {
        self.require_participant(actor, id).await?;
        Ok(self.store.said_count(id).await?)
    }

    async fn attributed(&self, messages: Vec<Message>) -> Result<Said, ChatError> {
        let senders = messages.iter().map(|message| message.sender_id).collect();
        let rooms: BTreeSet<_> = messages.iter().map(|message| message.conversation_id).collect();
        let rooms: Vec<_> = rooms.into_iter().collect();
        Ok(Said {
            people: self.people(senders).await?,
            numbers: self.store.numbers_of(&rooms).await?,
            messages,
        })
    }

    async fn furnished(&self, conversations: Vec<Conversation>, messages: i64) -> Result<Rooms, ChatError> {
        let ids: Vec<_> = conversations.iter().map(|conversation| conversation.id).collect();
        let members = self.store.members_of(&ids, limits::MEMBERS_SHOWN).await?;
        let newest = match messages {
            0 => HashMap::new(),
            most => self.store.newest_said(&ids, most).await?,
        };
        let senders = newest.values().flatten().map(|message| message.sender_id);
        let named = members.values().flat_map(|members| members.first.iter().copied());
        let people = self.people(senders.chain(named).collect()).await?;
        Ok(Rooms {
            conversations,
            members,
            newest,
            people,
        })
    }

    async fn people(&self, ids: BTreeSet<UserId>) -> Result<HashMap<UserId, User>, ChatError> {
        let ids: Vec<_> = ids.into_iter().collect();
        let users = self.store.users(&ids).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}
