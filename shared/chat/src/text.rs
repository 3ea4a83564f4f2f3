//! What may be said: the limits of texts, checked before anything is written.

use protocol::limits;

use crate::error::{ChatError, Violation};

/// A message's text as it will be stored: verbatim, not blank, no NUL (Postgres cannot hold one).
pub fn message(text: Option<String>) -> Result<String, ChatError> {
    let text = text.unwrap_or_default();
    let fault = if text.trim().is_empty() {
        Some("the text must not be blank".to_owned())
    } else {
        fault(&text, limits::MESSAGE_CHARS)
    };
    match fault {
        Some(detail) => Err(ChatError::invalid("text", detail)),
        None => Ok(text),
    }
}

/// The text of a message that has files: as [`message`], but it may be blank or missing.
pub fn beside_files(text: Option<String>) -> Result<String, ChatError> {
    let text = text.unwrap_or_default();
    match fault(&text, limits::MESSAGE_CHARS) {
        Some(detail) => Err(ChatError::invalid("text", detail)),
        None => Ok(text),
    }
}

/// An optional line or paragraph: trimmed, and `None` when nothing is left.
pub fn optional(
    field: &'static str,
    text: Option<String>,
    max_chars: usize,
) -> Result<Option<String>, Violation> {
    let Some(text) = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    match fault(&text, max_chars) {
        Some(detail) => Err(Violation::new(field, detail)),
        None => Ok(Some(text)),
    }
}

/// A client's own name for a send.
pub fn client_id(client_id: Option<String>) -> Result<Option<String>, ChatError> {
    let Some(client_id) = client_id else {
        return Ok(None);
    };
    let fault = if client_id.is_empty() {
        Some("must not be empty".to_owned())
    } else {
        fault(&client_id, limits::CLIENT_ID_CHARS)
    };
    match fault {
        Some(detail) => Err(ChatError::invalid("client_id", detail)),
        None => Ok(Some(client_id)),
    }
}

fn fault(text: &str, max_chars: usize) -> Option<String> {
    if text.contains('\0') {
        return Some("must not contain the character NUL".into());
    }
    // Bytes are an upper bound for characters: short texts are not counted.
    if text.len() > max_chars && text.chars().count() > max_chars {
        return Some(format!("must not be longer than {max_chars} characters"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_kept_verbatim_even_with_spaces_around() {
        assert_eq!(message(Some("  hi\n".into())).unwrap(), "  hi\n");
    }

    #[test]
    fn blank_missing_nul_and_too_long_are_refused() {
        let too_long = "я".repeat(limits::MESSAGE_CHARS + 1);
        for text in [
            None,
            Some(String::new()),
            Some(" \n\t\u{a0}".into()),
            Some("a\0b".into()),
            Some(too_long),
        ] {
            assert!(message(text).is_err());
        }
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(message(Some("я".repeat(limits::MESSAGE_CHARS))).is_ok());
    }

    #[test]
    fn a_blank_title_is_no_title() {
        assert_eq!(
            optional("title", Some("  ".into()), limits::TITLE_CHARS),
            Ok(None)
        );
    }
}
