//! Every way in which a use case can say no.

use files::{FilesError, Refusal};
use std::borrow::Cow;

use protocol::problem::ProblemCode;
use store::StoreError;

/// Why something was not done. Nothing was changed, but that a held message is kept.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// There is no such conversation, or it was deleted.
    #[error("there is no such conversation")]
    NoConversation,
    /// There is no such message, or it was deleted.
    #[error("there is no such message")]
    NoMessage,
    /// No such message waits for a decision.
    #[error("no such message waits for a decision")]
    NothingHeld,
    /// There is no such entry on the caller's list.
    #[error("there is no such notification")]
    NoNotification,
    /// There is no such person.
    #[error("there is no such user")]
    NoUser,
    /// There is no such file, or it is nobody's any more.
    #[error("there is no such file")]
    NoFile,
    /// The person named is not in the conversation.
    #[error("this user is not in the conversation")]
    NoSuchParticipant,
    /// The caller is not in the conversation.
    #[error("you are not in this conversation")]
    NotParticipant,
    /// The caller is in it, and still may not.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Someone else holds what was asked for.
    #[error("{0}")]
    Conflict(&'static str),
    /// Values that the rules do not allow.
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    /// The text gives contact details away where that is forbidden.
    #[error("Контактные данные запрещены в чате.")]
    ContactData,
    /// An administrator decides about the message; until then it is not there.
    #[error("Сообщение отправлено на проверку.")]
    HeldForReview,
    /// A file that is not taken, whoever sends it.
    #[error(transparent)]
    FileRefused(#[from] Refusal),
    /// There is no place for files.
    #[error("this installation keeps no files; its operator sets files.store")]
    NoFileStore,
    /// More than the node, or one person, may have at a time.
    #[error("{0}")]
    TooMany(&'static str),
    /// The store of files said no, or nothing; try again.
    #[error("the service cannot reach its files at the moment; try again")]
    Files(#[source] FilesError),
    /// Others were changing the same, and this was rolled back; try again.
    #[error("others are changing this at the moment; try again")]
    Contended,
    /// The database cannot be reached or is full of work; nothing was stored, try again.
    #[error("the service cannot store anything at the moment; try again")]
    Unavailable,
    /// A defect of ours.
    #[error("something went wrong on our side")]
    Internal(#[source] StoreError),
}

/// One value that the rules do not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field of the canonical request, such as `text` or `mentions/0`.
    pub field: Cow<'static, str>,
    /// A sentence for people.
    pub detail: String,
}

impl Violation {
    /// A violation of one field.
    pub fn new(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

fn summary(violations: &[Violation]) -> String {
    let lines: Vec<_> = violations
        .iter()
        .map(|v| format!("{}: {}", v.field, v.detail))
        .collect();
    lines.join("; ")
}

impl ChatError {
    /// One value that the rules do not allow.
    pub fn invalid(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(field, detail)])
    }

    /// The stable word and status of this refusal.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::NoConversation
            | Self::NoMessage
            | Self::NothingHeld
            | Self::NoNotification
            | Self::NoUser
            | Self::NoFile
            | Self::NoSuchParticipant => ProblemCode::NotFound,
            Self::NotParticipant => ProblemCode::NotParticipant,
            Self::Forbidden(_) => ProblemCode::Forbidden,
            Self::Conflict(_) => ProblemCode::Conflict,
            Self::Invalid(_) => ProblemCode::Invalid,
            Self::ContactData => ProblemCode::ContactData,
            Self::HeldForReview => ProblemCode::HeldForReview,
            Self::FileRefused(refusal) => of_file(refusal),
            Self::NoFileStore => ProblemCode::NoFileStore,
            Self::TooMany(_) => ProblemCode::RateLimited,
            Self::Contended | Self::Unavailable | Self::Files(_) => ProblemCode::Unavailable,
            Self::Internal(_) => ProblemCode::Internal,
        }
    }

    /// The fields at fault, if the request was.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Invalid(violations) => violations,
            _ => &[],
        }
    }
}

const fn of_file(refusal: &Refusal) -> ProblemCode {
    match refusal {
        Refusal::TooLarge { .. } | Refusal::ImageTooLarge { .. } => ProblemCode::TooLarge,
        Refusal::Lie { .. } | Refusal::Kind { .. } | Refusal::ImageFormat { .. } => {
            ProblemCode::UnsupportedFile
        }
        Refusal::Empty
        | Refusal::PathInName
        | Refusal::TooManyPixels { .. }
        | Refusal::TooManyFrames { .. }
        | Refusal::ProfileTooLarge { .. }
        | Refusal::DataBeyondPixels
        | Refusal::UnreadableImage => ProblemCode::Invalid,
    }
}

impl From<StoreError> for ChatError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable,
            contended if contended.is_contention() => Self::Contended,
            other => Self::Internal(other),
        }
    }
}
