use std::time::Duration;

use protocol::{RevocationId, UserId};
use store::{Ended, Revocation, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{at, people, person};
use crate::people::session;

/// Far more than any case takes.
const AN_HOUR: Duration = Duration::from_hours(1);

async fn listed(store: &Store) -> Vec<Revocation> {
    store.revocations(AN_HOUR).await.unwrap()
}

pub(crate) async fn what_ends_is_listed_with_whom_and_when_by_the_databases_clock(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let family = Uuid::new_v4();
    assert_eq!(listed(store).await, []);
    // The moments of the callers lie years back; the list does not care.
    let one = store.revoke_family(ann, family, at(0)).await.unwrap();
    let all = store.revoke_user(bob, at(0)).await.unwrap().unwrap();
    assert_eq!((one.user, one.ended), (ann, Ended::SignIn(family)));
    assert_eq!((all.user, all.ended), (bob, Ended::All { spared: None }));
    assert_eq!(listed(store).await, [one, all]);
    let apart = all.created_at.since(one.created_at);
    assert!(
        apart < AN_HOUR && one.created_at > at(1_000_000),
        "{one:?} {all:?}"
    );
    assert!(store.revoke_user(UserId(9_999), at(0)).await.unwrap().is_none());
}

pub(crate) async fn a_new_password_ends_all_but_the_sign_in_that_set_it(database: &Database) {
    let store = &database.store;
    let ann = person(store, "ann").await;
    let (mine, other) = (Uuid::new_v4(), Uuid::new_v4());
    for (hash, family) in [("a", mine), ("b", other)] {
        store.create_session(&session(ann, hash, family)).await.unwrap();
    }
    let by = Some((mine, RevocationId(0)));
    let revocation = store.change_password(ann, "h", by, at(5)).await.unwrap().unwrap();
    assert_eq!(revocation.ended, Ended::All { spared: Some(mine) });
    assert_eq!(listed(store).await, [revocation]);
    let user = store.user(ann).await.unwrap().unwrap();
    assert_eq!(user.password_hash.as_deref(), Some("h"));
    for hash in ["a", "b"] {
        let session = store.session(hash).await.unwrap().unwrap();
        assert_eq!(session.revoked_at, Some(at(5)), "refresh tokens all end");
    }
    let nobody = store.change_password(UserId(9_999), "h", None, at(6)).await;
    assert!(nobody.unwrap().is_none());
}

pub(crate) async fn a_sign_in_that_has_ended_changes_no_password(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let (signed_out, overtaken, first) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    store.revoke_family(ann, signed_out, at(1)).await.unwrap();
    let by = Some((first, RevocationId(0)));
    let newest = store.change_password(ann, "1", by, at(2)).await.unwrap().unwrap();
    for family in [signed_out, overtaken] {
        let by = Some((family, RevocationId(0)));
        let refused = store.change_password(ann, "2", by, at(3)).await.unwrap();
        assert!(refused.is_none());
    }
    let user = store.user(ann).await.unwrap().unwrap();
    assert_eq!(user.password_hash.as_deref(), Some("1"));
    // The one that was spared may, and so may another person.
    for user in [ann, bob] {
        let allowed = store
            .change_password(user, "3", by, at(4))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(allowed.ended, Ended::All { spared: Some(first) });
        assert!(allowed.id > newest.id);
    }
}

pub(crate) async fn a_token_knows_the_newest_revocation_of_all_and_no_other(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    assert_eq!(store.newest_revocation(ann).await.unwrap(), RevocationId(0));
    let all = store.revoke_user(ann, at(0)).await.unwrap().unwrap();
    store.revoke_family(ann, Uuid::new_v4(), at(0)).await.unwrap();
    store.revoke_user(bob, at(0)).await.unwrap().unwrap();
    assert_eq!(store.newest_revocation(ann).await.unwrap(), all.id);
}

pub(crate) async fn revocations_of_one_person_are_numbered_in_the_order_of_their_commits(
    database: &Database,
) {
    let store = &database.store;
    let ann = person(store, "ann").await;
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        racing.spawn(async move {
            let revocation = store.revoke_user(ann, at(0)).await.unwrap().unwrap();
            // Committed: whoever asks from here on must know it.
            assert!(store.newest_revocation(ann).await.unwrap() >= revocation.id);
        });
    }
    racing.join_all().await;
    let moments: Vec<_> = listed(store).await.iter().map(|entry| entry.created_at).collect();
    assert_eq!(moments.len(), 16);
    assert!(moments.is_sorted(), "{moments:?}");
}

pub(crate) async fn only_what_is_young_is_answered_and_only_the_old_is_forgotten(database: &Database) {
    let store = &database.store;
    let ann = person(store, "ann").await;
    let old = store.revoke_user(ann, at(0)).await.unwrap().unwrap();
    database
        .execute("update revocations set created_at = '2020-01-01T00:00:00.000+00:00'")
        .await;
    let young = store.revoke_user(ann, at(0)).await.unwrap().unwrap();
    assert_eq!(listed(store).await, [young]);
    assert_eq!(store.forget_revocations(AN_HOUR).await.unwrap(), 1);
    let all = store.revocations(AN_HOUR * 24 * 365 * 20).await.unwrap();
    assert_eq!(all, [young]);
    assert!(young.id > old.id);
}
