//! Reading a body field by field, with the framework's coercions and its sentences.

use std::fmt;

use axum::http::Uri;
use garde::rules::email::parse_email;
use protocol::problem::FieldError;
use serde_json::{Map, Value};

use super::Refusal;

mod values;

/// Where faults stand that belong to no single field.
pub(crate) const NON_FIELD: &str = "non_field_errors";

/// What is wrong with a body: sentences by field, each field once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<(&'static str, Vec<String>)>);

impl Faults {
    pub(super) fn of(name: &'static str, text: &str) -> Self {
        Self(vec![(name, vec![text.to_owned()])])
    }

    pub(super) fn body(&self) -> Value {
        let fields = self
            .0
            .iter()
            .map(|(name, texts)| ((*name).to_owned(), Value::from(texts.clone())));
        Value::Object(fields.collect())
    }

    pub(super) fn pointers(&self) -> Vec<FieldError> {
        let of_field = |(name, texts): &(&'static str, Vec<String>)| {
            // The empty pointer is the whole document.
            let pointer = if *name == NON_FIELD {
                String::new()
            } else {
                format!("/{name}")
            };
            texts
                .iter()
                .map(|detail| FieldError {
                    pointer: pointer.clone(),
                    detail: detail.clone(),
                })
                .collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_field).collect()
    }

    fn add(&mut self, name: &'static str, text: impl Into<String>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, texts)) => texts.push(text.into()),
            None => self.0.push((name, vec![text.into()])),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, texts)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{name}: {}", texts.join(" "))?;
        }
        Ok(())
    }
}

/// What a text must be, beyond being a text without NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// At least so many characters.
    Min(usize),
    /// At most so many characters.
    Max(usize),
    /// Letters of any alphabet, digits and `@.+-_`.
    Username,
    /// An e-mail address whose domain has a dot.
    Email,
    /// An address that a browser may load a picture from.
    HttpUrl,
}

impl Rule {
    fn fault(self, text: &str) -> Option<String> {
        match self {
            Self::Min(least) => (text.chars().count() < least)
                .then(|| format!("Ensure this field has at least {least} characters.")),
            Self::Max(most) => (text.chars().count() > most)
                .then(|| format!("Ensure this field has no more than {most} characters.")),
            Self::Username => (!text.chars().all(is_of_username)).then(|| {
                "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
                    .to_owned()
            }),
            Self::Email => (!is_email(text)).then(|| "Enter a valid email address.".to_owned()),
            Self::HttpUrl => (!is_http_url(text)).then(|| "Enter a valid URL.".to_owned()),
        }
    }
}

fn is_of_username(c: char) -> bool {
    c.is_alphanumeric() || "@.+-_".contains(c)
}

fn is_email(text: &str) -> bool {
    parse_email(text).is_ok()
        && text
            .rsplit_once('@')
            .is_some_and(|(_, domain)| domain == "localhost" || domain.contains(['.', ':']))
}

/// Without the characters that could end an attribute of a page that shows it.
fn is_http_url(text: &str) -> bool {
    !text.contains(['"', '\'', '<', '>', '\\'])
        && text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        })
}

/// A body's fields, and what has been found wrong with them so far. Unknown fields are ignored.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: Map<String, Value>,
    faults: Faults,
}

impl Fields {
    pub(super) fn new(values: Map<String, Value>) -> Self {
        Self {
            values,
            faults: Faults::default(),
        }
    }

    /// A text that must be there and not be blank, trimmed; empty if it is at fault.
    pub(crate) fn required(&mut self, name: &'static str, rules: &[Rule]) -> String {
        let Some(value) = self.values.remove(name) else {
            self.refuse(name, "This field is required.");
            return String::new();
        };
        let text = self.text(name, value, rules).unwrap_or_default();
        if text.is_empty() && !self.is_at_fault(name) {
            self.refuse(name, "This field may not be blank.");
        }
        text
    }

    /// A text that may be missing or blank, trimmed.
    pub(crate) fn optional(&mut self, name: &'static str, rules: &[Rule]) -> Option<String> {
        let value = self.values.remove(name)?;
        self.text(name, value, rules)
    }

    /// A text for which null and blank are as good as missing, trimmed.
    pub(crate) fn present(&mut self, name: &'static str) -> Option<String> {
        let value = self.values.remove(name).filter(|value| !value.is_null())?;
        self.text(name, value, &[]).filter(|text| !text.is_empty())
    }

    /// Adds what the rules of a field cannot know.
    pub(crate) fn refuse(&mut self, name: &'static str, text: &str) {
        self.faults.add(name, text);
    }

    /// Whether something is wrong with this field.
    pub(crate) fn is_at_fault(&self, name: &str) -> bool {
        self.faults.0.iter().any(|(known, _)| *known == name)
    }

    /// Refuses if anything was wrong; what is read afterwards is checked by another call.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.faults.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Fields(self.faults.clone()))
        }
    }

    fn text(&mut self, name: &'static str, value: Value, rules: &[Rule]) -> Option<String> {
        let text = match value {
            Value::String(text) => text,
            // The framework reads a number as the text that it is written as.
            Value::Number(number) => number.to_string(),
            Value::Null => {
                self.refuse(name, "This field may not be null.");
                return None;
            }
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.refuse(name, "Not a valid string.");
                return None;
            }
        };
        let text = text.trim();
        if !text.is_empty() {
            self.apply(name, text, rules);
        }
        Some(text.to_owned())
    }

    fn apply(&mut self, name: &'static str, text: &str, rules: &[Rule]) {
        for fault in rules.iter().filter_map(|rule| rule.fault(text)) {
            self.faults.add(name, fault);
        }
        if text.contains('\0') {
            self.refuse(name, "Null characters are not allowed.");
        }
    }
}
