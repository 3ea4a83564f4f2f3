//! Problem documents (RFC 9457): how the canonical REST paths say no. `docs/problems.md` explains each code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A problem's `type` is this with the code behind it: a name that stays the same on every installation.
pub const PROBLEM_TYPES: &str = "urn:unet-chat:problem:";

/// Every way in which a request can be refused: a stable word, an HTTP status, a title, and whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// The body or frame is not JSON, or not the shape that was asked for.
    Malformed,
    /// A field has a value that the rules forbid.
    Invalid,
    /// No token, or one that is not good.
    Unauthorized,
    /// The token is good, the person may not.
    Forbidden,
    /// The caller is not in this conversation.
    NotParticipant,
    /// There is no such thing, or it is gone.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// Someone else holds what was asked for.
    Conflict,
    /// The text gives contact details away where that is forbidden.
    ContactData,
    /// Not refused and not stored either: an administrator looks at it first.
    HeldForReview,
    /// The body is larger than allowed.
    TooLarge,
    /// The body's content type is not the one that is needed.
    UnsupportedMediaType,
    /// Too many requests or frames.
    RateLimited,
    /// The frame's type is not known.
    UnknownType,
    /// A file of a kind that is not taken here, or of another kind than its sender says.
    UnsupportedFile,
    /// A body that comes too slowly, or not at all.
    Stalled,
    /// A range of a file that the file has not.
    RangeNotSatisfiable,
    /// This installation has no place for files.
    NoFileStore,
    /// This node cannot reach what it needs, or is stopping; nothing was stored, try again.
    Unavailable,
    /// A defect of ours; the request id finds it in the logs.
    Internal,
}

impl ProblemCode {
    /// Every code, for the documents.
    pub const ALL: [Self; 20] = [
        Self::Malformed,
        Self::Invalid,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotParticipant,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::ContactData,
        Self::HeldForReview,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::RateLimited,
        Self::UnknownType,
        Self::UnsupportedFile,
        Self::Stalled,
        Self::RangeNotSatisfiable,
        Self::NoFileStore,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The stable word, the HTTP status and the title.
    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Malformed => ("malformed", 400, "The request could not be read"),
            Self::Invalid => ("invalid", 400, "A value is not allowed"),
            Self::Unauthorized => ("unauthorized", 401, "A valid token is needed"),
            Self::Forbidden => ("forbidden", 403, "This is not yours to do"),
            Self::NotParticipant => ("not_participant", 403, "You are not in this conversation"),
            Self::NotFound => ("not_found", 404, "There is no such thing"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "The path has no such method"),
            Self::Conflict => ("conflict", 409, "Someone else holds this"),
            Self::ContactData => ("contact_data", 400, "Contact details are not allowed here"),
            Self::HeldForReview => ("held_for_review", 202, "An administrator looks at it first"),
            Self::TooLarge => ("too_large", 413, "The body is too large"),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "JSON is needed"),
            Self::RateLimited => ("rate_limited", 429, "Too many requests"),
            Self::UnknownType => ("unknown_type", 400, "The frame's type is not known"),
            Self::UnsupportedFile => ("unsupported_file", 415, "This file is not taken"),
            Self::Stalled => ("stalled", 408, "The body came to a halt"),
            Self::RangeNotSatisfiable => ("range_not_satisfiable", 416, "The file has no such part"),
            Self::NoFileStore => ("no_file_store", 501, "Files are not kept here"),
            Self::Unavailable => ("unavailable", 503, "Try again shortly"),
            Self::Internal => ("internal", 500, "Something went wrong on our side"),
        }
    }

    /// The stable word.
    pub const fn word(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The title: one for each code, whatever the detail.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// Whether the very same request may succeed later.
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Stalled | Self::Unavailable | Self::Internal
        )
    }
}

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A stable name for the code; `docs/problems.md` explains each.
    #[serde(rename = "type")]
    pub kind: String,
    /// One title for each code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable word that programs act on.
    pub code: String,
    /// What went wrong this time.
    pub detail: String,
    /// Finds this request in the logs.
    pub request_id: String,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// Which fields, if the body is at fault; empty otherwise.
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body, such as `/text`.
    pub pointer: String,
    /// A sentence for people.
    pub detail: String,
}

impl Problem {
    /// A problem without field errors.
    pub fn new(code: ProblemCode, detail: impl Into<String>, request_id: impl Into<String>) -> Self {
        Self {
            kind: format!("{PROBLEM_TYPES}{}", code.word()),
            title: code.title().into(),
            status: code.status(),
            code: code.word().into(),
            detail: detail.into(),
            request_id: request_id.into(),
            retryable: code.retryable(),
            errors: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own() {
        let words: std::collections::HashSet<_> = ProblemCode::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), ProblemCode::ALL.len());
    }
}
