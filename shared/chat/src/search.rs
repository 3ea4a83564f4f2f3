//! Search in one's own conversations.

use protocol::models::FoundMessage;
use protocol::{UserId, limits};
use store::Search;

use crate::{Chat, ChatError};

/// Characters of a text that are shown before the part that was found.
const BEFORE_CHARS: usize = limits::SNIPPET_CHARS / 4;

/// Letters that an ending has: what is left of a longer word finds its other forms.
const ENDING_CHARS: usize = 3;

impl Chat {
    /// The newest messages that say this, in the conversations that the caller is in now; newest first.
    pub async fn search(
        &self,
        actor: UserId,
        search: Search,
        limit: i64,
    ) -> Result<Vec<FoundMessage>, ChatError> {
        if !(1..=limits::SEARCH_PAGE_MAX).contains(&limit) {
            let detail = format!("must be between 1 and {}", limits::SEARCH_PAGE_MAX);
            return Err(ChatError::invalid("limit", detail));
        }
        let search = Search {
            text: searchable(&search.text)?,
            ..search
        };
        let found = self.store.search_messages(actor, &search, limit).await?;
        let found = found.into_iter().map(|message| FoundMessage {
            snippet: message
                .text
                .as_deref()
                .and_then(|text| snippet(text, &search.text)),
            message,
        });
        Ok(found.collect())
    }
}

fn searchable(text: &str) -> Result<String, ChatError> {
    let text = text.trim();
    let length = text.chars().count();
    let fault = if text.contains('\0') {
        "must not contain the character NUL".to_owned()
    } else if length < limits::SEARCH_CHARS_MIN {
        format!("must have at least {} characters", limits::SEARCH_CHARS_MIN)
    } else if length > limits::SEARCH_CHARS_MAX {
        format!("must not be longer than {} characters", limits::SEARCH_CHARS_MAX)
    } else {
        return Ok(text.to_owned());
    };
    Err(ChatError::invalid("q", fault))
}

/// The part of a long text around the first word that was looked for; the beginning when only another form of it is
/// there. `None`: the text is short enough to be shown as it is.
fn snippet(text: &str, query: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= limits::SNIPPET_CHARS {
        return None;
    }
    // One character for one, so that places are the text's own.
    let lower = |character: &char| character.to_lowercase().next().unwrap_or(*character);
    let lowered: Vec<char> = characters.iter().map(lower).collect();
    let query: Vec<char> = query.chars().collect::<Vec<_>>().iter().map(lower).collect();
    let found = place_of(&query, &lowered).or_else(|| {
        let words = query.split(|sign| !sign.is_alphanumeric());
        words
            .filter(|word| word.len() >= limits::SEARCH_CHARS_MIN)
            .filter_map(|word| {
                let stem = &word[..word
                    .len()
                    .saturating_sub(ENDING_CHARS)
                    .max(limits::SEARCH_CHARS_MIN)];
                place_of(word, &lowered).or_else(|| place_of(stem, &lowered))
            })
            .min()
    });
    let start = found.unwrap_or(0).saturating_sub(BEFORE_CHARS);
    let end = (start + limits::SNIPPET_CHARS).min(characters.len());
    let mut shown = String::new();
    if start > 0 {
        shown.push('…');
    }
    shown.extend(&characters[start..end]);
    if end < characters.len() {
        shown.push('…');
    }
    Some(shown)
}

fn place_of(part: &[char], text: &[char]) -> Option<usize> {
    text.windows(part.len().max(1)).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_needs_no_snippet() {
        assert_eq!(snippet("Привет всем", "привет"), None);
    }

    #[test]
    fn a_snippet_shows_what_was_found_or_another_form_of_it() {
        let text = format!("{} Новые СООБЩЕНИЯ тут {}", "ж ".repeat(300), "я ".repeat(300));
        for query in ["сообщения", "новые сообщения", "сообщениями", "нигде сообщений"]
        {
            let shown = snippet(&text, query).unwrap();
            assert!(shown.contains("СООБЩЕНИЯ"), "{query}: {shown}");
            assert!(shown.starts_with('…') && shown.ends_with('…'));
            assert_eq!(shown.chars().count(), limits::SNIPPET_CHARS + 2);
        }
        let shown = snippet(&text, "нет").unwrap();
        assert!(shown.starts_with('ж') && shown.ends_with('…'));
    }

    #[test]
    fn too_little_too_much_and_nul_are_not_searched_for() {
        for bad in [
            "",
            "  ",
            "ab",
            " ab ",
            "a\0bc",
            &"a".repeat(limits::SEARCH_CHARS_MAX + 1),
        ] {
            assert!(searchable(bad).is_err(), "{bad:?}");
        }
        assert_eq!(searchable(" abc ").unwrap(), "abc");
    }
}
