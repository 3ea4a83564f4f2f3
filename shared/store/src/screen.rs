//! Looking at texts before they are stored. The store knows when to ask; what is forbidden knows whoever answers.

use std::fmt::Debug;
use std::time::Duration;

use protocol::models::ContactPolicy;
use serde::{Deserialize, Serialize};

/// Judges texts. It is asked under a conversation's lock, so it must be quick and must not wait for anything.
pub trait Screen: Debug + Send + Sync {
    /// Whether texts are judged where these terms hold.
    fn applies(&self, terms: &Terms<'_>) -> bool;

    /// How much of what the author wrote just before it wants to see.
    fn earlier(&self) -> Option<Earlier>;

    /// What to do with a text; `earlier` is what its author wrote just before, the oldest first.
    fn judge(&self, text: &str, earlier: &[&str]) -> Judgement;
}

/// What decides whether a text is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms<'a> {
    /// What the conversation is about.
    pub service: Option<&'a str>,
    /// What an administrator said for this conversation.
    pub policy: Option<ContactPolicy>,
    /// What the way in demands.
    pub screening: Screening,
}

/// Whether a message's text is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screening {
    /// Where the conversation's policy, or else the installation's, says so.
    #[default]
    ByPolicy,
    /// Wherever nobody switched it off.
    Demanded,
    /// Never: an administrator has read it.
    Waived,
}

/// How much a [`Screen`] wants to see of what an author wrote just before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Texts at most.
    pub count: i64,
    /// Not older than this.
    pub within: Duration,
}

/// What to do with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Store it.
    Pass,
    /// Store this instead.
    Mask(String),
    /// Do not store it.
    Refuse,
    /// Keep it for an administrator.
    Hold,
}

impl Judgement {
    /// The text to store, of one that is stored.
    pub(crate) fn text<'a>(&'a self, original: &'a str) -> &'a str {
        match self {
            Self::Mask(masked) => masked,
            Self::Pass | Self::Refuse | Self::Hold => original,
        }
    }
}

/// What is shown of a label: something short that stands beside the messages, such as a title. `None`: it must not be
/// stored. Nobody waits for a label, so what would be held is refused.
pub(crate) fn shown_label(judgement: Judgement, label: &str) -> Option<String> {
    match judgement {
        Judgement::Pass => Some(label.to_owned()),
        Judgement::Mask(masked) => Some(masked),
        Judgement::Refuse | Judgement::Hold => None,
    }
}
