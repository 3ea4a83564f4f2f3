use proptest::prelude::*;

use super::*;

const HEAD: Seq = Seq(6);

/// A socket that hears these (number, send) pairs after `HEAD`.
fn track(heard: &[(i64, u32)]) -> Track {
    let mut track = Track::new(0);
    track.joined(HEAD);
    for &(number, send) in heard {
        track.arrived(Seq(HEAD.0 + number), send);
    }
    track
}

/// Send `n - 1` gets number `n` after `HEAD`.
fn stream(length: u32) -> Vec<(i64, u32)> {
    (0..length).map(|send| (i64::from(send) + 1, send)).collect()
}

fn acks(length: u32) -> Vec<Ack> {
    stream(length)
        .into_iter()
        .map(|(number, send)| Ack {
            send,
            seq: Seq(HEAD.0 + number),
        })
        .collect()
}

fn settle_one(length: u32, tracks: &[Track]) -> Verdict {
    settle(&vec![0; length as usize], tracks, acks(length), &[])
}

fn clean(length: u32, sockets: u64) -> Verdict {
    let owed = u64::from(length) * sockets;
    Verdict {
        acked: u64::from(length),
        expected: owed,
        got: owed,
        ..Verdict::default()
    }
}

#[test]
fn a_message_that_was_heard_elsewhere_is_owed_even_without_its_acknowledgement() {
    let heard = track(&stream(3));
    let deaf_to_the_last = track(&stream(2));
    let verdict = settle(&[0; 3], &[heard, deaf_to_the_last], Vec::new(), &[]);
    assert_eq!((verdict.acked, verdict.lost), (0, 1));
}

#[test]
fn one_send_written_under_two_numbers_is_doubled() {
    let verdict = settle(&[0; 2], &[track(&[(1, 0), (2, 1), (3, 1)])], acks(2), &[]);
    assert_eq!((verdict.doubled, verdict.lost), (1, 0));
}

#[test]
fn one_send_acknowledged_under_two_numbers_contradicts_itself_but_counts_once() {
    let mut twice = acks(2);
    twice.push(Ack {
        send: 1,
        seq: Seq(99),
    });
    twice.push(twice[0]);
    let verdict = settle(&[0; 2], &[track(&stream(2))], twice, &[]);
    assert_eq!((verdict.acked, verdict.conflicting), (2, 1));
}

#[test]
fn two_messages_under_one_number_contradict_each_other() {
    let verdict = settle(
        &[0; 3],
        &[track(&[(1, 0), (2, 1)]), track(&[(1, 0), (2, 2)])],
        Vec::new(),
        &[],
    );
    assert_eq!(verdict.conflicting, 1);
}

#[test]
fn a_message_in_the_wrong_conversation_is_a_contradiction() {
    let verdict = settle(&[1], &[track(&[(1, 0)])], Vec::new(), &[]);
    assert_eq!(verdict.conflicting, 1);
}

#[test]
fn what_came_before_joining_or_absurdly_far_ahead_is_astray() {
    let mut track = Track::new(0);
    assert_eq!(track.arrived(Seq(1), 0), Arrival::Stray);
    track.joined(HEAD);
    assert_eq!(track.arrived(HEAD, 0), Arrival::Stray);
    assert_eq!(track.arrived(Seq(i64::MAX), 0), Arrival::Stray);
    assert_eq!(track.arrived(Seq(i64::MIN), 0), Arrival::Stray);
    assert_eq!(track.last(), Some(HEAD));
}

#[test]
fn a_socket_that_joined_later_is_owed_only_what_followed() {
    let mut late = Track::new(0);
    late.joined(Seq(HEAD.0 + 2));
    late.arrived(Seq(HEAD.0 + 3), 2);
    let verdict = settle_one(3, &[track(&stream(3)), late]);
    assert_eq!(
        verdict,
        Verdict {
            acked: 3,
            expected: 4,
            got: 4,
            ..Verdict::default()
        }
    );
}

#[test]
fn a_resume_changes_nothing_about_what_is_owed() {
    let mut resumed = track(&stream(2));
    resumed.joined(Seq(HEAD.0 + 3));
    assert_eq!(resumed.last(), Some(Seq(HEAD.0 + 2)));
    assert_eq!(settle_one(3, &[resumed]).lost, 1);
}

proptest! {
    #[test]
    fn however_sockets_and_conversations_interleave_exactly_once_in_order_is_clean(
        turns in prop::collection::vec((0..3_usize, 0..3_usize), 0..400),
        sent in prop::collection::vec(0..3_usize, 0..60),
    ) {
        let numbers: Vec<Seq> = sent.iter().enumerate().map(|(index, conversation)| {
            let earlier = sent[..index].iter().filter(|other| *other == conversation).count();
            Seq(HEAD.0 + 1 + i64::try_from(earlier).unwrap())
        }).collect();
        let mut sockets = vec![(0..3).map(Track::new).collect::<Vec<_>>(); 3];
        sockets.iter_mut().flatten().for_each(|track| track.joined(HEAD));
        let queue = |conversation: usize| {
            (0_u32..).zip(&numbers).zip(&sent).filter(move |(_, to)| **to == conversation).map(|(pair, _)| pair)
        };
        let mut queues: Vec<Vec<_>> = (0..3).map(|_| (0..3).map(queue).collect()).collect();
        let rest = (0..3).flat_map(|socket| (0..3).flat_map(move |c| std::iter::repeat_n((socket, c), 60)));
        for (socket, conversation) in turns.into_iter().chain(rest) {
            if let Some((send, seq)) = queues[socket][conversation].next() {
                prop_assert_eq!(sockets[socket][conversation].arrived(*seq, send), Arrival::InOrder);
            }
        }
        let acks = (0..).zip(&numbers).map(|(send, seq)| Ack { send, seq: *seq }).collect();
        let tracks: Vec<Track> = sockets.into_iter().flatten().collect();
        let verdict = settle(&sent, &tracks, acks, &[]);
        prop_assert_eq!(verdict, clean(u32::try_from(sent.len()).unwrap(), 3));
    }

    #[test]
    fn one_drop_is_one_lost(length in 1..200_u32, at in any::<prop::sample::Index>()) {
        let mut heard = stream(length);
        heard.remove(at.index(heard.len()));
        let verdict = settle_one(length, &[track(&stream(length)), track(&heard)]);
        let whole = clean(length, 2);
        prop_assert_eq!(verdict, Verdict { got: whole.got - 1, lost: 1, ..whole });
    }

    #[test]
    fn one_swap_of_neighbours_is_one_reordered(length in 2..200_u32, at in any::<prop::sample::Index>()) {
        let mut heard = stream(length);
        let at = at.index(heard.len() - 1);
        heard.swap(at, at + 1);
        let verdict = settle_one(length, &[track(&heard)]);
        prop_assert_eq!(verdict, Verdict { reordered: 1, ..clean(length, 1) });
    }

    #[test]
    fn one_repetition_is_one_doubled(length in 1..200_u32, from in any::<prop::sample::Index>(), later in any::<prop::sample::Index>()) {
        let mut heard = stream(length);
        let from = from.index(heard.len());
        let again = heard[from];
        heard.insert(from + 1 + later.index(heard.len() - from), again);
        let verdict = settle_one(length, &[track(&heard)]);
        prop_assert_eq!(verdict, Verdict { doubled: 1, ..clean(length, 1) });
    }
}
