//! A hole that is closed without frames: everybody reads for themselves.

use super::*;

fn sent_back_to(from: i64) -> String {
    let (conversation, from) = (ROOM, Seq(from));
    format!("{:?}", Outgoing::SentBack { conversation, from })
}

#[test]
fn whoever_stands_below_the_head_reads_on_from_their_place_and_nobody_else_does() {
    let (mut channel, behind) = seated_at(4);
    let (amid, ahead) = (seat(2, 2), seat(3, 3));
    let outboxes = [behind, amid.outbox.clone(), ahead.outbox.clone()];
    channel.take_seat(amid, at(6));
    channel.take_seat(ahead, at(8));
    channel.begin_fill();
    assert_eq!(channel.send_back(Seq(8)), Verdict::Done);
    channel.accept(frame(9));
    let [behind, amid, ahead] = outboxes.map(|outbox| heard(&outbox));
    assert_eq!(behind, [sent_back_to(4)]);
    assert_eq!(amid, ["sync 6".into(), sent_back_to(6)]);
    assert_eq!(ahead, ["sync 8", "#9"]);
}

#[test]
fn what_was_not_passed_on_is_not_taken_from_the_ring_either() {
    let (mut channel, _behind) = seated_at(4);
    channel.accept(frame(5));
    channel.accept(frame(8));
    channel.begin_fill();
    assert_eq!(channel.send_back(Seq(7)), Verdict::Done);
    let back = seat(2, 2);
    let outbox = back.outbox.clone();
    assert_eq!(channel.take_seat(back, at(5)).0, Seating::Behind);
    assert_eq!(channel.take_seat(seat(3, 3), at(7)).0, Seating::Seated);
    assert!(heard(&outbox).is_empty());
}

#[test]
fn live_frames_that_got_further_make_it_needless() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(frame(6));
    channel.begin_fill();
    channel.accept(frame(5));
    assert_eq!(channel.send_back(Seq(6)), Verdict::Done);
    assert_eq!(heard(&outbox), ["#5", "#6"]);
}

#[test]
fn a_head_that_is_announced_meanwhile_is_not_forgotten() {
    let (mut channel, _behind) = seated_at(4);
    let ahead = seat(2, 2);
    channel.take_seat(ahead, at(6));
    channel.begin_fill();
    channel.expect(Seq(7));
    assert_eq!(channel.send_back(Seq(6)), Verdict::Hole);
}
