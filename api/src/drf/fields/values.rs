//! Fields that hold something other than a text.

use protocol::ConversationId;
use serde_json::Value;

use super::{Fields, Rule};

/// What the framework takes for yes and no in a form.
const YES: [&str; 6] = ["true", "t", "1", "yes", "y", "on"];
const NO: [&str; 6] = ["false", "f", "0", "no", "n", "off"];

impl Fields {
    /// A text that may be missing but not blank, trimmed.
    pub(crate) fn given(&mut self, name: &'static str, rules: &[Rule]) -> Option<String> {
        self.values.contains_key(name).then(|| self.required(name, rules))
    }

    /// One of these words; `None`: it is missing, or at fault.
    pub(crate) fn choice<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let value = self.values.remove(name)?;
        let word = match value {
            Value::Null => {
                self.refuse(name, "This field may not be null.");
                return None;
            }
            Value::String(word) => word,
            other => other.to_string(),
        };
        let chosen = words.iter().find(|(known, _)| *known == word);
        if chosen.is_none() {
            self.refuse(name, &format!("\"{word}\" is not a valid choice."));
        }
        chosen.map(|(_, meaning)| *meaning)
    }

    /// Yes or no; `None`: it is missing, or at fault.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let flag = match self.values.remove(name)? {
            Value::Bool(flag) => Some(flag),
            Value::String(word) if YES.contains(&word.to_lowercase().as_str()) => Some(true),
            Value::String(word) if NO.contains(&word.to_lowercase().as_str()) => Some(false),
            Value::Null => {
                self.refuse(name, "This field may not be null.");
                return None;
            }
            _ => None,
        };
        if flag.is_none() {
            self.refuse(name, "Must be a valid boolean.");
        }
        flag
    }

    /// The id of something, as its client wrote it: an integer or a UUID. `None`: it is missing, or at fault.
    pub(crate) fn key(&mut self, name: &'static str) -> Option<String> {
        let Some(value) = self.values.remove(name) else {
            self.refuse(name, "This field is required.");
            return None;
        };
        let received = match value {
            // A form has no null: an empty value is one.
            Value::Null => {
                self.refuse(name, "This field may not be null.");
                return None;
            }
            Value::String(text) if text.is_empty() => {
                self.refuse(name, "This field may not be null.");
                return None;
            }
            Value::Number(number) if !number.is_f64() => return Some(number.to_string()),
            Value::String(text) if is_key(text.trim()) => return Some(text.trim().to_owned()),
            Value::Number(_) => "float",
            Value::String(_) => "str",
            Value::Bool(_) => "bool",
            Value::Array(_) => "list",
            Value::Object(_) => "dict",
        };
        let text = format!("Incorrect type. Expected pk value, received {received}.");
        self.refuse(name, &text);
        None
    }

    /// An integer id. `None`: it is missing, or at fault.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<i64> {
        let key = self.key(name)?;
        let number = key.parse().ok();
        if number.is_none() {
            self.refuse_key(name, &key);
        }
        number
    }

    /// Says that an id names nothing.
    pub(crate) fn refuse_key(&mut self, name: &'static str, key: &str) {
        self.refuse(name, &format!("Invalid pk \"{key}\" - object does not exist."));
    }

    /// The value as it is, for rules that the framework does not have.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }
}

fn is_key(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_integer || text.parse::<ConversationId>().is_ok()
}
