//! Search: what is found, by whom, and what never is.

use protocol::models::{Attachment, Message, Role, SystemEvent};
use protocol::{ConversationId, MessageId, UserId};
use store::{NewSystemMessage, Search, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, at, change, group, people, send};

fn words(text: &str) -> Search {
    Search {
        text: text.into(),
        ..Search::default()
    }
}

async fn found(store: &Store, by: UserId, search: &Search) -> Vec<String> {
    let found = store.search_messages(by, search, 50).await.unwrap();
    found.into_iter().filter_map(|message| message.text).collect()
}

async fn say(store: &Store, id: ConversationId, by: UserId, texts: &[&str]) -> Vec<Message> {
    let mut said = Vec::new();
    for text in texts {
        said.push(send(store, id, by, text).await);
    }
    said
}

pub(crate) async fn words_and_parts_of_texts_are_found_in_every_alphabet_the_newest_first(
    database: &Database,
) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let texts = [
        "Договор подписан вчера",
        "The meeting is at noon",
        "Саламатсызбы, кандайсыз?",
        "скидка 50% до_завтра",
        "\"quoted\" it's O'Neil \\ back",
    ];
    say(store, id, ann, &texts).await;
    for (query, expected) in [
        ("подписан", vec![texts[0]]),
        ("ДОГОВОР", vec![texts[0]]),
        ("оговор", vec![texts[0]]),
        ("meet", vec![texts[1]]),
        ("meeting noon", vec![texts[1]]),
        ("noon meeting", vec![texts[1]]),
        ("кандай", vec![texts[2]]),
        ("саламатсызбы", vec![texts[2]]),
        ("50%", vec![texts[3]]),
        ("до_завтра", vec![texts[3]]),
        ("5_%", vec![]),
        ("O'Neil", vec![texts[4]]),
        ("\"quoted\"", vec![texts[4]]),
        ("\\ back", vec![texts[4]]),
        ("absent", vec![]),
        ("AND OR NOT", vec![]),
        ("text:meeting*", vec![]),
    ] {
        assert_eq!(found(store, ann, &words(query)).await, expected, "{query}");
    }
    let many = say(store, id, ann, &["again one", "again two", "again three"]).await;
    assert_eq!(
        found(store, ann, &words("again")).await,
        ["again three", "again two", "again one"]
    );
    let next = Search {
        below: Some(many[2].number),
        ..words("again")
    };
    assert_eq!(found(store, ann, &next).await, ["again two", "again one"]);
    let page = store.search_messages(ann, &words("again"), 1).await.unwrap();
    assert_eq!(page, [many[2].clone()]);
}

pub(crate) async fn postgres_finds_a_word_in_all_its_forms(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    say(store, id, ann, &["новые сообщения пришли", "all deadlines moved"]).await;
    let expected = database.is_postgres().then_some("новые сообщения пришли");
    let forms = found(store, ann, &words("сообщениями")).await;
    assert_eq!(forms, expected.into_iter().collect::<Vec<_>>());
    let expected = database.is_postgres().then_some("all deadlines moved");
    let forms = found(store, ann, &words("deadlined")).await;
    assert_eq!(forms, expected.into_iter().collect::<Vec<_>>());
}

pub(crate) async fn only_those_who_are_in_a_conversation_find_what_was_said_there(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let (both, of_ann) = (group(store, &[ann, bob]).await, group(store, &[ann]).await);
    say(store, both, bob, &["secret of both"]).await;
    say(store, of_ann, ann, &["secret of ann"]).await;
    let secret = words("secret");
    assert_eq!(
        found(store, ann, &secret).await,
        ["secret of ann", "secret of both"]
    );
    assert_eq!(found(store, bob, &secret).await, ["secret of both"]);
    assert!(found(store, eve, &secret).await.is_empty());
    let there = Search {
        conversation: Some(of_ann),
        ..secret.clone()
    };
    assert_eq!(found(store, ann, &there).await, ["secret of ann"]);
    assert!(found(store, bob, &there).await.is_empty());
    change(store, both, Do::Remove(bob)).await;
    assert!(found(store, bob, &secret).await.is_empty());
    change(store, both, Do::Add(bob, Role::Member)).await;
    assert_eq!(found(store, bob, &secret).await, ["secret of both"]);
    change(store, both, Do::DeleteConversation).await;
    assert_eq!(found(store, ann, &secret).await, ["secret of ann"]);
}

pub(crate) async fn what_was_deleted_edited_away_or_said_by_the_system_is_not_found(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let said = say(store, id, ann, &["first text", "second text"]).await;
    change(store, id, Do::Edit(said[0].id, "changed since")).await;
    assert_eq!(found(store, ann, &words("changed")).await, ["changed since"]);
    assert!(found(store, ann, &words("first")).await.is_empty());
    change(store, id, Do::Delete(said[1].id)).await;
    change(store, id, Do::Delete(said[0].id)).await;
    for gone in ["second", "changed"] {
        assert!(found(store, ann, &words(gone)).await.is_empty(), "{gone}");
    }
    let mut locked = store.lock(id).await.unwrap().unwrap();
    let new = NewSystemMessage {
        id: MessageId(Uuid::now_v7()),
        sender: ann,
        event: SystemEvent::Left,
        text: "somebody left".into(),
    };
    locked.say_system(&new, at(4)).await.unwrap();
    locked.commit(at(4)).await.unwrap();
    assert!(found(store, ann, &words("somebody")).await.is_empty());
}

pub(crate) async fn a_search_is_narrowed_by_sender_time_and_files(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let mut said = say(store, id, ann, &["report one"]).await;
    said.extend(say(store, id, bob, &["report two"]).await);
    let report = words("report");
    let of_bob = Search {
        sender: Some(bob),
        ..report.clone()
    };
    assert_eq!(found(store, ann, &of_bob).await, ["report two"]);
    let until = Search {
        to: Some(said[0].created_at),
        ..report.clone()
    };
    assert_eq!(found(store, ann, &until).await, ["report one"]);
    let since = Search {
        from: Some(said[1].created_at),
        ..report.clone()
    };
    assert_eq!(found(store, ann, &since).await, ["report two"]);
    database
        .execute("update messages set attachments = '[{\"id\":1,\"message_id\":\"00000000-0000-0000-0000-000000000000\",\"file_url\":\"\",\"file_type\":\"file\",\"file_size\":1,\"created_at\":\"2026-01-01T00:00:00Z\"}]' where text = 'report two'")
        .await;
    for (has_file, expected) in [(true, "report two"), (false, "report one")] {
        let files = Search {
            has_file: Some(has_file),
            ..report.clone()
        };
        assert_eq!(found(store, ann, &files).await, [expected]);
    }
    let attached: Vec<Attachment> = store.message(said[1].id).await.unwrap().unwrap().attachments;
    assert_eq!(attached.len(), 1);
}

pub(crate) async fn what_waits_outside_the_index_is_found_too_and_taken_in(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    say(store, id, ann, &["before the broom"]).await;
    assert_eq!(found(store, ann, &words("broom")).await.len(), 1);
    let (one, two) = futures_util::join!(store.tidy_search(), store.tidy_search());
    one.unwrap();
    two.unwrap();
    assert_eq!(found(store, ann, &words("broom")).await.len(), 1);
}
