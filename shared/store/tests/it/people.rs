use std::time::Duration;

use protocol::UserId;
use store::{Edge, NewUser, ProfilePatch, Session, StoreError};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{at, people, person};

pub(crate) async fn a_username_is_taken_once_and_case_matters(database: &Database) {
    let store = &database.store;
    let ann = person(store, "ann").await;
    let upper = person(store, "Ann").await;
    assert!(upper > ann);
    let again = NewUser {
        username: "ann".into(),
        ..NewUser::default()
    };
    let refused = store.create_user(&again, at(0)).await;
    assert!(matches!(refused, Err(StoreError::Taken("username"))));
    assert_eq!(store.user_by_username("ann").await.unwrap().unwrap().id, ann);
    assert!(store.user_by_username("ANN").await.unwrap().is_none());
    assert!(store.user(UserId(9_999)).await.unwrap().is_none());
}

pub(crate) async fn an_email_finds_the_first_person_with_a_password_whatever_the_case(database: &Database) {
    let store = &database.store;
    let with_email = |name: &str, password_hash: Option<&str>| NewUser {
        username: name.into(),
        email: "Почта@Example.org".into(),
        password_hash: password_hash.map(Into::into),
        ..NewUser::default()
    };
    store
        .create_user(&with_email("hosted", None), at(0))
        .await
        .unwrap();
    let first = store
        .create_user(&with_email("first", Some("h1")), at(0))
        .await
        .unwrap();
    store
        .create_user(&with_email("second", Some("h2")), at(0))
        .await
        .unwrap();
    let found = store.user_by_email("ПОЧТА@example.ORG").await.unwrap().unwrap();
    assert_eq!(found, first);
    assert_eq!(found.email, "Почта@Example.org");
    assert!(store.user_by_email("nobody@example.org").await.unwrap().is_none());
}

pub(crate) async fn people_are_found_by_id_in_bulk_and_listed_by_id(database: &Database) {
    let store = &database.store;
    let [a, b, c] = people(store).await;
    let ids = |users: Vec<store::User>| users.into_iter().map(|user| user.id).collect::<Vec<_>>();
    assert_eq!(ids(store.users(&[c, a, UserId(9_999), a]).await.unwrap()), [a, c]);
    assert!(store.users(&[]).await.unwrap().is_empty());
    assert_eq!(ids(store.list_users(None, 10).await.unwrap()), [a, b, c]);
    assert_eq!(ids(store.list_users(Some(a), 1).await.unwrap()), [b]);
    assert!(store.list_users(None, -1).await.unwrap().is_empty());
}

pub(crate) async fn search_ignores_case_in_cyrillic_and_takes_signs_literally(database: &Database) {
    let store = &database.store;
    let new = |username: &str, first: &str, last: &str| NewUser {
        username: username.into(),
        first_name: first.into(),
        last_name: last.into(),
        ..NewUser::default()
    };
    let ivan = store
        .create_user(&new("ivan", "Иван", "Ёжиков"), at(0))
        .await
        .unwrap()
        .id;
    let signs = store
        .create_user(&new("signs", "100%", r"a_b\c"), at(0))
        .await
        .unwrap()
        .id;
    let found = async |query: &str| {
        let users = store.search_users(query, UserId(0), 10).await.unwrap();
        users.into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(found("ИВА").await, [ivan]);
    assert_eq!(found("ёжик").await, [ivan]);
    assert_eq!(found("IVAN").await, [ivan]);
    assert_eq!(found("%").await, [signs]);
    assert_eq!(found("_").await, [signs]);
    assert_eq!(found(r"\").await, [signs]);
    assert_eq!(found("").await, [ivan, signs]);
    assert_eq!(found(&"x".repeat(100_000)).await, []);
    assert!(store.search_users("иван", ivan, 10).await.unwrap().is_empty());
    assert_eq!(store.search_users("", UserId(0), 1).await.unwrap().len(), 1);
}

pub(crate) async fn a_profile_patch_changes_what_it_names_and_the_search(database: &Database) {
    let store = &database.store;
    let id = person(store, "ann").await;
    let patch = ProfilePatch {
        email: Some("Ann@example.org".into()),
        last_name: Some("Петрова".into()),
        avatar: Some("https://example.org/a.png".into()),
        first_name: None,
    };
    let updated = store.update_profile(id, &patch).await.unwrap().unwrap();
    assert_eq!(updated.first_name, "First ann");
    assert_eq!(updated.last_name, "Петрова");
    assert_eq!(updated.avatar, "https://example.org/a.png");
    assert_eq!(store.user(id).await.unwrap().unwrap(), updated);
    assert_eq!(store.search_users("петров", UserId(0), 9).await.unwrap().len(), 1);
    store.set_password_hash(id, "h").await.unwrap();
    assert!(store.user_by_email("ann@EXAMPLE.org").await.unwrap().is_some());
    let unchanged = store
        .update_profile(id, &ProfilePatch::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(unchanged.email, "Ann@example.org");
    assert!(
        store
            .update_profile(UserId(9_999), &patch)
            .await
            .unwrap()
            .is_none()
    );
}

pub(crate) async fn passwords_and_presence_are_kept(database: &Database) {
    let store = &database.store;
    let id = person(store, "ann").await;
    let fresh = store.user(id).await.unwrap().unwrap();
    assert_eq!(
        (fresh.is_online, fresh.last_seen, fresh.role.as_str()),
        (false, None, "user")
    );
    assert_eq!(fresh.created_at, at(0));
    store.set_password_hash(id, "hash").await.unwrap();
    let moment = at(7).plus(Duration::from_micros(123_456));
    let edge = Edge {
        user: id,
        is_online: true,
        at: moment,
    };
    store.note_presence(&[edge]).await.unwrap();
    let user = store.user(id).await.unwrap().unwrap();
    assert_eq!(user.password_hash.as_deref(), Some("hash"));
    assert_eq!((user.is_online, user.last_seen), (true, Some(moment)));
}

pub(crate) fn session(user: UserId, token_hash: &str, family: Uuid) -> Session {
    Session {
        token_hash: token_hash.into(),
        family,
        parent: None,
        user,
        expires_at: at(100),
        used_at: None,
        revoked_at: None,
    }
}

pub(crate) async fn a_refresh_token_is_used_once_and_revoked_with_its_family(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let (family, other) = (Uuid::new_v4(), Uuid::new_v4());
    let first = session(ann, "a", family);
    let second = Session {
        parent: Some("a".into()),
        ..session(ann, "b", family)
    };
    for session in [
        &first,
        &second,
        &session(ann, "c", other),
        &session(bob, "d", Uuid::new_v4()),
    ] {
        store.create_session(session).await.unwrap();
    }
    assert_eq!(store.session("a").await.unwrap(), Some(first));
    assert_eq!(store.session("b").await.unwrap(), Some(second));
    assert!(store.session("none").await.unwrap().is_none());
    assert!(store.use_session("a", at(5)).await.unwrap());
    assert!(!store.use_session("a", at(6)).await.unwrap());
    assert!(!store.use_session("none", at(6)).await.unwrap());
    assert_eq!(store.session("a").await.unwrap().unwrap().used_at, Some(at(5)));
    store.revoke_family(ann, family, at(7)).await.unwrap();
    assert_eq!(store.session("b").await.unwrap().unwrap().revoked_at, Some(at(7)));
    assert!(!store.use_session("b", at(8)).await.unwrap());
    assert_eq!(store.session("c").await.unwrap().unwrap().revoked_at, None);
    store.revoke_user(ann, at(9)).await.unwrap().unwrap();
    assert_eq!(store.session("c").await.unwrap().unwrap().revoked_at, Some(at(9)));
    // The first revocation stands.
    assert_eq!(store.session("b").await.unwrap().unwrap().revoked_at, Some(at(7)));
    assert!(store.use_session("d", at(9)).await.unwrap());
}

pub(crate) async fn expired_tokens_are_forgotten(database: &Database) {
    let store = &database.store;
    let ann = person(store, "ann").await;
    let fraction = Session {
        expires_at: at(100).plus(Duration::from_millis(500)),
        ..session(ann, "late", Uuid::new_v4())
    };
    store
        .create_session(&session(ann, "early", Uuid::new_v4()))
        .await
        .unwrap();
    store.create_session(&fraction).await.unwrap();
    assert_eq!(store.forget_expired_sessions(at(99)).await.unwrap(), 0);
    assert_eq!(store.forget_expired_sessions(at(100)).await.unwrap(), 1);
    assert!(store.session("early").await.unwrap().is_none());
    assert_eq!(store.session("late").await.unwrap(), Some(fraction));
}

pub(crate) async fn names_with_nul_are_nobodys(database: &Database) {
    let store = &database.store;
    assert!(store.user_by_username("a\0b").await.unwrap().is_none());
    assert!(store.user_by_email("a\0b").await.unwrap().is_none());
    assert!(store.search_users("\0", UserId(0), 9).await.unwrap().is_empty());
}
