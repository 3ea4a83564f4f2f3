//! The first product's rule, to the letter.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fold::compiled;

/// Any `@`, `+7`, `http://`, `https://`, or nine digits of any script in a row; the case does not matter.
pub const RULE: &str = r"(?i)(?:@|\+7|https?://|\d{9,})";

static PATTERN: LazyLock<Regex> = LazyLock::new(|| compiled(RULE));

/// Where the rule matches.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    PATTERN.find_iter(text).map(|found| found.range()).collect()
}

/// Matches with the whole words around them: `@` alone is not what gives `ann@mail.ru` away.
pub(super) fn words(text: &str, matches: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::with_capacity(matches.len());
    let mut reached = 0;
    for found in matches.into_iter().filter(|found| !found.is_empty()) {
        // The word before ends in or behind this match: it is the same word.
        if found.start < reached {
            continue;
        }
        let before = text.get(reached..found.start).unwrap_or_default();
        let after = text.get(found.end..).unwrap_or_default();
        let start = reached + before.trim_end_matches(|sign: char| !sign.is_whitespace()).len();
        reached = found.end + after.find(char::is_whitespace).unwrap_or(after.len());
        words.push(start..reached);
    }
    words
}

static DIGITS: LazyLock<Regex> = LazyLock::new(|| compiled(r"\d{9,}"));

/// Whether the text holds a row of digits that the rule refuses.
pub(super) fn has_digits(text: &str) -> bool {
    DIGITS.is_match(text)
}
