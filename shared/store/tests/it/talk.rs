//! What a message is beside its text: what it quotes, its old texts, reactions, mentions, pins; and what the system says.

use protocol::frames::ServerFrame;
use protocol::models::{Mention, Message, MessageKind, Reaction, ReplyHead, Role, SystemEvent};
use protocol::{ConversationId, MessageId, Seq, UserId, limits};
use store::{Appended, Change, Cursor, Locked, NewMessage, NewSystemMessage, Page, Store};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, append, at, change, group, message, named, people, person, send, stored};

fn edited(change: Change) -> Message {
    match change.frame {
        ServerFrame::MessageEdited(message) => message,
        other => panic!("{other:?}"),
    }
}

fn head(of: &Message, text: Option<&str>) -> Option<ReplyHead> {
    Some(ReplyHead {
        id: of.id,
        seq: of.seq,
        sender_id: of.sender_id,
        text: text.map(Into::into),
    })
}

async fn locked(store: &Store, id: ConversationId) -> Locked {
    store.lock(id).await.unwrap().unwrap()
}

pub(crate) async fn a_reply_shows_the_head_of_what_it_answers_wherever_it_is_read(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let long = "ж".repeat(limits::REPLY_CHARS + 1);
    let target = send(store, id, ann, &long).await;
    let new = NewMessage {
        reply_to: Some(target.id),
        ..named(id, bob, "reply")
    };
    let reply = stored(append(store, new.clone()).await);
    assert_eq!(reply.reply, head(&target, Some(&long[..2 * limits::REPLY_CHARS])));
    assert_eq!(store.message(reply.id).await.unwrap(), Some(reply.clone()));
    assert_eq!(append(store, new).await, Appended::Repeated(reply.clone()));
    change(store, id, Do::Edit(target.id, "short")).await;
    let of_edit = edited(change(store, id, Do::Edit(reply.id, "reply, edited")).await);
    assert_eq!(of_edit.reply, head(&target, Some("short")));
    change(store, id, Do::Delete(target.id)).await;
    let page = store.messages(id, Page::Latest { offset: 0 }, 9).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].reply, head(&target, None));
    let changes = store
        .changes(id, Cursor::after(Seq(1)), 9)
        .await
        .unwrap()
        .unwrap();
    let ServerFrame::MessageNew(resumed) = &changes.changes[0].frame else {
        panic!("{changes:?}");
    };
    assert_eq!(resumed.reply, head(&target, None));
}

pub(crate) async fn each_edit_keeps_the_text_before_it_until_the_message_is_deleted(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let said = send(store, id, ann, "one").await;
    assert_eq!(said.edited_at, None);
    for text in ["two", "three"] {
        let now = edited(change(store, id, Do::Edit(said.id, text)).await);
        assert_eq!((now.edited_at, now.is_edited), (Some(at(3)), true));
    }
    let texts = store.message_edits(said.id).await.unwrap();
    let texts: Vec<_> = texts
        .iter()
        .map(|edit| (edit.text.as_str(), edit.replaced_at))
        .collect();
    assert_eq!(texts, [("one", at(3)), ("two", at(3))]);
    change(store, id, Do::Delete(said.id)).await;
    assert!(store.message_edits(said.id).await.unwrap().is_empty());
}

pub(crate) async fn tombstones_are_shown_only_when_asked_for_and_say_nothing(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let [one, two, three] = [
        send(store, id, ann, "1").await,
        send(store, id, ann, "2").await,
        send(store, id, ann, "3").await,
    ];
    let mut under_lock = locked(store, id).await;
    under_lock.react(&two, ann, "👍", at(3)).await.unwrap().unwrap();
    under_lock.pin_message(two.id, true, at(3)).await.unwrap();
    under_lock.delete_message(two.id, at(4)).await.unwrap();
    under_lock.commit(at(4)).await.unwrap();
    for (page, seqs) in [
        (Page::Latest { offset: 0 }, vec![1, 2, 3]),
        (Page::Before(Seq(3)), vec![1, 2]),
        (Page::After(Seq(1)), vec![2, 3]),
        (Page::Around(Seq(2)), vec![1, 2, 3]),
    ] {
        let shown = store.messages_and_tombstones(id, page, 9).await.unwrap();
        assert_eq!(
            shown.iter().map(|one| one.seq.0).collect::<Vec<_>>(),
            seqs,
            "{page:?}"
        );
        let grave = shown.iter().find(|one| one.id == two.id).unwrap();
        assert_eq!((grave.deleted_at, &grave.text), (Some(at(4)), &None));
        assert!(grave.reactions.is_empty() && grave.pinned_at.is_none());
        let alive = store.messages(id, page, 9).await.unwrap();
        assert!(
            alive
                .iter()
                .all(|one| one.id != two.id && one.deleted_at.is_none())
        );
    }
    assert!(store.reactions(two.id).await.unwrap().is_empty());
    assert!(store.pinned_messages(id).await.unwrap().is_empty());
    assert_eq!([one.seq, three.seq], [Seq(1), Seq(3)]);
}

pub(crate) async fn a_reaction_counts_once_and_its_absence_takes_no_number(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let said = send(store, id, ann, "hi").await;
    let mut under_lock = locked(store, id).await;
    assert_eq!(under_lock.unreact(&said, ann, "👍", at(3)).await.unwrap(), None);
    let change = under_lock.react(&said, ann, "👍", at(3)).await.unwrap().unwrap();
    assert_eq!(change.seq, Seq(2));
    let now = edited(change);
    assert_eq!((now.is_edited, now.edited_at, now.seq), (false, None, Seq(1)));
    assert_eq!(under_lock.react(&now, ann, "👍", at(3)).await.unwrap(), None);
    let now = edited(under_lock.react(&now, bob, "👍", at(4)).await.unwrap().unwrap());
    let now = edited(under_lock.react(&now, bob, "❤️", at(4)).await.unwrap().unwrap());
    let reaction = |emoji: &str, user_ids: &[UserId]| Reaction {
        emoji: emoji.into(),
        count: i64::try_from(user_ids.len()).unwrap(),
        user_ids: user_ids.to_vec(),
    };
    assert_eq!(
        now.reactions,
        [reaction("👍", &[ann, bob]), reaction("❤️", &[bob])]
    );
    let now = edited(under_lock.unreact(&now, ann, "👍", at(5)).await.unwrap().unwrap());
    let now = edited(under_lock.unreact(&now, bob, "❤️", at(5)).await.unwrap().unwrap());
    assert_eq!(now.reactions, [reaction("👍", &[bob])]);
    under_lock.commit(at(5)).await.unwrap();
    assert_eq!(store.message(said.id).await.unwrap(), Some(now));
    assert_eq!(store.reactions(said.id).await.unwrap(), [reaction("👍", &[bob])]);
    assert_eq!(store.heads(&[id]).await.unwrap(), [(id, Seq(6))]);
}

pub(crate) async fn a_summary_names_the_first_fifty_and_fills_up_when_one_takes_theirs_back(
    database: &Database,
) {
    let store = &database.store;
    let mut crowd = Vec::new();
    for place in 0..limits::REACTION_USERS + 2 {
        crowd.push(person(store, &format!("crowd{place}")).await);
    }
    let id = group(store, &crowd).await;
    let mut now = send(store, id, crowd[0], "hi").await;
    let mut under_lock = locked(store, id).await;
    for (second, &user) in (10..).zip(&crowd) {
        now = edited(
            under_lock
                .react(&now, user, "👍", at(second))
                .await
                .unwrap()
                .unwrap(),
        );
    }
    assert_eq!(now.reactions[0].count, 52);
    assert_eq!(now.reactions[0].user_ids, crowd[..50]);
    now = edited(
        under_lock
            .unreact(&now, crowd[0], "👍", at(99))
            .await
            .unwrap()
            .unwrap(),
    );
    assert_eq!(
        (now.reactions[0].count, &now.reactions[0].user_ids[..]),
        (51, &crowd[1..51])
    );
    // Who is not named leaves the names as they are.
    now = edited(
        under_lock
            .unreact(&now, crowd[51], "👍", at(99))
            .await
            .unwrap()
            .unwrap(),
    );
    assert_eq!(
        (now.reactions[0].count, &now.reactions[0].user_ids[..]),
        (50, &crowd[1..51])
    );
    under_lock.commit(at(99)).await.unwrap();
}

pub(crate) async fn who_is_mentioned_is_kept_with_the_text_and_must_be_there(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let id = group(store, &[ann, bob]).await;
    let mention = |user_id, offset| Mention {
        user_id,
        offset,
        length: 3,
    };
    let naming = |mentions: &[Mention]| NewMessage {
        mentions: mentions.to_vec(),
        ..message(id, ann, "bob, ann, eve")
    };
    let said = stored(append(store, naming(&[mention(bob, 0), mention(ann, 5)])).await);
    assert_eq!(said.mentions, [mention(bob, 0), mention(ann, 5)]);
    assert_eq!(store.message(said.id).await.unwrap(), Some(said.clone()));
    let refused = append(
        store,
        naming(&[mention(bob, 0), mention(eve, 10), mention(UserId(999), 5)]),
    )
    .await;
    assert_eq!(refused, Appended::MentionsStranger(1));
    let mut under_lock = locked(store, id).await;
    let present = under_lock.present(&[ann, eve, bob, bob]).await.unwrap();
    assert_eq!(present.into_iter().collect::<Vec<_>>(), [ann, bob]);
    let renamed = [mention(ann, 0)];
    let now = edited(
        under_lock
            .edit_message(said.id, "ann", &renamed, at(4))
            .await
            .unwrap(),
    );
    assert_eq!(now.mentions, renamed);
    under_lock.commit(at(4)).await.unwrap();
    let now = edited(change(store, id, Do::Edit(said.id, "nobody")).await);
    assert!(now.mentions.is_empty());
    change(store, id, Do::Remove(bob)).await;
    assert_eq!(
        append(store, naming(&[mention(bob, 0)])).await,
        Appended::MentionsStranger(0)
    );
}

pub(crate) async fn pins_are_listed_the_newest_first_and_taken_down(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let id = group(store, &[ann]).await;
    let (one, two) = (send(store, id, ann, "1").await, send(store, id, ann, "2").await);
    let mut under_lock = locked(store, id).await;
    for (message, second) in [(&two, 5), (&one, 6)] {
        let now = edited(
            under_lock
                .pin_message(message.id, true, at(second))
                .await
                .unwrap(),
        );
        assert_eq!((now.pinned_at, now.is_edited), (Some(at(second)), false));
    }
    assert_eq!(under_lock.pinned_count().await.unwrap(), 2);
    under_lock.commit(at(6)).await.unwrap();
    let ids = |pinned: Vec<Message>| pinned.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(store.pinned_messages(id).await.unwrap()), [one.id, two.id]);
    let mut under_lock = locked(store, id).await;
    let now = edited(under_lock.pin_message(one.id, false, at(7)).await.unwrap());
    assert_eq!(now.pinned_at, None);
    under_lock.commit(at(7)).await.unwrap();
    assert_eq!(ids(store.pinned_messages(id).await.unwrap()), [two.id]);
}

pub(crate) async fn what_the_system_says_is_a_message_of_its_own_kind_after_the_change(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let id = group(store, &[ann]).await;
    let said = send(store, id, ann, "hi").await;
    let mut under_lock = locked(store, id).await;
    let joined = under_lock
        .add_participant(bob, Role::Member, at(1))
        .await
        .unwrap();
    let new = NewSystemMessage {
        id: MessageId(Uuid::now_v7()),
        sender: ann,
        event: SystemEvent::Added { user_id: bob },
        text: "Ann let Bob in".into(),
    };
    // The node's clock is behind the last message.
    let told = under_lock.say_system(&new, at(1)).await.unwrap();
    assert_eq!((joined.seq, told.seq), (Seq(2), Seq(3)));
    let ServerFrame::MessageNew(message) = told.frame else {
        panic!("{told:?}");
    };
    assert_eq!(
        (message.id, message.sender_id, message.seq),
        (new.id, ann, Seq(3))
    );
    assert_eq!(
        (message.kind, &message.event),
        (MessageKind::System, &Some(new.event))
    );
    assert!(message.created_at > said.created_at && message.number > said.number);
    under_lock.commit(at(1)).await.unwrap();
    assert_eq!(store.message(new.id).await.unwrap(), Some(message.clone()));
    let after = send(store, id, bob, "hello").await;
    assert!(after.created_at > message.created_at);
    let listed = store.conversation(id).await.unwrap().unwrap();
    assert_eq!(listed.last_message.unwrap().id, after.id);
}
