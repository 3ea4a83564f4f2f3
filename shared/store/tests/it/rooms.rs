//! Lists for the clients that speak integers and poll.

use protocol::models::{Message, Role};
use protocol::{ConversationId, UserId, limits};
use store::{Before, Mark, MyPatch, ProfilePatch, RoomOrder, Stamp, Store, Window};

use crate::database::Database;
use crate::given::{Do, at, change, create, group, new_group, people, send};

const ALL: Window = Window::first(100);

async fn listed(store: &Store, user: UserId, order: RoomOrder) -> Vec<(ConversationId, i64)> {
    let rooms = store.rooms_of(user, order, ALL).await.unwrap();
    rooms
        .into_iter()
        .map(|room| (room.id, room.unread_count.unwrap()))
        .collect()
}

pub(crate) async fn rooms_are_listed_by_creation_or_by_activity_with_what_is_unread(database: &Database) {
    let store = &database.store;
    let [ann, bob, carl] = people(store).await;
    let first = group(store, &[ann, bob]).await;
    let second = group(store, &[ann, bob]).await;
    let third = group(store, &[bob, carl]).await;
    for text in ["one", "two"] {
        send(store, first, bob, text).await;
    }
    send(store, first, ann, "mine").await;
    let gone = send(store, first, bob, "gone").await;
    change(store, first, Do::Delete(gone.id)).await;

    assert_eq!(
        listed(store, ann, RoomOrder::Creation).await,
        [(second, 0), (first, 2)]
    );
    assert_eq!(
        listed(store, ann, RoomOrder::Activity).await,
        [(first, 2), (second, 0)]
    );
    assert_eq!(
        listed(store, bob, RoomOrder::Creation).await,
        [(third, 0), (second, 0), (first, 1)]
    );
    assert_eq!(store.room_count(bob).await.unwrap(), 3);
    let window = Window { limit: 1, offset: 1 };
    let part = store.rooms_of(bob, RoomOrder::Creation, window).await.unwrap();
    assert_eq!(part.iter().map(|room| room.id).collect::<Vec<_>>(), [second]);

    for n in 0..120 {
        send(store, second, bob, &n.to_string()).await;
    }
    let counted = listed(store, ann, RoomOrder::Creation).await;
    assert_eq!(counted, [(second, 100), (first, 2)], "a hundred means more");
}

pub(crate) async fn only_who_is_in_a_room_has_it(database: &Database) {
    let store = &database.store;
    let [ann, bob, carl] = people(store).await;
    let left = group(store, &[ann, bob]).await;
    let deleted = group(store, &[ann, bob]).await;
    send(store, left, ann, "hello").await;
    send(store, deleted, ann, "hello").await;
    change(store, left, Do::Remove(bob)).await;
    change(store, deleted, Do::DeleteConversation).await;

    assert!(listed(store, bob, RoomOrder::Creation).await.is_empty());
    assert_eq!(store.room_count(bob).await.unwrap(), 0);
    assert!(store.said_to(bob, Before::TheEnd, ALL).await.unwrap().is_empty());
    for (user, room) in [(bob, left), (carl, left), (ann, deleted)] {
        assert!(store.room_of(user, room).await.unwrap().is_none());
    }
    let room = store.room_of(ann, left).await.unwrap().unwrap();
    assert_eq!((room.id, room.unread_count), (left, Some(0)));
}

pub(crate) async fn members_and_numbers_are_read_in_bulk(database: &Database) {
    let store = &database.store;
    let [ann, bob, carl] = people(store).await;
    let pair = group(store, &[ann, bob]).await;
    let late = group(store, &[carl]).await;
    change(store, late, Do::Add(bob, Role::Member)).await;
    change(store, late, Do::Add(ann, Role::Member)).await;
    change(store, pair, Do::Remove(bob)).await;

    let members = store.members_of(&[pair, late], 2).await.unwrap();
    assert_eq!((members[&pair].count, &members[&pair].first[..]), (1, &[ann][..]));
    assert_eq!(
        (members[&late].count, &members[&late].first[..]),
        (3, &[carl, bob][..]),
        "in the order of joining"
    );
    assert!(store.members_of(&[], 2).await.unwrap().is_empty());

    let numbers = store.numbers_of(&[pair, late]).await.unwrap();
    let number = async |id| store.conversation(id).await.unwrap().unwrap().number;
    assert_eq!(
        (numbers[&pair], numbers[&late]),
        (number(pair).await, number(late).await)
    );
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.text.as_deref().unwrap())
        .collect()
}

pub(crate) async fn what_people_said_is_read_back_newest_first(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let one = group(store, &[ann, bob]).await;
    let other = group(store, &[ann]).await;
    let hidden = group(store, &[bob]).await;
    let first = send(store, one, ann, "1").await;
    send(store, other, ann, "2").await;
    let gone = send(store, one, bob, "gone").await;
    send(store, hidden, bob, "not for her").await;
    let last = send(store, one, bob, "3").await;
    change(store, one, Do::Delete(gone.id)).await;

    let said = store.said_in(one, Before::TheEnd, ALL).await.unwrap();
    assert_eq!(texts(&said), ["3", "1"]);
    assert_eq!((&said[1].id, said[1].number), (&first.id, first.number));
    let everything = store.said_to(ann, Before::TheEnd, ALL).await.unwrap();
    assert_eq!(texts(&everything), ["3", "2", "1"]);
    assert_eq!(store.said_count(one).await.unwrap(), 2);

    let before = Before::Number(last.number);
    assert_eq!(texts(&store.said_in(one, before, ALL).await.unwrap()), ["1"]);
    assert_eq!(texts(&store.said_to(ann, before, ALL).await.unwrap()), ["2", "1"]);
    let window = Window { limit: 1, offset: 1 };
    let part = store.said_in(one, Before::TheEnd, window).await.unwrap();
    assert_eq!(texts(&part), ["1"]);
}

/// Bytes of the longest text there can be: four for each character.
const LONGEST: usize = limits::MESSAGE_CHARS * 4;

pub(crate) async fn what_was_said_ends_where_its_texts_come_to_eight_mebibytes(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let room = group(store, &[ann, bob]).await;
    let longest = "🙂".repeat(limits::MESSAGE_CHARS);
    let fit = usize::try_from(limits::UNPAGED_BYTES).unwrap() / LONGEST;
    for _ in 0..=fit {
        send(store, room, ann, &longest).await;
    }
    let said = store.said_in(room, Before::TheEnd, ALL).await.unwrap();
    assert_eq!(said.len(), fit);
    assert_eq!(store.said_to(ann, Before::TheEnd, ALL).await.unwrap(), said);
    // The rest follows.
    let before = Before::Number(said.last().unwrap().number);
    assert_eq!(store.said_in(room, before, ALL).await.unwrap().len(), 1);
    assert_eq!(store.said_to(bob, before, ALL).await.unwrap().len(), 1);
}

pub(crate) async fn the_newest_messages_of_many_rooms_are_read_at_once(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let [long, short, silent] = [
        group(store, &[ann]).await,
        group(store, &[ann]).await,
        group(store, &[ann]).await,
    ];
    for text in ["1", "2", "3", "4"] {
        send(store, long, ann, text).await;
    }
    let gone = send(store, long, ann, "gone").await;
    change(store, long, Do::Delete(gone.id)).await;
    send(store, short, ann, "alone").await;

    let rooms = [long, short, silent];
    let newest = store.newest_said(&rooms, 2).await.unwrap();
    assert_eq!(texts(&newest[&long]), ["4", "3"]);
    assert_eq!(texts(&newest[&short]), ["alone"]);
    assert!(!newest.contains_key(&silent));
    let newest = store.newest_said(&rooms, 1).await.unwrap();
    assert_eq!(texts(&newest[&long]), ["4"]);
    assert!(store.newest_said(&[], 1).await.unwrap().is_empty());
}

pub(crate) async fn a_group_is_closed_until_it_is_opened(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let room = create(store, &new_group(&[ann])).await;
    let is_open = async || {
        let mut locked = store.lock(room).await.unwrap().unwrap();
        locked.is_open().await.unwrap()
    };
    assert!(!is_open().await);
    store.set_open(room, true).await.unwrap();
    assert!(is_open().await);
    store.set_open(room, false).await.unwrap();
    assert!(!is_open().await);
}

async fn read(store: &Store, conversation: ConversationId, user: UserId) {
    let mark = Mark {
        conversation,
        user,
        seq: Mark::EVERYTHING,
    };
    assert_eq!(store.mark_read(&[mark]).await.unwrap().len(), 1);
}

pub(crate) async fn a_message_is_read_once_somebody_else_who_was_there_has_read_it(database: &Database) {
    let store = &database.store;
    let [ann, bob, carl] = people(store).await;
    let room = group(store, &[ann, bob]).await;
    let is_read = async || {
        let said = store.said_in(room, Before::TheEnd, ALL).await.unwrap();
        let newest = store.newest_said(&[room], 100).await.unwrap();
        assert_eq!(newest[&room], said);
        let said: Vec<_> = said
            .iter()
            .rev()
            .map(|message| message.is_read.unwrap())
            .collect();
        said
    };
    send(store, room, ann, "1").await;
    send(store, room, bob, "2").await;
    read(store, room, ann).await;
    assert_eq!(is_read().await, [false, true], "her own is not read by herself");
    // Who comes later has read everything so far, but nobody has been read by them.
    change(store, room, Do::Add(carl, Role::Member)).await;
    assert_eq!(is_read().await, [false, true]);
    send(store, room, ann, "3").await;
    read(store, room, carl).await;
    assert_eq!(is_read().await, [false, true, true]);
    change(store, room, Do::Remove(carl)).await;
    assert_eq!(is_read().await, [false, true, true], "read is read");
    read(store, room, bob).await;
    assert_eq!(is_read().await, [true, true, true]);
}

pub(crate) async fn a_hidden_room_is_not_listed_until_somebody_writes(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let room = group(store, &[ann, bob]).await;
    let before = store.stamp_of_rooms(ann).await.unwrap();
    let hide = MyPatch {
        is_hidden: Some(true),
        ..MyPatch::default()
    };
    assert!(
        store
            .update_my_conversation((room, ann), &hide, at(5))
            .await
            .unwrap()
    );
    assert!(listed(store, ann, RoomOrder::Creation).await.is_empty());
    assert_eq!(store.room_count(ann).await.unwrap(), 0);
    assert!(store.room_of(ann, room).await.unwrap().is_some());
    assert_ne!(store.stamp_of_rooms(ann).await.unwrap(), before);
    send(store, room, bob, "hello").await;
    assert_eq!(listed(store, ann, RoomOrder::Creation).await, [(room, 1)]);
}

/// The three stamps of a person, that of one room among them.
async fn stamps(store: &Store, user: UserId, room: ConversationId) -> [Stamp; 3] {
    [
        store.stamp_of_rooms(user).await.unwrap(),
        store.stamp_of_said(user).await.unwrap(),
        store.stamp_of_said_in(user, room).await.unwrap(),
    ]
}

fn differ(before: [Stamp; 3], after: [Stamp; 3]) -> [bool; 3] {
    [0, 1, 2].map(|place| before[place] != after[place])
}

pub(crate) async fn a_stamp_stays_until_something_that_the_list_shows_has_changed(database: &Database) {
    let store = &database.store;
    let [ann, bob, carl] = people(store).await;
    let room = group(store, &[ann, bob]).await;
    let elsewhere = group(store, &[bob, carl]).await;
    let mut before = stamps(store, ann, room).await;
    let mut step = async |what: &str, expected: [bool; 3]| {
        let after = stamps(store, ann, room).await;
        assert_eq!(differ(before, after), expected, "{what}");
        before = after;
    };
    step("nothing", [false; 3]).await;
    let message = send(store, room, bob, "hello").await;
    step("a message", [true; 3]).await;
    change(store, room, Do::Edit(message.id, "hi")).await;
    step("an edit", [true; 3]).await;
    change(store, room, Do::Delete(message.id)).await;
    step("a deletion", [true; 3]).await;
    read(store, room, ann).await;
    step("her own mark", [true; 3]).await;
    read(store, room, bob).await;
    step("the mark of another", [false, true, true]).await;
    change(store, room, Do::Add(carl, Role::Member)).await;
    step("a newcomer", [true; 3]).await;
    send(store, elsewhere, bob, "hello").await;
    step("what she is not in", [false; 3]).await;
    let other = group(store, &[bob, ann]).await;
    step("another room", [true, true, false]).await;
    send(store, other, bob, "hello").await;
    step("a message there", [true, true, false]).await;
    let patch = ProfilePatch {
        first_name: Some("Robert".into()),
        ..ProfilePatch::default()
    };
    store.update_profile(bob, &patch).await.unwrap().unwrap();
    step("a name", [true; 3]).await;
    change(store, other, Do::DeleteConversation).await;
    step("a room gone", [true, true, false]).await;
    change(store, room, Do::Remove(ann)).await;
    step("put out", [true; 3]).await;
    send(store, room, bob, "alone").await;
    step("what she does not see any more", [false; 3]).await;
}
