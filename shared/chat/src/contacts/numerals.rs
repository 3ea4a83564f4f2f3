//! Numbers said in words, in Russian, Kyrgyz and English, and Russian in Latin letters.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::one_script;

/// What a word does to the number being said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numeral {
    /// 0 to 9.
    Unit(u32),
    /// 10 to 19.
    Teen(u32),
    /// 20, 30, up to 90; units may follow.
    Tens(u32),
    /// 100, 200, up to 900.
    Hundreds(u32),
    /// Makes hundreds of the unit before it.
    Hundred,
    /// Says the next digit so many times.
    Times(usize),
    /// Thousands and more: whatever this is, it is an amount.
    Large,
}

use Numeral::{Hundred, Hundreds, Large, Teen, Tens, Times, Unit};

/// Words and what they stand for. The languages share some words, never with two meanings.
const WORDS: &[(&[&str], Numeral)] = &[
    (
        &[
            "ноль",
            "нуль",
            "нолик",
            "ноля",
            "нөл",
            "нол",
            "nol",
            "nul",
            "zero",
            "oh",
        ],
        Unit(0),
    ),
    (
        &[
            "один",
            "одна",
            "одну",
            "единица",
            "единичка",
            "раз",
            "бир",
            "odin",
            "bir",
            "one",
        ],
        Unit(1),
    ),
    (
        &[
            "два",
            "две",
            "двойка",
            "двоечка",
            "эки",
            "dva",
            "dve",
            "eki",
            "two",
        ],
        Unit(2),
    ),
    (
        &["три", "тройка", "троечка", "үч", "уч", "tri", "uch", "three"],
        Unit(3),
    ),
    (
        &[
            "четыре",
            "четверка",
            "четверочка",
            "төрт",
            "торт",
            "chetyre",
            "chetire",
            "tort",
            "four",
        ],
        Unit(4),
    ),
    (
        &[
            "пять",
            "пятерка",
            "пятерочка",
            "беш",
            "pyat",
            "piat",
            "besh",
            "five",
        ],
        Unit(5),
    ),
    (
        &["шесть", "шестерка", "шестерочка", "алты", "shest", "alty", "six"],
        Unit(6),
    ),
    (
        &["семь", "семерка", "семерочка", "жети", "sem", "jeti", "seven"],
        Unit(7),
    ),
    (
        &[
            "восемь",
            "восьмерка",
            "восьмерочка",
            "сегиз",
            "vosem",
            "segiz",
            "eight",
        ],
        Unit(8),
    ),
    (
        &[
            "девять",
            "девятка",
            "девяточка",
            "тогуз",
            "devyat",
            "deviat",
            "toguz",
            "nine",
        ],
        Unit(9),
    ),
    (&["десять", "desyat", "ten"], Teen(10)),
    // Kyrgyz says "ten two" for twelve.
    (&["он"], Tens(10)),
    (&["одиннадцать", "одинадцать", "odinnadtsat", "eleven"], Teen(11)),
    (&["двенадцать", "dvenadtsat", "twelve"], Teen(12)),
    (&["тринадцать", "trinadtsat", "thirteen"], Teen(13)),
    (&["четырнадцать", "chetyrnadtsat", "fourteen"], Teen(14)),
    (&["пятнадцать", "pyatnadtsat", "fifteen"], Teen(15)),
    (&["шестнадцать", "shestnadtsat", "sixteen"], Teen(16)),
    (&["семнадцать", "semnadtsat", "seventeen"], Teen(17)),
    (&["восемнадцать", "vosemnadtsat", "eighteen"], Teen(18)),
    (&["девятнадцать", "devyatnadtsat", "nineteen"], Teen(19)),
    (
        &["двадцать", "жыйырма", "dvadtsat", "jyiyrma", "twenty"],
        Tens(20),
    ),
    (&["тридцать", "отуз", "tridtsat", "otuz", "thirty"], Tens(30)),
    (&["сорок", "кырк", "sorok", "kyrk", "forty", "fourty"], Tens(40)),
    (
        &["пятьдесят", "элүү", "элуу", "pyatdesyat", "elu", "fifty"],
        Tens(50),
    ),
    (
        &["шестьдесят", "алтымыш", "shestdesyat", "altymysh", "sixty"],
        Tens(60),
    ),
    (
        &["семьдесят", "жетимиш", "semdesyat", "jetimish", "seventy"],
        Tens(70),
    ),
    (
        &["восемьдесят", "сексен", "vosemdesyat", "seksen", "eighty"],
        Tens(80),
    ),
    (
        &["девяносто", "токсон", "devyanosto", "tokson", "ninety"],
        Tens(90),
    ),
    (&["сто", "sto"], Hundreds(100)),
    (&["двести", "dvesti"], Hundreds(200)),
    (&["триста", "trista"], Hundreds(300)),
    (&["четыреста", "chetyresta"], Hundreds(400)),
    (&["пятьсот", "pyatsot"], Hundreds(500)),
    (&["шестьсот", "shestsot"], Hundreds(600)),
    (&["семьсот", "semsot"], Hundreds(700)),
    (&["восемьсот", "vosemsot"], Hundreds(800)),
    (&["девятьсот", "devyatsot"], Hundreds(900)),
    (&["жүз", "жуз", "hundred"], Hundred),
    (&["дважды", "double"], Times(2)),
    (&["трижды", "triple"], Times(3)),
    (
        &[
            "тысяча",
            "тысячи",
            "тысяч",
            "тысячу",
            "тыс",
            "миң",
            "мин",
            "thousand",
            "миллион",
            "миллиона",
            "миллионов",
            "млн",
            "million",
            "миллиард",
            "миллиардов",
            "млрд",
            "billion",
        ],
        Large,
    ),
];

/// Letters of the longest word above.
const LONGEST: usize = 15;

/// The words that a token says: one, or several written together. `None`: something else is in it.
pub(super) fn said(token: &str) -> Option<Vec<Numeral>> {
    let token = one_script(token);
    if let Some(numeral) = word(&token) {
        return Some(vec![numeral]);
    }
    let mut numerals = Vec::new();
    let mut rest = token.as_str();
    while !rest.is_empty() {
        // The longest first: "пятьдесят" is no "пять".
        let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
        let mut ends: Vec<_> = ends.take(LONGEST).collect();
        ends.reverse();
        let (end, numeral) = ends
            .into_iter()
            .find_map(|end| Some((end, rest.get(..end).filter(|part| is_long(part)).and_then(word)?)))?;
        numerals.push(numeral);
        rest = rest.get(end..)?;
    }
    (numerals.len() > 1).then_some(numerals)
}

/// Words of two letters stand in too many other words to be looked for inside one.
fn is_long(part: &str) -> bool {
    part.chars().nth(2).is_some()
}

fn word(token: &str) -> Option<Numeral> {
    static MEANINGS: LazyLock<HashMap<&str, Numeral>> = LazyLock::new(|| {
        let meanings = WORDS
            .iter()
            .flat_map(|(words, numeral)| words.iter().map(|word| (*word, *numeral)));
        meanings.collect()
    });
    MEANINGS.get(token).copied()
}

/// Thousands were said: nobody says a phone number so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount;

/// What follows hundreds: "семьсот двенадцать" may be 712, or 700 and 12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reading {
    /// A part of the same number.
    #[default]
    Together,
    /// The next number.
    Apart,
}

/// Puts words together to numbers, as they are said: "девятьсот шестнадцать" is 916, "двадцать тридцать" is 20 and 30.
#[derive(Clone, Debug, Default)]
pub(super) struct Saying {
    value: Option<u32>,
    /// What may still be added to the value must be below this.
    room: u32,
    times: Option<usize>,
    reading: Reading,
}

impl Saying {
    pub(super) fn new(reading: Reading) -> Self {
        Self {
            reading,
            ..Self::default()
        }
    }

    /// Takes the next word; the number that it ends, if any, in digits.
    pub(super) fn hear(&mut self, numeral: Numeral) -> Result<Option<String>, Amount> {
        let after_hundreds = match self.reading {
            Reading::Together => 100,
            Reading::Apart => 0,
        };
        let (value, room) = match numeral {
            Large => return Err(Amount),
            Times(times) => {
                let ended = self.end();
                self.times = Some(times);
                return Ok(ended);
            }
            Hundred => {
                let hundreds = self.value.filter(|unit| (1..=9).contains(unit)).unwrap_or(1);
                let ended = if self.value == Some(hundreds) {
                    None
                } else {
                    self.end()
                };
                (self.value, self.room) = (Some(hundreds * 100), after_hundreds);
                return Ok(ended);
            }
            Hundreds(value) => (value, after_hundreds),
            Tens(value) => (value, 10),
            Teen(value) | Unit(value) => (value, 0),
        };
        if let Some(times) = self.times.take() {
            return Ok(Some(value.to_string().repeat(times)));
        }
        match self.value {
            Some(said) if value > 0 && value < self.room => {
                self.value = Some(said + value);
                self.room = room;
                Ok(None)
            }
            _ => {
                let ended = self.end();
                (self.value, self.room) = (Some(value), room);
                Ok(ended)
            }
        }
    }

    /// Whether a number has begun.
    pub(super) fn is_saying(&self) -> bool {
        self.value.is_some() || self.times.is_some()
    }

    /// The number that is being said, in digits; afterwards none is.
    pub(super) fn end(&mut self) -> Option<String> {
        self.times = None;
        self.room = 0;
        self.value.take().map(|value| value.to_string())
    }
}
