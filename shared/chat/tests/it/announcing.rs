use bus::{Envelope, Kind, Topic};
use protocol::frames::ServerFrame;
use protocol::models::Conversation;
use protocol::{ConversationId, Seq, UserId};
use uuid::Uuid;

use crate::node::Node;

fn shown(envelope: &Envelope) -> Conversation {
    match serde_json::from_slice(&envelope.frame).unwrap() {
        ServerFrame::ConversationNew(conversation) => conversation,
        other => panic!("{other:?}"),
    }
}

fn relists(user: UserId, (topic, envelope): &(Topic, Envelope)) -> bool {
    *topic == Topic::User(user)
        && envelope.kind == Kind::Head
        && envelope.seq == Seq(0)
        && envelope.conversation == ConversationId(Uuid::nil())
        && envelope.frame.is_empty()
}

#[tokio::test]
async fn a_new_conversation_is_told_to_everybody_in_it_from_its_beginning() {
    let mut node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    let told = node.next_taken().await;
    for (user, (topic, envelope)) in [ann, bob].into_iter().zip(&told) {
        assert_eq!(
            (*topic, envelope.seq, envelope.kind),
            (Topic::User(user), Seq(0), Kind::Joined(user))
        );
        let shown = shown(envelope);
        assert_eq!(
            (shown.id, shown.last_seq, shown.participants),
            (group, Seq(0), None)
        );
    }
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn a_newcomer_is_told_together_with_the_change_and_from_its_number_on() {
    let mut node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann]).await;
    node.next_taken().await;
    node.say(ann, group, "hi").await;
    node.next_taken().await;
    node.add(ann, group, bob).await;
    let told = node.next_taken().await;
    let [(everybody, added), (_, said), (newcomer, new)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((said.seq, said.kind), (Seq(3), Kind::Change));
    assert_eq!(
        (*everybody, *newcomer),
        (Topic::Conversation(group), Topic::User(bob))
    );
    assert_eq!((added.seq, added.kind), (Seq(2), Kind::Joined(bob)));
    assert_eq!((new.seq, new.kind), (Seq(2), Kind::Joined(bob)));
    let shown = shown(new);
    assert_eq!((shown.last_seq, shown.participants), (Seq(2), None));
    assert_eq!(shown.last_message.unwrap().text.as_deref(), Some("hi"));
}

#[tokio::test]
async fn people_whom_the_bus_did_not_tell_are_told_to_look_again() {
    let mut node = Node::start().await;
    let [ann, bob, eve] = node.people().await;
    node.bus_is_away(true);
    let group = node.group(&[ann, bob]).await;
    assert!(!node.next_publish().await.was_taken);
    node.add(ann, group, eve).await;
    assert!(!node.next_publish().await.was_taken);
    node.bus_is_away(false);
    node.later();
    let swept = node.next_taken().await;
    let [(topic, head), users @ ..] = &swept[..] else {
        panic!("nothing was swept");
    };
    assert_eq!((*topic, head.seq), (Topic::Conversation(group), Seq(2)));
    assert_eq!(users.len(), 3);
    for (user, frame) in [ann, bob, eve].into_iter().zip(users) {
        assert!(relists(user, frame), "{frame:?}");
    }
}

#[tokio::test]
async fn what_the_bus_took_leaves_the_outbox() {
    let mut node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann]).await;
    node.next_taken().await;
    node.add(ann, group, bob).await;
    node.next_taken().await;
    // The node's clock stands still, so no sweeper takes them away.
    node.outbox_is_empty().await;
}
