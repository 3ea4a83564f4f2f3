//! "Everything after N", by hand; `model` does it at random.

use protocol::models::Role;
use protocol::{ConversationId, Seq};
use store::Cursor;
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, change, group, people, send};
use crate::model::{is, line, read, said};

pub(crate) async fn an_unknown_conversation_has_no_changes_and_a_deleted_one_ends_in_its_deletion(
    database: &Database,
) {
    let store = &database.store;
    let unknown = ConversationId(Uuid::now_v7());
    assert!(
        store
            .changes(unknown, Cursor::after(Seq::ZERO), 9)
            .await
            .unwrap()
            .is_none()
    );
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    assert_eq!(read(store, id, Seq::ZERO, 9).await, (vec![], Seq::ZERO));
    assert_eq!(read(store, id, Seq(-5), 9).await, (vec![], Seq::ZERO));
    let message = send(store, id, ann, "hi").await;
    change(store, id, Do::DeleteConversation).await;
    let (lines, head) = read(store, id, Seq::ZERO, 9).await;
    let expected = [
        (1, "new", said(message.id, Some("hi"))),
        (2, "conversation deleted", String::new()),
    ];
    assert_eq!((lines.as_slice(), head), (expected.as_slice(), Seq(2)));
    assert_eq!(read(store, id, Seq::ZERO, 1).await.0, expected);
    assert_eq!(read(store, id, Seq::ZERO, 0).await.0, expected);
}

pub(crate) async fn a_row_appears_once_in_its_newest_state(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let old = send(store, id, ann, "old").await; // 1
    let doomed = send(store, id, ann, "doomed").await; // 2
    let fresh = send(store, id, ann, "fresh").await; // 3
    change(store, id, Do::Edit(fresh.id, "fresher")).await; // 4
    change(store, id, Do::Edit(old.id, "older")).await; // 5
    change(store, id, Do::Delete(doomed.id)).await; // 6
    change(store, id, Do::Add(eve, Role::Member)).await; // 7
    change(store, id, Do::Add(bob, Role::Admin)).await; // 8
    change(store, id, Do::Edit(old.id, "oldest")).await; // 9
    let everything = [
        (1, "new", said(old.id, Some("oldest"))),
        (2, "deleted", said(doomed.id, None)),
        (3, "new", said(fresh.id, Some("fresher"))),
        (7, "added", is(eve, Role::Member)),
        (8, "updated", is(bob, Role::Admin)),
    ];
    assert_eq!(read(store, id, Seq::ZERO, 99).await, (everything.into(), Seq(9)));
    let after_two = [
        (3, "new", said(fresh.id, Some("fresher"))),
        (6, "deleted", said(doomed.id, None)),
        (7, "added", is(eve, Role::Member)),
        (8, "updated", is(bob, Role::Admin)),
        (9, "edited", said(old.id, Some("oldest"))),
    ];
    for limit in 1..7 {
        assert_eq!(
            read(store, id, Seq(2), limit).await,
            (after_two.clone().into(), Seq(9))
        );
    }
    change(store, id, Do::Remove(eve)).await; // 10
    assert_eq!(
        read(store, id, Seq(9), 9).await.0,
        [(10, "removed", eve.to_string())]
    );
}

pub(crate) async fn what_changes_while_a_reader_pages_is_not_lost(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let old = send(store, id, ann, "old").await; // 1
    let one = send(store, id, ann, "one").await; // 2
    let two = send(store, id, ann, "two").await; // 3
    change(store, id, Do::Edit(old.id, "older")).await; // 4
    let first = store
        .changes(id, Cursor::after(Seq(1)), 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.head, Seq(4));
    assert_eq!(line(&first.changes[0]), (2, "new", said(one.id, Some("one"))));
    // Between the pages every row moves past the head that the answer is true for.
    change(store, id, Do::Edit(two.id, "changed")).await; // 5
    change(store, id, Do::Edit(old.id, "oldest")).await; // 6
    let late = send(store, id, ann, "late").await; // 7
    let mut lines = Vec::new();
    let mut next = first.next;
    while let Some(cursor) = next {
        let page = store.changes(id, cursor, 1).await.unwrap().unwrap();
        assert_eq!(page.head, Seq(4));
        lines.extend(page.changes.iter().map(line));
        next = page.next;
    }
    assert_eq!(lines, [(3, "new", said(two.id, Some("changed")))]);
    let rest = [
        (7, "new", said(late.id, Some("late"))),
        (5, "edited", said(two.id, Some("changed"))),
        (6, "edited", said(old.id, Some("oldest"))),
    ];
    assert_eq!(read(store, id, Seq(4), 1).await, (rest.into(), Seq(7)));
}

pub(crate) async fn a_reader_ahead_of_the_head_gets_nothing(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    send(store, id, ann, "hi").await;
    assert_eq!(read(store, id, Seq(1), 9).await, (vec![], Seq(1)));
    assert_eq!(read(store, id, Seq(99), 9).await, (vec![], Seq(1)));
}
