//! Many at once, on as many connections as the pool has.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use futures_util::join;
use protocol::frames::ServerFrame;
use protocol::models::ConversationType;
use protocol::{ConversationId, Seq, UserId};
use store::{Appended, Created, Cursor, NewConversation, Page, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, append, at, change, group, list, message, named, new_group, people, send, stored};

pub(crate) async fn one_of_many_creators_of_a_pair_wins(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let pair = |creator| NewConversation {
        id: ConversationId(Uuid::now_v7()),
        kind: ConversationType::Private,
        created_by: creator,
        direct_key: Some("1:2".into()),
        ..new_group(&[ann, bob])
    };
    one_winner(store, || pair(bob)).await;
    assert_eq!(list(store, ann).await.len(), 1);
}

pub(crate) async fn one_of_many_creators_of_an_order_wins(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let order = || NewConversation {
        service: Some("order".into()),
        service_id: Some("7".into()),
        ..new_group(&[ann])
    };
    one_winner(store, order).await;
    assert_eq!(list(store, ann).await.len(), 1);
}

async fn one_winner(store: &Store, new: impl Fn() -> NewConversation) {
    let news: Vec<_> = (0..24).map(|_| new()).collect();
    let created = join_all(news.iter().map(|new| store.create_conversation(new, at(1)))).await;
    let created: Vec<_> = created.into_iter().map(Result::unwrap).collect();
    let winners = created.iter().filter_map(|one| match one {
        Created::New { id, .. } => Some(*id),
        Created::Existing(_) | Created::Screened => None,
    });
    let winners: Vec<_> = winners.collect();
    assert_eq!(winners.len(), 1);
    assert!(
        created
            .iter()
            .all(|one| matches!(one, Created::New { id, .. } | Created::Existing(id) if *id == winners[0]))
    );
}

pub(crate) async fn one_client_id_is_one_message_however_many_nodes_store_it(database: &Database) {
    let store = &database.store;
    let other_node = Store::connect(&database.url(), 8).await.unwrap();
    let [ann] = people(store).await;
    let (one, two) = (group(store, &[ann]).await, group(store, &[ann]).await);
    for round in 0..10 {
        let name = format!("name{round}");
        let sends = (0..16).map(|place| {
            let conversation = if place % 2 == 0 { one } else { two };
            let node = if place % 3 == 0 { store } else { &other_node };
            append(node, named(conversation, ann, &name))
        });
        let outcomes = join_all(sends).await;
        let mut ids = BTreeSet::new();
        let mut stored = 0;
        for outcome in outcomes {
            match outcome {
                Appended::Stored(message) => {
                    stored += 1;
                    ids.insert(message.id);
                }
                Appended::Repeated(message) => {
                    ids.insert(message.id);
                }
                refused => panic!("{refused:?}"),
            }
        }
        assert_eq!((stored, ids.len()), (1, 1));
    }
    let in_one = store.messages(one, Page::After(Seq::ZERO), 99).await.unwrap();
    let in_two = store.messages(two, Page::After(Seq::ZERO), 99).await.unwrap();
    assert_eq!(in_one.len() + in_two.len(), 10);
    for (messages, id) in [(in_one, one), (in_two, two)] {
        let seqs: Vec<_> = messages.iter().map(|message| message.seq.0).collect();
        let head = store.heads(&[id]).await.unwrap()[0].1.0;
        assert_eq!(seqs, (1..=head).collect::<Vec<_>>());
    }
    other_node.close().await;
}

pub(crate) async fn an_edit_and_a_deletion_of_one_message_do_not_mix(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    for _ in 0..10 {
        let target = send(store, id, ann, "target").await;
        let edit = async {
            let mut locked = store.lock(id).await.unwrap().unwrap();
            locked.message(target.id).await.unwrap()?;
            let change = locked
                .edit_message(target.id, "edited", &[], at(4))
                .await
                .unwrap();
            locked.commit(at(4)).await.unwrap();
            Some(change.seq)
        };
        let (edited, deleted) = join!(edit, change(store, id, Do::Delete(target.id)));
        assert!(edited.is_none_or(|edited| edited < deleted.seq));
        assert!(store.message(target.id).await.unwrap().is_none());
        let page = store
            .changes(id, Cursor::after(Seq(target.seq.0 - 1)), 9)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(page.changes.len(), 1);
        assert!(matches!(page.changes[0].frame, ServerFrame::MessageDeleted(_)));
        assert_eq!(page.head, deleted.seq);
    }
}

pub(crate) async fn nobody_writes_after_their_removal_and_numbers_have_no_hole(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob, eve]).await;
    let writer = async |sender: UserId| {
        let mut seqs = Vec::new();
        for _ in 0..15 {
            let batch = [message(id, sender, "1"), message(id, sender, "2")];
            for outcome in store.append(&batch, &[], at(3)).await.unwrap().outcomes {
                match outcome {
                    Appended::NotParticipant => {}
                    outcome => seqs.push(stored(outcome).seq),
                }
            }
        }
        seqs
    };
    let remover = async {
        // Let some be written first.
        while store.heads(&[id]).await.unwrap()[0].1 < Seq(20) {}
        change(store, id, Do::Remove(bob)).await.seq
    };
    let editor = async {
        let mut seqs = Vec::new();
        for _ in 0..10 {
            let message = send(store, id, eve, "edit me").await;
            seqs.push(message.seq);
            seqs.push(change(store, id, Do::Edit(message.id, "edited")).await.seq);
        }
        seqs
    };
    let (by_ann, by_bob, again_by_bob, removal, by_eve) =
        join!(writer(ann), writer(bob), writer(bob), remover, editor);
    assert!(by_bob.iter().chain(&again_by_bob).all(|&seq| seq < removal));
    assert_eq!(by_ann.len(), 30);
    let mut all: Vec<_> = [by_ann, by_bob, again_by_bob, by_eve, vec![removal]].concat();
    all.sort();
    let head = store.heads(&[id]).await.unwrap()[0].1.0;
    assert_eq!(all, (1..=head).map(Seq).collect::<Vec<_>>());
}
