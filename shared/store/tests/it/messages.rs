use std::time::Duration;

use protocol::{ConversationId, MessageId, Seq};
use store::{Appended, NewMessage, Page};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, append, at, change, group, message, named, people, send, stored};

pub(crate) async fn appended_messages_are_answered_in_order_and_read_back_equal(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let (one, two) = (group(store, &[ann, bob]).await, group(store, &[bob]).await);
    let batch = [
        message(one, ann, "1"),
        message(two, bob, "2 \u{1F600} \"quoted\""),
        named(one, bob, "name"),
        message(two, ann, "a stranger's"),
    ];
    let answer = store.append(&batch, &[], at(2)).await.unwrap();
    assert!(answer.outbox.is_some());
    assert_eq!(answer.outcomes.len(), batch.len());
    assert_eq!(answer.outcomes[3], Appended::NotParticipant);
    let mut numbers = Vec::new();
    for (sent, outcome) in batch.iter().zip(answer.outcomes).take(3) {
        let stored = stored(outcome);
        assert_eq!(
            (stored.id, stored.conversation_id, stored.sender_id),
            (sent.id, sent.conversation, sent.sender)
        );
        assert_eq!(stored.text.as_ref(), Some(&sent.text));
        assert_eq!(stored.client_id, sent.client_id);
        assert_eq!(store.message(stored.id).await.unwrap(), Some(stored.clone()));
        numbers.push((stored.seq.0, stored.number));
    }
    assert_eq!(
        numbers.iter().map(|number| number.0).collect::<Vec<_>>(),
        [1, 1, 2]
    );
    assert!(numbers.is_sorted_by_key(|number| number.1));
    assert!(numbers[0].1 > 0);
    assert!(store.message(MessageId(Uuid::now_v7())).await.unwrap().is_none());
    let nothing = store.append(&[], &[], at(2)).await.unwrap();
    assert_eq!((nothing.outcomes.len(), nothing.outbox), (0, None));
}

pub(crate) async fn a_repeated_client_id_is_answered_with_the_first_message(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let (one, two) = (group(store, &[ann, bob]).await, group(store, &[ann]).await);
    let first = stored(append(store, named(one, ann, "a")).await);
    for repetition in [named(one, ann, "a"), named(two, ann, "a")] {
        assert_eq!(append(store, repetition).await, Appended::Repeated(first.clone()));
    }
    let of_bob = stored(append(store, named(one, bob, "a")).await);
    assert_eq!(of_bob.seq, Seq(2));
    change(store, one, Do::Edit(first.id, "edited")).await;
    change(store, one, Do::Remove(ann)).await;
    let Appended::Repeated(now) = append(store, named(one, ann, "a")).await else {
        panic!("not recognised");
    };
    assert_eq!(
        (now.text.as_deref(), now.is_edited, now.seq),
        (Some("edited"), true, first.seq)
    );
    let batch = [named(two, ann, "b"), named(two, ann, "a"), named(two, ann, "b")];
    let answer = store.append(&batch, &[], at(3)).await.unwrap().outcomes;
    let b = stored(answer[0].clone());
    assert_eq!(b.seq, Seq(1));
    assert_eq!(answer[1], Appended::Repeated(now));
    assert_eq!(answer[2], Appended::Repeated(b));
    assert_eq!(store.heads(&[two]).await.unwrap(), [(two, Seq(1))]);
}

pub(crate) async fn a_repetition_of_a_deleted_message_has_no_text(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let first = stored(append(store, named(conversation, ann, "a")).await);
    change(store, conversation, Do::Delete(first.id)).await;
    let Appended::Repeated(again) = append(store, named(conversation, ann, "a")).await else {
        panic!("not recognised");
    };
    assert_eq!((again.id, again.text), (first.id, None));
}

pub(crate) async fn who_may_not_write_is_refused_without_a_number(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let conversation = group(store, &[ann, bob]).await;
    let gone = group(store, &[ann]).await;
    change(store, gone, Do::DeleteConversation).await;
    change(store, conversation, Do::Remove(bob)).await;
    let unknown = ConversationId(Uuid::now_v7());
    let batch = [
        message(gone, ann, "deleted"),
        message(unknown, ann, "unknown"),
        message(conversation, bob, "removed"),
        message(conversation, ann, "fine"),
    ];
    let outcomes = store.append(&batch, &[], at(3)).await.unwrap().outcomes;
    assert_eq!(outcomes[0], Appended::NoConversation);
    assert_eq!(outcomes[1], Appended::NoConversation);
    assert_eq!(outcomes[2], Appended::NotParticipant);
    assert_eq!(stored(outcomes[3].clone()).seq, Seq(2));
}

pub(crate) async fn a_reply_needs_its_target_in_the_same_conversation(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let (here, there) = (group(store, &[ann]).await, group(store, &[ann]).await);
    let target = send(store, here, ann, "target").await;
    let reply = |conversation, id| NewMessage {
        reply_to: Some(id),
        ..message(conversation, ann, "reply")
    };
    let answered = stored(append(store, reply(here, target.id)).await);
    assert_eq!(answered.reply_to, Some(target.id));
    assert_eq!(
        append(store, reply(there, target.id)).await,
        Appended::NoReplyTarget
    );
    let unknown = MessageId(Uuid::now_v7());
    assert_eq!(append(store, reply(here, unknown)).await, Appended::NoReplyTarget);
    change(store, here, Do::Delete(target.id)).await;
    assert_eq!(
        append(store, reply(here, target.id)).await,
        Appended::NoReplyTarget
    );
}

pub(crate) async fn moments_ascend_when_a_clock_goes_back(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let mut moments = Vec::new();
    for now in [at(100), at(50), at(50), at(200)] {
        let batch = [message(conversation, ann, "a"), message(conversation, ann, "b")];
        let outcomes = store.append(&batch, &[], now).await.unwrap().outcomes;
        moments.extend(outcomes.into_iter().map(|outcome| stored(outcome).created_at));
    }
    assert!(
        moments.is_sorted_by(|earlier, later| earlier < later),
        "{moments:?}"
    );
    assert_eq!(moments[2], at(100).plus(Duration::from_micros(2)));
    assert_eq!(moments[6], at(200));
}

pub(crate) async fn pages_are_ascending_and_skip_the_deleted(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let other = group(store, &[ann]).await;
    send(store, other, ann, "elsewhere").await;
    for text in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        let message = send(store, conversation, ann, text).await;
        if text == "4" {
            change(store, conversation, Do::Delete(message.id)).await;
        }
    }
    // The deletion took 5, so "5" to "8" have the numbers 6 to 9.
    let page = async |page, limit| {
        let messages = store.messages(conversation, page, limit).await.unwrap();
        messages
            .into_iter()
            .map(|message| message.seq.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(page(Page::Latest { offset: 0 }, 3).await, [7, 8, 9]);
    assert_eq!(page(Page::Latest { offset: 3 }, 3).await, [2, 3, 6]);
    assert!(page(Page::Latest { offset: 99 }, 3).await.is_empty());
    assert_eq!(page(Page::Before(Seq(6)), 2).await, [2, 3]);
    assert!(page(Page::Before(Seq(1)), 2).await.is_empty());
    assert_eq!(page(Page::After(Seq(3)), 2).await, [6, 7]);
    assert!(page(Page::After(Seq(9)), 2).await.is_empty());
    assert_eq!(page(Page::Around(Seq(6)), 4).await, [2, 3, 6, 7]);
    assert_eq!(page(Page::Around(Seq(6)), 5).await, [2, 3, 6, 7, 8]);
    assert_eq!(page(Page::Around(Seq(6)), 1).await, [6]);
    assert_eq!(page(Page::Around(Seq(i64::MIN)), 2).await, [1]);
    assert!(page(Page::Latest { offset: -1 }, -1).await.is_empty());
    assert!(
        store
            .messages(ConversationId(Uuid::now_v7()), Page::After(Seq(0)), 9)
            .await
            .unwrap()
            .is_empty()
    );
}
