use proptest::prelude::*;

use super::*;

/// Microseconds that both ends of the calendar in use can carry: the years 1 to 9999.
const MOMENTS: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Change),
        any::<i64>().prop_map(|user| Kind::Joined(UserId(user))),
        any::<i64>().prop_map(|user| Kind::Left(UserId(user))),
        Just(Kind::Deleted),
        Just(Kind::Head),
        Just(Kind::Revoked),
    ]
}

prop_compose! {
    fn envelopes()(
        conversation in any::<u128>(),
        seq in any::<i64>(),
        kind in kinds(),
        micros in MOMENTS,
        frame in prop::collection::vec(any::<u8>(), 0..200),
    ) -> Envelope {
        Envelope {
            conversation: ConversationId(Uuid::from_u128(conversation)),
            seq: Seq(seq),
            kind,
            committed_at: DateTime::from_timestamp_micros(micros).unwrap().into(),
            frame: frame.into(),
        }
    }
}

/// Bytes that get past the version now and then, so that the rest of the reader is tried as well.
fn wires() -> impl Strategy<Value = Vec<u8>> {
    (
        prop::option::of(0_u8..7),
        prop::collection::vec(any::<u8>(), 0..120),
    )
        .prop_map(|(kind, mut bytes)| {
            if let (Some(kind), [version, second, ..]) = (kind, bytes.as_mut_slice()) {
                *version = VERSION;
                *second = kind;
            }
            bytes
        })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded_again(envelope in envelopes()) {
        prop_assert_eq!(Envelope::decode(envelope.encode()), Ok(envelope));
    }

    #[test]
    fn any_bytes_are_refused_or_are_the_only_form_of_their_envelope(wire in wires()) {
        if let Ok(envelope) = Envelope::decode(Bytes::from(wire.clone())) {
            prop_assert_eq!(envelope.encode(), wire);
        }
    }

    #[test]
    fn an_envelope_cut_inside_the_header_is_too_short(envelope in envelopes(), length in 0..HEADER_BYTES) {
        let cut = envelope.encode().slice(..length);
        prop_assert_eq!(Envelope::decode(cut), Err(EnvelopeError::Short(length)));
    }
}

fn joined() -> Envelope {
    Envelope {
        conversation: ConversationId(Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff)),
        seq: Seq(5),
        kind: Kind::Joined(UserId(7)),
        committed_at: DateTime::from_timestamp_micros(258).unwrap().into(),
        frame: Bytes::from_static(b"{}"),
    }
}

#[test]
fn the_layout_is_the_one_that_other_nodes_read() {
    let mut expected = vec![1, 1, 0, 0, 0, 0, 0, 0, 0, 7];
    expected.extend(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes());
    expected.extend([0, 0, 0, 0, 0, 0, 0, 5]);
    expected.extend([0, 0, 0, 0, 0, 0, 1, 2]);
    expected.extend(b"{}");
    assert_eq!(joined().encode(), expected);
}

#[test]
fn the_frame_is_a_slice_of_what_arrived() {
    let wire = joined().encode();
    let frame = Envelope::decode(wire.clone()).unwrap().frame;
    assert_eq!(frame.as_ptr(), wire[HEADER_BYTES..].as_ptr());
}

#[test]
fn what_this_version_does_not_know_is_refused_by_name() {
    let with = |at: usize, byte: u8| {
        let mut wire = joined().encode().to_vec();
        wire[at] = byte;
        Envelope::decode(wire.into()).unwrap_err()
    };
    assert_eq!(with(0, 2), EnvelopeError::Version(2));
    assert_eq!(with(1, 9), EnvelopeError::Kind(9));
    assert_eq!(with(1, 0), EnvelopeError::Subject(0));
    assert!(matches!(with(34, 0x7f), EnvelopeError::Moment(_)));
}
