//! What a socket is owed: conversations that it follows and whose changes are still to be read for it.

use super::*;
use crate::gather::Unanswered;
use crate::join::Refusal;
use crate::session::Outcome;

fn following() -> Session {
    let mut session = at_everything();
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    session
}

fn client() -> Asker {
    Asker::Client {
        reference: None,
        client_id: None,
    }
}

#[tokio::test]
async fn what_was_dropped_is_joined_again_from_its_place_and_owed_until_then() {
    let mut session = following();
    let tasks = session.on_lagging(Places::from([(ROOM, Seq(4))]));
    let join = Command::Join {
        conversation: ROOM,
        from: From::Dropped(Seq(4)),
    };
    assert_eq!(tasks, [Task::of(join)]);
    assert!(!session.is_moot(&tasks[0]) && !session.has_caught_up());
    assert!(session.seats().is_empty());
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    assert!(session.has_caught_up() && session.seats().contains(&ROOM));
}

#[tokio::test]
async fn what_the_client_has_unsubscribed_is_not_owed() {
    let mut session = following();
    let leave = format!(r#"{{"type":"unsubscribe","payload":{{"conversation_id":"{ROOM}"}}}}"#);
    say(&mut session, &leave);
    assert_eq!(session.on_lagging(Places::from([(ROOM, Seq(4))])), []);
    assert!(session.has_caught_up());
}

#[tokio::test]
async fn what_was_dropped_is_not_read_once_another_join_has_sent_it() {
    let mut session = following();
    let overtaken = session.on_lagging(Places::from([(ROOM, Seq(4))]));
    // The client's own, which waited before it, got further.
    session.on_outcome(Outcome::Joined(ROOM), client());
    assert!(session.is_moot(&overtaken[0]));
    let newer = session.on_lagging(Places::from([(ROOM, Seq(9))]));
    assert!(session.is_moot(&overtaken[0]) && !session.is_moot(&newer[0]));
    let leave = format!(r#"{{"type":"unsubscribe","payload":{{"conversation_id":"{ROOM}"}}}}"#);
    say(&mut session, &leave);
    assert!(session.is_moot(&overtaken[0]) && session.is_moot(&newer[0]));
}

#[tokio::test]
async fn an_invitation_does_not_repeat_what_is_followed_and_owed() {
    let mut session = session(Door::Everything { follows_all: true });
    let Some(Reaction::Do(invited)) = session.on_added(ROOM, Seq(2)) else {
        panic!("the conversation is not followed yet")
    };
    // The client asks for it itself, is served, and lags.
    session.on_outcome(Outcome::Joined(ROOM), client());
    let tasks = session.on_lagging(Places::from([(ROOM, Seq(9))]));
    assert!(session.is_moot(&invited) && !session.is_moot(&tasks[0]));
}

#[tokio::test]
async fn whoever_was_removed_before_what_was_dropped_could_be_read_is_told() {
    let mut session = following();
    session.on_lagging(Places::from([(ROOM, Seq(4))]));
    let refused = Outcome::NotJoined(ROOM, Refusal::NotParticipant);
    let reactions = session.on_outcome(refused, Asker::Server);
    assert_eq!(reactions[0], Reaction::Leave(ROOM));
    assert!(
        matches!(&reactions[1..], [Reaction::Reply(ServerFrame::ParticipantRemoved(gone))] if gone.user_id == UserId(1)),
        "{reactions:?}"
    );
    assert!(session.has_caught_up());
}

#[tokio::test]
async fn a_join_that_the_server_owes_goes_on_for_ever_and_a_clients_a_few_times() {
    let mut session = following();
    for _ in 0..100 {
        assert!(session.on_stalled(ROOM, &Asker::Server));
    }
    let mut session = at_everything();
    let goes_on = (0..100).filter(|_| session.on_stalled(ROOM, &client())).count();
    assert_eq!(goes_on, STALLS_MAX as usize);
    let stalled = Outcome::NotJoined(ROOM, Refusal::Store(Unanswered::Stopping));
    let mut reactions = session.on_outcome(stalled, client());
    assert!(refusal(reactions.pop().unwrap()).retryable);
    assert!(!session.owes(ROOM));
}

#[tokio::test]
async fn a_door_that_cannot_be_served_at_once_sends_the_client_away_to_come_back() {
    assert!(!at_room().on_stalled(ROOM, &Asker::Server));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_read_later() {
    let mut session = session(Door::Everything { follows_all: true });
    let reactions = session.on_outcome(Outcome::Found(Err(Unanswered::Stopping)), Asker::Server);
    assert_eq!(reactions, [Reaction::Later(Task::of(Command::Relist))]);
}
