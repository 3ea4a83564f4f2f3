//! What most cases begin with.

use chrono::DateTime;
use protocol::models::{Conversation, ConversationType, Message, Role};
use protocol::{ConversationId, MessageId, Timestamp, UserId};
use store::{Appended, Change, Created, Listing, NewConversation, NewMessage, NewUser, Screening, Store};
use uuid::Uuid;

/// A moment, in seconds after a beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0)
        .unwrap()
        .into()
}

pub(crate) async fn person(store: &Store, name: &str) -> UserId {
    let new = NewUser {
        username: name.into(),
        first_name: format!("First {name}"),
        ..NewUser::default()
    };
    store.create_user(&new, at(0)).await.unwrap().id
}

pub(crate) async fn people<const N: usize>(store: &Store) -> [UserId; N] {
    let mut ids = [UserId(0); N];
    for (place, id) in ids.iter_mut().enumerate() {
        *id = person(store, &format!("person{place}")).await;
    }
    ids
}

pub(crate) fn new_group(participants: &[UserId]) -> NewConversation {
    NewConversation {
        id: ConversationId(Uuid::now_v7()),
        kind: ConversationType::Group,
        title: Some("Group".into()),
        description: None,
        created_by: participants[0],
        service: None,
        service_id: None,
        direct_key: None,
        participants: participants.to_vec(),
    }
}

pub(crate) async fn group(store: &Store, participants: &[UserId]) -> ConversationId {
    create(store, &new_group(participants)).await
}

pub(crate) async fn create(store: &Store, new: &NewConversation) -> ConversationId {
    match store.create_conversation(new, at(1)).await.unwrap() {
        Created::New { id, .. } => id,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn message(conversation: ConversationId, sender: UserId, text: &str) -> NewMessage {
    NewMessage {
        id: MessageId(Uuid::now_v7()),
        conversation,
        sender,
        text: text.into(),
        reply_to: None,
        client_id: None,
        mentions: Vec::new(),
        screening: Screening::default(),
        attachments: Vec::new(),
    }
}

pub(crate) fn named(conversation: ConversationId, sender: UserId, client_id: &str) -> NewMessage {
    NewMessage {
        client_id: Some(client_id.into()),
        ..message(conversation, sender, client_id)
    }
}

pub(crate) async fn append(store: &Store, message: NewMessage) -> Appended {
    let mut batch = store.append(&[message], &[], at(2)).await.unwrap();
    batch.outcomes.pop().unwrap()
}

pub(crate) async fn send(store: &Store, conversation: ConversationId, sender: UserId, text: &str) -> Message {
    stored(append(store, message(conversation, sender, text)).await)
}

pub(crate) fn stored(outcome: Appended) -> Message {
    match outcome {
        Appended::Stored(message) => message,
        other => panic!("not stored: {other:?}"),
    }
}

/// One change under the lock, committed.
pub(crate) enum Do<'a> {
    Edit(MessageId, &'a str),
    Delete(MessageId),
    Add(UserId, Role),
    Remove(UserId),
    DeleteConversation,
}

pub(crate) async fn change(store: &Store, conversation: ConversationId, what: Do<'_>) -> Change {
    let mut locked = store.lock(conversation).await.unwrap().unwrap();
    let change = match what {
        Do::Edit(id, text) => locked.edit_message(id, text, &[], at(3)).await,
        Do::Delete(id) => locked.delete_message(id, at(3)).await,
        Do::Add(user, role) => locked.add_participant(user, role, at(3)).await,
        Do::Remove(user) => locked.remove_participant(user, at(3)).await,
        Do::DeleteConversation => locked.delete_conversation(at(3)).await,
    };
    let change = change.unwrap();
    assert!(locked.commit(at(3)).await.unwrap().is_some());
    change
}

/// A person's whole list, as everybody sees its conversations.
pub(crate) async fn list(store: &Store, user: UserId) -> Vec<Conversation> {
    let whole = Listing {
        limit: 1_000,
        ..Listing::default()
    };
    let page = store.list(user, &whole).await.unwrap();
    assert_eq!(page.next, None);
    let shown = page.conversations.into_iter().map(|listed| Conversation {
        unread_count: None,
        my: None,
        other_user: None,
        participants_head: Vec::new(),
        ..listed
    });
    shown.collect()
}
