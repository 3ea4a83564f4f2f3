//! Mini Chat Backend's frames: flat JSON objects, integer ids, texts in Russian. Its clients know neither `seq` nor
//! edits nor what the system says, so those are not told here.

use protocol::UserId;
use protocol::frames::{PresenceChange, ServerFrame, Typing};
use protocol::models::Message;
use serde_json::{Map, Value, json};

/// What a client's frame asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Say this, trimmed and not empty.
    Say(String),
    /// "I am writing", or no longer.
    Typing(bool),
    /// "I have read everything."
    MarkRead,
    /// A type that nobody knows is passed over in silence.
    Nothing,
}

/// Why a client's frame cannot be heeded; the words are the original server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Complaint {
    /// Nothing to say.
    #[error("Сообщение не может быть пустым")]
    Blank,
    /// Not JSON.
    #[error("Неверный формат JSON")]
    NotJson,
    /// JSON, but not an object, or with a value of a wrong type.
    #[error("Произошла ошибка")]
    Strange,
}

/// Reads a client's frame.
pub fn decode(text: &str) -> Result<Asked, Complaint> {
    let value: Value = serde_json::from_str(text).map_err(|_| Complaint::NotJson)?;
    let Value::Object(frame) = value else {
        return Err(Complaint::Strange);
    };
    match frame.get("type") {
        None => said(&frame),
        Some(Value::String(kind)) => match kind.as_str() {
            "chat_message" => said(&frame),
            "typing" => Ok(Asked::Typing(frame.get("is_typing").is_some_and(is_true))),
            "mark_read" => Ok(Asked::MarkRead),
            _ => Ok(Asked::Nothing),
        },
        Some(_) => Ok(Asked::Nothing),
    }
}

fn said(frame: &Map<String, Value>) -> Result<Asked, Complaint> {
    match frame.get("message") {
        None => Err(Complaint::Blank),
        Some(Value::String(text)) => match text.trim() {
            "" => Err(Complaint::Blank),
            text => Ok(Asked::Say(text.to_owned())),
        },
        Some(_) => Err(Complaint::Strange),
    }
}

/// As the language of its clients takes it.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// What is said to one client alone, if these clients are told such things at all.
pub(super) fn answer(frame: &ServerFrame, room: i64) -> Option<String> {
    let frame = match frame {
        ServerFrame::Error(error) => json!({"type": "error", "message": error.message}),
        // A string, as the original had it.
        ServerFrame::MessageRead(_) => {
            json!({"type": "messages_marked_read", "room_id": room.to_string()})
        }
        _ => return None,
    };
    Some(frame.to_string())
}

/// Whom an announcement names.
pub(super) fn people(frame: &ServerFrame) -> Vec<UserId> {
    match frame {
        ServerFrame::MessageNew(message) if message.kind.is_text() => vec![message.sender_id],
        ServerFrame::Typing(typing) => vec![typing.user_id],
        ServerFrame::Presence(change) => change.users.iter().map(|person| person.user_id).collect(),
        _ => Vec::new(),
    }
}

/// What everybody in the room is told.
pub(super) fn announcement<'a>(frame: &ServerFrame, name: impl Fn(UserId) -> &'a str) -> Vec<String> {
    match frame {
        // What the system says is no word of whoever did it.
        ServerFrame::MessageNew(message) if message.kind.is_text() => {
            vec![chat_message(message, name(message.sender_id))]
        }
        ServerFrame::Typing(typing) => vec![typing_indicator(typing, name(typing.user_id))],
        ServerFrame::Presence(change) => user_status(change, name),
        _ => Vec::new(),
    }
}

fn chat_message(message: &Message, username: &str) -> String {
    json!({
        "type": "chat_message",
        "message_id": message.number,
        "message": message.text.as_deref().unwrap_or_default(),
        "user_id": message.sender_id,
        "username": username,
        "timestamp": message.created_at,
    })
    .to_string()
}

fn typing_indicator(typing: &Typing, username: &str) -> String {
    json!({
        "type": "typing_indicator",
        "user_id": typing.user_id,
        "username": username,
        "is_typing": typing.is_typing,
    })
    .to_string()
}

fn user_status<'a>(change: &PresenceChange, name: impl Fn(UserId) -> &'a str) -> Vec<String> {
    let people = change.users.iter().map(|person| {
        json!({
            "type": "user_status",
            "user_id": person.user_id,
            "username": name(person.user_id),
            "is_online": person.is_online,
        })
        .to_string()
    });
    people.collect()
}

#[cfg(test)]
mod tests;
