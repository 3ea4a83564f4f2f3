use uuid::Uuid;

use super::*;

const ANN: UserId = UserId(1);
const BOB: UserId = UserId(2);
const EVE: UserId = UserId(3);

fn here() -> ConversationId {
    ConversationId(Uuid::from_u128(7))
}

fn window(after: i64, head: i64) -> Window {
    Window {
        conversation: here(),
        after: Seq(after),
        head: Seq(head),
        kind: ConversationType::Group,
        created_by: ANN,
    }
}

fn said(seq: i64, sender: UserId) -> Spoken {
    Spoken {
        conversation: here(),
        seq: Seq(seq),
        id: MessageId(Uuid::from_u128(100 + u128::try_from(seq).unwrap())),
        sender,
        is_text: true,
        event: None,
        mentions: vec![],
        answers: None,
    }
}

fn done(seq: i64, sender: UserId, event: SystemEvent) -> Spoken {
    Spoken {
        is_text: false,
        event: Some(event),
        ..said(seq, sender)
    }
}

fn joined(user: UserId, seq: i64) -> Joined {
    Joined {
        conversation: here(),
        user,
        seq: Seq(seq),
    }
}

/// Who is owed what, beside the entries of kind `message`.
fn told(windows: &[Window], spoken: &[Spoken], came: &[Joined]) -> Vec<(UserId, &'static str, i64)> {
    let plan = decide(windows, spoken, came, false);
    let told = plan.direct.iter();
    told.map(|direct| (direct.person, direct.kind, direct.seq.0))
        .collect()
}

#[test]
fn the_newest_of_two_people_says_who_has_something_unread() {
    let newest = |spoken: &[Spoken]| {
        let plan = decide(&[window(0, 9)], spoken, &[], false);
        plan.plain
            .first()
            .map(|plain| (plain.newest.0, plain.newest_by, plain.by_others.0))
    };
    for (spoken, expected) in [
        (vec![], None),
        (vec![said(1, ANN)], Some((1, ANN, 0))),
        (vec![said(1, ANN), said(2, ANN)], Some((2, ANN, 0))),
        (vec![said(1, BOB), said(2, ANN)], Some((2, ANN, 1))),
        (vec![said(1, ANN), said(2, BOB), said(3, EVE)], Some((3, EVE, 2))),
        (vec![done(1, ANN, SystemEvent::Left)], None),
        (
            vec![said(1, ANN), done(2, BOB, SystemEvent::Left)],
            Some((1, ANN, 0)),
        ),
    ] {
        assert_eq!(newest(&spoken), expected, "{spoken:?}");
    }
}

#[test]
fn who_is_named_or_answered_is_told_once_and_never_by_themself() {
    let message = |mentions: &[UserId], answers| Spoken {
        mentions: mentions.to_vec(),
        answers,
        ..said(5, ANN)
    };
    for (spoken, expected) in [
        (message(&[], None), vec![]),
        (message(&[BOB], None), vec![(BOB, "mention", 5)]),
        (message(&[BOB, BOB], None), vec![(BOB, "mention", 5)]),
        (message(&[ANN], Some(ANN)), vec![]),
        (message(&[], Some(BOB)), vec![(BOB, "reply", 5)]),
        (message(&[BOB], Some(BOB)), vec![(BOB, "mention", 5)]),
        (
            message(&[EVE], Some(BOB)),
            vec![(BOB, "reply", 5), (EVE, "mention", 5)],
        ),
    ] {
        assert_eq!(
            told(&[window(0, 9)], &[spoken.clone()], &[]),
            expected,
            "{spoken:?}"
        );
    }
}

#[test]
fn who_is_let_into_a_group_is_told_and_who_made_it_or_came_alone_is_not() {
    let made = window(-1, 0);
    assert_eq!(
        told(&[made], &[], &[joined(ANN, 0), joined(BOB, 0)]),
        [(BOB, "added", 0)]
    );
    let private = Window {
        kind: ConversationType::Private,
        ..made
    };
    assert_eq!(told(&[private], &[], &[joined(ANN, 0), joined(BOB, 0)]), []);
    let later = window(0, 4);
    assert_eq!(told(&[later], &[], &[joined(EVE, 3)]), [(EVE, "added", 3)]);
    // Whoever made it, left and was let in again.
    assert_eq!(told(&[later], &[], &[joined(ANN, 3)]), [(ANN, "added", 3)]);
    let alone = [done(4, EVE, SystemEvent::Joined)];
    assert_eq!(told(&[later], &alone, &[joined(EVE, 3)]), []);
}

#[test]
fn a_look_that_is_cut_goes_on_where_it_stopped() {
    let other = ConversationId(Uuid::from_u128(8));
    let behind = Window {
        conversation: other,
        ..window(0, 9)
    };
    let spoken = [said(1, ANN), said(2, BOB)];
    let came = [joined(EVE, 2), joined(EVE, 5)];
    let plan = decide(&[window(0, 9), behind], &spoken, &came, true);
    assert_eq!(plan.windows, [window(0, 2)]);
    assert_eq!(plan.direct.iter().map(|it| it.seq).collect::<Vec<_>>(), [Seq(2)]);
    let plan = decide(&[window(0, 9), behind], &spoken, &came, false);
    assert_eq!(plan.windows, [window(0, 9), behind]);
}
