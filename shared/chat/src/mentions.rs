//! Who is named in a text: spans of it, counted as browsers count, in UTF-16 code units.

use std::collections::BTreeSet;

use protocol::limits;
use protocol::models::Mention;
use store::Locked;

use crate::ChatError;

/// The mentions as given: inside the text, whole characters, none over another.
pub(crate) fn checked(mentions: Vec<Mention>, text: &str) -> Result<Vec<Mention>, ChatError> {
    if mentions.is_empty() {
        return Ok(mentions);
    }
    if mentions.len() > limits::MENTIONS {
        let detail = format!("a message mentions at most {} times", limits::MENTIONS);
        return Err(ChatError::invalid("mentions", detail));
    }
    let borders = borders(text);
    for (place, mention) in mentions.iter().enumerate() {
        let end = mention.offset.checked_add(mention.length);
        let is_inside = end.is_some_and(|end| borders.contains(&mention.offset) && borders.contains(&end));
        if mention.length == 0 || !is_inside {
            let detail = "offset and length must be a part of the text, in UTF-16 code units";
            return Err(ChatError::invalid(format!("mentions/{place}"), detail));
        }
    }
    let mut in_order = mentions.clone();
    in_order.sort_by_key(|mention| mention.offset);
    let overlap = in_order
        .windows(2)
        .any(|pair| pair[0].offset + pair[0].length > pair[1].offset);
    if overlap {
        return Err(ChatError::invalid("mentions", "two of them lie over each other"));
    }
    Ok(mentions)
}

/// Refuses mentions of people who are not in the conversation.
pub(crate) async fn require_present(locked: &mut Locked, mentions: &[Mention]) -> Result<(), ChatError> {
    if mentions.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = mentions.iter().map(|mention| mention.user_id).collect();
    let present = locked.present(&named).await?;
    match named.iter().position(|user| !present.contains(user)) {
        Some(place) => Err(stranger(place)),
        None => Ok(()),
    }
}

/// The refusal of a mention, counted from 0.
pub(crate) fn stranger(place: usize) -> ChatError {
    let field = format!("mentions/{place}/user_id");
    ChatError::invalid(field, "this user is not in the conversation")
}

/// Where a character of the text begins, and its end.
fn borders(text: &str) -> BTreeSet<u32> {
    let mut at = 0;
    let mut borders = BTreeSet::from([0]);
    for character in text.chars() {
        // One or two.
        at += u32::try_from(character.len_utf16()).unwrap_or(1);
        borders.insert(at);
    }
    borders
}

#[cfg(test)]
mod tests {
    use protocol::UserId;

    use super::*;

    fn mention(offset: u32, length: u32) -> Mention {
        Mention {
            user_id: UserId(1),
            offset,
            length,
        }
    }

    fn field(refused: Result<Vec<Mention>, ChatError>) -> String {
        refused.unwrap_err().violations()[0].field.clone().into_owned()
    }

    #[test]
    fn mentions_may_touch_and_come_in_any_order() {
        let given = vec![mention(3, 2), mention(0, 3)];
        assert_eq!(checked(given.clone(), "Аня😀").unwrap(), given);
        assert_eq!(checked(Vec::new(), "").unwrap(), []);
    }

    #[test]
    fn what_is_not_a_part_of_the_text_is_refused_by_its_place() {
        for bad in [
            mention(0, 0),
            mention(0, 6),
            mention(5, 1),
            // Half of the emoji.
            mention(3, 1),
            mention(4, 1),
            mention(u32::MAX, u32::MAX),
        ] {
            assert_eq!(
                field(checked(vec![mention(0, 1), bad], "Аня😀")),
                "mentions/1",
                "{bad:?}"
            );
        }
    }

    #[test]
    fn mentions_over_each_other_and_too_many_are_refused() {
        assert_eq!(
            field(checked(vec![mention(1, 2), mention(0, 2)], "text")),
            "mentions"
        );
        let text = "a".repeat(limits::MENTIONS + 1);
        let many = (0..=limits::MENTIONS).map(|place| mention(u32::try_from(place).unwrap(), 1));
        assert_eq!(field(checked(many.clone().collect(), &text)), "mentions");
        assert!(checked(many.skip(1).collect(), &text).is_ok());
    }
}
