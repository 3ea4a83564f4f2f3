//! What is read by being written.

use super::*;
use crate::session::delivered::MARK_EVERY;

#[tokio::test(start_paused = true)]
async fn a_conversations_door_marks_at_once_and_then_once_a_second() {
    let mut session = at_room();
    let start = Instant::now();
    assert_eq!((session.take_mark(start), session.mark_due()), (None, None));
    session.on_written(ROOM, Seq(3));
    assert_eq!(session.take_mark(start), Some((ROOM, Seq(3))));
    for seq in 4..9 {
        session.on_written(ROOM, Seq(seq));
        assert_eq!(session.take_mark(start), None);
    }
    let due = start + MARK_EVERY;
    assert_eq!(session.mark_due(), Some(due));
    assert_eq!(session.take_mark(due), Some((ROOM, Seq(8))));
    assert_eq!((session.take_mark(due), session.mark_due()), (None, None));
    session.on_written(ROOM, Seq(9));
    assert_eq!(session.take_mark(due), None);
    assert_eq!(session.take_last_mark(), Some((ROOM, Seq(9))));
}

#[tokio::test]
async fn the_door_for_everything_marks_only_what_the_client_says() {
    let mut session = at_everything();
    session.on_written(ROOM, Seq(3));
    assert_eq!(session.take_mark(Instant::now()), None);
    let read = format!(r#"{{"type":"message:read","payload":{{"conversation_id":"{ROOM}","seq":3}}}}"#);
    let Reaction::Do(Task { command, .. }) = say(&mut session, &read) else {
        panic!("a mark is a command");
    };
    assert_eq!(command, Command::Read(ROOM, Seq(3)));
}
