//! The first product's rule, to the letter.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fold::compiled;

/// Any `@`, `+7`, `http://`, `https://`, or nine digits of any script in a row; the case does not matter.
pub const RULE: &str = r"(?i)(?:@|\+7|https?://|\d{9,})";

static PATTERN: LazyLock<Regex> = LazyLock::new(|| compiled(RULE));

/// Where the rule matches. What follows a match that only begins something is not part of it.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    PATTERN.find_iter(text).map(|found| found.range()).collect()
}
