//! Seats taken from the ring.

use super::*;

/// A channel that has passed on three changes.
fn with_three() -> Channel {
    let (mut channel, _listener) = seated_at(0);
    for seq in 1..=3 {
        channel.accept(frame(seq));
    }
    channel
}

/// Asks for a seat at 0, permitted at 3, with an outbox of so many bytes.
fn ask_with_room(channel: &mut Channel, bytes: usize) -> (Seating, Outbox) {
    let mut asked = seat(2, 2);
    asked.outbox = Outbox::new(bytes);
    let outbox = asked.outbox.clone();
    let standpoint = Standpoint {
        position: Seq(0),
        permitted_at: Seq(3),
    };
    (channel.take_seat(asked, standpoint).0, outbox)
}

#[test]
fn what_was_missed_comes_from_the_ring_and_sync_after_it() {
    let (seating, outbox) = ask_with_room(&mut with_three(), PLENTY);
    assert_eq!(seating, Seating::Seated);
    assert_eq!(heard(&outbox), ["#1", "#2", "#3", "sync 3"]);
}

#[test]
fn an_outbox_that_has_no_room_for_all_of_it_reads_the_store_instead() {
    let mut channel = with_three();
    let frames: usize = (1..=3).map(|seq| frame(seq).outgoing(ROOM).bytes()).sum();
    let whole = frames + sync(ROOM, Seq(3)).bytes();
    for too_little in [frames / 2, frames, whole - 1] {
        let (seating, outbox) = ask_with_room(&mut channel, too_little);
        assert_eq!(seating, Seating::Behind, "{too_little} bytes");
        assert!(heard(&outbox).is_empty());
    }
    let (seating, outbox) = ask_with_room(&mut channel, whole);
    assert_eq!(seating, Seating::Seated);
    assert_eq!(heard(&outbox).last().map(String::as_str), Some("sync 3"));
}

#[test]
fn what_somebody_else_has_read_serves_the_next() {
    let mut channel = Channel::new(ROOM);
    let first = seat(1, 1);
    assert_eq!(channel.take_seat(first, at(3)).0, Seating::Seated);
    assert_eq!(ask_with_room(&mut channel, PLENTY).0, Seating::Behind);
    channel.recall(&[frame(1), frame(2), frame(3)]);
    let (seating, outbox) = ask_with_room(&mut channel, PLENTY);
    assert_eq!(seating, Seating::Seated);
    assert_eq!(heard(&outbox), ["#1", "#2", "#3", "sync 3"]);
}
