use std::time::Duration;

use futures_util::future::join_all;
use protocol::models::{Mention, NotificationSettings, NotificationSwitch, Role};
use protocol::requests::PatchNotificationSettings;
use protocol::{ConversationId, NotificationId, Timestamp, UserId};
use store::{About, Edge, HostNotice, NewNotice, Notice, Store};

use crate::database::Database;
use crate::given::{Do, at, change, group, message, people, person, send};

/// One look, as a node takes it.
async fn look(store: &Store, id: ConversationId) -> Vec<NotificationId> {
    let notified = store.notify(&[id], at(100)).await.unwrap();
    assert!(!notified.has_more);
    notified.entries
}

async fn list(store: &Store, user: UserId) -> Vec<Notice> {
    store.notifications(user, 200, 0).await.unwrap()
}

/// Kind, text, and whether it is read.
async fn lines(store: &Store, user: UserId) -> Vec<(String, String, bool)> {
    let notices = list(store, user).await.into_iter();
    let line = |notice: Notice| (notice.kind.clone(), text(&notice), notice.is_read);
    notices.map(line).collect()
}

fn text(notice: &Notice) -> String {
    match &notice.about {
        About::Conversation { said: Some(said), .. } => format!("{}: {}", said.first_name, said.text),
        About::Conversation { title, .. } => title.clone().unwrap_or_default(),
        About::Host(host) => host.message.clone(),
    }
}

fn unread(kind: &str, text: &str) -> (String, String, bool) {
    (kind.into(), text.into(), false)
}

fn read(kind: &str, text: &str) -> (String, String, bool) {
    (kind.into(), text.into(), true)
}

/// A group that was looked at, with nothing on anybody's list.
async fn quiet_group(store: &Store, participants: &[UserId]) -> ConversationId {
    let id = group(store, participants).await;
    look(store, id).await;
    for &user in participants {
        for notice in list(store, user).await {
            store.delete_notification(user, notice.id).await.unwrap();
        }
    }
    id
}

/// As a client that reads everything, by the statement of whoever keeps the marks.
async fn read_up_to(database: &Database, sql: &'static str) {
    database.execute(sql).await;
}

pub(crate) async fn a_busy_conversation_has_one_entry_for_each_that_shows_its_newest(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = quiet_group(store, &[ann, bob, eve]).await;
    send(store, id, ann, "one").await;
    assert_eq!(look(store, id).await.len(), 2);
    for text in ["two", "three"] {
        send(store, id, ann, text).await;
        assert_eq!(look(store, id).await, []);
    }
    for user in [bob, eve] {
        assert_eq!(
            lines(store, user).await,
            [unread("message", "First person0: three")]
        );
    }
    assert_eq!(lines(store, ann).await, []);
    // What one says oneself is not shown to oneself; what others answer is.
    send(store, id, bob, "answer").await;
    assert_eq!(look(store, id).await.len(), 1);
    assert_eq!(
        lines(store, ann).await,
        [unread("message", "First person1: answer")]
    );
    assert_eq!(
        lines(store, bob).await,
        [unread("message", "First person0: three")]
    );
}

pub(crate) async fn a_look_writes_nothing_twice_however_many_nodes_take_it(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = quiet_group(store, &[ann, bob]).await;
    for text in ["one", "two"] {
        send(store, id, ann, text).await;
        let these = [id];
        let looks = join_all((0..8).map(|_| store.notify(&these, at(100)))).await;
        let _entries: Vec<_> = looks.into_iter().map(Result::unwrap).collect();
    }
    let [only] = &list(store, bob).await[..] else {
        panic!("one entry");
    };
    // Deleted means deleted: what was looked at does not come back.
    assert!(store.delete_notification(bob, only.id).await.unwrap());
    assert_eq!(look(store, id).await, []);
    assert_eq!(lines(store, bob).await, []);
    send(store, id, ann, "three").await;
    look(store, id).await;
    assert_eq!(
        lines(store, bob).await,
        [unread("message", "First person0: three")]
    );
}

pub(crate) async fn who_has_read_muted_or_turned_it_off_is_not_told(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve, dan, zoe] = people(store).await;
    let id = quiet_group(store, &[ann, bob, eve, dan, zoe]).await;
    send(store, id, ann, "one").await;
    read_up_to(
        database,
        "update participants set last_read_seq = 1 where user_id = 2",
    )
    .await;
    read_up_to(
        database,
        "update participants set muted_until = '2100-01-01T00:00:00+00:00' where user_id = 3",
    )
    .await;
    let off = PatchNotificationSettings {
        messages: Some(false),
        ..PatchNotificationSettings::default()
    };
    let expected = NotificationSettings {
        messages: false,
        ..NotificationSettings::default()
    };
    let turned = store.set_notification_settings(dan, &off).await.unwrap();
    assert_eq!(turned, expected);
    assert_eq!(look(store, id).await.len(), 1);
    for user in [ann, bob, eve, dan] {
        assert_eq!(lines(store, user).await, [], "{user}");
    }
    assert_eq!(lines(store, zoe).await.len(), 1);
    assert_eq!(store.notification_settings(dan).await.unwrap(), expected);
    let nothing = PatchNotificationSettings::default();
    assert_eq!(
        store.set_notification_settings(dan, &nothing).await.unwrap(),
        expected
    );
    assert_eq!(
        store.notification_settings(zoe).await.unwrap(),
        NotificationSettings::default()
    );
}

pub(crate) async fn being_named_or_answered_pierces_a_mute_but_not_the_switch(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve, dan] = people(store).await;
    let id = quiet_group(store, &[ann, bob, eve, dan]).await;
    let asked = send(store, id, bob, "a question").await;
    look(store, id).await;
    store.read_all_notifications(ann).await.unwrap();
    read_up_to(
        database,
        "update participants set muted_until = '2100-01-01T00:00:00+00:00'",
    )
    .await;
    let off = PatchNotificationSettings {
        messages: Some(false),
        ..PatchNotificationSettings::default()
    };
    store.set_notification_settings(dan, &off).await.unwrap();
    let mut answer = message(id, ann, "an answer");
    answer.reply_to = Some(asked.id);
    store.append(&[answer], &[], at(2)).await.unwrap();
    // Nothing of this branch stores mentions yet; the rows are where they will be.
    let named = [eve, dan].map(|user_id| Mention {
        user_id,
        offset: 0,
        length: 2,
    });
    assert_eq!(serde_json::to_string(&named).unwrap(), MENTIONS);
    read_up_to(
        database,
        r#"update messages set mentions = '[{"user_id":3,"offset":0,"length":2},{"user_id":4,"offset":0,"length":2}]'
           where text = 'an answer'"#,
    )
    .await;
    assert_eq!(look(store, id).await.len(), 2);
    assert_eq!(
        lines(store, bob).await[0],
        unread("reply", "First person0: an answer")
    );
    assert_eq!(
        lines(store, eve).await[0],
        unread("mention", "First person0: an answer")
    );
    assert!(
        lines(store, dan)
            .await
            .iter()
            .all(|(kind, _, _)| kind == "message")
    );
    assert_eq!(look(store, id).await, []);
}

const MENTIONS: &str = r#"[{"user_id":3,"offset":0,"length":2},{"user_id":4,"offset":0,"length":2}]"#;

pub(crate) async fn who_is_let_in_is_told_and_who_leaves_has_no_entry_left(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    look(store, id).await;
    assert_eq!(lines(store, ann).await, []);
    assert_eq!(lines(store, bob).await, [unread("added", "Group")]);
    change(store, id, Do::Add(eve, Role::Member)).await;
    look(store, id).await;
    assert_eq!(lines(store, eve).await, [unread("added", "Group")]);
    send(store, id, ann, "hello").await;
    look(store, id).await;
    assert_eq!(lines(store, eve).await.len(), 2);
    change(store, id, Do::Remove(eve)).await;
    assert_eq!(lines(store, eve).await, []);
    assert_eq!(lines(store, bob).await.len(), 2);
    // Left before anybody looked.
    send(store, id, ann, "good-bye").await;
    change(store, id, Do::Remove(bob)).await;
    assert_eq!(look(store, id).await, []);
    change(store, id, Do::Add(bob, Role::Member)).await;
    look(store, id).await;
    change(store, id, Do::DeleteConversation).await;
    for user in [ann, bob, eve] {
        assert_eq!(lines(store, user).await, []);
    }
    assert_eq!(look(store, id).await, []);
}

pub(crate) async fn an_entry_that_was_left_behind_is_shown_to_nobody_who_is_not_in_it(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob, eve]).await;
    send(store, id, ann, "between us").await;
    let entries = look(store, id).await;
    store.create_notices(&notice(&[bob], None), at(2)).await.unwrap();
    for user in [bob, eve] {
        be_online(store, user, at(1)).await;
    }
    let of_bob = list(store, bob).await;
    let one = of_bob.iter().find(|entry| entry.kind == "message").unwrap().id;
    let told = async || -> Vec<_> {
        let told = store.notifications_for_sockets(&entries).await.unwrap();
        told.into_iter().map(|entry| entry.user).collect()
    };
    let version = store.notifications_version(bob).await.unwrap();
    assert_eq!((of_bob.len(), version.count), (3, 3));
    assert_eq!(store.unread_notifications(bob).await.unwrap(), 3);
    assert!(told().await.contains(&bob));
    // As if the clean-up had come to nothing.
    database
        .execute("update participants set left_seq = 9 where user_id = 2")
        .await;
    assert_eq!(lines(store, bob).await, [unread("new_bid", "На ваш заказ")]);
    assert_eq!(store.notification(bob, one).await.unwrap(), None);
    assert_eq!(store.unread_notifications(bob).await.unwrap(), 1);
    assert_eq!(store.notifications_version(bob).await.unwrap().count, 1);
    assert!(told().await.iter().all(|&user| user == eve));
    assert_eq!(lines(store, eve).await.len(), 2);
    database
        .execute("update conversations set deleted_at = '2100-01-01T00:00:00+00:00'")
        .await;
    assert_eq!(lines(store, eve).await, []);
    assert_eq!(store.unread_notifications(eve).await.unwrap(), 0);
    assert_eq!(store.notifications_version(eve).await.unwrap().count, 0);
    assert_eq!(told().await, []);
}

pub(crate) async fn nodes_that_read_the_same_entries_do_not_stop_each_other(database: &Database) {
    const ROUNDS: usize = 60;
    let store = &database.store;
    let everybody: [UserId; 16] = people(store).await;
    let id = group(store, &everybody).await;
    look(store, id).await;
    for round in 0..ROUNDS {
        send(store, id, everybody[round % 2], "hi").await;
        look(store, id).await;
        database
            .execute("update participants set last_read_seq = 1000")
            .await;
        let readings = (0..6).map(|place| {
            let mut pairs: Vec<_> = everybody.iter().map(|&user| (user, id)).collect();
            if place % 2 == 0 {
                pairs.reverse();
            }
            async move { store.read_notifications_of(&pairs).await.unwrap() }
        });
        join_all(readings).await;
        for user in everybody {
            assert_eq!(store.unread_notifications(user).await.unwrap(), 0);
        }
        database
            .execute("update participants set last_read_seq = 0")
            .await;
    }
}

pub(crate) async fn reading_a_conversation_reads_its_entries(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let first = send(store, id, ann, "one").await;
    look(store, id).await;
    send(store, id, ann, "two").await;
    look(store, id).await;
    assert_eq!(store.unread_notifications(bob).await.unwrap(), 2);
    let pairs = [(bob, id), (ann, id)];
    // Not far enough.
    assert_eq!(first.seq.0, 1);
    read_up_to(
        database,
        "update participants set last_read_seq = 1 where user_id = 2",
    )
    .await;
    store.read_notifications_of(&pairs).await.unwrap();
    assert_eq!(store.unread_notifications(bob).await.unwrap(), 1);
    read_up_to(
        database,
        "update participants set last_read_seq = 2 where user_id = 2",
    )
    .await;
    store.read_notifications_of(&pairs).await.unwrap();
    assert_eq!(store.unread_notifications(bob).await.unwrap(), 0);
    // It shows what was read, and what comes later is an entry in its place.
    send(store, id, ann, "three").await;
    assert!(
        lines(store, bob)
            .await
            .contains(&read("message", "First person0: two"))
    );
    look(store, id).await;
    assert_eq!(
        lines(store, bob).await,
        [unread("message", "First person0: three"), read("added", "Group")]
    );
    assert_eq!(store.unread_notifications(bob).await.unwrap(), 1);
}

pub(crate) async fn what_is_deleted_before_it_is_read_leaves_no_entry(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = quiet_group(store, &[ann, bob]).await;
    let one = send(store, id, ann, "one").await;
    let two = send(store, id, ann, "two").await;
    look(store, id).await;
    change(store, id, Do::Delete(two.id)).await;
    look(store, id).await;
    assert_eq!(lines(store, bob).await, [unread("message", "First person0: one")]);
    change(store, id, Do::Edit(one.id, "ein")).await;
    assert_eq!(lines(store, bob).await, [unread("message", "First person0: ein")]);
    change(store, id, Do::Delete(one.id)).await;
    look(store, id).await;
    assert_eq!(lines(store, bob).await, []);
}

pub(crate) async fn a_lists_version_moves_with_whatever_it_shows(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = quiet_group(store, &[ann, bob]).await;
    let mut seen = vec![store.notifications_version(bob).await.unwrap()];
    let mut moved = async |what: &str| {
        let version = store.notifications_version(bob).await.unwrap();
        assert!(!seen.contains(&version), "{what}");
        assert_eq!(version, store.notifications_version(bob).await.unwrap());
        seen.push(version);
    };
    let one = send(store, id, ann, "one").await;
    look(store, id).await;
    moved("an entry").await;
    send(store, id, ann, "two").await;
    moved("a newer text").await;
    change(store, id, Do::Edit(one.id, "ein")).await;
    moved("an edit").await;
    let entry = list(store, bob).await[0].id;
    store.set_notification_read(bob, entry, true).await.unwrap();
    moved("read").await;
    store.set_notification_read(bob, entry, false).await.unwrap();
    moved("unread again").await;
    store.read_all_notifications(bob).await.unwrap();
    moved("all read").await;
    let before = store.notifications_version(bob).await.unwrap();
    store.read_all_notifications(bob).await.unwrap();
    store.set_notification_read(bob, entry, true).await.unwrap();
    store.set_notification_read(ann, entry, false).await.unwrap();
    assert_eq!(store.notifications_version(bob).await.unwrap(), before);
    store.delete_notification(bob, entry).await.unwrap();
    assert_eq!(store.notifications_version(bob).await.unwrap().count, 0);
}

fn notice(users: &[UserId], switch: Option<NotificationSwitch>) -> NewNotice {
    NewNotice {
        users: users.to_vec(),
        kind: "new_bid".into(),
        says: HostNotice {
            type_display: "Новая ставка".into(),
            title: "Ставка".into(),
            message: "На ваш заказ".into(),
            related_object_id: Some(7),
            related_object_type: Some("order".into()),
            data: Some(serde_json::json!({ "price": 100 })),
        },
        switch,
    }
}

pub(crate) async fn a_hosts_notice_reaches_those_who_exist_and_want_it(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let nobody = UserId(9_999);
    let no_bids = PatchNotificationSettings {
        bids: Some(false),
        ..PatchNotificationSettings::default()
    };
    store.set_notification_settings(bob, &no_bids).await.unwrap();
    let told = notice(&[ann, bob, nobody], Some(NotificationSwitch::Bids));
    assert_eq!(store.create_notices(&told, at(5)).await.unwrap().len(), 1);
    for switch in [
        None,
        Some(NotificationSwitch::OrderConfirmation),
        Some(NotificationSwitch::Claims),
        Some(NotificationSwitch::Messages),
        Some(NotificationSwitch::BalanceTopUp),
        Some(NotificationSwitch::SystemUpdates),
    ] {
        let told = notice(&[bob], switch);
        assert_eq!(store.create_notices(&told, at(6)).await.unwrap().len(), 1);
    }
    let [entry] = &list(store, ann).await[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.about, About::Host(told.says.clone()));
    assert_eq!(
        (entry.kind.as_str(), entry.created_at, entry.user),
        ("new_bid", at(5), ann)
    );
    // Nobody else sees it, or does anything with it.
    assert_eq!(store.notification(bob, entry.id).await.unwrap(), None);
    assert!(!store.delete_notification(bob, entry.id).await.unwrap());
    assert_eq!(
        store.notification(ann, entry.id).await.unwrap().as_ref(),
        Some(entry)
    );
}

pub(crate) async fn lists_are_by_what_they_show_and_the_old_is_forgotten(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = quiet_group(store, &[ann, bob]).await;
    store
        .append(&[message(id, ann, "early")], &[], at(10))
        .await
        .unwrap();
    look(store, id).await;
    store.create_notices(&notice(&[bob], None), at(20)).await.unwrap();
    let kinds = async || -> Vec<String> { list(store, bob).await.into_iter().map(|it| it.kind).collect() };
    assert_eq!(kinds().await, ["new_bid", "message"]);
    store
        .append(&[message(id, ann, "late")], &[], at(30))
        .await
        .unwrap();
    assert_eq!(kinds().await, ["message", "new_bid"]);
    let second = store.notifications(bob, 1, 1).await.unwrap();
    assert_eq!(second[0].kind, "new_bid");
    assert_eq!(store.forget_notifications(at(20), 9).await.unwrap(), 0);
    assert_eq!(store.forget_notifications(at(21), 9).await.unwrap(), 1);
    assert_eq!(kinds().await, ["message"]);
}

pub(crate) async fn only_the_online_are_told_by_a_frame_and_only_of_what_is_unread(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve, dan] = people(store).await;
    let id = quiet_group(store, &[ann, bob, eve, dan]).await;
    for user in [ann, bob, dan] {
        be_online(store, user, at(1)).await;
    }
    send(store, id, ann, "hello").await;
    let entries = look(store, id).await;
    assert_eq!(entries.len(), 3);
    store.read_all_notifications(dan).await.unwrap();
    let told = store.notifications_for_sockets(&entries).await.unwrap();
    assert_eq!(told.iter().map(|it| it.user).collect::<Vec<_>>(), [bob]);
}

pub(crate) async fn a_burst_in_a_large_group_writes_an_entry_a_person(database: &Database) {
    const PEOPLE: usize = 200;
    const MESSAGES: usize = 1_000;
    let store = &database.store;
    let mut everybody = Vec::with_capacity(PEOPLE);
    for place in 0..PEOPLE {
        everybody.push(person(store, &format!("one{place}")).await);
    }
    let id = group(store, &everybody).await;
    assert_eq!(look(store, id).await.len(), PEOPLE - 1);
    let said: Vec<_> = (0..MESSAGES).map(|_| message(id, everybody[0], "x")).collect();
    let mut written = 0;
    for batch in said.chunks(100) {
        store.append(batch, &[], at(2)).await.unwrap();
        written += look(store, id).await.len();
    }
    assert_eq!(written, PEOPLE - 1);
    // More than one look takes.
    let said: Vec<_> = (0..2_500).map(|_| message(id, everybody[1], "y")).collect();
    store.append(&said, &[], at(3)).await.unwrap();
    let first = store.notify(&[id], at(100)).await.unwrap();
    assert!(first.has_more);
    let second = store.notify(&[id], at(100)).await.unwrap();
    assert!(!second.has_more);
    // Only the one who had said everything so far had no entry.
    assert_eq!((first.entries.len(), second.entries.len()), (1, 0));
}

pub(crate) async fn what_a_killed_node_owed_is_found_once_and_counted_once(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = quiet_group(store, &[ann, bob]).await;
    let gone = quiet_group(store, &[ann, bob]).await;
    send(store, id, ann, "owed").await;
    send(store, gone, ann, "not owed").await;
    change(store, gone, Do::DeleteConversation).await;
    let mut now = at(1_000);
    let sweep = store.begin_sweep(now).await.unwrap().unwrap();
    assert_eq!(sweep.behind, [id]);
    // Somebody has it in hand.
    assert_eq!(store.begin_sweep(now).await.unwrap(), None);
    // That node died too.
    now = now.plus(Duration::from_secs(30));
    let sweep = store.begin_sweep(now).await.unwrap().unwrap();
    assert_eq!(sweep.behind, [id]);
    look(store, id).await;
    store.finish_sweep(&sweep).await.unwrap();
    let hours = store.messages_by_hour("2023").await.unwrap();
    assert_eq!(hours.iter().map(|(_, count)| count).sum::<i64>(), 2);
    for _ in 0..3 {
        now = now.plus(Duration::from_secs(30));
        let sweep = store.begin_sweep(now).await.unwrap().unwrap();
        assert_eq!(sweep.behind, []);
        store.finish_sweep(&sweep).await.unwrap();
        // A second node with the same look changes nothing.
        store.finish_sweep(&sweep).await.unwrap();
        let hours = store.messages_by_hour("2023").await.unwrap();
        assert_eq!(hours, [("2023-11-14T22".to_owned(), 2)]);
    }
    assert_eq!(store.messages_by_hour("2024").await.unwrap(), []);
    // A clock that is far ahead holds nobody up.
    let ahead = now.plus(Duration::from_hours(1));
    assert!(store.begin_sweep(ahead).await.unwrap().is_some());
    assert!(store.begin_sweep(now).await.unwrap().is_some());
}

pub(crate) async fn figures_are_of_what_was_said_answered_and_read(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    assert_eq!(store.mean_response(at(0)).await.unwrap(), None);
    let id = group(store, &[ann, bob]).await;
    let say = async |who, seconds| {
        store
            .append(&[message(id, who, "x")], &[], at(seconds))
            .await
            .unwrap();
    };
    // Ten seconds, then twenty; the second question of the same person does not count, a day is no answer.
    say(ann, 10).await;
    say(ann, 15).await;
    say(bob, 20).await;
    say(ann, 40).await;
    say(bob, 40 + 2 * 86_400).await;
    let mean = store.mean_response(at(0)).await.unwrap().unwrap();
    assert!((mean - 15.0).abs() < 0.01, "{mean}");
    assert_eq!(store.messages_read_by_nobody(at(0)).await.unwrap(), 5);
    database
        .execute("update participants set last_read_seq = 2 where user_id = 2")
        .await;
    assert_eq!(store.messages_read_by_nobody(at(0)).await.unwrap(), 3);
    assert_eq!(
        store.active_conversations(at(200_000), at(0)).await.unwrap(),
        (0, 1)
    );
    assert_eq!(store.active_conversations(at(5), at(0)).await.unwrap(), (1, 1));
    assert_eq!(store.online_count().await.unwrap(), 0);
    be_online(store, ann, at(1)).await;
    assert_eq!(store.online_count().await.unwrap(), 1);
    assert_eq!(store.figures().await.unwrap(), None);
    for online_users in [1, 2] {
        let figures = protocol::models::Figures {
            counted_at: at(9),
            online_users,
            ..protocol::models::Figures::default()
        };
        store.keep_figures(&figures).await.unwrap();
        assert_eq!(store.figures().await.unwrap(), Some(figures));
    }
}

async fn be_online(store: &Store, user: UserId, at: Timestamp) {
    let is_online = true;
    store
        .note_presence(&[Edge { user, is_online, at }])
        .await
        .unwrap();
}
