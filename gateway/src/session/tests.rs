mod delivered;
mod owed;

use std::time::Duration;

use protocol::frames::ErrorFrame;
use uuid::Uuid;

use super::*;

const ROOM: ConversationId = ConversationId(Uuid::from_u128(7));
const LIMITS: SessionLimits = SessionLimits {
    frames_per_minute: 100,
    subscriptions: 2,
    waiting_commands: 4,
};

fn session(door: Door) -> Session {
    let access = Access {
        user: UserId(1),
        sign_in: None,
        issued_at: noon(),
        expires_at: noon().plus(Duration::from_hours(1)),
    };
    Session::new(&access, door, LIMITS, Instant::now())
}

fn noon() -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().into()
}

fn at_room() -> Session {
    session(Door::Conversation {
        id: ROOM,
        after: None,
    })
}

fn at_everything() -> Session {
    session(Door::Everything { follows_all: false })
}

fn say(session: &mut Session, text: &str) -> Reaction {
    session.on_text(text, Instant::now(), noon())
}

fn refusal(reaction: Reaction) -> ErrorFrame {
    match reaction {
        Reaction::Reply(ServerFrame::Error(error)) => error,
        other => panic!("not an error: {other:?}"),
    }
}

#[tokio::test]
async fn at_a_conversations_door_the_conversation_may_go_unsaid() {
    let reaction = say(
        &mut at_room(),
        r#"{"type":"message:new","payload":{"text":"hi","reply_to":null}}"#,
    );
    let Reaction::Do(Task {
        command: Command::Send(send),
        ..
    }) = reaction
    else {
        panic!("{reaction:?}")
    };
    assert_eq!(send.conversation_id, ROOM);
}

#[tokio::test]
async fn at_a_conversations_door_another_conversation_is_refused() {
    let other = r#"{"type":"message:new","payload":{"conversation_id":"00000000-0000-0000-0000-000000000001","text":"hi","client_id":"c1"},"ref":4}"#;
    let error = refusal(say(&mut at_room(), other));
    assert_eq!(
        (error.code.as_str(), error.client_id.as_deref()),
        ("invalid", Some("c1"))
    );
    assert_eq!(error.reference, Some(4.into()));
}

#[tokio::test]
async fn the_sender_is_never_taken_from_the_frame() {
    let forged = r#"{"type":"message:new","payload":{"text":"hi","sender_id":99}}"#;
    let Reaction::Do(Task {
        command: Command::Send(send),
        ..
    }) = say(&mut at_room(), forged)
    else {
        panic!("not a send")
    };
    assert_eq!(send.sender_id, None);
}

#[tokio::test]
async fn whatever_cannot_be_read_is_answered_and_never_closes() {
    let hostile = [
        "",
        "null",
        "[]",
        "42",
        "{",
        r#"{"type":5}"#,
        r#"{"type":"message:new","payload":[]}"#,
        r#"{"type":"message:new","payload":{"text":5}}"#,
        r#"{"type":"message:edit","payload":{"message_id":"no","text":"x"}}"#,
        r#"{"type":"subscribe","payload":{}}"#,
        r#"{"type":"subscribe","payload":{"conversation_id":"00000000-0000-0000-0000-000000000001","after":-1}}"#,
        r#"{"type":"dance"}"#,
        r#"{"type":"message:new","payload":{"text":"\ud800"}}"#,
    ];
    let mut session = at_everything();
    for text in hostile {
        refusal(say(&mut session, text));
    }
    refusal(session.on_binary(Instant::now()));
}

#[tokio::test]
async fn only_a_flood_of_frames_closes() {
    let mut session = at_room();
    let answers: Vec<_> = (0..=200)
        .map(|_| say(&mut session, r#"{"type":"ping"}"#))
        .collect();
    assert!(matches!(answers[99], Reaction::Reply(ServerFrame::Pong(_))));
    assert!(matches!(answers[100], Reaction::Reply(ServerFrame::Error(_))));
    assert_eq!(answers[200], Reaction::Close(CloseCode::Limit));
}

#[tokio::test]
async fn a_socket_follows_no_more_than_it_may_even_in_a_burst() {
    let mut session = at_everything();
    let subscribe = |n: u128| {
        let id = Uuid::from_u128(n);
        format!(r#"{{"type":"subscribe","payload":{{"conversation_id":"{id}","after":0}}}}"#)
    };
    assert!(matches!(say(&mut session, &subscribe(1)), Reaction::Do(_)));
    assert!(matches!(say(&mut session, &subscribe(2)), Reaction::Do(_)));
    refusal(say(&mut session, &subscribe(3)));
    assert!(
        matches!(say(&mut session, &subscribe(1)), Reaction::Do(_)),
        "again is not one more"
    );
}

#[tokio::test]
async fn a_fresh_token_must_be_the_same_persons() {
    let mut session = at_room();
    let later = noon().plus(Duration::from_hours(2));
    let other = Access {
        user: UserId(2),
        sign_in: None,
        issued_at: noon(),
        expires_at: later,
    };
    assert_eq!(session.reauthenticate(&other), Reaction::Close(CloseCode::Token));
    let own = Access {
        user: UserId(1),
        sign_in: None,
        issued_at: noon(),
        expires_at: later,
    };
    assert!(matches!(
        session.reauthenticate(&own),
        Reaction::Reply(ServerFrame::AuthOk(_))
    ));
    assert_eq!(session.expires_at(), later);
}

#[tokio::test]
async fn a_refused_join_closes_the_conversations_door_and_only_answers_at_the_other() {
    let refused = || Outcome::NotJoined(ROOM, crate::join::Refusal::NotParticipant);
    let reactions = at_room().on_outcome(refused(), Asker::Server);
    assert_eq!(
        reactions,
        [Reaction::Leave(ROOM), Reaction::Close(CloseCode::NotParticipant)]
    );
    let asker = Asker::Client {
        reference: Some("r".into()),
        client_id: None,
    };
    let mut reactions = at_everything().on_outcome(refused(), asker);
    assert_eq!(refusal(reactions.pop().unwrap()).code, "not_participant");
}

#[tokio::test]
async fn a_conversation_that_is_followed_already_is_not_joined_twice() {
    let mut session = session(Door::Everything { follows_all: true });
    assert!(session.on_added(ROOM, Seq(3)).is_some());
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    assert!(session.on_added(ROOM, Seq(3)).is_none());
    assert!(
        session.on_unseated(ROOM, Seq(4)).is_some(),
        "whoever lost a seat looks again"
    );
    assert!(session.on_added(ROOM, Seq(3)).is_some());
}

#[tokio::test]
async fn whoever_lost_a_seat_goes_on_behind_the_removal_so_that_nothing_is_missing_on_a_return() {
    let mut session = session(Door::Everything { follows_all: true });
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    let task = session.on_unseated(ROOM, Seq(4)).unwrap();
    let expected = Command::Join {
        conversation: ROOM,
        from: From::After(Seq(4)),
    };
    assert_eq!(task.command, expected);
}

#[tokio::test]
async fn of_two_joins_that_the_server_planned_the_second_is_pointless_but_a_clients_never_is() {
    let mut session = session(Door::Everything { follows_all: true });
    let join = |asker| Task {
        command: Command::Join {
            conversation: ROOM,
            from: From::Head,
        },
        asker,
    };
    assert!(!session.is_moot(&join(Asker::Server)));
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    assert!(session.is_moot(&join(Asker::Server)));
    let client = Asker::Client {
        reference: None,
        client_id: None,
    };
    assert!(!session.is_moot(&join(client)));
}

#[tokio::test]
async fn a_conversation_that_comes_by_itself_counts_against_the_limit() {
    let mut session = session(Door::Everything { follows_all: true });
    for number in 0..LIMITS.subscriptions {
        let conversation = ConversationId(Uuid::from_u128(number as u128));
        session.on_outcome(Outcome::Joined(conversation), Asker::Server);
    }
    let reaction = session.on_added(ConversationId(Uuid::from_u128(99)), Seq(1));
    assert_eq!(refusal(reaction.unwrap()).code, "invalid");
}

#[tokio::test]
async fn a_seat_is_given_up_at_the_end_even_if_the_client_has_unsubscribed_meanwhile() {
    let mut session = at_everything();
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    let leave = format!(r#"{{"type":"unsubscribe","payload":{{"conversation_id":"{ROOM}"}}}}"#);
    assert!(matches!(say(&mut session, &leave), Reaction::Do(_)));
    // The socket ends before the command's turn comes.
    assert!(session.seats().contains(&ROOM));
    session.on_left(ROOM);
    assert!(session.seats().is_empty());
}

#[tokio::test]
async fn what_a_relist_finds_is_shown_first_and_followed_from_the_joining_on() {
    let mut session = session(Door::Everything { follows_all: true });
    let found = || protocol::models::Conversation {
        id: ROOM,
        number: 1,
        kind: protocol::models::ConversationType::Group,
        title: None,
        description: None,
        created_by: UserId(1),
        created_at: noon(),
        service: None,
        service_id: None,
        last_seq: Seq(3),
        link: None,
        last_message: None,
        unread_count: None,
        my: None,
        other_user: None,
        participants: None,
        participants_head: Vec::new(),
    };
    let reactions = session.on_outcome(Outcome::Found(Ok(vec![found()])), Asker::Server);
    assert!(matches!(
        reactions[0],
        Reaction::Reply(ServerFrame::ConversationNew(_))
    ));
    let join = Command::Join {
        conversation: ROOM,
        from: From::Joining,
    };
    assert_eq!(reactions[1], Reaction::Do(Task::of(join)));
    session.on_outcome(Outcome::Joined(ROOM), Asker::Server);
    assert!(
        session
            .on_outcome(Outcome::Found(Ok(vec![found()])), Asker::Server)
            .is_empty()
    );
}
