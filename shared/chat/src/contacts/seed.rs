//! The first product's rule, to the letter.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fold::compiled;

/// Any `@`, `+7`, `http://`, `https://`, or nine digits of any script in a row; the case does not matter.
pub const RULE: &str = r"(?i)(?:@|\+7|https?://|\d{9,})";

static PATTERN: LazyLock<Regex> = LazyLock::new(|| compiled(RULE));

/// Where the rule matches, with the whole word around: `@` alone is not what gives `ann@mail.ru` away.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut reached = 0;
    while let Some(found) = PATTERN.find_at(text, reached) {
        let before = text.get(reached..found.start()).unwrap_or_default();
        let after = text.get(found.end()..).unwrap_or_default();
        let start = reached + before.trim_end_matches(|sign: char| !sign.is_whitespace()).len();
        reached = found.end() + after.find(char::is_whitespace).unwrap_or(after.len());
        words.push(start..reached);
    }
    words
}

static DIGITS: LazyLock<Regex> = LazyLock::new(|| compiled(r"\d{9,}"));

/// Whether the text holds a row of digits that the rule refuses.
pub(super) fn has_digits(text: &str) -> bool {
    DIGITS.is_match(text)
}
