//! Contact protection: finding what two people could reach each other by outside the chat.
//!
//! Pure: a text goes in, the places in it that give something away come out. Two detectors: [`seed`] is the rule of
//! the first product to the letter; the strong one folds look-alike characters away (`fold`), then looks for phone
//! numbers (`phones`, with `numerals` for spoken ones), mail addresses and links (`addresses`) and names at messengers
//! (`handles`), also when they are spread over several messages. What it finds and misses is measured on a labelled
//! corpus: `cargo run -p chat --example contact_figures`.
//!
//! To teach it something: add the lines to `tests/contacts/corpus.tsv`, see the figures, then change a pattern here. An
//! exception for one line of the corpus is no improvement.

mod addresses;
mod allowed;
mod fold;
mod handles;
mod numerals;
mod phones;
mod policy;
pub mod seed;

use std::ops::Range;

pub use self::allowed::Allowed;
use self::fold::Folded;
pub use self::policy::Policy;

/// Which rule looks at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// The first product's rule, to the letter.
    Seed,
    /// Everything that the corpus names.
    Strong,
}

/// Where a text gives something away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Bytes of the text, ascending, apart from each other, each on the boundaries of characters. Never empty.
    pub spans: Vec<Range<usize>>,
}

/// Looks at texts. Cheap to share; building it compiles its patterns.
#[derive(Clone, Debug)]
pub struct Screen {
    detector: Detector,
    allowed: Allowed,
}

impl Screen {
    /// A screen that lets `allowed` through.
    pub fn new(detector: Detector, allowed: Allowed) -> Self {
        Self { detector, allowed }
    }

    /// Whether [`Self::judge`] wants to know what the same person wrote just before.
    pub fn reads_earlier(&self) -> bool {
        self.detector == Detector::Strong
    }

    /// Looks at a text. `earlier` is what its author wrote just before, the oldest first: what `text` completes is found
    /// too, and the spans are then the part of it that lies in `text`.
    pub fn judge(&self, text: &str, earlier: &[&str]) -> Option<Finding> {
        let mut spans = self.find(text);
        if self.reads_earlier() && !earlier.is_empty() {
            let earlier = earlier.join("\n");
            let before = earlier.get(earlier.ceil_char_boundary(earlier.len().saturating_sub(JOINED))..);
            let after = text.get(..text.floor_char_boundary(JOINED));
            let whole = [before.unwrap_or_default(), "\n", after.unwrap_or_default()].concat();
            let begins = whole.len() - after.unwrap_or_default().len();
            let completed = self.find(&whole).into_iter();
            let completed = completed.filter(|span| span.end > begins);
            spans.extend(completed.map(|span| span.start.saturating_sub(begins)..span.end - begins));
        }
        let spans = apart(spans);
        (!spans.is_empty()).then_some(Finding { spans })
    }

    fn find(&self, text: &str) -> Vec<Range<usize>> {
        match self.detector {
            Detector::Seed => seed::words(text, self.allowed.without(text, seed::find(text))),
            Detector::Strong => self.allowed.without(text, strong(text)),
        }
    }
}

impl Finding {
    /// The text with every span replaced by [`MASK`].
    pub fn mask(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut reached = 0;
        for span in &self.spans {
            masked.push_str(text.get(reached..span.start).unwrap_or_default());
            masked.push_str(MASK);
            reached = span.end;
        }
        masked.push_str(text.get(reached..).unwrap_or_default());
        masked
    }
}

/// Bytes on either side of where two messages meet that are read as one: what is spread over messages is spread in
/// small parts.
const JOINED: usize = 300;

/// What stands in a masked text where something was given away.
pub const MASK: &str = "•••";

fn strong(text: &str) -> Vec<Range<usize>> {
    let folded = Folded::new(text);
    let mut spans = found_in(&folded);
    // "i v a n @ m a i l . r u": read once more with the gaps closed.
    if let Some(closed) = folded.without_gaps() {
        spans.extend(found_in(&closed));
    }
    spans
}

fn found_in(folded: &Folded) -> Vec<Range<usize>> {
    let mut found = phones::find(&folded.text);
    found.extend(addresses::find(&folded.text));
    found.extend(handles::find(&folded.text));
    found.into_iter().map(|span| folded.original(span)).collect()
}

/// Sorted, and what touches or overlaps made one.
fn apart(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.retain(|span| !span.is_empty());
    spans.sort_by_key(|span| span.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests;
