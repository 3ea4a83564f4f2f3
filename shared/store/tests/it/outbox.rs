use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use protocol::models::Role;
use protocol::{ConversationId, Seq, UserId};
use store::{Created, OutboxId, Store, Unpublished};

use crate::database::Database;
use crate::given::{at, message, new_group, people};

/// A group whose participants have been told.
async fn group(store: &Store, participants: &[UserId]) -> ConversationId {
    let (id, outbox) = untold_group(store, participants).await;
    store.forget_published(&[outbox]).await.unwrap();
    id
}

async fn untold_group(store: &Store, participants: &[UserId]) -> (ConversationId, OutboxId) {
    let created = store.create_conversation(&new_group(participants), at(1)).await;
    match created.unwrap() {
        Created::New { id, outbox } => (id, outbox),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_new_conversation_leaves_a_row_that_names_its_participants(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let (_, outbox) = untold_group(store, &[ann, bob]).await;
    let row = Unpublished {
        id: outbox,
        heads: vec![],
        users: vec![ann, bob],
    };
    assert_eq!(store.unpublished(at(2), 9).await.unwrap(), [row]);
    let (_, second) = untold_group(store, &[bob]).await;
    // Claimed or not: it is not published.
    assert_eq!(store.oldest_unpublished().await.unwrap(), Some(at(1)));
    store.forget_published(&[outbox, second]).await.unwrap();
    assert_eq!(store.unpublished(at(9), 9).await.unwrap(), []);
    assert_eq!(store.oldest_unpublished().await.unwrap(), None);
}

pub(crate) async fn who_is_let_in_is_named_beside_the_head(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    locked.add_participant(bob, Role::Member, at(5)).await.unwrap();
    // A new role is no news of a conversation: the head says enough.
    locked.add_participant(ann, Role::Member, at(5)).await.unwrap();
    let joined = locked.commit(at(5)).await.unwrap().unwrap();
    let mut locked = store.lock(id).await.unwrap().unwrap();
    locked.remove_participant(bob, at(6)).await.unwrap();
    let left = locked.commit(at(6)).await.unwrap().unwrap();
    let row = |id_of_row, seq, users| Unpublished {
        id: id_of_row,
        heads: vec![(id, Seq(seq))],
        users,
    };
    assert_eq!(
        store.unpublished(at(7), 9).await.unwrap(),
        [row(joined, 2, vec![bob]), row(left, 3, vec![])]
    );
}

pub(crate) async fn a_row_of_a_clock_that_is_ahead_is_not_waited_for(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let ahead = store.append(&[message(id, ann, "1")], &[], at(60)).await.unwrap();
    let ids = |rows: Vec<Unpublished>| rows.into_iter().map(|row| Some(row.id)).collect::<Vec<_>>();
    // A sweeper's clock that is ahead claims it, and its node dies.
    assert_eq!(ids(store.unpublished(at(100), 9).await.unwrap()), [ahead.outbox]);
    assert_eq!(ids(store.unpublished(at(10), 9).await.unwrap()), [ahead.outbox]);
    assert_eq!(ids(store.unpublished(at(10), 9).await.unwrap()), []);
    // Just written, and not ahead by more than clocks are.
    store.append(&[message(id, ann, "2")], &[], at(12)).await.unwrap();
    assert_eq!(ids(store.unpublished(at(10), 9).await.unwrap()), []);
}

pub(crate) async fn a_commit_leaves_a_row_until_it_is_forgotten(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let (one, two) = (group(store, &[ann]).await, group(store, &[ann]).await);
    let batch = [
        message(one, ann, "1"),
        message(two, ann, "2"),
        message(one, ann, "3"),
    ];
    let first = store.append(&batch, &[], at(10)).await.unwrap().outbox.unwrap();
    let mut locked = store.lock(two).await.unwrap().unwrap();
    locked.delete_conversation(at(11)).await.unwrap();
    let second = locked.commit(at(11)).await.unwrap().unwrap();
    assert!(store.unpublished(at(10), 9).await.unwrap().is_empty());
    let rows = store.unpublished(at(12), 9).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [first, second]);
    let heads: BTreeSet<_> = rows[0].heads.iter().copied().collect();
    assert_eq!(heads, BTreeSet::from([(one, Seq(2)), (two, Seq(1))]));
    assert_eq!(rows[1].heads, [(two, Seq(2))]);
    store.forget_published(&[first]).await.unwrap();
    store.forget_published(&[]).await.unwrap();
    let rest = store.unpublished(at(1_000), 9).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [second]);
    // The next batch forgets too.
    let third = store
        .append(&[message(one, ann, "4")], &[second], at(13))
        .await
        .unwrap()
        .outbox;
    let rest = store.unpublished(at(2_000), 9).await.unwrap();
    assert_eq!(rest.first().map(|row| row.id), third);
    assert_eq!(rest.len(), 1);
}

pub(crate) async fn a_batch_that_stores_nothing_still_forgets(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    let row = store
        .append(&[message(id, ann, "1")], &[], at(10))
        .await
        .unwrap()
        .outbox
        .unwrap();
    let refused = store
        .append(&[message(id, bob, "2")], &[row, OutboxId(999)], at(10))
        .await
        .unwrap();
    assert_eq!(refused.outbox, None);
    assert!(store.unpublished(at(1_000), 9).await.unwrap().is_empty());
}

pub(crate) async fn two_sweepers_never_take_the_same_row_and_a_dead_ones_come_back(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let mut noted = BTreeSet::new();
    for _ in 0..20 {
        let batch = store.append(&[message(id, ann, "1")], &[], at(10)).await.unwrap();
        noted.insert(batch.outbox.unwrap().0);
    }
    let before = at(12);
    let taken = join_all((0..10).map(|_| store.unpublished(before, 5))).await;
    let taken: Vec<_> = taken
        .into_iter()
        .flat_map(Result::unwrap)
        .map(|row| row.id.0)
        .collect();
    assert_eq!(taken.len(), taken.iter().collect::<BTreeSet<_>>().len());
    let rest = store
        .unpublished(before.plus(Duration::from_millis(900)), 99)
        .await
        .unwrap();
    // Sweepers that found others' rows locked went away with fewer; nobody is left unclaimed after one more.
    let all: BTreeSet<_> = taken
        .iter()
        .copied()
        .chain(rest.iter().map(|row| row.id.0))
        .collect();
    assert_eq!(all, noted);
    assert!(
        store
            .unpublished(before.plus(Duration::from_millis(1_500)), 99)
            .await
            .unwrap()
            .iter()
            .all(|row| taken.contains(&row.id.0))
    );
    let later = before.plus(Duration::from_secs(30));
    assert_eq!(store.unpublished(later, 99).await.unwrap().len(), noted.len());
}
