use std::sync::Arc;
use std::time::Duration;

use protocol::models::{Attachment, ContactPolicy};
use protocol::{ConversationId, Seq};
use store::{
    Appended, Decision, Earlier, Judgement, NewConversation, NewMessage, Screen, Screening, Store, Terms,
};

use crate::database::Database;
use crate::files::{doomed, upload};
use crate::given::{at, create, group, message, named, new_group, people, send, stored};

/// Texts are orders to it; a text after "half" is "whole".
#[derive(Debug)]
struct Obedient;

impl Screen for Obedient {
    fn applies(&self, terms: &Terms<'_>) -> bool {
        let is_wanted = terms.service == Some("order") || terms.screening == Screening::Demanded;
        terms.screening != Screening::Waived
            && terms
                .policy
                .map_or(is_wanted, |policy| policy == ContactPolicy::On)
    }

    fn earlier(&self) -> Option<Earlier> {
        Some(Earlier {
            count: 2,
            within: Duration::from_mins(1),
        })
    }

    fn judge(&self, text: &str, earlier: &[&str]) -> Judgement {
        match text {
            "refuse" => Judgement::Refuse,
            "hold" => Judgement::Hold,
            "mask" => Judgement::Mask("masked".into()),
            "other half" if earlier.contains(&"half") => Judgement::Refuse,
            _ => Judgement::Pass,
        }
    }
}

fn screened(database: &Database) -> Store {
    database.store.clone().screened_by(Arc::new(Obedient))
}

async fn order(store: &Store, participants: &[protocol::UserId]) -> ConversationId {
    order_of(store, "7", participants).await
}

async fn order_of(store: &Store, number: &str, participants: &[protocol::UserId]) -> ConversationId {
    let new = NewConversation {
        service: Some("order".into()),
        service_id: Some(number.into()),
        ..new_group(participants)
    };
    create(store, &new).await
}

async fn append(store: &Store, message: NewMessage) -> Appended {
    crate::given::append(store, message).await
}

pub(crate) async fn what_the_screen_refuses_leaves_no_trace_and_takes_no_number(database: &Database) {
    let store = &screened(database);
    let [ann] = people(store).await;
    let (order, other) = (order(store, &[ann]).await, group(store, &[ann]).await);
    let batch = ["one", "refuse", "mask", "two"].map(|text| message(order, ann, text));
    let outcomes = store.append(&batch, &[], at(2)).await.unwrap().outcomes;
    assert_eq!(outcomes[1], Appended::Screened);
    let texts = [&outcomes[0], &outcomes[2], &outcomes[3]].map(|outcome| stored(outcome.clone()));
    assert_eq!(
        texts.each_ref().map(|message| message.seq),
        [Seq(1), Seq(2), Seq(3)]
    );
    assert_eq!(texts[1].text.as_deref(), Some("masked"));
    assert_eq!(
        store.message(texts[1].id).await.unwrap().unwrap().text.as_deref(),
        Some("masked")
    );
    assert!(store.message(batch[1].id).await.unwrap().is_none());
    // Nothing at all was stored, so nothing is to be published, and the name stays free.
    let alone = store
        .append(
            &[NewMessage {
                text: "refuse".into(),
                ..named(order, ann, "a")
            }],
            &[],
            at(2),
        )
        .await
        .unwrap();
    assert_eq!((alone.outcomes, alone.outbox), (vec![Appended::Screened], None));
    stored(append(store, named(order, ann, "a")).await);
    send(store, other, ann, "refuse").await;
    let unscreened = database.store.clone();
    send(&unscreened, order, ann, "refuse").await;
}

pub(crate) async fn a_conversations_own_policy_and_the_way_in_decide_who_is_screened(database: &Database) {
    let store = &screened(database);
    let [ann] = people(store).await;
    let (order, other) = (order(store, &[ann]).await, group(store, &[ann]).await);
    let refuse = |conversation, screening| NewMessage {
        screening,
        ..message(conversation, ann, "refuse")
    };
    assert_eq!(
        append(store, refuse(other, Screening::Demanded)).await,
        Appended::Screened
    );
    stored(append(store, refuse(order, Screening::Waived)).await);
    assert!(
        store
            .set_contact_policy(other, Some(ContactPolicy::On))
            .await
            .unwrap()
    );
    assert_eq!(
        append(store, refuse(other, Screening::ByPolicy)).await,
        Appended::Screened
    );
    assert!(store.set_contact_policy(other, None).await.unwrap());
    stored(append(store, refuse(other, Screening::ByPolicy)).await);
    assert!(
        store
            .set_contact_policy(order, Some(ContactPolicy::Off))
            .await
            .unwrap()
    );
    stored(append(store, refuse(order, Screening::ByPolicy)).await);
    let nowhere = ConversationId(uuid::Uuid::now_v7());
    assert!(!store.set_contact_policy(nowhere, None).await.unwrap());
}

pub(crate) async fn the_screen_is_shown_what_the_same_person_wrote_just_before(database: &Database) {
    let store = &screened(database);
    let [ann, bob] = people(store).await;
    let order = order(store, &[ann, bob]).await;
    let other_half = |who| message(order, who, "other half");
    send(store, order, ann, "half").await;
    stored(append(store, other_half(bob)).await);
    assert_eq!(append(store, other_half(ann)).await, Appended::Screened);
    let one_batch = [message(order, bob, "half"), other_half(bob)];
    let outcomes = store.append(&one_batch, &[], at(3)).await.unwrap().outcomes;
    assert_eq!(outcomes[1], Appended::Screened);
    // Two texts in between, or a minute, and it is forgotten.
    send(store, order, ann, "x").await;
    send(store, order, ann, "y").await;
    stored(append(store, other_half(ann)).await);
    send(store, order, ann, "half").await;
    let later = store.append(&[other_half(ann)], &[], at(120)).await.unwrap();
    stored(later.outcomes[0].clone());
}

pub(crate) async fn an_edit_is_judged_where_it_will_stand(database: &Database) {
    let store = &screened(database);
    let [ann] = people(store).await;
    let order = order(store, &[ann]).await;
    let first = send(store, order, ann, "x").await;
    let second = send(store, order, ann, "other half").await;
    let mut locked = store.lock(order).await.unwrap().unwrap();
    for (id, text, expected) in [
        (first.id, "fine", Judgement::Pass),
        (first.id, "refuse", Judgement::Refuse),
        (first.id, "mask", Judgement::Mask("masked".into())),
        (first.id, "half", Judgement::Refuse),
        (second.id, "half", Judgement::Pass),
    ] {
        assert_eq!(
            locked.judge_edit(id, text, at(3)).await.unwrap(),
            expected,
            "{text}"
        );
    }
    drop(locked);
    let elsewhere = group(store, &[ann]).await;
    let message = send(store, elsewhere, ann, "x").await;
    let mut locked = store.lock(elsewhere).await.unwrap().unwrap();
    let judged = locked.judge_edit(message.id, "refuse", at(3)).await.unwrap();
    assert_eq!(judged, Judgement::Pass);
}

pub(crate) async fn a_held_message_waits_once_until_it_is_decided(database: &Database) {
    let store = &screened(database);
    let [ann, root] = people(store).await;
    let order = order(store, &[ann]).await;
    let hold = |name| NewMessage {
        text: "hold".into(),
        ..named(order, ann, name)
    };
    let batch = [
        hold("a"),
        hold("a"),
        message(order, ann, "hold"),
        message(order, ann, "fine"),
    ];
    let answer = store.append(&batch, &[], at(2)).await.unwrap();
    assert_eq!(
        &answer.outcomes[..3],
        [Appended::Held, Appended::Held, Appended::Held]
    );
    assert_eq!(stored(answer.outcomes[3].clone()).seq, Seq(1));
    assert_eq!(append(store, hold("a")).await, Appended::Held);
    // A second message under a used name, not a repetition.
    let elsewhere = NewMessage {
        conversation: order_of(store, "8", &[ann]).await,
        ..hold("a")
    };
    assert_eq!(append(store, elsewhere).await, Appended::NameTaken);
    let waiting = store.held_messages(10).await.unwrap();
    assert_eq!(waiting.len(), 2);
    assert_eq!(store.held_messages(1).await.unwrap().len(), 1);
    let first = waiting
        .iter()
        .find(|held| held.message.id == batch[0].id)
        .unwrap();
    assert_eq!((&first.message, first.held_at), (&batch[0], at(2)));
    // What had no name has one now, so that it is sent once.
    assert!(waiting.iter().all(|held| held.message.client_id.is_some()));
    let decide = async |id, decision| store.decide_held(id, decision, root, at(3)).await.unwrap();
    for _ in 0..2 {
        assert!(decide(batch[0].id, Decision::Approved).await.is_some());
    }
    assert!(decide(batch[0].id, Decision::Rejected).await.is_none());
    assert_eq!(store.held_messages(10).await.unwrap().len(), 1);
    store.reopen_held(batch[0].id).await.unwrap();
    assert_eq!(store.held_messages(10).await.unwrap().len(), 2);
    assert!(decide(batch[0].id, Decision::Rejected).await.is_some());
    assert!(decide(batch[3].id, Decision::Approved).await.is_none());
}

pub(crate) async fn the_files_of_a_held_message_wait_with_it(database: &Database) {
    let store = &screened(database);
    let [ann, root] = people(store).await;
    let order = order(store, &[ann]).await;
    let [first, second, orphan] = [
        upload(store, ann).await,
        upload(store, ann).await,
        upload(store, ann).await,
    ];
    let holding = |file: &Attachment| NewMessage {
        text: "hold".into(),
        attachments: vec![file.id],
        ..message(order, ann, "hold")
    };
    let batch = [holding(&first), holding(&second)];
    let answer = store.append(&batch, &[], at(20)).await.unwrap();
    assert_eq!(answer.outcomes, [Appended::Held, Appended::Held]);
    assert_eq!(store.doom_orphans(at(100), at(101)).await.unwrap(), 1);
    assert_eq!(doomed(store, 101).await, [orphan.id]);
    let decide = async |id, decision| store.decide_held(id, decision, root, at(102)).await.unwrap();
    assert!(decide(batch[0].id, Decision::Approved).await.is_some());
    assert!(decide(batch[1].id, Decision::Rejected).await.is_some());
    // The approved one is about to be sent.
    assert_eq!(store.doom_orphans(at(102), at(103)).await.unwrap(), 1);
    assert!(doomed(store, 103).await.contains(&second.id));
    assert_eq!(store.doom_orphans(at(200), at(201)).await.unwrap(), 1);
}
