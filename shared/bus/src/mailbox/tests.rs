use bytes::Bytes;
use protocol::{ConversationId, Seq, Timestamp};
use uuid::Uuid;

use super::*;
use crate::Kind;

const CAPACITY: usize = 8;

fn deliver(mailbox: &Mailbox, seq: i64) {
    let conversation = ConversationId(Uuid::nil());
    let envelope = Envelope {
        conversation,
        seq: Seq(seq),
        kind: Kind::Head,
        committed_at: Timestamp::from(chrono::DateTime::UNIX_EPOCH),
        frame: Bytes::new(),
    };
    mailbox.deliver(Topic::Conversation(conversation), envelope);
}

/// Everything that waits: the `seq` of an envelope, `None` for an interruption.
fn waiting(inbox: &mut Inbox) -> Vec<Option<i64>> {
    std::iter::from_fn(|| inbox.try_recv().ok()).map(seq_of).collect()
}

fn seq_of(event: BusEvent) -> Option<i64> {
    match event {
        BusEvent::Delivered(_, envelope) => Some(envelope.seq.0),
        BusEvent::Interrupted => None,
    }
}

#[test]
fn an_overflow_is_reported_at_the_place_of_the_loss_and_only_once() {
    let (mailbox, mut inbox) = Mailbox::new(CAPACITY);
    (1..=100).for_each(|seq| deliver(&mailbox, seq));
    let expected: Vec<_> = (1..=8).map(Some).chain([None]).collect();
    assert_eq!(waiting(&mut inbox), expected);
}

#[test]
fn delivery_goes_on_once_the_inbox_has_drained() {
    let (mailbox, mut inbox) = Mailbox::new(CAPACITY);
    (1..=9).for_each(|seq| deliver(&mailbox, seq));
    waiting(&mut inbox);
    deliver(&mailbox, 10);
    assert_eq!(waiting(&mut inbox), [Some(10)]);
}

#[test]
fn a_reader_that_is_always_late_gets_few_interruptions_and_misses_none() {
    let (mailbox, mut inbox) = Mailbox::new(CAPACITY);
    let mut last_heard = 0;
    let mut interruptions = 0;
    let mut forgiven = false;
    for seq in 1..=1_000 {
        deliver(&mailbox, seq);
        if seq % 2 == 0
            && let Some(heard) = inbox.try_recv().ok().map(seq_of)
        {
            let Some(heard) = heard else {
                interruptions += 1;
                forgiven = true;
                continue;
            };
            assert!(
                heard == last_heard + 1 || forgiven,
                "a hole before {heard} without an interruption"
            );
            last_heard = heard;
            forgiven = false;
        }
    }
    assert!(
        (1..=150).contains(&interruptions),
        "{interruptions} interruptions"
    );
}

#[test]
fn an_interruption_finds_room_in_a_full_inbox_and_is_not_repeated_unread() {
    let (mailbox, mut inbox) = Mailbox::new(CAPACITY);
    (1..=8).for_each(|seq| deliver(&mailbox, seq));
    mailbox.interrupt(Cause::Reconnect);
    mailbox.interrupt(Cause::Undecodable);
    assert_eq!(
        waiting(&mut inbox).iter().filter(|event| event.is_none()).count(),
        1
    );
    mailbox.interrupt(Cause::Undecodable);
    assert_eq!(waiting(&mut inbox), [None]);
}

#[test]
fn a_mailbox_without_a_reader_is_closed_and_takes_anything() {
    let (mailbox, inbox) = Mailbox::new(CAPACITY);
    drop(inbox);
    assert!(mailbox.is_closed());
    (1..=20).for_each(|seq| deliver(&mailbox, seq));
    mailbox.interrupt(Cause::Reconnect);
}
