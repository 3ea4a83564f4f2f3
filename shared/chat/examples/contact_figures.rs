//! Prints precision and recall of both contact detectors on the labelled corpus, and what a judgement costs.
//! `--misses` lists what went wrong in the part that may be looked at.

#[path = "../tests/contacts/corpus.rs"]
#[expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a broken corpus must be mended, not measured"
)]
mod corpus;

use std::time::Instant;

use chat::contacts::{Allowed, Detector, Screen};

/// Rounds over the corpus, for a figure that does not jump.
const ROUNDS: u32 = 20;

#[expect(clippy::print_stdout, reason = "printing is what it is for")]
#[expect(clippy::disallowed_methods, reason = "it measures real time")]
fn main() {
    let cases = corpus::cases();
    let shows_misses = std::env::args().any(|argument| argument == "--misses");
    println!("detector  part   cases  precision  recall  missed  false alarms");
    for (name, detector) in [("seed", Detector::Seed), ("strong", Detector::Strong)] {
        let screen = Screen::new(detector, Allowed::default());
        for (part, is_held) in [("tuned", false), ("held", true)] {
            let of_part: Vec<_> = cases.iter().filter(|case| case.is_held == is_held).collect();
            let figures = corpus::figures(&screen, of_part.iter().copied());
            println!(
                "{name:8}  {part:5}  {:5}  {:9.3}  {:6.3}  {:6}  {:12}",
                of_part.len(),
                figures.precision(),
                figures.recall(),
                figures.missed,
                figures.false_alarms
            );
            if shows_misses && detector == Detector::Strong && !is_held {
                let wrong = of_part
                    .iter()
                    .filter(|case| corpus::is_found(&screen, case) != case.is_contact);
                wrong.for_each(|case| println!("  {} {}", case.language, case.messages.join(" ⏎ ")));
            }
        }
        let started = Instant::now();
        for case in (0..ROUNDS).flat_map(|_| &cases) {
            std::hint::black_box(corpus::is_found(&screen, case));
        }
        let judged = f64::from(ROUNDS) * cases.len() as f64;
        println!(
            "{name:8}  {:.1} µs a message",
            started.elapsed().as_secs_f64() * 1e6 / judged
        );
    }
}
