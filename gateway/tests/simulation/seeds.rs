//! The runs.

use std::num::NonZero;
use std::str::FromStr;
use std::thread;

use gateway::mechanisms::Mechanism;

use crate::world::{World, run};

/// Seeds that an ordinary test run tries; before a release: `CHAT_SIM_SEEDS=10000`, a minute or two.
const SEEDS: u64 = 2_000;

/// Within so many seeds a missing mechanism must be noticed.
const SEEDS_TO_NOTICE: u64 = 1_000;

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own knobs, not the product's settings"
)]
fn setting<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_is_lost_doubled_or_shown_to_the_wrong_person_whatever_happens() {
    if let Some(seed) = setting("CHAT_SIM_SEED") {
        let report = World::new(seed, None, true).run();
        println!("{}", report.trace.join("\n"));
        assert_eq!(report.violation, None);
        return;
    }
    let seeds = setting("CHAT_SIM_SEEDS").unwrap_or(SEEDS);
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let work = |worker| {
            move || {
                for seed in (worker as u64..seeds).step_by(workers) {
                    if let Err(violation) = run(seed, None) {
                        return Some(violation);
                    }
                }
                None
            }
        };
        let running: Vec<_> = (0..workers).map(|worker| scope.spawn(work(worker))).collect();
        let found: Vec<_> = running
            .into_iter()
            .filter_map(|worker| worker.join().unwrap())
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n\n"));
    });
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..20 {
        let (one, same) = (
            World::new(seed, None, true).run(),
            World::new(seed, None, true).run(),
        );
        assert_eq!(one.trace, same.trace);
        assert!(!one.trace.is_empty());
    }
}

/// The first violation that is found without a mechanism.
fn noticed_without(mechanism: Mechanism) -> String {
    let found = (0..SEEDS_TO_NOTICE).find_map(|seed| run(seed, Some(mechanism)).err());
    let found = found.expect("the simulator does not notice that it is missing");
    println!("{found}");
    found
}

#[test]
fn without_the_gap_fill_something_is_lost() {
    noticed_without(Mechanism::GapFill);
}

#[test]
fn without_the_order_of_a_join_something_is_lost() {
    noticed_without(Mechanism::JoinOrder);
}

#[test]
fn without_the_dedupe_something_comes_twice() {
    noticed_without(Mechanism::Dedupe);
}

#[test]
fn without_the_removal_filter_somebody_hears_what_they_must_not() {
    noticed_without(Mechanism::RemovalFilter);
}
