use chrono::DateTime;
use protocol::UserId;
use uuid::Uuid;

use super::*;
use crate::screen::Screening;

const FINE: Facts = Facts {
    is_participant: true,
    repeated: None,
    has_files: true,
    reply: None,
    stranger: None,
};

fn at(micros: i64) -> Timestamp {
    DateTime::from_timestamp_micros(micros).unwrap().into()
}

fn message(conversation: u128, client_id: Option<&str>) -> NewMessage {
    NewMessage {
        id: MessageId(Uuid::new_v4()),
        conversation: ConversationId(Uuid::from_u128(conversation)),
        sender: UserId(1),
        text: "hi".into(),
        reply_to: None,
        client_id: client_id.map(Into::into),
        mentions: Vec::new(),
        screening: Screening::default(),
        attachments: Vec::new(),
    }
}

fn locked(counters: &[(u128, i64, Option<i64>)]) -> HashMap<ConversationId, Counter> {
    let counters = counters.iter().map(|&(id, last_seq, last)| {
        let counter = Counter {
            last_seq: Seq(last_seq),
            last_message_at: last.map(at),
        };
        (ConversationId(Uuid::from_u128(id)), counter)
    });
    counters.collect()
}

#[test]
fn each_conversation_counts_on_its_own_densely_in_the_order_given() {
    let batch = [1, 2, 1, 1, 2].map(|conversation| message(conversation, None));
    let plan = decide(
        &batch,
        locked(&[(1, 7, None), (2, 0, None)]),
        &[FINE; 5],
        &[],
        at(100),
    );
    let seqs: Vec<_> = plan.stored.iter().map(|message| message.seq.0).collect();
    assert_eq!(seqs, [8, 1, 9, 10, 2]);
    let heads: Vec<_> = plan.heads().iter().map(|(_, seq)| seq.0).collect();
    assert_eq!(heads, [10, 2]);
}

#[test]
fn moments_ascend_even_when_this_nodes_clock_is_behind() {
    let batch = [1, 1, 1].map(|conversation| message(conversation, None));
    let plan = decide(&batch, locked(&[(1, 7, Some(500))]), &[FINE; 3], &[], at(100));
    let moments: Vec<_> = plan.stored.iter().map(|message| message.created_at).collect();
    assert_eq!(moments, [at(501), at(502), at(503)]);
    let plan = decide(&batch, locked(&[(1, 7, Some(50))]), &[FINE; 3], &[], at(100));
    let moments: Vec<_> = plan.stored.iter().map(|message| message.created_at).collect();
    assert_eq!(moments, [at(100), at(101), at(102)]);
}

#[test]
fn a_name_repeated_within_the_batch_takes_one_number_even_in_another_conversation() {
    let batch = [
        message(1, Some("a")),
        message(1, Some("a")),
        message(2, Some("a")),
        message(1, Some("b")),
    ];
    let plan = decide(
        &batch,
        locked(&[(1, 0, None), (2, 0, None)]),
        &[FINE; 4],
        &[],
        at(100),
    );
    assert_eq!(
        plan.verdicts,
        [
            Verdict::Stored(0),
            Verdict::RepeatedHere(0),
            Verdict::RepeatedHere(0),
            Verdict::Stored(1)
        ]
    );
    assert_eq!(plan.stored[1].seq, Seq(2));
}

#[test]
fn the_same_name_of_two_senders_makes_two_messages() {
    let mut batch = [message(1, Some("a")), message(1, Some("a"))];
    batch[1].sender = UserId(2);
    let plan = decide(&batch, locked(&[(1, 0, None)]), &[FINE; 2], &[], at(100));
    assert_eq!(plan.stored.len(), 2);
}

#[test]
fn what_is_refused_takes_no_number_and_leaves_its_name_free() {
    let batch = [
        message(1, Some("a")),
        NewMessage {
            reply_to: Some(MessageId(Uuid::from_u128(9))),
            ..message(1, None)
        },
        message(1, None),
        message(3, None),
        message(1, Some("a")),
    ];
    let stranger = Facts {
        is_participant: false,
        ..FINE
    };
    let mentions_stranger = Facts {
        stranger: Some(2),
        ..FINE
    };
    let facts = [stranger, FINE, mentions_stranger, FINE, FINE];
    let plan = decide(&batch, locked(&[(1, 4, None)]), &facts, &[], at(100));
    assert_eq!(
        plan.verdicts,
        [
            Verdict::Refused(Refusal::NotParticipant),
            Verdict::Refused(Refusal::NoReplyTarget),
            Verdict::Refused(Refusal::MentionsStranger(2)),
            Verdict::Refused(Refusal::NoConversation),
            Verdict::Stored(0),
        ]
    );
    assert_eq!(plan.stored[0].seq, Seq(5));
}

#[test]
fn a_repetition_is_answered_even_when_its_sender_has_left_and_the_conversation_is_gone() {
    let first = MessageId(Uuid::from_u128(9));
    let facts = Facts {
        is_participant: false,
        repeated: Some(first),
        reply: None,
        stranger: Some(0),
        has_files: true,
    };
    let plan = decide(&[message(1, Some("a"))], locked(&[]), &[facts], &[], at(100));
    assert_eq!(plan.verdicts, [Verdict::Repeated(first)]);
    assert!(plan.counters.is_empty());
}

#[test]
fn what_is_judged_away_takes_no_number_and_what_is_masked_is_stored_so() {
    let batch = [1, 1, 1, 1].map(|conversation| message(conversation, None));
    let judged = [
        Judgement::Refuse,
        Judgement::Mask("masked".into()),
        Judgement::Hold,
        Judgement::Pass,
    ];
    let plan = decide(&batch, locked(&[(1, 7, None)]), &[FINE; 4], &judged, at(100));
    assert_eq!(
        plan.verdicts,
        [
            Verdict::Refused(Refusal::Screened),
            Verdict::Stored(0),
            Verdict::Held,
            Verdict::Stored(1),
        ]
    );
    let stored = plan
        .stored
        .iter()
        .map(|message| (message.seq.0, message.text.as_deref()));
    assert_eq!(stored.collect::<Vec<_>>(), [(8, Some("masked")), (9, Some("hi"))]);
}
