use bus::{Kind, Topic};
use futures_util::future::join_all;
use protocol::frames::{ReadMark, ServerFrame};
use protocol::requests::UpdateMyState;
use protocol::{Seq, UserId};

use crate::node::Node;

fn mark(user: UserId, seq: i64) -> ReadMark {
    ReadMark {
        user_id: user,
        last_read_seq: Seq(seq),
    }
}

#[tokio::test]
async fn a_mark_is_told_to_the_conversation_and_its_count_to_the_reader_in_one_call() {
    let mut node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    node.next_taken().await;
    for text in ["one", "two"] {
        node.say(ann, group, text).await;
        node.next_taken().await;
    }
    let mine = node.chat.mark_read(bob, group, Some(Seq(1))).await.unwrap();
    assert_eq!((mine.unread_count, mine.my.last_read_seq), (1, Seq(1)));
    let told = node.next_taken().await;
    let [(everybody, marks), (himself, state)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(
        (*everybody, *himself),
        (Topic::Conversation(group), Topic::User(bob))
    );
    assert_eq!((marks.seq, marks.kind), (Seq(0), Kind::Passing { except: None }));
    assert_eq!((state.seq, state.kind), (Seq(0), Kind::Personal));
    let ServerFrame::MessageRead(moved) = serde_json::from_slice(&marks.frame).unwrap() else {
        panic!("{marks:?}");
    };
    assert_eq!((moved.conversation_id, moved.marks), (group, vec![mark(bob, 1)]));
    let ServerFrame::ConversationState(shown) = serde_json::from_slice(&state.frame).unwrap() else {
        panic!("{state:?}");
    };
    assert_eq!(
        (shown.conversation_id, shown.unread_count, shown.my),
        (group, 1, mine.my)
    );
    // Nothing takes a number or waits in the outbox.
    node.outbox_is_empty().await;
    assert_eq!(
        node.chat.store().heads(&[group]).await.unwrap(),
        [(group, Seq(2))]
    );
    // What moves nothing tells nothing: the next thing said is the next thing heard.
    assert_eq!(
        node.chat
            .mark_read(bob, group, Some(Seq(1)))
            .await
            .unwrap()
            .unread_count,
        1
    );
    node.say(ann, group, "three").await;
    assert_eq!(node.next_taken().await[0].1.kind, Kind::Change);
}

#[tokio::test]
async fn marks_that_come_at_once_go_together_and_every_reader_is_answered() {
    let mut node = Node::start().await;
    let people: [UserId; 40] = node.people().await;
    let group = node.group(&people).await;
    node.next_taken().await;
    for _ in 0..40 {
        node.say(people[0], group, "hi").await;
        node.next_taken().await;
    }
    let reading = people
        .iter()
        .zip(1..)
        .map(|(&user, seq)| node.chat.mark_read(user, group, Some(Seq(seq))));
    for (mine, seq) in join_all(reading).await.into_iter().zip(1..) {
        let mine = mine.unwrap();
        // The first has written everything and has nothing unread.
        let unread = if seq == 1 { 0 } else { 40 - seq };
        assert_eq!((mine.my.last_read_seq, mine.unread_count), (Seq(seq), unread));
    }
    let (mut calls, mut told) = (0, Vec::new());
    while told.len() < people.len() {
        calls += 1;
        for (_, envelope) in node.next_taken().await {
            if let ServerFrame::MessageRead(moved) = serde_json::from_slice(&envelope.frame).unwrap() {
                told.extend(moved.marks);
            }
        }
    }
    told.sort_by_key(|mark| mark.last_read_seq);
    let expected: Vec<_> = people
        .iter()
        .zip(1..)
        .map(|(&user, seq)| mark(user, seq))
        .collect();
    assert_eq!(told, expected);
    // The first goes alone, and nearly all of the rest gathers behind it.
    assert!(calls <= 4, "{calls}");
}

#[tokio::test]
async fn what_a_person_makes_of_a_conversation_is_told_to_them_alone() {
    let mut node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    node.next_taken().await;
    let pinned = UpdateMyState {
        is_pinned: Some(true),
        ..UpdateMyState::default()
    };
    node.chat.update_my_state(bob, group, pinned).await.unwrap();
    let told = node.next_taken().await;
    let [(topic, envelope)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((*topic, envelope.kind), (Topic::User(bob), Kind::Personal));
}
