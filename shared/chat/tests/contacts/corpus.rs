//! The labelled corpus, and how a detector does on it. One line a case, four columns:
//!
//! - `tuned`: looked at while the patterns were made; `held`: written before them and never looked at since, so that
//!   its figures say what to expect of texts that nobody has seen;
//! - `contact`: the text gives away something to be reached by outside the chat, be it a phone number, a mail address, a
//!   name at a messenger, a link; `clean`: it does not. "Write to me elsewhere" without saying where is clean;
//! - `ru`, `ky`, `en`;
//! - the text. ` ⏎ ` parts messages that one person sends in a row: the last is judged. `\u{…}` is a character.

use chat::contacts::Screen;

/// One line.
pub(crate) struct Case {
    /// Whether it belongs to the part that was never looked at.
    pub(crate) is_held: bool,
    /// Whether it gives something away.
    pub(crate) is_contact: bool,
    /// The language.
    pub(crate) language: String,
    /// The messages, the oldest first.
    pub(crate) messages: Vec<String>,
}

/// How a detector did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    /// Contacts that were found.
    pub(crate) found: u32,
    /// Contacts that were not.
    pub(crate) missed: u32,
    /// Clean texts that were taken for contacts.
    pub(crate) false_alarms: u32,
}

impl Figures {
    /// Of what it found, how much was one.
    pub(crate) fn precision(self) -> f64 {
        f64::from(self.found) / f64::from(self.found + self.false_alarms)
    }

    /// Of what there was, how much it found.
    pub(crate) fn recall(self) -> f64 {
        f64::from(self.found) / f64::from(self.found + self.missed)
    }
}

/// All lines.
pub(crate) fn cases() -> Vec<Case> {
    let lines = include_str!("corpus.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    lines.map(case).collect()
}

fn case(line: &str) -> Case {
    let columns: Vec<_> = line.split('\t').collect();
    let [part, label, language, text] = columns[..] else {
        panic!("not four columns: {line}");
    };
    assert!(matches!(part, "held" | "tuned"), "{line}");
    assert!(matches!(label, "contact" | "clean"), "{line}");
    assert!(matches!(language, "ru" | "ky" | "en"), "{line}");
    Case {
        is_held: part == "held",
        is_contact: label == "contact",
        language: language.into(),
        messages: unescaped(text).split(" ⏎ ").map(str::to_owned).collect(),
    }
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').expect("an escape ends with a brace");
        let code = u32::from_str_radix(code, 16).expect("a code in hex");
        whole.push(char::from_u32(code).expect("a character"));
        whole.push_str(rest);
    }
    whole
}

/// Whether the screen finds something in the last message.
pub(crate) fn is_found(screen: &Screen, case: &Case) -> bool {
    let (last, earlier) = case.messages.split_last().expect("a message");
    let earlier: Vec<_> = earlier.iter().map(String::as_str).collect();
    screen.judge(last, &earlier).is_some()
}

/// How the screen does on these lines.
pub(crate) fn figures<'a>(screen: &Screen, cases: impl IntoIterator<Item = &'a Case>) -> Figures {
    let mut figures = Figures::default();
    for case in cases {
        match (is_found(screen, case), case.is_contact) {
            (true, true) => figures.found += 1,
            (false, true) => figures.missed += 1,
            (true, false) => figures.false_alarms += 1,
            (false, false) => {}
        }
    }
    figures
}
