use serde::{Deserialize, Serialize};

use super::section::section;
use super::{ConfigError, Validate};

/// Where contact details are screened, unless an administrator said otherwise for a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactProtection {
    /// Nowhere.
    Off,
    /// In conversations about orders, and on the way in that is made for them.
    Orders,
    /// Everywhere.
    All,
}

/// What becomes of a message that gives contact details away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactMode {
    /// Its sender is told so.
    Reject,
    /// It is stored without them.
    Mask,
    /// An administrator decides.
    Hold,
}

/// How contact details are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactDetector {
    /// By the first product's rule.
    Seed,
    /// By everything that is known about hiding them.
    Strong,
}

/// Entries of the allow-list: each is looked for in every screened text.
const MAX_ALLOWED: usize = 200;

/// Characters of the shortest entry: a shorter one would be inside of too much.
const MIN_ALLOWED_CHARS: usize = 4;

section! {
    /// Contact protection: phone numbers, addresses and names by which people could go on elsewhere.
    pub struct ContactsConfig, "contacts" {
        /// Where it is looked for: `off`, `orders` (conversations whose `service` is `order`, and all of `/api/chat/chats/…/send_message/`) or `all`. A conversation's own policy, which an administrator sets, counts more.
        pub protect: ContactProtection = ContactProtection::Orders,
        /// `reject` answers 400 `contact_data`, `mask` stores the text with `•••` in those places, `hold` answers 202 `held_for_review` and waits for an administrator.
        pub mode: ContactMode = ContactMode::Reject,
        /// `seed`: any `@`, `+7`, `http(s)://` or nine digits in a row. `strong`: also what is spaced, spelled, disguised or spread over messages, and fewer false alarms.
        pub detector: ContactDetector = ContactDetector::Seed,
        /// What is let through all the same: hosts with everything below them, names (`@support`), phone numbers.
        pub allow: Vec<String> = Vec::new(),
    }
}

impl Validate for ContactsConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        const KEY: &str = "contacts.allow";
        if self.allow.len() > MAX_ALLOWED {
            let problem = format!(
                "holds {} entries, at most {MAX_ALLOWED} are allowed",
                self.allow.len()
            );
            return Err(ConfigError::invalid(KEY, problem));
        }
        let is_entry = |entry: &str| {
            let is_long = entry.chars().count() >= MIN_ALLOWED_CHARS;
            let is_path = entry.contains("://") || entry.contains('/');
            is_long && !is_path && !entry.contains(char::is_control)
        };
        match self.allow.iter().find(|entry| !is_entry(entry.trim())) {
            None => Ok(()),
            Some(entry) => {
                let problem = format!(
                    "holds {entry:?}; give a host (\"example.org\"), a name (\"@support\") or a phone number, \
                     {MIN_ALLOWED_CHARS} characters at least"
                );
                Err(ConfigError::invalid(KEY, problem))
            }
        }
    }
}
