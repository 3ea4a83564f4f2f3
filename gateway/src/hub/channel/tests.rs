mod resumes;
mod sent_back;

use bus::Topic;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const ROOM: ConversationId = ConversationId(Uuid::nil());
const PLENTY: usize = 1 << 20;

fn frame(seq: i64) -> Frame {
    with_effect(seq, Effect::None)
}

fn with_effect(seq: i64, effect: Effect) -> Frame {
    Frame {
        seq: Seq(seq),
        effect,
        text: format!("#{seq}").into(),
        committed_at: None,
    }
}

fn seat(socket: SocketId, user: i64) -> Seat {
    Seat {
        socket,
        user: UserId(user),
        outbox: Outbox::new(PLENTY),
        ends_with_place: false,
        hold: Arc::new(Hold::detached(Topic::Conversation(ROOM))),
    }
}

fn at(position: i64) -> Standpoint {
    Standpoint {
        position: Seq(position),
        permitted_at: Seq(position),
    }
}

/// A channel with one seat at `position`; its `sync` is already read.
fn seated_at(position: i64) -> (Channel, Outbox) {
    let mut channel = Channel::new(ROOM);
    let seat = seat(1, 1);
    let outbox = seat.outbox.clone();
    assert_eq!(channel.take_seat(seat, at(position)).0, Seating::Seated);
    assert_eq!(heard(&outbox), [format!("sync {position}")]);
    (channel, outbox)
}

/// What a socket was told, in short.
fn heard(outbox: &Outbox) -> Vec<String> {
    let mut items = Vec::new();
    outbox.take(&mut items);
    let short = |item| match item {
        Outgoing::Change { text, .. } => text.as_str().to_owned(),
        Outgoing::Sync { head, .. } => format!("sync {head}"),
        Outgoing::Close(code) => format!("close {}", code.number()),
        Outgoing::Unseated { .. } => "unseated".into(),
        other => format!("{other:?}"),
    };
    items.into_iter().map(short).collect()
}

#[test]
fn frames_in_order_pass_at_once() {
    let (mut channel, outbox) = seated_at(4);
    assert_eq!(channel.accept(frame(5)), Verdict::Done);
    assert_eq!(channel.accept(frame(6)), Verdict::Done);
    assert_eq!(heard(&outbox), ["#5", "#6"]);
}

#[test]
fn a_frame_ahead_of_its_turn_waits_for_the_missing_one() {
    let (mut channel, outbox) = seated_at(4);
    assert_eq!(channel.accept(frame(6)), Verdict::Hole);
    assert!(heard(&outbox).is_empty());
    assert_eq!(channel.accept(frame(5)), Verdict::Done);
    assert_eq!(heard(&outbox), ["#5", "#6"]);
}

#[test]
fn repeated_and_old_frames_are_dropped() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(frame(5));
    channel.accept(frame(5));
    channel.accept(frame(3));
    assert_eq!(heard(&outbox), ["#5"]);
}

#[test]
fn frames_that_come_before_the_first_seat_are_not_lost_and_not_doubled() {
    let mut channel = Channel::new(ROOM);
    channel.accept(frame(5));
    channel.accept(frame(6));
    let first = seat(1, 1);
    let outbox = first.outbox.clone();
    assert_eq!(channel.take_seat(first, at(5)), (Seating::Seated, Verdict::Done));
    assert_eq!(heard(&outbox), ["sync 5", "#6"]);
}

#[test]
fn a_joiner_just_behind_gets_the_rest_from_the_ring() {
    let (mut channel, _first) = seated_at(4);
    channel.accept(frame(5));
    channel.accept(frame(6));
    let late = seat(2, 2);
    let outbox = late.outbox.clone();
    assert_eq!(channel.take_seat(late, at(4)).0, Seating::Seated);
    assert_eq!(heard(&outbox), ["#5", "#6", "sync 6"]);
}

#[test]
fn a_joiner_further_behind_than_the_ring_is_sent_back_to_the_store() {
    let (mut channel, _first) = seated_at(0);
    for seq in 1..=i64::try_from(ring::FRAMES).unwrap() + 2 {
        channel.accept(frame(seq));
    }
    assert_eq!(channel.take_seat(seat(2, 2), at(1)).0, Seating::Behind);
    assert_eq!(channel.take_seat(seat(2, 2), at(2)).0, Seating::Seated);
}

#[test]
fn a_joiner_ahead_of_the_live_frames_hears_nothing_twice() {
    let (mut channel, _first) = seated_at(4);
    let ahead = seat(2, 2);
    let outbox = ahead.outbox.clone();
    // The store already had 5 and 6; here they are still on their way.
    assert_eq!(channel.take_seat(ahead, at(6)).1, Verdict::Hole);
    channel.accept(frame(5));
    channel.accept(frame(6));
    channel.accept(frame(7));
    assert_eq!(heard(&outbox), ["sync 6", "#7"]);
}

#[test]
fn who_is_removed_hears_of_it_and_then_nothing() {
    let (mut channel, outbox) = seated_at(4);
    let other = seat(2, 2);
    let others = other.outbox.clone();
    channel.take_seat(other, at(4));
    channel.accept(with_effect(5, Effect::Removes(UserId(1))));
    channel.accept(frame(6));
    assert_eq!(heard(&outbox), ["#5", "unseated"]);
    assert_eq!(heard(&others), ["sync 4", "#5", "#6"]);
}

#[test]
fn at_the_conversations_own_door_a_removal_closes_the_socket() {
    let mut channel = Channel::new(ROOM);
    let seat = Seat {
        ends_with_place: true,
        ..seat(1, 1)
    };
    let outbox = seat.outbox.clone();
    channel.take_seat(seat, at(0));
    channel.accept(with_effect(1, Effect::Removes(UserId(1))));
    assert_eq!(heard(&outbox), ["sync 0", "#1", "close 4403"]);
}

#[test]
fn a_removal_that_comes_late_does_not_throw_out_who_has_come_back_since() {
    let (mut channel, _other) = seated_at(4);
    let back = seat(2, 2);
    let outbox = back.outbox.clone();
    // Removed at 5, added again as 6, seated at 6: only now does the bus deliver both.
    channel.take_seat(back, at(6));
    channel.accept(with_effect(5, Effect::Removes(UserId(2))));
    channel.accept(frame(6));
    channel.accept(frame(7));
    assert_eq!(heard(&outbox), ["sync 6", "#7"]);
}

#[test]
fn a_deletion_ends_it_for_everybody() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(with_effect(5, Effect::Ends));
    assert_eq!(heard(&outbox), ["#5", "unseated"]);
    assert!(channel.is_empty());
}

#[test]
fn what_waits_for_the_first_seat_is_bounded_and_what_was_dropped_is_known_to_be_missing() {
    let mut channel = Channel::new(ROOM);
    let frames = i64::try_from(EARLY_FRAMES_UNSEATED).unwrap();
    for seq in 1..=frames + 3 {
        channel.accept(frame(seq));
    }
    let first = seat(1, 1);
    let outbox = first.outbox.clone();
    assert_eq!(channel.take_seat(first, at(0)), (Seating::Seated, Verdict::Hole));
    assert_eq!(heard(&outbox).len(), EARLY_FRAMES_UNSEATED + 1);
    let late = (frames + 1..=frames + 3).map(frame).collect();
    assert_eq!(channel.fill(Seq(frames + 3), late), Verdict::Done);
    assert_eq!(heard(&outbox).len(), 3);
}

#[test]
fn a_removal_between_the_permission_and_the_seat_is_noticed() {
    let (mut channel, _first) = seated_at(4);
    channel.accept(with_effect(5, Effect::Removes(UserId(2))));
    channel.accept(frame(6));
    let late = seat(2, 2);
    let outbox = late.outbox.clone();
    assert_eq!(channel.take_seat(late, at(4)).0, Seating::Removed);
    assert!(
        heard(&outbox).is_empty(),
        "the page before it will not be written either"
    );
}

#[test]
fn an_old_removal_does_not_keep_out_who_has_come_back() {
    let (mut channel, _first) = seated_at(4);
    channel.accept(with_effect(5, Effect::Removes(UserId(2))));
    channel.accept(frame(6));
    let back = seat(2, 2);
    let standpoint = Standpoint {
        position: Seq(4),
        permitted_at: Seq(6),
    };
    assert_eq!(channel.take_seat(back, standpoint).0, Seating::Seated);
}

#[test]
fn a_fill_closes_the_hole_and_lets_the_waiting_pass() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(frame(8));
    assert_eq!(channel.begin_fill(), Some(Seq(4)));
    assert_eq!(channel.begin_fill(), None, "one read at a time");
    assert_eq!(
        channel.fill(Seq(7), vec![frame(5), frame(6), frame(7)]),
        Verdict::Done
    );
    assert_eq!(heard(&outbox), ["#5", "#6", "#7", "#8"]);
}

#[test]
fn after_a_compacted_fill_the_clients_are_told_how_far_they_are() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(frame(8));
    channel.begin_fill();
    // 5 was edited as 6: one row, in its latest state.
    channel.fill(Seq(7), vec![frame(5), frame(7)]);
    assert_eq!(heard(&outbox), ["#5", "#7", "sync 7", "#8"]);
}

#[test]
fn who_stands_amid_a_compacted_fill_is_sent_back_to_the_store() {
    let (mut channel, _behind) = seated_at(17);
    let ahead = seat(2, 2);
    let outbox = ahead.outbox.clone();
    // It has 18 as it was before 20 changed it, so neither row of the fill may be left out for it.
    assert_eq!(channel.take_seat(ahead, at(19)).1, Verdict::Hole);
    channel.begin_fill();
    channel.fill(Seq(21), vec![frame(18), frame(19), frame(21)]);
    channel.accept(frame(22));
    let (conversation, from) = (ROOM, Seq(19));
    let back = Outgoing::SentBack { conversation, from };
    assert_eq!(heard(&outbox), ["sync 19".into(), format!("{back:?}")]);
}

#[test]
fn an_old_removal_in_a_fill_withholds_nothing_from_who_has_come_back_since() {
    let (mut channel, _behind) = seated_at(17);
    let back = seat(2, 2);
    let outbox = back.outbox.clone();
    channel.take_seat(back, at(20));
    channel.begin_fill();
    let removal = with_effect(19, Effect::Removes(UserId(2)));
    channel.fill(Seq(21), vec![frame(18), removal, frame(20), frame(21)]);
    assert_eq!(heard(&outbox), ["sync 20", "#21"]);
}

#[test]
fn live_frames_that_overtake_a_compacted_reading_make_it_be_read_again() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(frame(6));
    channel.begin_fill();
    channel.accept(frame(5));
    // Read after 4, true for 8: 6 stands for 7 too, and the client has it as it was before.
    channel.fill(Seq(8), vec![frame(5), frame(6), frame(8)]);
    assert_eq!(heard(&outbox), ["#5", "#6"]);
    channel.expect(Seq(8));
    assert_eq!(channel.next_round(), Some(Seq(6)));
    channel.fill(Seq(8), vec![frame(7), frame(8)]);
    assert_eq!(heard(&outbox), ["#7", "#8"]);
}

#[test]
fn a_head_that_is_announced_while_the_store_is_read_is_not_forgotten() {
    let (mut channel, _outbox) = seated_at(4);
    channel.expect(Seq(5));
    channel.begin_fill();
    channel.expect(Seq(6));
    assert_eq!(channel.fill(Seq(5), vec![frame(5)]), Verdict::Hole);
}

#[test]
fn who_is_beyond_a_compacted_fill_is_not_told_of_it() {
    let (mut channel, _behind) = seated_at(17);
    let ahead = seat(2, 2);
    let outbox = ahead.outbox.clone();
    channel.take_seat(ahead, at(22));
    channel.begin_fill();
    channel.fill(Seq(21), vec![frame(18), frame(19), frame(21)]);
    assert_eq!(heard(&outbox), ["sync 22"]);
}

#[test]
fn in_a_fill_the_removed_hear_of_their_removal_alone() {
    let (mut channel, outbox) = seated_at(4);
    channel.accept(frame(8));
    channel.begin_fill();
    channel.fill(
        Seq(7),
        vec![frame(5), with_effect(6, Effect::Removes(UserId(1))), frame(7)],
    );
    let (conversation, at) = (ROOM, Seq(4));
    let left = Outgoing::Unseated { conversation, at };
    let mut said = Vec::new();
    outbox.take(&mut said);
    let [Outgoing::Farewell { text, .. }, unseated] = &*said else {
        panic!("{said:?}")
    };
    let removal = r#"{"type":"participant:removed","payload":{"conversation_id":"00000000-0000-0000-0000-000000000000","user_id":1}}"#;
    assert_eq!(
        (text.as_str(), unseated),
        (removal, &left),
        "no number: 5 is still to come"
    );
}

#[test]
fn an_announced_head_is_a_hole_until_it_is_read() {
    let (mut channel, _outbox) = seated_at(4);
    assert_eq!(channel.expect(Seq(6)), Verdict::Hole);
    channel.begin_fill();
    assert_eq!(channel.fill(Seq(6), vec![frame(5), frame(6)]), Verdict::Done);
    assert_eq!(channel.expect(Seq(6)), Verdict::Done);
}

#[test]
fn a_seat_taken_again_replaces_the_first() {
    let (mut channel, outbox) = seated_at(4);
    let again = Seat {
        outbox: outbox.clone(),
        ..seat(1, 1)
    };
    channel.take_seat(again, at(4));
    channel.accept(frame(5));
    assert_eq!(heard(&outbox), ["sync 4", "#5"]);
}

proptest! {
    /// Whatever the bus drops, repeats and reorders, every seat hears each change above its position once, in order.
    #[test]
    fn every_seat_hears_everything_once_in_order(
        frames in proptest::collection::vec((1_i64..40, any::<bool>()), 0..120),
        joins in proptest::collection::vec((0_usize..120, 0_i64..3), 1..6),
        head in 20_i64..40,
    ) {
        let mut channel = Channel::new(ROOM);
        let mut committed = 0;
        let mut seats: Vec<(Outbox, i64)> = Vec::new();
        for (step, (seq, is_lost)) in frames.iter().enumerate() {
            for (index, &(when, lag)) in (1_i64..).zip(&joins) {
                let position = (committed - lag).max(0);
                let seat = seat(index.unsigned_abs(), index);
                let outbox = seat.outbox.clone();
                let standpoint = Standpoint { position: Seq(position), permitted_at: Seq(committed) };
                if when == step && channel.take_seat(seat, standpoint).0 == Seating::Seated {
                    seats.push((outbox, position));
                }
            }
            // Only what is committed can be on the bus.
            let seq = (*seq).min(committed + 1);
            committed = committed.max(seq);
            if !is_lost {
                channel.accept(frame(seq));
            }
            if step % 7 == 6 && let Some(after) = channel.begin_fill() {
                channel.fill(Seq(committed), (after.0 + 1..=committed).map(frame).collect());
                channel.end_fill();
            }
        }
        let head = head.max(committed);
        channel.expect(Seq(head));
        if let Some(after) = channel.begin_fill() {
            channel.fill(Seq(head), (after.0 + 1..=head).map(frame).collect());
        }
        for (outbox, position) in seats {
            let told: Vec<_> = heard(&outbox).into_iter().filter(|line| line.starts_with('#')).collect();
            let expected: Vec<_> = (position + 1..=head).map(|seq| format!("#{seq}")).collect();
            prop_assert_eq!(told, expected);
        }
    }
}
