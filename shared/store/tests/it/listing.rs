use protocol::frames::ServerFrame;
use protocol::models::{Conversation, ConversationType, MyState};
use protocol::{ConversationId, Seq, UserId};
use store::{ConversationPatch, ListPage, Listing, Mark, MyPatch, NewConversation, NewUser, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, at, change, create, group, new_group, people, person, send};

fn whole() -> Listing {
    Listing {
        limit: 100,
        ..Listing::default()
    }
}

async fn listed(store: &Store, user: UserId, listing: Listing) -> Vec<Conversation> {
    store.list(user, &listing).await.unwrap().conversations
}

async fn ids(store: &Store, user: UserId, listing: Listing) -> Vec<ConversationId> {
    let listed = listed(store, user, listing).await;
    listed.into_iter().map(|one| one.id).collect()
}

async fn pair(store: &Store, ann: UserId, bob: UserId) -> ConversationId {
    let new = NewConversation {
        kind: ConversationType::Private,
        title: None,
        direct_key: Some(format!("{ann}:{bob}")),
        ..new_group(&[ann, bob])
    };
    create(store, &new).await
}

async fn titled(store: &Store, title: &str, participants: &[UserId]) -> ConversationId {
    let new = NewConversation {
        id: ConversationId(Uuid::now_v7()),
        title: Some(title.into()),
        ..new_group(participants)
    };
    create(store, &new).await
}

async fn patch(store: &Store, id: ConversationId, user: UserId, patch: MyPatch) {
    let patched = store.update_my_conversation((id, user), &patch, at(5));
    assert!(patched.await.unwrap());
}

fn pinned(is_pinned: bool) -> MyPatch {
    MyPatch {
        is_pinned: Some(is_pinned),
        ..MyPatch::default()
    }
}

pub(crate) async fn a_listed_conversation_shows_what_its_person_has_of_it(database: &Database) {
    let store = &database.store;
    let everybody: [UserId; 7] = people(store).await;
    let [ann, bob, ..] = everybody;
    let private = pair(store, ann, bob).await;
    let large = group(store, &everybody).await;
    send(store, large, bob, "one").await;
    send(store, large, bob, "two").await;
    store
        .mark_read(&[Mark {
            conversation: large,
            user: ann,
            seq: Seq(1),
        }])
        .await
        .unwrap();
    let [of_all, of_two] = &listed(store, ann, whole()).await[..] else {
        panic!("two are listed");
    };
    assert_eq!((of_all.id, of_two.id), (large, private));
    assert_eq!((of_all.unread_count, of_two.unread_count), (Some(1), Some(0)));
    let read_one = MyState {
        last_read_seq: Seq(1),
        ..MyState::default()
    };
    assert_eq!(of_all.my.as_ref(), Some(&read_one));
    let last = of_all.last_message.as_ref().unwrap();
    assert_eq!((last.text.as_deref(), last.sender_id), (Some("two"), bob));
    assert_eq!(of_all.other_user, None);
    let heads: Vec<_> = of_all.participants_head.iter().map(|head| head.user_id).collect();
    assert_eq!(heads, everybody[..5]);
    let other = of_two.other_user.as_ref().unwrap();
    assert_eq!(
        (other.id, other.first_name.as_str(), other.is_online),
        (bob, "First person1", false)
    );
    assert!(of_two.participants_head.is_empty());
    for shown in [of_all, of_two] {
        assert_eq!(shown.participants, None);
        let alone = store.my_conversation(shown.id, ann).await.unwrap().unwrap();
        let participants = store.participants(shown.id).await.unwrap();
        assert_eq!(alone.participants, Some(participants));
        let as_listed = Conversation {
            participants: None,
            participants_head: shown.participants_head.clone(),
            ..alone
        };
        assert_eq!(&as_listed, shown);
    }
    let eve = everybody[6];
    assert_eq!(store.my_conversation(private, eve).await.unwrap(), None);
    // Who has left is not shown; the next one is.
    change(store, large, Do::Remove(bob)).await;
    let heads = listed(store, ann, whole()).await[0].participants_head.clone();
    let heads: Vec<_> = heads.iter().map(|head| head.user_id).collect();
    assert_eq!(
        heads,
        [ann, everybody[2], everybody[3], everybody[4], everybody[5]]
    );
}

pub(crate) async fn the_pinned_come_first_and_pages_join_without_a_gap(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let mut all = Vec::new();
    for _ in 0..7 {
        // Of the same moment: then whichever was made later comes first.
        all.insert(0, group(store, &[ann]).await);
    }
    let talked = all[4];
    send(store, talked, ann, "newest").await;
    let (old, older) = (all[5], all[6]);
    for id in [older, old] {
        patch(store, id, ann, pinned(true)).await;
    }
    let expected = [old, older, talked, all[0], all[1], all[2], all[3]];
    assert_eq!(ids(store, ann, whole()).await, expected);
    for limit in 1..=7 {
        let (mut found, mut listing) = (Vec::new(), Listing { limit, ..whole() });
        loop {
            let ListPage { conversations, next } = store.list(ann, &listing).await.unwrap();
            assert!(conversations.len() <= usize::try_from(limit).unwrap());
            found.extend(conversations.iter().map(|one| one.id));
            let Some(next) = next else {
                break;
            };
            assert!(!conversations.is_empty());
            listing.after = Some(next);
        }
        assert_eq!(found, expected, "by {limit}");
    }
    patch(store, old, ann, pinned(false)).await;
    assert_eq!(ids(store, ann, whole()).await[..2], [older, talked]);
}

pub(crate) async fn a_list_is_searched_by_title_and_by_the_other_sides_name_in_any_alphabet(
    database: &Database,
) {
    let store = &database.store;
    let ann = person(store, "Айнура").await;
    let new = NewUser {
        username: "bakyt".into(),
        first_name: "Бакыт".into(),
        last_name: "Өмүрбеков".into(),
        ..NewUser::default()
    };
    let bob = store.create_user(&new, at(0)).await.unwrap().id;
    let private = pair(store, ann, bob).await;
    let course = titled(store, "Курс ХИМИИ 100%", &[ann, bob]).await;
    let none = create(
        store,
        &NewConversation {
            title: None,
            ..new_group(&[ann, bob])
        },
    )
    .await;
    let search = async |text: &str| {
        let listing = Listing {
            search: Some(text.into()),
            ..whole()
        };
        ids(store, ann, listing).await
    };
    assert_eq!(search("химИи").await, [course]);
    assert_eq!(search("0%").await, [course]);
    assert_eq!(search("_").await, []);
    assert_eq!(search("өМҮРбек").await, [private]);
    assert_eq!(search("бакыт өмүр").await, [private]);
    // The own name is in every one of the own conversations and says nothing.
    assert_eq!(search("айнура").await, []);
    assert_eq!(search("\0").await, []);
    assert_eq!(search("").await, [none, course, private]);
}

pub(crate) async fn lists_are_filtered_by_kind_unread_and_hidden(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let private = pair(store, ann, bob).await;
    let (quiet, busy, marked) = (
        group(store, &[ann, bob]).await,
        group(store, &[ann, bob]).await,
        group(store, &[ann, bob]).await,
    );
    send(store, busy, bob, "hi").await;
    send(store, private, ann, "own").await;
    let remind = MyPatch {
        is_marked_unread: Some(true),
        ..MyPatch::default()
    };
    patch(store, marked, ann, remind).await;
    let filter = async |listing: Listing| {
        let mut found = ids(store, ann, listing).await;
        found.sort();
        found
    };
    let kind = |kind| Listing {
        kind: Some(kind),
        ..whole()
    };
    assert_eq!(filter(kind(ConversationType::Private)).await, [private]);
    assert_eq!(filter(kind(ConversationType::Group)).await, [quiet, busy, marked]);
    let unread = |is_unread| Listing {
        is_unread: Some(is_unread),
        ..whole()
    };
    assert_eq!(filter(unread(true)).await, [busy, marked]);
    assert_eq!(filter(unread(false)).await, [private, quiet]);
    let hide = MyPatch {
        is_hidden: Some(true),
        ..MyPatch::default()
    };
    for id in [quiet, busy] {
        patch(store, id, ann, hide).await;
    }
    let hidden = || Listing {
        is_hidden: true,
        ..whole()
    };
    assert_eq!(filter(whole()).await, [private, marked]);
    assert_eq!(filter(hidden()).await, [quiet, busy]);
    send(store, busy, bob, "again").await;
    assert_eq!(filter(hidden()).await, [quiet]);
    let seen = listed(store, ann, hidden()).await;
    assert!(seen[0].my.as_ref().unwrap().is_hidden);
    assert_eq!(filter(whole()).await, [private, busy, marked]);
}

pub(crate) async fn a_new_title_takes_a_number_and_is_found(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = titled(store, "Before", &[ann]).await;
    send(store, id, ann, "hi").await;
    let mut locked = store.lock(id).await.unwrap().unwrap();
    let named = ConversationPatch {
        title: Some(Some("ПОСЛЕ".into())),
        link: Some(Some("https://a.example".into())),
        ..ConversationPatch::default()
    };
    let change = locked.update_conversation(&named).await.unwrap();
    assert_eq!(locked.conversation().title.as_deref(), Some("ПОСЛЕ"));
    locked.commit(at(6)).await.unwrap();
    assert_eq!(change.seq, Seq(2));
    let ServerFrame::ConversationUpdated(told) = change.frame else {
        panic!("{change:?}");
    };
    let seen = store.conversation(id).await.unwrap().unwrap();
    assert_eq!(
        (told.title.as_deref(), told.link.as_deref(), told.last_seq),
        (Some("ПОСЛЕ"), Some("https://a.example"), Seq(2))
    );
    assert_eq!(
        (seen.title.as_deref(), seen.link.as_deref(), seen.last_seq),
        (Some("ПОСЛЕ"), Some("https://a.example"), Seq(2))
    );
    let search = |text: &str| Listing {
        search: Some(text.into()),
        ..whole()
    };
    assert_eq!(ids(store, ann, search("после")).await, [id]);
    assert_eq!(ids(store, ann, search("before")).await, []);
    // What the patch does not name stays, what it names as nothing goes.
    let mut locked = store.lock(id).await.unwrap().unwrap();
    let untitled = ConversationPatch {
        title: Some(None),
        ..ConversationPatch::default()
    };
    locked.update_conversation(&untitled).await.unwrap();
    locked.commit(at(7)).await.unwrap();
    let seen = store.conversation(id).await.unwrap().unwrap();
    assert_eq!(
        (seen.title, seen.link.as_deref()),
        (None, Some("https://a.example"))
    );
    assert_eq!(ids(store, ann, search("после")).await, []);
}
