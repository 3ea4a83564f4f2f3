use super::super::{Ack, Track, settle};
use super::*;

/// Asked in at 100, out by the head 5 (the removal is number 4), asked in again at 200.
fn guest() -> Guest {
    let stint = |asked_us, gone_by: Option<i64>| Stint {
        asked_us,
        gone_by: gone_by.map(Seq),
    };
    Guest {
        conversation: 0,
        stints: vec![stint(100, Some(5)), stint(200, None)],
        removals: BTreeSet::from([Seq(4)]),
        track: GuestTrack::default(),
    }
}

/// Nine messages, numbers 1 to 9 but for the removal at 4 and the joining at 6, heard by a member.
fn verdict(guest: Guest) -> Verdict {
    let numbers = [1, 2, 3, 5, 7, 8, 9];
    let mut member = Track::new(0);
    member.joined(Seq(0));
    let mut acks = Vec::new();
    for (send, &number) in (0..).zip(&numbers) {
        member.arrived(Seq(number), send);
        acks.push(Ack {
            send,
            seq: Seq(number),
        });
    }
    settle(&[0; 7], &[member], acks, &[guest])
}

fn hear(track: &mut GuestTrack, at_us: u64, messages: &[(i64, u32)]) {
    for &(seq, send) in messages {
        track.arrived(at_us, Seq(seq), send);
    }
}

/// A guest who hears what they may, once and in order.
fn good() -> Guest {
    let mut guest = guest();
    let track = &mut guest.track;
    track.synced(Seq(1));
    hear(track, 110, &[(2, 1), (3, 2)]);
    track.changed(150, Seq(4));
    track.removed();
    hear(track, 210, &[(5, 3)]);
    track.changed(210, Seq(6));
    track.synced(Seq(6));
    hear(track, 220, &[(7, 4), (8, 5), (9, 6)]);
    guest
}

#[test]
fn a_guest_who_hears_what_they_may_is_clean() {
    let verdict = verdict(good());
    assert!(verdict.is_clean(), "{verdict:?}");
    // Seven to the member, three to the guest since they are in step.
    assert_eq!((verdict.expected, verdict.got, verdict.removals), (10, 10, 1));
}

#[test]
fn what_comes_after_the_removal_and_before_anybody_asked_them_back_is_unentitled() {
    let mut guest = guest();
    guest.track.synced(Seq(1));
    hear(&mut guest.track, 160, &[(5, 3)]);
    assert_eq!(verdict(guest).unentitled, 1);
}

#[test]
fn changes_that_are_no_messages_are_unentitled_too() {
    let mut guest = guest();
    guest.track.changed(160, Seq(6));
    assert_eq!(verdict(guest).unentitled, 1);
}

#[test]
fn what_comes_before_the_guest_was_ever_asked_in_is_unentitled() {
    let mut guest = guest();
    hear(&mut guest.track, 99, &[(1, 0)]);
    assert_eq!(verdict(guest).unentitled, 1);
}

#[test]
fn a_removal_that_nobody_heard_is_bounded_by_the_look_at_the_head() {
    let mut guest = guest();
    guest.removals.clear();
    hear(&mut guest.track, 160, &[(5, 3)]);
    assert_eq!(verdict(guest.clone()).unentitled, 0);
    hear(&mut guest.track, 160, &[(7, 4)]);
    assert_eq!(verdict(guest).unentitled, 1);
}

#[test]
fn each_removal_limits_its_own_stint() {
    let mut guest = guest();
    guest.stints[1].gone_by = Some(Seq(9));
    guest.removals.insert(Seq(8));
    hear(&mut guest.track, 160, &[(3, 2)]);
    hear(&mut guest.track, 210, &[(5, 3), (7, 4)]);
    assert_eq!(verdict(guest.clone()).unentitled, 0);
    hear(&mut guest.track, 260, &[(9, 6)]);
    assert_eq!(verdict(guest).unentitled, 1);
}

#[test]
fn a_guest_who_is_back_is_owed_everything_since_the_server_said_so() {
    let mut guest = good();
    guest.track.messages.remove(&Seq(8));
    assert_eq!(verdict(guest).lost, 1);
}

#[test]
fn a_guest_who_is_in_and_was_never_told_so_is_absent() {
    let mut guest = good();
    guest.track.broke();
    let verdict = verdict(guest);
    assert_eq!((verdict.absent, verdict.is_clean()), (1, false));
}

#[test]
fn on_one_connection_a_guest_hears_each_once_and_in_order() {
    let mut guest = good();
    hear(&mut guest.track, 230, &[(9, 6), (8, 5)]);
    let verdict_of_one = verdict(guest.clone());
    assert_eq!((verdict_of_one.doubled, verdict_of_one.reordered), (1, 1));
    let mut again = good();
    again.track.broke();
    hear(&mut again.track, 230, &[(8, 5), (9, 6)]);
    let verdict = verdict(again);
    assert_eq!((verdict.doubled, verdict.reordered), (0, 0));
}

#[test]
fn a_number_that_carries_another_message_for_a_guest_is_a_contradiction() {
    let mut guest = good();
    guest.track.messages.insert(Seq(8), 4);
    assert_eq!(verdict(guest).conflicting, 1);
}
