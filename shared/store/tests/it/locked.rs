use protocol::frames::{MessageDeleted, ParticipantGone, ServerFrame};
use protocol::models::Role;
use protocol::{ConversationId, MessageId, Seq};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, at, change, group, list, people, send};

pub(crate) async fn an_edit_and_a_deletion_take_the_next_numbers_and_say_their_frames(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let message = send(store, id, ann, "hi").await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    assert_eq!(
        (locked.conversation().id, locked.conversation().last_seq),
        (id, Seq(1))
    );
    let edited = locked.edit_message(message.id, "new", &[], at(4)).await.unwrap();
    assert_eq!((edited.conversation, edited.seq), (id, Seq(2)));
    let ServerFrame::MessageEdited(now) = edited.frame else {
        panic!("{:?}", edited.frame);
    };
    assert_eq!(
        (now.text.as_deref(), now.is_edited, now.seq),
        (Some("new"), true, Seq(1))
    );
    assert_eq!(locked.message(message.id).await.unwrap(), Some(now));
    let deleted = locked.delete_message(message.id, at(5)).await.unwrap();
    let frame = MessageDeleted {
        id: message.id,
        conversation_id: id,
        message_seq: Seq(1),
    };
    assert_eq!(
        (deleted.seq, deleted.frame),
        (Seq(3), ServerFrame::MessageDeleted(frame))
    );
    locked.commit(at(8)).await.unwrap().unwrap();
    assert_eq!(store.heads(&[id]).await.unwrap(), [(id, Seq(3))]);
    assert!(store.message(message.id).await.unwrap().is_none());
}

pub(crate) async fn joining_leaving_and_the_end_take_the_next_numbers_and_say_their_frames(
    database: &Database,
) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    let added = locked.add_participant(eve, Role::Member, at(6)).await.unwrap();
    let ServerFrame::ParticipantAdded(joined) = added.frame else {
        panic!("{:?}", added.frame);
    };
    assert_eq!((added.seq, joined.conversation_id), (Seq(1), id));
    assert_eq!(
        (joined.participant.user_id, joined.participant.joined_at),
        (eve, at(6))
    );
    assert_eq!(joined.participant.first_name, "First person2");
    let removed = locked.remove_participant(bob, at(7)).await.unwrap();
    let frame = ParticipantGone {
        conversation_id: id,
        user_id: bob,
    };
    assert_eq!(
        (removed.seq, removed.frame),
        (Seq(2), ServerFrame::ParticipantRemoved(frame))
    );
    assert_eq!(locked.participant_count().await.unwrap(), 2);
    assert!(locked.participant(bob).await.unwrap().is_none());
    assert_eq!(locked.participant(ann).await.unwrap().unwrap().role, Role::Admin);
    let gone = locked.delete_conversation(at(8)).await.unwrap();
    assert!(matches!(
        (gone.seq, gone.frame),
        (Seq(3), ServerFrame::ConversationDeleted(_))
    ));
    assert_eq!(locked.conversation().last_seq, Seq(3));
    assert!(locked.commit(at(8)).await.unwrap().is_some());
    assert_eq!(store.heads(&[id]).await.unwrap(), [(id, Seq(3))]);
}

pub(crate) async fn what_is_not_committed_never_happened(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    let message = send(store, id, ann, "hi").await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    locked.edit_message(message.id, "new", &[], at(4)).await.unwrap();
    locked.add_participant(bob, Role::Admin, at(4)).await.unwrap();
    drop(locked);
    assert_eq!(store.message(message.id).await.unwrap(), Some(message));
    assert_eq!(store.standing(id, bob).await.unwrap().unwrap().role, None);
    let locked = store.lock(id).await.unwrap().unwrap();
    assert_eq!(locked.conversation().last_seq, Seq(1));
    assert_eq!(locked.commit(at(5)).await.unwrap(), None);
}

pub(crate) async fn only_what_is_there_can_be_changed(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    let elsewhere = group(store, &[ann]).await;
    let foreign = send(store, elsewhere, ann, "hi").await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    for message in [foreign.id, MessageId(Uuid::now_v7())] {
        assert!(locked.message(message).await.unwrap().is_none());
        assert!(locked.edit_message(message, "new", &[], at(4)).await.is_err());
        assert!(locked.delete_message(message, at(4)).await.is_err());
    }
    assert!(locked.remove_participant(bob, at(4)).await.is_err());
    // No number was taken by what failed.
    let added = locked.add_participant(bob, Role::Member, at(4)).await.unwrap();
    assert_eq!(added.seq, Seq(1));
    locked.commit(at(4)).await.unwrap();
}

pub(crate) async fn who_left_joins_anew_and_who_is_in_changes_role(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let promoted = change(store, id, Do::Add(bob, Role::Admin)).await;
    let ServerFrame::ParticipantUpdated(bob_now) = promoted.frame else {
        panic!("{:?}", promoted.frame);
    };
    assert_eq!(
        (bob_now.participant.role, bob_now.participant.joined_at),
        (Role::Admin, at(1))
    );
    change(store, id, Do::Remove(bob)).await;
    let rejoined = change(store, id, Do::Add(bob, Role::Member)).await;
    let ServerFrame::ParticipantAdded(bob_now) = rejoined.frame else {
        panic!("{:?}", rejoined.frame);
    };
    assert_eq!(
        (bob_now.participant.role, bob_now.participant.joined_at),
        (Role::Member, at(3))
    );
    assert_eq!(rejoined.seq, Seq(3));
    assert_eq!(store.participants(id).await.unwrap().len(), 2);
    send(store, id, bob, "back").await;
}

pub(crate) async fn a_deleted_conversation_cannot_be_locked(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    change(store, id, Do::DeleteConversation).await;
    assert!(store.lock(id).await.unwrap().is_none());
    assert!(
        store
            .lock(ConversationId(Uuid::now_v7()))
            .await
            .unwrap()
            .is_none()
    );
    assert!(list(store, ann).await.is_empty());
    assert!(store.heads_of(ann, 9).await.unwrap().is_empty());
}

pub(crate) async fn whoever_has_been_in_it_longest_is_the_heir_of_the_last_admin(database: &Database) {
    let store = &database.store;
    let [eve, ann, bob, zoe] = people(store).await;
    let id = group(store, &[ann, zoe, bob]).await;
    change(store, id, Do::Add(eve, Role::Member)).await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    assert_eq!(locked.heir().await.unwrap(), None);
    locked.remove_participant(ann, at(6)).await.unwrap();
    // Eve has the lowest id, but came later; of the two others, who came together, Bob has the lower one.
    assert_eq!(locked.heir().await.unwrap(), Some(bob));
    let promoted = locked.add_participant(bob, Role::Admin, at(6)).await.unwrap();
    let ServerFrame::ParticipantUpdated(now) = promoted.frame else {
        panic!("{:?}", promoted.frame);
    };
    assert_eq!(
        (promoted.seq, now.participant.user_id, now.participant.role),
        (Seq(3), bob, Role::Admin)
    );
    assert_eq!(locked.heir().await.unwrap(), None);
    for user in [bob, zoe, eve] {
        locked.remove_participant(user, at(7)).await.unwrap();
    }
    assert_eq!(locked.heir().await.unwrap(), None);
}

pub(crate) async fn a_conversation_is_listed_under_its_lock_as_the_change_leaves_it(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    let message = send(store, id, ann, "hi").await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    locked.add_participant(bob, Role::Member, at(6)).await.unwrap();
    let listed = locked.listed().await.unwrap();
    locked.commit(at(6)).await.unwrap();
    assert_eq!(listed.last_seq, Seq(2));
    assert_eq!(listed.last_message.as_ref().map(|head| head.id), Some(message.id));
    assert_eq!(list(store, bob).await, [listed]);
}
