//! A text cut into pieces of digits, and the runs that they stand in.

use std::ops::Range;

use crate::contacts::fold::one_script;
use crate::contacts::numerals::{Amount, Reading, Saying, said};

/// No run passes this.
pub(super) const END: char = '\n';

/// Digits that stand together, or a number in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) digits: String,
    pub(super) span: Range<usize>,
    pub(super) is_spoken: bool,
}

/// Pieces with nothing between them that ends a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// Where it begins, a `+` included.
    pub(super) start: usize,
    pub(super) has_plus: bool,
    pub(super) pieces: Vec<Piece>,
}

impl Run {
    pub(super) fn span(&self) -> (usize, usize) {
        (
            self.start,
            self.pieces.last().map_or(self.start, |piece| piece.span.end),
        )
    }
}

/// Signs that are never inside a phone number.
const ENDS: &[char] = &[
    END, ':', '=', '%', '$', '€', '₽', '₸', '#', '<', '>', '^', '×', '≈',
];

/// Signs in a row that may stand between two pieces.
const SIGNS: usize = 12;

/// Words that may stand between two pieces.
const FILLERS: &[&str] = &[
    "и",
    "а",
    "потом",
    "затем",
    "дальше",
    "далее",
    "там",
    "еще",
    "жана",
    "андан",
    "кийин",
    "and",
    "then",
    "next",
    "тире",
    "дефис",
    "пробел",
    "скобка",
    "dash",
    "space",
    "код",
];

/// Words for a `+`.
const PLUS: &[&str] = &["плюс", "plus", "кошуу"];

/// Letters and signs that are drawn like a digit.
fn look_alike(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        'o' | 'о' | 'ο' => Some('0'),
        'i' | 'l' | 'і' => Some('1'),
        'z' => Some('2'),
        'з' | 'э' | 'ʒ' => Some('3'),
        'ч' => Some('4'),
        's' | 'ѕ' => Some('5'),
        'б' => Some('6'),
        'b' | 'в' => Some('8'),
        'g' | 'q' => Some('9'),
        _ => None,
    }
}

/// Look-alikes in a row without a digit that are still read as digits beside some: "0555 OO".
const LETTERS_AS_DIGITS: usize = 3;

/// The runs of a text. Where hundreds are said, both readings of what follows them.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs = read(text, Reading::Together);
    let says_hundreds = |piece: &Piece| piece.is_spoken && piece.digits.len() > 2;
    if runs.iter().any(|run| run.pieces.iter().any(says_hundreds)) {
        let apart = read(text, Reading::Apart);
        runs.extend(
            apart
                .into_iter()
                .filter(|run| run.pieces.iter().any(says_hundreds)),
        );
    }
    runs
}

fn read(text: &str, reading: Reading) -> Vec<Run> {
    let mut reader = Reader {
        saying: Saying::new(reading),
        reading,
        ..Reader::default()
    };
    for (span, token) in tokens(text) {
        reader.read(text, span, token);
    }
    reader.end_run();
    reader.runs
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Word,
    Sign(char),
}

/// Words of letters and digits, and the single signs between them.
fn tokens(text: &str) -> Vec<(Range<usize>, Token)> {
    let mut tokens: Vec<(Range<usize>, Token)> = Vec::new();
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let is_in_word = character.is_ascii_digit() || character.is_alphabetic();
        match tokens.last_mut() {
            Some((span, Token::Word)) if is_in_word && span.end == at => span.end = end,
            _ if is_in_word => tokens.push((at..end, Token::Word)),
            _ => tokens.push((at..end, Token::Sign(character))),
        }
    }
    tokens
}

#[derive(Default)]
struct Reader {
    runs: Vec<Run>,
    run: Run,
    saying: Saying,
    reading: Reading,
    /// Of the number that is being said.
    said: Range<usize>,
    signs: usize,
}

impl Reader {
    fn read(&mut self, text: &str, span: Range<usize>, token: Token) {
        let word = match token {
            Token::Sign('+') => return self.plus(span),
            Token::Sign(sign) => {
                self.signs += 1;
                if ENDS.contains(&sign) || self.signs > SIGNS {
                    self.end_run();
                }
                return;
            }
            Token::Word => text.get(span.clone()).unwrap_or_default(),
        };
        self.signs = 0;
        if PLUS.contains(&word) {
            self.plus(span);
        } else if let Some(digits) = self.digits(word) {
            self.piece(digits, span, false);
        } else if word.contains(|character: char| character.is_ascii_digit()) {
            self.parts(word, span.start);
        } else if !self.spoken(word, &span) && !FILLERS.contains(&word) {
            self.end_run();
        }
    }

    fn plus(&mut self, span: Range<usize>) {
        self.end_run();
        self.run.start = span.start;
        self.run.has_plus = true;
    }

    /// What a word of digits and look-alikes says in digits.
    fn digits(&self, word: &str) -> Option<String> {
        let digits: String = word.chars().map(look_alike).collect::<Option<_>>()?;
        let has_digit = word.contains(|character: char| character.is_ascii_digit());
        let is_beside_digits = !self.run.pieces.is_empty() || self.run.has_plus || self.said.end > 0;
        let is_short = digits.len() <= LETTERS_AS_DIGITS;
        // A lone "о" or "в" is a word of its own more often than a digit; before a number it is only ever a zero.
        let is_zero = digits.chars().all(|digit| digit == '0');
        (has_digit || (is_short && (is_beside_digits || is_zero))).then_some(digits)
    }

    /// A word of digits and of letters that are none: "0555чал", "9один6".
    fn parts(&mut self, word: &str, start: usize) {
        let mut rest = 0..0;
        let is_digit = |character: char| character.is_ascii_digit();
        while let Some(first) = word.get(rest.end..).and_then(|rest| rest.chars().next()) {
            let kind = is_digit(first);
            let from = rest.end;
            let length = word
                .get(from..)
                .and_then(|rest| rest.find(|other| is_digit(other) != kind));
            rest = from..length.map_or(word.len(), |length| from + length);
            let part = word.get(rest.clone()).unwrap_or_default();
            let span = start + rest.start..start + rest.end;
            if kind {
                self.piece(part.to_owned(), span, false);
            } else if !self.spoken(part, &span) {
                self.end_run();
            }
        }
    }

    fn spoken(&mut self, word: &str, span: &Range<usize>) -> bool {
        let Some(numerals) = said(word) else {
            return FILLERS.contains(&one_script(word).as_str());
        };
        for numeral in numerals {
            if self.said.end == 0 {
                self.said.start = span.start;
            }
            let before = self.said.clone();
            match self.saying.hear(numeral) {
                // An amount: the word that it is said with is no digit, nor is what follows a part of a number.
                Err(Amount) => {
                    self.said = 0..0;
                    self.saying = Saying::new(self.reading);
                    self.end_run();
                }
                Ok(Some(digits)) => {
                    let is_over = !self.saying.is_saying();
                    self.add(digits, if is_over { before.start..span.end } else { before });
                    self.said = if is_over { 0..0 } else { span.clone() };
                }
                Ok(None) => self.said.end = span.end,
            }
        }
        true
    }

    fn piece(&mut self, digits: String, span: Range<usize>, is_spoken: bool) {
        self.end_saying();
        if self.run.pieces.is_empty() && !self.run.has_plus {
            self.run.start = span.start;
        }
        self.run.pieces.push(Piece {
            digits,
            span,
            is_spoken,
        });
    }

    /// A spoken number that is complete.
    fn add(&mut self, digits: String, span: Range<usize>) {
        if self.run.pieces.is_empty() && !self.run.has_plus {
            self.run.start = span.start;
        }
        self.run.pieces.push(Piece {
            digits,
            span,
            is_spoken: true,
        });
    }

    fn end_saying(&mut self) {
        let span = std::mem::take(&mut self.said);
        if let Some(digits) = self.saying.end() {
            self.add(digits, span);
        }
    }

    fn end_run(&mut self) {
        self.end_saying();
        self.signs = 0;
        let run = std::mem::take(&mut self.run);
        if !run.pieces.is_empty() {
            self.runs.push(run);
        }
    }
}
