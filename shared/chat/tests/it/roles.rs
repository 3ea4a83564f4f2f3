use bus::{Kind, Topic};
use chat::ChatError;
use protocol::Seq;
use protocol::frames::ServerFrame;
use protocol::models::Role;

use crate::node::Node;

#[tokio::test]
async fn when_the_last_admin_leaves_whoever_has_been_there_longest_manages_the_group() {
    let mut node = Node::start().await;
    let [eve, ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    node.next_taken().await;
    node.add(ann, group, eve).await;
    node.next_taken().await;
    node.chat.remove_participant(ann, group, ann).await.unwrap();
    let told = node.next_taken().await;
    let [(_, left), (topic, promoted), (_, said)] = &told[..] else {
        panic!("{told:?}");
    };
    // The addition and what the system said of it took the first two.
    assert_eq!((left.seq, left.kind), (Seq(3), Kind::Left(ann)));
    assert_eq!((said.seq, said.kind), (Seq(5), Kind::Change));
    assert_eq!(
        (*topic, promoted.seq, promoted.kind),
        (Topic::Conversation(group), Seq(4), Kind::Change)
    );
    let ServerFrame::ParticipantUpdated(now) = serde_json::from_slice(&promoted.frame).unwrap() else {
        panic!("{promoted:?}");
    };
    assert_eq!(
        (now.participant.user_id, now.participant.role),
        (bob, Role::Admin)
    );
    assert_eq!(node.role_of(group, eve).await, Some(Role::Member));
    node.chat.remove_participant(bob, group, eve).await.unwrap();
    node.chat.remove_participant(bob, group, bob).await.unwrap();
    assert_eq!(node.role_of(group, bob).await, None);
}

#[tokio::test]
async fn nobody_is_promoted_while_an_admin_stays() {
    let node = Node::start().await;
    let [ann, bob, eve] = node.people().await;
    let group = node.group(&[ann, bob, eve]).await;
    node.chat
        .add_participant(ann, group, eve, Some(Role::Admin))
        .await
        .unwrap();
    node.chat.remove_participant(ann, group, ann).await.unwrap();
    assert_eq!(node.role_of(group, bob).await, Some(Role::Member));
    assert_eq!(node.role_of(group, eve).await, Some(Role::Admin));
}

#[tokio::test]
async fn a_role_asked_for_is_given_to_who_is_in_it_already_and_told() {
    let mut node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    node.next_taken().await;
    let role = |role| node.chat.add_participant(ann, group, bob, role);
    let promoted = role(Some(Role::Admin)).await.unwrap();
    assert_eq!((promoted.participant.role, promoted.is_new), (Role::Admin, false));
    // No role, or the same, changes nothing and takes no number.
    for same in [None, Some(Role::Admin)] {
        assert_eq!(role(same).await.unwrap(), promoted);
    }
    let demoted = role(Some(Role::Member)).await.unwrap();
    assert_eq!(demoted.participant.role, Role::Member);
    assert_eq!(node.role_of(group, bob).await, Some(Role::Member));
    let heads = node.chat.store().heads(&[group]).await.unwrap();
    assert_eq!(heads, [(group, Seq(2))]);
    let told = node.next_taken().await;
    assert!(matches!(
        serde_json::from_slice(&told[0].1.frame).unwrap(),
        ServerFrame::ParticipantUpdated(_)
    ));
}

#[tokio::test]
async fn members_give_no_roles_and_the_last_admin_stays_one() {
    let node = Node::start().await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    let grab = node.chat.add_participant(bob, group, bob, Some(Role::Admin));
    assert!(matches!(grab.await, Err(ChatError::Forbidden(_))));
    let resign = node.chat.add_participant(ann, group, ann, Some(Role::Member));
    assert!(matches!(resign.await, Err(ChatError::Conflict(_))));
    assert_eq!(node.role_of(group, ann).await, Some(Role::Admin));
    assert_eq!(node.role_of(group, bob).await, Some(Role::Member));
}
