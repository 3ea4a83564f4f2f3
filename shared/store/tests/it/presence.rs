use protocol::{Timestamp, UserId};
use store::{Edge, Store};

use crate::database::Database;
use crate::given::{Do, at, change, group, people, person};

async fn note(store: &Store, edges: &[(UserId, bool, Timestamp)]) -> Vec<UserId> {
    let edges: Vec<_> = edges
        .iter()
        .map(|&(user, is_online, at)| Edge { user, is_online, at })
        .collect();
    let changed = store.note_presence(&edges).await.unwrap();
    let mut changed: Vec<_> = changed.into_iter().map(|person| person.user_id).collect();
    changed.sort_unstable();
    changed
}

async fn known(store: &Store, user: UserId) -> (bool, Option<Timestamp>) {
    let user = store.user(user).await.unwrap().unwrap();
    (user.is_online, user.last_seen)
}

pub(crate) async fn edges_of_many_are_noted_at_once_each_at_its_own_moment(database: &Database) {
    let store = &database.store;
    let [a, b, c] = people(store).await;
    let half = Timestamp::from(chrono::DateTime::from_timestamp_micros(1_700_000_009_500_001).unwrap());
    let edges = [
        (c, true, half),
        (a, true, at(1)),
        (b, false, at(2)),
        (UserId(9_999), true, at(3)),
    ];
    assert_eq!(note(store, &edges).await, [a, c]);
    assert_eq!(known(store, a).await, (true, Some(at(1))));
    // Was offline before: no edge, and nothing was seen.
    assert_eq!(known(store, b).await, (false, None));
    assert_eq!(known(store, c).await, (true, Some(half)));
    let told = store
        .note_presence(&[Edge {
            user: a,
            is_online: false,
            at: half,
        }])
        .await
        .unwrap();
    assert_eq!((told[0].is_online, told[0].last_seen), (false, Some(half)));
    assert!(note(store, &[]).await.is_empty());
}

pub(crate) async fn an_older_edge_never_overwrites_a_newer_one(database: &Database) {
    let store = &database.store;
    let user = person(store, "ann").await;
    assert_eq!(note(store, &[(user, true, at(10))]).await, [user]);
    assert!(note(store, &[(user, false, at(9))]).await.is_empty());
    assert!(note(store, &[(user, true, at(11))]).await.is_empty());
    assert_eq!(known(store, user).await, (true, Some(at(10))));
    assert_eq!(note(store, &[(user, false, at(10))]).await, [user]);
    assert_eq!(known(store, user).await, (false, Some(at(10))));
}

pub(crate) async fn who_is_online_is_listed_by_id(database: &Database) {
    let store = &database.store;
    let [a, b, c] = people(store).await;
    note(store, &[(a, true, at(1)), (c, true, at(1))]).await;
    let listed = async |limit| {
        let users = store.online_users(limit).await.unwrap();
        users.into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(10).await, [a, c]);
    assert_eq!(listed(1).await, [a]);
    assert!(listed(-1).await.is_empty());
    assert_eq!(store.online_after(UserId(0), 10).await.unwrap(), [a, c]);
    assert_eq!(store.online_after(a, 10).await.unwrap(), [c]);
    let asked = [c, b, a, UserId(9_999)];
    assert_eq!(store.offline_among(&asked).await.unwrap(), [b]);
    assert!(store.offline_among(&[]).await.unwrap().is_empty());
}

pub(crate) async fn only_small_living_conversations_that_a_person_is_in_hear_of_them(database: &Database) {
    let store = &database.store;
    let [a, b, c] = people(store).await;
    let pair = group(store, &[a, b]).await;
    let three = group(store, &[a, b, c]).await;
    let mut heard = store.audience(&[a, c], 3).await.unwrap();
    heard.sort_unstable();
    let mut expected = vec![(a, pair), (a, three), (c, three)];
    expected.sort_unstable();
    assert_eq!(heard, expected);
    assert_eq!(store.audience(&[a, c], 2).await.unwrap(), [(a, pair)]);
    change(store, three, Do::Remove(c)).await;
    assert_eq!(store.audience(&[c], 3).await.unwrap(), []);
    // One less, and small enough.
    assert_eq!(store.audience(&[b], 2).await.unwrap().len(), 2);
    change(store, pair, Do::DeleteConversation).await;
    assert_eq!(store.audience(&[b], 2).await.unwrap(), [(b, three)]);
    assert!(store.audience(&[], 3).await.unwrap().is_empty());
}
