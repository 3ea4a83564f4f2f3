//! What an entry says, in the words that the seeds' clients show.

use protocol::models::{ConversationType, Notification};
use serde_json::{Value, json};
use store::{About, HostNotice, Notice, Said};

/// What an entry about a conversation is related to; its id is the conversation's integer.
const CHAT: &str = "chat";

/// Characters of a message that its entry shows.
const SHOWN_CHARS: usize = 100;

/// Shown where the message has no text of its own.
const FILE: &str = "Вложение";

/// Shown for a group that has no title.
const UNTITLED: &str = "Групповой чат";

/// The entry as its owner sees it.
pub(crate) fn worded(notice: Notice) -> Notification {
    let type_display = display_of(&notice.kind).to_owned();
    let mut entry = Notification {
        id: notice.id,
        kind: notice.kind,
        type_display,
        title: String::new(),
        message: String::new(),
        related_object_id: None,
        related_object_type: None,
        conversation_id: None,
        is_read: notice.is_read,
        created_at: notice.created_at,
        data: None,
    };
    match notice.about {
        About::Host(host) => say(&mut entry, host),
        About::Conversation {
            id,
            number,
            kind,
            title,
            said,
        } => {
            let title = title.filter(|title| !title.is_empty());
            entry.data = Some(facts(kind, title.as_deref(), said.as_ref()));
            let group = (kind == ConversationType::Group).then(|| title.unwrap_or_else(|| UNTITLED.into()));
            entry.title = title_of(&entry.kind, said.as_ref(), group.as_deref());
            entry.message = said.map_or_else(|| group.unwrap_or_default(), |said| shown(&said.text));
            entry.related_object_id = Some(number);
            entry.related_object_type = Some(CHAT.into());
            entry.conversation_id = Some(id);
        }
    }
    entry
}

/// A type for people; a host's own word says itself.
pub(super) fn display_of(kind: &str) -> &str {
    match kind {
        "message" => "Новое сообщение",
        "mention" => "Вас упомянули",
        "reply" => "Ответ на ваше сообщение",
        "added" => "Вас добавили в беседу",
        "system" => "Системное уведомление",
        other => other,
    }
}

fn say(entry: &mut Notification, host: HostNotice) {
    entry.type_display = host.type_display;
    entry.title = host.title;
    entry.message = host.message;
    entry.related_object_id = host.related_object_id;
    entry.related_object_type = host.related_object_type;
    entry.data = host.data;
}

/// Who spoke and where, for clients that say it in a language of their own.
fn facts(kind: ConversationType, title: Option<&str>, said: Option<&Said>) -> Value {
    let mut facts = json!({ "conversation_type": kind });
    if kind == ConversationType::Group {
        facts["conversation_title"] = title.into();
    }
    if let Some(said) = said {
        facts["sender_name"] = name_of(said).into();
    }
    facts
}

fn title_of(kind: &str, said: Option<&Said>, group: Option<&str>) -> String {
    let Some(said) = said else {
        return display_of(kind).to_owned();
    };
    let name = name_of(said);
    let title = match kind {
        "mention" => format!("Вас упоминает {name}"),
        "reply" => format!("Ответ от {name}"),
        // To the letter: the seed's client shows it for its orders, which are groups here.
        _ => return format!("Новое сообщение от {name}"),
    };
    match group {
        Some(group) => format!("{title} в «{group}»"),
        None => title,
    }
}

fn name_of(said: &Said) -> String {
    let name = format!("{} {}", said.first_name, said.last_name);
    match name.trim() {
        "" => said.username.clone(),
        name => name.to_owned(),
    }
}

fn shown(text: &str) -> String {
    match text.trim() {
        "" => FILE.to_owned(),
        text => text.chars().take(SHOWN_CHARS).collect(),
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ConversationId, NotificationId, Timestamp, UserId};
    use uuid::Uuid;

    use super::*;

    /// A group whose title is empty has none.
    fn entry(kind: &str, group: Option<&str>, text: Option<&str>) -> Notification {
        worded(Notice {
            id: NotificationId(1),
            user: UserId(2),
            kind: kind.into(),
            is_read: false,
            created_at: Timestamp::default(),
            about: About::Conversation {
                id: ConversationId(Uuid::nil()),
                number: 7,
                kind: match group {
                    Some(_) => ConversationType::Group,
                    None => ConversationType::Private,
                },
                title: group.filter(|title| !title.is_empty()).map(str::to_owned),
                said: text.map(|text| Said {
                    username: "anna".into(),
                    first_name: "Анна".into(),
                    last_name: "Ким".into(),
                    text: text.into(),
                }),
            },
        })
    }

    #[test]
    fn an_entry_names_who_said_what_and_where() {
        let group = Some("Курс");
        for (entry, display, title, message) in [
            (
                entry("message", None, Some("привет")),
                "Новое сообщение",
                "Новое сообщение от Анна Ким",
                "привет",
            ),
            (
                entry("message", group, Some("привет")),
                "Новое сообщение",
                "Новое сообщение от Анна Ким",
                "привет",
            ),
            (
                entry("mention", Some(""), Some("@вы")),
                "Вас упомянули",
                "Вас упоминает Анна Ким в «Групповой чат»",
                "@вы",
            ),
            (
                entry("reply", None, Some("")),
                "Ответ на ваше сообщение",
                "Ответ от Анна Ким",
                "Вложение",
            ),
            (
                entry("added", group, None),
                "Вас добавили в беседу",
                "Вас добавили в беседу",
                "Курс",
            ),
        ] {
            assert_eq!(
                (
                    entry.type_display.as_str(),
                    entry.title.as_str(),
                    entry.message.as_str()
                ),
                (display, title, message)
            );
            assert_eq!(entry.related_object_id, Some(7));
            assert_eq!(entry.related_object_type.as_deref(), Some("chat"));
        }
    }

    #[test]
    fn an_entry_carries_who_and_where_in_no_language() {
        let group = Some("Курс");
        for (entry, data) in [
            (
                entry("message", None, Some("привет")),
                json!({"conversation_type": "private", "sender_name": "Анна Ким"}),
            ),
            (
                entry("reply", group, Some("")),
                json!({"conversation_type": "group", "conversation_title": "Курс", "sender_name": "Анна Ким"}),
            ),
            (
                entry("mention", Some(""), Some("@вы")),
                json!({"conversation_type": "group", "conversation_title": null, "sender_name": "Анна Ким"}),
            ),
            (
                entry("added", group, None),
                json!({"conversation_type": "group", "conversation_title": "Курс"}),
            ),
        ] {
            assert_eq!(entry.data, Some(data));
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "ы".repeat(300);
        assert_eq!(entry("message", None, Some(&long)).message, "ы".repeat(100));
    }
}
