use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use protocol::Seq;
use store::OutboxId;

use crate::database::Database;
use crate::given::{at, group, message, people};

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
