//! The names that people's files have.

use crate::Refusal;

/// Characters of a name; what is longer loses its middle, for the ending says how to open it.
const MAX_CHARS: usize = 120;

/// Characters of an ending that are kept when a name is cut.
const ENDING_CHARS: usize = 16;

/// What a file is called that has no name.
const NAMELESS: &str = "file";

/// A name that may be shown and offered for saving. One that leads to another folder is refused: no browser sends it.
/// Letters that control how others are shown go, for `photo\u{202E}gpj.exe` reads as `photoexe.jpg`.
pub fn clean(name: &str) -> Result<String, Refusal> {
    if name.contains(['/', '\\', '\0']) || matches!(name.trim(), "." | "..") {
        return Err(Refusal::PathInName);
    }
    let shown: String = name.chars().filter(|c| !c.is_control() && !steers(*c)).collect();
    // Windows drops dots and spaces at the end, and would save another name.
    let shown = shown.trim().trim_end_matches(['.', ' ']);
    if shown.is_empty() {
        return Ok(NAMELESS.to_owned());
    }
    Ok(cut(shown))
}

/// Direction marks, and what takes no room.
const fn steers(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn cut(name: &str) -> String {
    if name.chars().count() <= MAX_CHARS {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |place| &name[place..]);
    let ending = if ending.chars().count() <= ENDING_CHARS {
        ending
    } else {
        ""
    };
    let room = MAX_CHARS - ending.chars().count();
    name.chars().take(room).chain(ending.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_in_every_alphabet() {
        for name in ["report.pdf", "отчёт за май.docx", "写真.jpg", "a.b.c", "😀.gif"] {
            assert_eq!(clean(name).unwrap(), name);
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for name in [
            "../../etc/passwd",
            "/etc/passwd",
            "C:\\boot.ini",
            "a/b",
            "..",
            ".",
            "a\0b",
        ] {
            assert_eq!(clean(name), Err(Refusal::PathInName), "{name:?}");
        }
    }

    #[test]
    fn letters_that_steer_others_and_ends_that_vanish_go() {
        assert_eq!(clean("photo\u{202E}gpj.exe").unwrap(), "photogpj.exe");
        assert_eq!(clean("a\r\nSet-Cookie: b.txt").unwrap(), "aSet-Cookie: b.txt");
        assert_eq!(clean(" a.txt . ").unwrap(), "a.txt");
        assert_eq!(clean("\u{200B} \t").unwrap(), NAMELESS);
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let cut = clean(&format!("{}.jpeg", "я".repeat(500))).unwrap();
        assert_eq!(cut.chars().count(), MAX_CHARS);
        assert!(cut.ends_with("я.jpeg"));
    }
}
