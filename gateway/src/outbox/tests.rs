use uuid::Uuid;

use super::*;

const ROOM: ConversationId = ConversationId(Uuid::nil());
const OTHER: ConversationId = ConversationId(Uuid::max());

/// A queue for this many changes without text.
fn room_for(changes: usize) -> Outbox {
    Outbox::new(changes * change(ROOM, 1).bytes())
}

fn change(conversation: ConversationId, seq: i64) -> Outgoing {
    Outgoing::Change {
        conversation,
        seq: Seq(seq),
        text: "".into(),
        committed_at: None,
    }
}

fn taken(outbox: &Outbox) -> Vec<Outgoing> {
    let mut taken = Vec::new();
    outbox.take(&mut taken);
    taken
}

fn places(of: &[(ConversationId, i64)]) -> Recovery {
    Recovery::From(of.iter().map(|&(room, seq)| (room, Seq(seq))).collect())
}

/// As a connection does it; the seats that were given up on the way.
fn recovered(outbox: &Outbox) -> (Recovery, HashSet<ConversationId>) {
    let mut left = HashSet::new();
    loop {
        match outbox.recover(&left) {
            Recovery::Leave(more) => left.extend(more),
            done => return (done, left),
        }
    }
}

#[test]
fn changes_come_out_in_the_order_they_went_in() {
    let outbox = room_for(10);
    outbox.push(change(ROOM, 1));
    outbox.push(change(ROOM, 2));
    assert_eq!(taken(&outbox), [change(ROOM, 1), change(ROOM, 2)]);
    assert!(taken(&outbox).is_empty());
    assert_eq!(recovered(&outbox).0, Recovery::Nothing);
}

#[test]
fn a_text_counts_with_its_bytes() {
    let outbox = room_for(2);
    assert!(outbox.has_room(2 * change(ROOM, 1).bytes()));
    outbox.push(Outgoing::Change {
        conversation: ROOM,
        seq: Seq(1),
        text: "x".into(),
        committed_at: None,
    });
    assert!(!outbox.has_room(change(ROOM, 1).bytes()));
    outbox.push(change(ROOM, 2));
    assert_eq!(recovered(&outbox).0, places(&[(ROOM, 0)]));
}

#[test]
fn an_overflow_drops_the_queue_and_keeps_the_place_before_the_first_thing_dropped() {
    let outbox = room_for(2);
    for seq in 5..=8 {
        outbox.push(change(ROOM, seq));
    }
    outbox.push(change(OTHER, 3));
    assert!(taken(&outbox).is_empty());
    let (recovery, left) = recovered(&outbox);
    assert_eq!(recovery, places(&[(ROOM, 4), (OTHER, 2)]));
    assert_eq!(left, HashSet::from([ROOM, OTHER]));
    outbox.push(change(ROOM, 9));
    assert_eq!(taken(&outbox), [change(ROOM, 9)], "it takes things again");
}

#[test]
fn a_sync_that_was_dropped_is_a_place_too() {
    let outbox = room_for(1);
    let (conversation, head) = (OTHER, Seq(7));
    outbox.push(Outgoing::Sync { conversation, head });
    outbox.push(change(ROOM, 5));
    assert_eq!(recovered(&outbox).0, places(&[(ROOM, 4), (OTHER, 7)]));
}

#[test]
fn nothing_is_taken_again_before_every_seat_concerned_was_given_up() {
    let outbox = room_for(1);
    outbox.push(change(ROOM, 1));
    outbox.push(change(ROOM, 2));
    assert_eq!(outbox.recover(&HashSet::new()), Recovery::Leave(vec![ROOM]));
    // While the connection gives that one up, another conversation speaks.
    outbox.push(change(OTHER, 1));
    let left = HashSet::from([ROOM]);
    assert_eq!(outbox.recover(&left), Recovery::Leave(vec![OTHER]));
    let left = HashSet::from([ROOM, OTHER]);
    assert_eq!(outbox.recover(&left), places(&[(ROOM, 0), (OTHER, 0)]));
}

#[test]
fn what_cannot_be_read_again_survives_an_overflow() {
    let outbox = room_for(1);
    let unseated = |conversation| Outgoing::Unseated {
        conversation,
        at: Seq(9),
    };
    outbox.push(change(ROOM, 9));
    outbox.push(unseated(OTHER));
    outbox.push(change(ROOM, 10));
    outbox.push(unseated(ROOM));
    outbox.push(Outgoing::Relist);
    outbox.push(Outgoing::Close(CloseCode::NotParticipant));
    assert_eq!(recovered(&outbox).0, places(&[(ROOM, 8)]));
    let kept = [
        Outgoing::Relist,
        unseated(OTHER),
        Outgoing::Close(CloseCode::NotParticipant),
    ];
    assert_eq!(
        taken(&outbox),
        kept,
        "the loss of a seat whose changes are read again shows there"
    );
}

#[test]
fn too_many_invitations_become_one_look_at_the_list() {
    let outbox = room_for(1);
    for head in 0..200 {
        outbox.push(Outgoing::Added {
            conversation: ROOM,
            head: Seq(head),
            text: "".into(),
        });
    }
    assert_eq!(recovered(&outbox).0, places(&[]));
    let kept = taken(&outbox);
    assert_eq!(kept.first(), Some(&Outgoing::Relist));
    assert!(kept.len() < 100, "{}", kept.len());
}

#[test]
fn the_bound_is_on_what_waits_not_on_what_was_ever_sent() {
    let outbox = room_for(1);
    for seq in 1..100 {
        outbox.push(change(ROOM, seq));
        assert_eq!(taken(&outbox), [change(ROOM, seq)]);
    }
}

#[test]
fn nothing_follows_a_close() {
    let outbox = room_for(10);
    let close = Outgoing::Close(CloseCode::NotParticipant);
    outbox.push(change(ROOM, 1));
    outbox.push(close.clone());
    outbox.push(change(ROOM, 2));
    assert_eq!(taken(&outbox), [change(ROOM, 1), close]);
}

#[tokio::test]
async fn a_close_from_outside_cuts_in() {
    let outbox = room_for(10);
    outbox.push(change(ROOM, 1));
    let closer = outbox.clone();
    let (code, ()) = tokio::join!(outbox.cut(), async move { closer.close(CloseCode::Token) });
    assert_eq!(code, CloseCode::Token);
    assert_eq!(taken(&outbox), [Outgoing::Close(CloseCode::Token)]);
}

#[tokio::test]
async fn a_waiting_connection_is_woken() {
    let outbox = room_for(1);
    let pusher = outbox.clone();
    tokio::join!(outbox.ready(), async move { pusher.push(change(ROOM, 1)) });
    assert_eq!(taken(&outbox).len(), 1);
    outbox.push(change(ROOM, 1));
    outbox.push(change(ROOM, 2));
    outbox.ready().await;
}
