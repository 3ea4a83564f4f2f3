use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn settings() -> Settings {
    Settings {
        conversations: 200,
        members: 5,
        users: None,
        gateways: 2,
        rate: 1000,
        duration: Duration::from_mins(1),
        warmup: Duration::ZERO,
        churn: 0,
        via: Via::Rest,
        door: Door::Multiplexed,
    }
}

#[test]
fn the_default_run_has_an_eighth_as_many_users_as_places() {
    let plan = Plan::new(settings()).unwrap();
    assert_eq!(plan.users(), 126);
    assert_eq!(plan.sends(), 60_000);
    assert_eq!(plan.due(1), Duration::from_millis(1));
}

#[test]
fn too_few_users_and_zeros_are_refused_in_words() {
    let few = Settings {
        users: Some(4),
        ..settings()
    };
    assert_eq!(
        Plan::new(few).unwrap_err(),
        PlanError::TooFewUsers { members: 5, users: 4 }
    );
    let zero = Settings {
        rate: 0,
        ..settings()
    };
    assert_eq!(Plan::new(zero).unwrap_err(), PlanError::Zero("rate"));
    let endless = Settings {
        duration: Duration::from_hours(24 * 365),
        ..settings()
    };
    assert_eq!(Plan::new(endless).unwrap_err(), PlanError::TooLarge);
}

#[test]
fn both_ways_are_used_by_every_conversation() {
    let both = Settings {
        via: Via::Both,
        ..settings()
    };
    let plan = Plan::new(both).unwrap();
    let ways: HashSet<(usize, bool)> = (0..plan.sends())
        .map(|index| plan.send(index))
        .map(|send| (send.conversation, send.seat.is_some()))
        .collect();
    assert_eq!(ways.len(), 2 * plan.conversations());
}

proptest! {
    #[test]
    fn each_conversation_has_distinct_members_with_a_socket_on_every_gateway(
        conversations in 1..60_u32,
        members in 1..9_u32,
        extra_users in proptest::option::of(0..40_u32),
        gateways in 1..5_u32,
        door in prop_oneof![Just(Door::Multiplexed), Just(Door::Conversation)],
    ) {
        let users = extra_users.map(|extra| members + extra);
        let plan = Plan::new(Settings { conversations, members, users, gateways, door, ..settings() }).unwrap();
        for conversation in 0..plan.conversations() {
            let distinct: HashSet<usize> = plan.members(conversation).iter().copied().collect();
            prop_assert_eq!(distinct.len(), members as usize);
            let hearing: Vec<&Seat> =
                plan.seats().iter().filter(|seat| seat.conversations.contains(&conversation)).collect();
            prop_assert_eq!(hearing.len(), members as usize);
            let reached: HashSet<usize> = hearing.iter().map(|seat| seat.gateway).collect();
            prop_assert_eq!(reached.len(), members.min(gateways) as usize);
        }
    }

    #[test]
    fn whoever_sends_is_a_member_and_uses_a_socket_of_their_own(index in 0..60_000_u32, door in prop_oneof![Just(Door::Multiplexed), Just(Door::Conversation)]) {
        let plan = Plan::new(Settings { via: Via::Socket, door, ..settings() }).unwrap();
        let send = plan.send(index);
        prop_assert!(plan.members(send.conversation).contains(&send.user));
        let seat = &plan.seats()[send.seat.unwrap()];
        prop_assert_eq!(seat.user, send.user);
        prop_assert!(seat.conversations.contains(&send.conversation));
    }
}
