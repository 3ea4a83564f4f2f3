//! One spelling for what looks the same: compatibility forms, cases, digits of all scripts, and nothing invisible.

use std::ops::{Range, RangeInclusive};

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::compose;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Digits in circles that no normalisation knows: the character of the digit one, how many follow each other.
const CIRCLED: [(char, u32); 4] = [('\u{2776}', 9), ('\u{2780}', 9), ('\u{278a}', 9), ('\u{24f5}', 9)];

/// A zero in a filled circle: the one that stands apart.
const CIRCLED_ZERO: char = '\u{24ff}';

/// Letters and symbols that show nothing, though they are neither spaces nor format characters.
const BLANKS: [char; 3] = ['\u{115f}', '\u{1160}', '\u{2800}'];

/// Letters alone, with gaps between, from which on they are read as one word: "a b c".
const SPELLED: usize = 3;

/// Letters of Russian and Kyrgyz, none of which is made of others in a way that counts here.
const CYRILLIC: RangeInclusive<char> = '\u{400}'..='\u{45f}';

/// A text as it is looked at, and which bytes of the original each of its bytes came from.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) text: String,
    from: Vec<Range<usize>>,
}

impl Folded {
    pub(super) fn new(original: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(original.len()),
            from: Vec::with_capacity(original.len()),
        };
        for (start, character) in original.char_indices() {
            let from = start..start + character.len_utf8();
            if character.is_ascii() {
                folded.push(plain(character.to_ascii_lowercase()), from);
                continue;
            }
            // Cyrillic letters are what they are: most of what is read takes this way.
            if CYRILLIC.contains(&character) {
                folded.lower(character, &from);
                continue;
            }
            for character in std::iter::once(character).nfkc() {
                folded.fold(character, from.clone());
            }
        }
        folded
    }

    /// The bytes of the original that became these.
    pub(super) fn original(&self, span: Range<usize>) -> Range<usize> {
        let parts = self.from.get(span).unwrap_or_default();
        match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    /// The same with the gaps between lone characters closed, if there are such: `i v a n` becomes `ivan`.
    pub(super) fn without_gaps(&self) -> Option<Self> {
        let lone = lone_runs(&self.text);
        if lone.is_empty() {
            return None;
        }
        let mut closed = Self {
            text: String::with_capacity(self.text.len()),
            from: Vec::with_capacity(self.from.len()),
        };
        let mut lone = lone.into_iter().peekable();
        for (at, character) in self.text.char_indices() {
            while lone.next_if(|run| run.end <= at).is_some() {}
            let is_gap = character == ' ' && lone.peek().is_some_and(|run| run.contains(&at));
            if let (false, Some(from)) = (is_gap, self.from.get(at)) {
                closed.push(character, from.clone());
            }
        }
        Some(closed)
    }

    fn fold(&mut self, character: char, from: Range<usize>) {
        let category = character.general_category();
        if character.general_category_group() == GeneralCategoryGroup::Mark {
            self.mark(character, from.end);
        } else if category == GeneralCategory::Format {
            // Shows nothing: it is there to part what belongs together.
        } else if let Some(digit) = digit(character, category) {
            self.push(digit, from);
        } else {
            self.lower(character, &from);
        }
    }

    fn lower(&mut self, character: char, from: &Range<usize>) {
        for lower in character.to_lowercase() {
            self.push(plain(lower), from.clone());
        }
    }

    /// A mark joins the letter before it where there is such a letter (`й`), and is dropped from any other.
    fn mark(&mut self, mark: char, end: usize) {
        let Some(last) = self.text.pop() else {
            return;
        };
        let joined = compose(last, mark).map_or(last, plain);
        let start = self.from.get(self.text.len()).map_or(0, |from| from.start);
        self.from.truncate(self.text.len());
        self.push(joined, start..end);
    }

    fn push(&mut self, character: char, from: Range<usize>) {
        self.text.push(character);
        self.from.resize(self.text.len(), from);
    }
}

fn plain(character: char) -> char {
    match character {
        'ё' => 'е',
        // Line ends and the like part nothing that a space does not.
        _ if character.is_whitespace() || character.is_control() || BLANKS.contains(&character) => ' ',
        _ => character,
    }
}

/// The ASCII digit that a digit of any script stands for.
fn digit(character: char, category: GeneralCategory) -> Option<char> {
    let value = if category == GeneralCategory::DecimalNumber {
        // Every script has its ten digits in a row, so the zero is found by counting back.
        let is_digit = |code: u32| {
            char::from_u32(code)
                .is_some_and(|other| other.general_category() == GeneralCategory::DecimalNumber)
        };
        let code = u32::from(character);
        let before = (1..=DIGITS_IN_A_ROW).take_while(|back| is_digit(code.saturating_sub(*back)));
        u32::try_from(before.count()).ok()? % 10
    } else if character == CIRCLED_ZERO {
        0
    } else {
        let code = u32::from(character);
        let (one, _) = CIRCLED
            .iter()
            .find(|&&(one, many)| (u32::from(one)..u32::from(one) + many).contains(&code))?;
        code - u32::from(*one) + 1
    };
    char::from_digit(value, 10)
}

/// The longest row of digits that Unicode has: the mathematical ones, five times ten.
const DIGITS_IN_A_ROW: u32 = 50;

/// Where at least [`SPELLED`] lone letters or digits stand with single gaps between; signs may stand among them.
fn lone_runs(text: &str) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut run: Option<(Range<usize>, usize)> = None;
    let mut at = 0;
    for word in text.split(' ') {
        let span = at..at + word.len();
        at = span.end + 1;
        let mut characters = word.chars();
        let (first, is_lone) = (characters.next(), characters.next().is_none());
        match (first, is_lone) {
            (Some(first), true) => {
                let (run, letters) = run.get_or_insert((span.clone(), 0));
                run.end = span.end;
                *letters += usize::from(first.is_alphabetic());
            }
            _ => runs.extend(run.take()),
        }
    }
    runs.extend(run);
    runs.retain(|(_, letters)| *letters >= SPELLED);
    runs.into_iter().map(|(run, _)| run).collect()
}

/// A word of letters of two scripts, in the letters of one: Latin ones among Cyrillic ones are Cyrillic look-alikes.
pub(super) fn one_script(word: &str) -> String {
    let is_cyrillic = |character: char| ('\u{400}'..='\u{52f}').contains(&character);
    if !word.contains(is_cyrillic) {
        return word.to_owned();
    }
    let one = word.chars().map(|character| match character {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'o' | '0' => 'о',
        'p' => 'р',
        't' => 'т',
        'u' | 'y' => 'у',
        'x' => 'х',
        other => other,
    });
    one.collect()
}

/// A pattern that stands in the code.
#[expect(
    clippy::expect_used,
    reason = "a pattern in the code either always compiles or never, and tests use each"
)]
pub(super) fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of the code compiles")
}
