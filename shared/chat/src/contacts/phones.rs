//! Phone numbers of +996, +7 and +8, and any other with its `+`, however they are written.
//!
//! A text is cut into pieces: digits, look-alikes of digits, numbers in words. Pieces with nothing but signs and filler
//! words between them make a run, and a run is a phone number when its digits have the shape of one.

mod pieces;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use self::pieces::{Piece, Run, runs};
use super::fold::compiled;

/// Digits of the longest number that E.164 allows.
const LONGEST: usize = 15;

/// Shapes that nothing else has: with the country's code, or the trunk prefix of Kyrgyzstan or of Russia.
static CERTAIN: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(?:(?:00)?996[2-9]\d{8}|0[235-9]\d{8}|[78][3-9]\d{9})$"));

/// Whatever comes with a `+`.
static INTERNATIONAL: LazyLock<Regex> = LazyLock::new(|| compiled(r"^[1-9]\d{9,14}$"));

/// Numbers without any prefix, mobile networks only: nine digits in Kyrgyzstan, ten in Russia.
static BARE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(?:(?:2[02]|5[0-79]|7[057]|9[79])\d{7}|9\d{9})$"));

/// Numbers inside one city; only beside a word that says so.
static LOCAL: LazyLock<Regex> = LazyLock::new(|| compiled(r"^[2-9]\d{5,6}$"));

/// What is not looked at: dates, times, numbers of books, decimals after a sign. Digits are ASCII by now, and so are their
/// boundaries: those of Unicode would cost forty times as much.
static OTHER_NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)
        (?-u:\b)(?:0?[1-9]|[12][0-9]|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)[0-9][0-9](?-u:\b)
        | (?-u:\b)(?:19|20)[0-9][0-9][./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12][0-9]|3[01])(?:t|(?-u:\b))
        | (?-u:\b)(?:0?[1-9]|[12][0-9]|3[01])[./](?:0[1-9]|1[0-2])[./][0-9][0-9](?:[,;!?]|\s+\p{L}|\s*$)
        | (?-u:\b)(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?(?-u:\b)
        | (?-u:\b)97[89](?:[\s-]?[0-9]){10}(?-u:\b)
        | [=≈~<>]\s*-?[0-9]+[.,][0-9]+",
    )
});

/// Words beside which digits are a phone number.
static CALLING: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)(?:^|[^\p{L}\d])(?:(?:по)?звон\p{L}*|набери\p{L}*|наберит\p{L}*|тел|телефон\p{L}*|сотов\p{L}*|мобильн\p{L}*|контакт\p{L}*
        |(?:мой|моего|мои)\s+номер\p{L}*|номерим\p{L}*|чал\p{L}{0,8}|call|phone|mobile|ring
        |wh?ats?app|в[оа]т?[сц]ап\p{L}*|viber|вайбер\p{L}*)(?:$|[^\p{L}\d])",
    )
});

/// Words beside which digits are the number of something else.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)(?:(?:^|[^\p{L}\d])(?:заказ|заявк|артикул|трек|договор|сч[её]т|инн|огрн|снилс|isbn|issn|удк|doi|cas|order|invoice
        |буйрутма|студбилет|шифр)\p{L}*|(?:^|[^\p{L}\d])no|\#)\W*(?:no\W*)?$",
    )
});

/// What amounts are counted in.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)^\W{0,3}(?:сом\p{L}*|руб\p{L}*|р|тенге|тг|сум|kgs|rub|usd|eur|долл\p{L}*|евро|доллар\p{L}*|som|dollars?
        |человек\p{L}*|адам\p{L}*|чел|штук\p{L}*|шт|кг|км|м|м/с|m/s|тонн\p{L}*|бит|байт\p{L}*|bytes?|people)(?:$|[^\p{L}\d])|^\s*[$€₽₸%]",
    )
});

/// Bytes before a run that its meaning is looked for in: about four words.
const BEFORE: usize = 64;

/// Bytes after a run, for the unit.
const AFTER: usize = 24;

/// Where phone numbers stand in a folded text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    if !might_hold_one(text) {
        return Vec::new();
    }
    let masked = without_other_numbers(text);
    let mut found = Vec::new();
    for run in runs(&masked) {
        if digits_of(&run.pieces) < SHORTEST {
            continue;
        }
        let context = Context::of(&masked, &run);
        found.extend(in_run(&run, context));
    }
    found
}

/// Most texts are neither long enough nor say a number: they cost one look.
fn might_hold_one(text: &str) -> bool {
    text.len() >= SHORTEST
}

/// Digits of the shortest number that is looked for.
const SHORTEST: usize = 6;

/// Dates and the like become line ends, which no run passes; everything keeps its place.
fn without_other_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut reached = 0;
    for other in OTHER_NUMBERS.find_iter(text) {
        masked.push_str(text.get(reached..other.start()).unwrap_or_default());
        masked.extend(other.as_str().bytes().map(|_| pieces::END));
        reached = other.end();
    }
    masked.push_str(text.get(reached..).unwrap_or_default());
    masked
}

/// What stands around a run.
#[derive(Clone, Copy)]
struct Context {
    is_calling: bool,
    is_numbered: bool,
    is_counted: bool,
}

impl Context {
    fn of(text: &str, run: &Run) -> Self {
        let (start, end) = run.span();
        let before = text.get(text.floor_char_boundary(start.saturating_sub(BEFORE))..start);
        let after = text.get(end..text.ceil_char_boundary((end + AFTER).min(text.len())));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        Self {
            is_calling: CALLING.is_match(before) || CALLING.is_match(after),
            is_numbered: NUMBERED.is_match(before),
            is_counted: COUNTED.is_match(after) || before.trim_end().ends_with(['$', '€', '₽', '₸']),
        }
    }
}

/// Phone numbers among the pieces of a run, the longest first, none inside another.
fn in_run(run: &Run, context: Context) -> Vec<Range<usize>> {
    let pieces = &run.pieces;
    if is_amount(pieces, run.has_plus, context) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut first = 0;
    while first < pieces.len() {
        let longest = (first + 1..=pieces.len().min(first + LONGEST))
            .rev()
            .find(|&end| {
                let is_whole = first == 0 && end == pieces.len();
                let has_plus = run.has_plus && first == 0;
                pieces
                    .get(first..end)
                    .is_some_and(|part| is_phone(part, has_plus, is_whole, context))
            });
        if let Some(end) = longest {
            if let (Some(start), Some(last)) = (pieces.get(first), pieces.get(end - 1)) {
                let start = if first == 0 { run.start } else { start.span.start };
                found.push(start..last.span.end);
            }
            first = end;
        } else {
            first += 1;
        }
    }
    found
}

fn digits_of(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.digits.len()).sum()
}

/// Fewer digits a piece than this, on the average, and a part of a run is a part of a list: 1 2 3 4 5.
const DIGITS_A_PIECE: usize = 2;

fn is_phone(part: &[Piece], has_plus: bool, is_whole: bool, context: Context) -> bool {
    let count = digits_of(part);
    if !(SHORTEST..=LONGEST).contains(&count) {
        return false;
    }
    let digits: String = part.iter().map(|piece| piece.digits.as_str()).collect();
    let is_spoken = part.iter().any(|piece| piece.is_spoken);
    if !is_whole && !is_spoken && (count < DIGITS_A_PIECE * part.len() || !is_close(part)) {
        return false;
    }
    if CERTAIN.is_match(&digits) {
        return true;
    }
    if has_plus && is_whole && INTERNATIONAL.is_match(&digits) {
        return true;
    }
    if context.is_counted || context.is_numbered {
        return false;
    }
    if BARE.is_match(&digits) {
        return context.is_calling || is_written_as_phone(part);
    }
    context.is_calling && is_whole && !is_spoken && LOCAL.is_match(&digits)
}

/// Signs between the pieces of a number that is written as one: ") " at most. Columns of a table lie further apart.
const GAP: usize = 2;

fn is_close(part: &[Piece]) -> bool {
    part.windows(2).all(|pair| match pair {
        [one, next] => next.span.start.saturating_sub(one.span.end) <= GAP,
        _ => true,
    })
}

/// In one piece, or in the groups that only phone numbers are written in: 555 12 34 56, 916 123 45 67.
fn is_written_as_phone(part: &[Piece]) -> bool {
    let groups: Vec<_> = part.iter().map(|piece| piece.digits.len()).collect();
    is_close(part) && matches!(groups.as_slice(), [9 | 10] | [3, 2 | 3, 2, 2] | [3, 6])
}

/// Digits of a group of thousands.
const THOUSANDS: usize = 3;

/// 15 000 000: groups of three after a first that may be shorter, and counted in something or round.
fn is_amount(pieces: &[Piece], has_plus: bool, context: Context) -> bool {
    let Some((first, [others @ .., last])) = pieces.split_first() else {
        return false;
    };
    let are_thousands = (1..=THOUSANDS).contains(&first.digits.len())
        && !first.digits.starts_with('0')
        && others
            .iter()
            .chain([last])
            .all(|piece| piece.digits.len() == THOUSANDS);
    are_thousands && !has_plus && (context.is_counted || last.digits == "000")
}
