//! The detectors on the labelled corpus.

use std::collections::HashSet;

use chat::contacts::{Allowed, Detector, Screen};

use crate::corpus::{self, Case, Figures};

/// Lines that the corpus must have, so that a figure is about something.
const LINES: usize = 300;

/// Lines of each language, label and part: fewer would not tell a language that is missed.
const A_SIDE: usize = 7;

/// What the strong detector must reach on lines that nobody has looked at. A little below what it does (see
/// `make contacts`): one line of 67 is a hundredth and a half.
const HELD_RECALL: f64 = 0.95;

/// A false alarm keeps an honest message back, so it must be rarer than a miss.
const HELD_PRECISION: f64 = 0.98;

/// What it must reach on the lines that it was made with: whatever it once did right there it goes on doing right.
const TUNED: f64 = 0.99;

/// The rule of the contract finds this much and no more; more would mean that it is not the rule any longer.
const SEED_RECALL: std::ops::Range<f64> = 0.1..0.3;

fn figures(detector: Detector, is_held: bool) -> Figures {
    let cases = corpus::cases();
    let screen = Screen::new(detector, Allowed::default());
    corpus::figures(&screen, cases.iter().filter(|case| case.is_held == is_held))
}

#[test]
fn the_corpus_is_large_and_says_nothing_twice_and_has_both_sides_of_each_language() {
    let cases = corpus::cases();
    assert!(cases.len() >= LINES);
    let texts: HashSet<_> = cases.iter().map(|case| &case.messages).collect();
    assert_eq!(texts.len(), cases.len());
    for language in ["ru", "ky", "en"] {
        for is_contact in [true, false] {
            for is_held in [true, false] {
                let is_such = |case: &&Case| {
                    case.language == language && case.is_contact == is_contact && case.is_held == is_held
                };
                assert!(cases.iter().filter(is_such).count() >= A_SIDE, "{language}");
            }
        }
    }
}

#[test]
fn the_strong_detector_holds_its_figures_on_lines_that_nobody_has_looked_at() {
    let figures = figures(Detector::Strong, true);
    assert!(figures.recall() >= HELD_RECALL, "{figures:?}");
    assert!(figures.precision() >= HELD_PRECISION, "{figures:?}");
}

#[test]
fn the_strong_detector_holds_its_figures_on_the_lines_that_it_was_made_with() {
    let figures = figures(Detector::Strong, false);
    assert!(figures.recall() >= TUNED, "{figures:?}");
    assert!(figures.precision() >= TUNED, "{figures:?}");
}

#[test]
fn the_seeds_rule_finds_as_much_as_it_always_did() {
    for is_held in [true, false] {
        let figures = figures(Detector::Seed, is_held);
        assert!(SEED_RECALL.contains(&figures.recall()), "{figures:?}");
    }
}
