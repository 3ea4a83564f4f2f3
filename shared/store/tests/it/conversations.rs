use std::collections::{BTreeSet, HashMap};

use protocol::models::{ConversationType, Role};
use protocol::{ConversationId, Seq, UserId};
use store::{Created, NewConversation};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, at, change, create, group, list, message, new_group, people, send};

pub(crate) async fn a_new_group_is_listed_with_its_admin_and_members(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let new = NewConversation {
        description: Some("About".into()),
        service: Some("course".into()),
        service_id: Some("42".into()),
        ..new_group(&[ann, bob])
    };
    let id = create(store, &new).await;
    assert_eq!(id, new.id);
    let seen = store.conversation(id).await.unwrap().unwrap();
    assert_eq!(seen.title, new.title);
    assert_eq!(seen.description, new.description);
    assert_eq!(
        (seen.service, seen.service_id),
        (new.service.clone(), new.service_id.clone())
    );
    assert_eq!(
        (seen.kind, seen.created_by, seen.created_at),
        (ConversationType::Group, ann, at(1))
    );
    assert_eq!((seen.last_seq, seen.last_message), (Seq::ZERO, None));
    let participants = seen.participants.unwrap();
    let roles: Vec<_> = participants.iter().map(|one| (one.user_id, one.role)).collect();
    assert_eq!(roles, [(ann, Role::Admin), (bob, Role::Member)]);
    assert_eq!(participants[0].first_name, "First person0");
    assert_eq!(store.participants(id).await.unwrap(), participants);
    assert!(list(store, eve).await.is_empty());
    let unknown = ConversationId(Uuid::now_v7());
    assert!(store.conversation(unknown).await.unwrap().is_none());
    assert!(store.participants(unknown).await.unwrap().is_empty());
    // Only orders are unique.
    let again = NewConversation {
        id: unknown,
        ..new.clone()
    };
    assert_eq!(create(store, &again).await, unknown);
    assert!(store.conversation(unknown).await.unwrap().unwrap().number > seen.number);
}

fn new_pair(ann: UserId, bob: UserId) -> NewConversation {
    NewConversation {
        kind: ConversationType::Private,
        direct_key: Some(format!("{ann}:{bob}")),
        ..new_group(&[ann, bob])
    }
}

pub(crate) async fn a_pair_has_one_conversation_until_it_is_deleted(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let first = create(store, &new_pair(ann, bob)).await;
    let again = store
        .create_conversation(&new_pair(ann, bob), at(2))
        .await
        .unwrap();
    assert_eq!(again, Created::Existing(first));
    assert_eq!(list(store, ann).await.len(), 1);
    change(store, first, Do::DeleteConversation).await;
    let anew = create(store, &new_pair(ann, bob)).await;
    assert_ne!(anew, first);
    assert_eq!(store.heads_of(bob, 9).await.unwrap(), [(anew, Seq(0))]);
}

pub(crate) async fn an_order_has_one_conversation_whoever_asks(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let order = |creator, service_id: &str| NewConversation {
        service: Some("order".into()),
        service_id: Some(service_id.into()),
        ..new_group(&[creator])
    };
    let first = create(store, &order(ann, "1")).await;
    let again = store.create_conversation(&order(bob, "1"), at(2)).await.unwrap();
    assert_eq!(again, Created::Existing(first));
    create(store, &order(bob, "2")).await;
    change(store, first, Do::DeleteConversation).await;
    assert_ne!(create(store, &order(bob, "1")).await, first);
}

pub(crate) async fn ten_thousand_people_fit_into_one_creation(database: &Database) {
    let store = &database.store;
    let many = 10_000;
    fill_with_people(database, many).await;
    let everybody: Vec<_> = store
        .list_users(None, many)
        .await
        .unwrap()
        .into_iter()
        .map(|user| user.id)
        .collect();
    let id = group(store, &everybody).await;
    let participants = store.participants(id).await.unwrap();
    assert_eq!(participants.len(), everybody.len());
    let admins = participants.iter().filter(|one| one.role == Role::Admin);
    assert_eq!(admins.count(), 1);
    let mut locked = store.lock(id).await.unwrap().unwrap();
    assert_eq!(locked.participant_count().await.unwrap(), many);
    drop(locked);
    assert_eq!(store.users(&everybody).await.unwrap().len(), everybody.len());
}

/// Past the store: ten thousand sign-ups would take longer than the rest of the suite.
async fn fill_with_people(database: &Database, many: i64) {
    use sqlx::Connection;
    let sql = "insert into users (username, email, email_key, first_name, last_name, created_at, search_text)
        with recursive n (n) as (select cast(1 as bigint) union all select n + 1 from n where n < $1)
        select 'user' || cast(n as text), '', '', '', '', $2, '' from n";
    let url = database.url();
    if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        let query = sqlx::query(sql).bind(many).bind(at(0).utc());
        query.execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let query = sqlx::query(sql).bind(many).bind(at(0).utc());
        query.execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

pub(crate) async fn lists_are_by_newest_activity_with_the_newest_message_left(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let old = group(store, &[ann, bob]).await;
    let quiet = group(store, &[ann]).await;
    let left = group(store, &[bob, ann]).await;
    change(store, left, Do::Remove(ann)).await;
    let kept = send(store, old, bob, "kept").await;
    let deleted = send(store, old, ann, "deleted").await;
    change(store, old, Do::Delete(deleted.id)).await;
    let listed = list(store, ann).await;
    let ids: Vec<_> = listed.iter().map(|one| one.id).collect();
    assert_eq!(ids, [old, quiet]);
    let head = listed[0].last_message.clone().unwrap();
    assert_eq!(
        (head.id, head.sender_id, head.text.as_deref()),
        (kept.id, bob, Some("kept"))
    );
    assert_eq!(head.created_at, kept.created_at);
    assert_eq!(
        (listed[0].last_seq, listed[0].participants.clone()),
        (Seq(3), None)
    );
    assert_eq!(listed[1].last_message, None);
    assert_eq!(
        store.conversation(old).await.unwrap().unwrap().last_message,
        Some(head)
    );
    assert_eq!(
        store.heads_of(ann, 9).await.unwrap(),
        [(old, Seq(3)), (quiet, Seq(0))]
    );
    assert_eq!(store.heads_of(ann, 1).await.unwrap(), [(old, Seq(3))]);
    let nobody = UserId(-1);
    let many = store.heads_of_users(&[nobody, ann], 1).await.unwrap();
    assert_eq!(many, HashMap::from([(ann, vec![(old, Seq(3))])]));
    assert!(store.heads_of_users(&[], 1).await.unwrap().is_empty());
    let later = store
        .append(&[message(quiet, ann, "hi")], &[], at(50))
        .await
        .unwrap();
    assert!(later.outbox.is_some());
    assert_eq!(
        store.heads_of(ann, 9).await.unwrap(),
        [(quiet, Seq(1)), (old, Seq(3))]
    );
}

pub(crate) async fn standing_tells_strangers_members_and_the_deleted_apart(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    send(store, id, ann, "hi").await;
    let standing = async |user| store.standing(id, user).await.unwrap().unwrap();
    assert_eq!(standing(ann).await.role, Some(Role::Admin));
    assert_eq!(standing(bob).await.role, Some(Role::Member));
    assert_eq!(standing(eve).await.role, None);
    assert_eq!(standing(eve).await.head, Seq(1));
    assert_eq!(standing(eve).await.kind, ConversationType::Group);
    change(store, id, Do::Remove(bob)).await;
    assert_eq!(
        (standing(bob).await.role, standing(bob).await.head),
        (None, Seq(2))
    );
    assert!(!standing(ann).await.is_deleted);
    let unknown = ConversationId(Uuid::now_v7());
    let asked = [(id, bob), (unknown, ann), (id, ann), (id, bob)];
    let many = store.standings(&asked).await.unwrap();
    let each = [standing(bob).await, standing(ann).await];
    assert_eq!(many, [Some(each[0]), None, Some(each[1]), Some(each[0])]);
    assert!(store.standings(&[]).await.unwrap().is_empty());
    change(store, id, Do::DeleteConversation).await;
    assert!(standing(ann).await.is_deleted);
    assert!(store.conversation(id).await.unwrap().is_none());
    assert!(
        store
            .standing(ConversationId(Uuid::now_v7()), ann)
            .await
            .unwrap()
            .is_none()
    );
}

pub(crate) async fn heads_are_read_in_bulk(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let (one, two, deleted) = (
        group(store, &[ann]).await,
        group(store, &[ann]).await,
        group(store, &[ann]).await,
    );
    send(store, two, ann, "hi").await;
    change(store, deleted, Do::DeleteConversation).await;
    let asked = [one, two, deleted, ConversationId(Uuid::now_v7())];
    let heads: BTreeSet<_> = store.heads(&asked).await.unwrap().into_iter().collect();
    assert_eq!(
        heads,
        BTreeSet::from([(one, Seq(0)), (two, Seq(1)), (deleted, Seq(1))])
    );
    assert!(store.heads(&[]).await.unwrap().is_empty());
}

pub(crate) async fn a_conversation_is_found_by_either_of_its_names(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = create(store, &new_group(&[ann, bob])).await;
    let number = store.conversation(id).await.unwrap().unwrap().number;
    for name in [number.to_string(), id.to_string(), id.0.simple().to_string()] {
        let found = store.conversation_named(&name).await.unwrap();
        assert_eq!(found, Some((id, number)), "{name}");
    }
    let unknown = Uuid::now_v7().to_string();
    for name in [
        "",
        "0",
        "-1",
        "99999999",
        "99999999999999999999",
        "abc",
        "1 or 1=1",
        &unknown,
    ] {
        assert_eq!(store.conversation_named(name).await.unwrap(), None, "{name}");
    }
}
