use std::collections::BTreeSet;

use futures_util::future::join_all;
use protocol::limits::UNREAD_COUNTED;
use protocol::models::{MyState, Role};
use protocol::{ConversationId, Seq, UserId};
use store::{Mark, MyConversation, MyPatch, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, at, change, group, message, people, send};

fn mark(conversation: ConversationId, user: UserId, seq: i64) -> Mark {
    Mark {
        conversation,
        user,
        seq: Seq(seq),
    }
}

async fn mine(store: &Store, conversation: ConversationId, user: UserId) -> MyConversation {
    let mut found = store.my_conversations(&[(conversation, user)]).await.unwrap();
    found.pop().unwrap().unwrap()
}

async fn unread(store: &Store, conversation: ConversationId, user: UserId) -> i64 {
    mine(store, conversation, user).await.unread_count
}

async fn patch(store: &Store, conversation: ConversationId, user: UserId, patch: MyPatch) {
    let patched = store.update_my_conversation((conversation, user), &patch, at(5));
    assert!(patched.await.unwrap());
}

pub(crate) async fn a_mark_moves_forward_to_the_head_at_most_and_says_where_to(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    for text in ["one", "two", "three"] {
        send(store, id, ann, text).await;
    }
    let move_to = async |seq| store.mark_read(&[mark(id, bob, seq)]).await.unwrap();
    assert_eq!(move_to(2).await, [mark(id, bob, 2)]);
    assert_eq!(move_to(1).await, []);
    assert_eq!(move_to(2).await, []);
    assert_eq!(move_to(99).await, [mark(id, bob, 3)]);
    assert_eq!(move_to(Mark::EVERYTHING.0).await, []);
    assert_eq!(mine(store, id, bob).await.my.last_read_seq, Seq(3));
    let seen = store.participants(id).await.unwrap();
    let marks: Vec<_> = seen.iter().map(|one| one.last_read_seq).collect();
    assert_eq!(marks, [Seq(0), Seq(3)]);
}

pub(crate) async fn one_statement_moves_many_marks_and_passes_over_who_is_not_in(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let (here, there, gone) = (
        group(store, &[ann, bob]).await,
        group(store, &[ann, bob, eve]).await,
        group(store, &[ann, bob]).await,
    );
    for id in [here, there, gone] {
        send(store, id, ann, "hi").await;
    }
    change(store, there, Do::Remove(eve)).await;
    change(store, gone, Do::DeleteConversation).await;
    let marks = [
        mark(here, bob, 1),
        // The furthest of the same counts.
        mark(there, bob, 2),
        mark(there, bob, 1),
        mark(here, ann, 1),
        mark(here, eve, 1),
        mark(there, eve, 1),
        mark(gone, bob, 1),
        mark(ConversationId(Uuid::now_v7()), bob, 1),
    ];
    let mut moved = store.mark_read(&marks).await.unwrap();
    moved.sort_by_key(|mark| (mark.conversation, mark.user));
    let mut expected = [mark(here, bob, 1), mark(there, bob, 2), mark(here, ann, 1)];
    expected.sort_by_key(|mark| (mark.conversation, mark.user));
    assert_eq!(moved, expected);
    assert_eq!(store.mark_read(&[]).await.unwrap(), []);
}

pub(crate) async fn others_texts_above_the_mark_are_unread_and_nothing_else(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    send(store, id, ann, "read").await;
    store.mark_read(&[mark(id, bob, 1)]).await.unwrap();
    send(store, id, ann, "unread").await;
    send(store, id, bob, "own").await;
    let deleted = send(store, id, ann, "deleted").await;
    let edited = send(store, id, ann, "edited").await;
    send(store, id, ann, "done").await;
    database
        .execute("update messages set kind = 'system' where text = 'done'")
        .await;
    change(store, id, Do::Delete(deleted.id)).await;
    change(store, id, Do::Edit(edited.id, "anew")).await;
    assert_eq!(unread(store, id, bob).await, 2);
    assert_eq!(unread(store, id, ann).await, 1);
    let other = group(store, &[ann, bob]).await;
    send(store, other, ann, "elsewhere").await;
    assert_eq!(store.unread_total(bob).await.unwrap(), 3);
    store
        .mark_read(&[Mark {
            seq: Mark::EVERYTHING,
            ..mark(id, bob, 0)
        }])
        .await
        .unwrap();
    assert_eq!(
        (
            unread(store, id, bob).await,
            store.unread_total(bob).await.unwrap()
        ),
        (0, 1)
    );
    change(store, other, Do::Remove(bob)).await;
    assert_eq!(store.unread_total(bob).await.unwrap(), 0);
    let asked = [(other, bob), (id, bob), (other, ann)];
    let found = store.my_conversations(&asked).await.unwrap();
    let counts: Vec<_> = found
        .iter()
        .map(|one| one.as_ref().map(|one| one.unread_count))
        .collect();
    assert_eq!(counts, [None, Some(0), Some(0)]);
}

pub(crate) async fn unread_is_counted_to_a_hundred(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let batch: Vec<_> = (0..UNREAD_COUNTED + 7).map(|_| message(id, ann, "hi")).collect();
    store.append(&batch, &[], at(2)).await.unwrap();
    assert_eq!(unread(store, id, bob).await, UNREAD_COUNTED);
    assert_eq!(store.unread_total(bob).await.unwrap(), UNREAD_COUNTED);
    store.mark_read(&[mark(id, bob, 8)]).await.unwrap();
    assert_eq!(unread(store, id, bob).await, UNREAD_COUNTED - 1);
}

pub(crate) async fn who_joins_has_read_what_was_said_before(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    send(store, id, ann, "before").await;
    let joined = change(store, id, Do::Add(bob, Role::Member)).await;
    assert_eq!(mine(store, id, bob).await.my.last_read_seq, joined.seq);
    send(store, id, ann, "after").await;
    assert_eq!(unread(store, id, bob).await, 1);
    // A new role is no new beginning.
    change(store, id, Do::Add(bob, Role::Admin)).await;
    assert_eq!(unread(store, id, bob).await, 1);
    let hidden_and_marked = MyPatch {
        is_hidden: Some(true),
        is_marked_unread: Some(true),
        ..MyPatch::default()
    };
    patch(store, id, bob, hidden_and_marked).await;
    change(store, id, Do::Remove(bob)).await;
    send(store, id, ann, "while away").await;
    let back = change(store, id, Do::Add(bob, Role::Member)).await;
    let fresh = MyState {
        last_read_seq: back.seq,
        ..MyState::default()
    };
    assert_eq!(mine(store, id, bob).await.my, fresh);
}

pub(crate) async fn marked_unread_lasts_until_something_is_read(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    send(store, id, ann, "hi").await;
    store.mark_read(&[mark(id, bob, 1)]).await.unwrap();
    let marked = MyPatch {
        is_marked_unread: Some(true),
        ..MyPatch::default()
    };
    patch(store, id, bob, marked).await;
    let seen = mine(store, id, bob).await;
    assert!(seen.my.is_marked_unread);
    assert_eq!(seen.unread_count, 0);
    send(store, id, ann, "more").await;
    assert!(mine(store, id, bob).await.my.is_marked_unread);
    // A mark below the own one takes the reminder away and stays where it is.
    let changed = store.mark_read(&[mark(id, bob, 0)]).await.unwrap();
    assert_eq!(changed, [mark(id, bob, 1)]);
    assert!(!mine(store, id, bob).await.my.is_marked_unread);
}

pub(crate) async fn hidden_lasts_until_somebody_writes(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    send(store, id, ann, "hi").await;
    let hidden = |is_hidden| MyPatch {
        is_hidden: Some(is_hidden),
        ..MyPatch::default()
    };
    patch(store, id, bob, hidden(true)).await;
    assert!(mine(store, id, bob).await.my.is_hidden);
    assert!(!mine(store, id, ann).await.my.is_hidden);
    // Not in the list, so not in its sum.
    assert_eq!(store.unread_total(bob).await.unwrap(), 0);
    change(store, id, Do::Add(ann, Role::Member)).await;
    assert!(mine(store, id, bob).await.my.is_hidden);
    send(store, id, ann, "again").await;
    assert!(!mine(store, id, bob).await.my.is_hidden);
    assert_eq!(store.unread_total(bob).await.unwrap(), 2);
    patch(store, id, bob, hidden(true)).await;
    patch(store, id, bob, hidden(false)).await;
    assert!(!mine(store, id, bob).await.my.is_hidden);
}

pub(crate) async fn what_a_person_makes_of_a_conversation_is_theirs_alone(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let all = MyPatch {
        is_pinned: Some(true),
        muted_until: Some(Some(at(99))),
        ..MyPatch::default()
    };
    patch(store, id, bob, all).await;
    let expected = MyState {
        is_pinned: true,
        muted_until: Some(at(99)),
        ..MyState::default()
    };
    assert_eq!(mine(store, id, bob).await.my, expected);
    assert_eq!(mine(store, id, ann).await.my, MyState::default());
    patch(store, id, bob, MyPatch::default()).await;
    assert_eq!(mine(store, id, bob).await.my, expected);
    let none = MyPatch {
        is_pinned: Some(false),
        muted_until: Some(None),
        ..MyPatch::default()
    };
    patch(store, id, bob, none).await;
    assert_eq!(mine(store, id, bob).await.my, MyState::default());
    assert!(
        !store
            .update_my_conversation((id, eve), &all, at(5))
            .await
            .unwrap()
    );
    change(store, id, Do::DeleteConversation).await;
    assert!(
        !store
            .update_my_conversation((id, bob), &all, at(5))
            .await
            .unwrap()
    );
}

pub(crate) async fn readers_are_told_from_senders_and_from_who_came_later(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve, zoe] = people(store).await;
    let id = group(store, &[ann, bob, eve]).await;
    for text in ["one", "two", "three"] {
        send(store, id, ann, text).await;
    }
    store
        .mark_read(&[mark(id, ann, 3), mark(id, bob, 2), mark(id, eve, 1)])
        .await
        .unwrap();
    change(store, id, Do::Add(zoe, Role::Member)).await;
    let readers = store.readers((id, eve), (Seq(1), Seq(3))).await.unwrap();
    assert_eq!(readers.mine, Some((Seq(1), false)));
    let others: BTreeSet<_> = readers
        .others
        .iter()
        .map(|one| (one.user, one.last_read_seq))
        .collect();
    // The two furthest, and whoever asks; who has read nothing since they came says nothing.
    assert_eq!(
        others,
        BTreeSet::from([(ann, Seq(3)), (bob, Seq(2)), (eve, Seq(1))])
    );
    // Above everybody's mark nobody is needed but the asker.
    let none = store.readers((id, zoe), (Seq(5), Seq(9))).await.unwrap();
    assert_eq!(none.mine, Some((Seq(4), false)));
    assert!(none.others.iter().all(|one| one.user == zoe), "{none:?}");
    change(store, id, Do::Remove(bob)).await;
    let left = store.readers((id, bob), (Seq(1), Seq(3))).await.unwrap();
    assert_eq!(left.mine, None);
    assert!(left.others.iter().any(|one| one.user == bob), "{left:?}");
}

pub(crate) async fn larger_conversations_are_told_from_smaller_ones(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let (two, three) = (
        group(store, &[ann, bob]).await,
        group(store, &[ann, bob, eve]).await,
    );
    assert_eq!(store.larger_than(2, &[two, three]).await.unwrap(), [three]);
    change(store, three, Do::Remove(eve)).await;
    assert_eq!(store.larger_than(2, &[two, three]).await.unwrap(), []);
}

pub(crate) async fn two_nodes_that_mark_the_same_do_not_stop_each_other(database: &Database) {
    let store = &database.store;
    let everybody: [UserId; 16] = people(store).await;
    let id = group(store, &everybody).await;
    let batch: Vec<_> = (0..60).map(|_| message(id, everybody[0], "hi")).collect();
    store.append(&batch, &[], at(2)).await.unwrap();
    let rounds = (1..=60).map(|seq| {
        let mut marks: Vec<_> = everybody.iter().map(|&user| mark(id, user, seq)).collect();
        if seq % 2 == 0 {
            marks.reverse();
        }
        async move { store.mark_read(&marks).await.unwrap() }
    });
    join_all(rounds).await;
    let marks = store.participants(id).await.unwrap();
    assert!(marks.iter().all(|one| one.last_read_seq == Seq(60)), "{marks:?}");
}
