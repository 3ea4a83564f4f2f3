//! The wording of Django REST framework, which the seeds' clients read: what they show to people are these texts.
//!
//! `Fields` reads a body and collects what is wrong with it, field by field; `Refusal` is what it comes to.
//! `refusal` words every other error of this node for the same clients. Which paths speak so says `is_spoken_on`;
//! a request that accepts problem documents gets one there too (`error`).

mod body;
mod fields;

use axum::http::Method;
use chat::ChatError;
use chat::accounts::AccountError;
use protocol::problem::{FieldError, ProblemCode};
use runtime::tokens::TokenError;
use serde_json::{Value, json};

use crate::error::{ApiError, TokenFault};
pub(crate) use fields::{Faults, Fields, NON_FIELD, Rule};

/// Paths whose clients expect these words: the accounts, where older clients look for the same, and the dialects.
const SPOKEN_ON: [&str; 5] = [
    "/api/auth/",
    "/api/chat/",
    "/api/users/",
    "/educations/api/v1/users/auth",
    "/educations/api/v1/users/refresh",
];

/// Whether the clients of a path expect these words.
pub(crate) fn is_spoken_on(path: &str) -> bool {
    SPOKEN_ON.iter().any(|prefix| path.starts_with(prefix))
}

/// A refusal in the seeds' own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `{"<field>": ["…"]}`: values that are not allowed.
    #[error("{0}")]
    Fields(Faults),
    /// `{"error": "…"}`: the seeds' own rules.
    #[error("{1}")]
    Error(ProblemCode, &'static str),
    /// `{"detail": "…"}`: the framework's.
    #[error("{1}")]
    Detail(ProblemCode, String),
    /// A refresh token that does not count, or no longer.
    #[error("{0}")]
    RefreshToken(TokenError),
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let refusal = match error {
            AccountError::UsernameTaken => Refusal::field("username", USERNAME_TAKEN),
            AccountError::EmailTaken => Refusal::field("email", EMAIL_TAKEN),
            AccountError::WrongCredentials => Refusal::Error(ProblemCode::Invalid, WRONG_CREDENTIALS),
            AccountError::Token(fault) => Refusal::RefreshToken(fault),
            AccountError::SignedOut => return TokenFault::Bad(TokenError::Invalid).into(),
            AccountError::NoUser => return TokenFault::NoUser.into(),
            AccountError::Unavailable => return ChatError::Unavailable.into(),
            AccountError::Store(error) => return error.into(),
            AccountError::Password(error) => return Self::Password(error),
        };
        refusal.into()
    }
}

impl Refusal {
    /// One value that is not allowed.
    pub(crate) fn field(name: &'static str, text: &str) -> Self {
        Self::Fields(Faults::of(name, text))
    }

    /// The stable word and status of this refusal.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::Fields(_) => ProblemCode::Invalid,
            Self::Error(code, _) | Self::Detail(code, _) => *code,
            Self::RefreshToken(_) => ProblemCode::Unauthorized,
        }
    }

    /// The fields at fault, as a problem document names them.
    pub fn field_errors(&self) -> Vec<FieldError> {
        match self {
            Self::Fields(faults) => faults.pointers(),
            _ => Vec::new(),
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Fields(faults) => faults.body(),
            Self::Error(_, text) => json!({ "error": text }),
            Self::Detail(_, text) => detail(text),
            Self::RefreshToken(fault) => json!({ "detail": fault.to_string(), "code": "token_not_valid" }),
        }
    }
}

/// The body of an error for these clients; `method` is the request's.
pub(crate) fn refusal(error: &ApiError, method: &Method) -> Value {
    match error {
        ApiError::Drf(refusal) => refusal.body(),
        ApiError::Unauthorized(fault) => of_token(*fault),
        ApiError::Syntax(reason) => detail(&format!("JSON parse error - {reason}")),
        ApiError::NoPath | ApiError::NoSuchId => detail("Not found."),
        ApiError::MethodNotAllowed => detail(&format!("Method \"{method}\" not allowed.")),
        other => detail(&other.to_string()),
    }
}

fn detail(text: &str) -> Value {
    json!({ "detail": text })
}

fn of_token(fault: TokenFault) -> Value {
    match fault {
        TokenFault::Missing => detail("Authentication credentials were not provided."),
        TokenFault::BadHeader => json!({
            "detail": "Authorization header must contain two space-delimited values",
            "code": "bad_authorization_header",
        }),
        TokenFault::NoUser => json!({ "detail": "User not found", "code": "user_not_found" }),
        TokenFault::Bad(reason) => bad_access_token(reason),
    }
}

fn bad_access_token(reason: TokenError) -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{
            "token_class": "AccessToken",
            "token_type": "access",
            "message": reason.to_string(),
        }],
    })
}

/// Under `username`, when somebody has it.
pub(crate) const USERNAME_TAKEN: &str = "A user with that username already exists.";

/// Under `email`, when a profile would take somebody else's.
const EMAIL_TAKEN: &str = "Пользователь с таким email уже существует";

/// A login that names nobody, or comes with another password.
const WRONG_CREDENTIALS: &str = "Неверное имя пользователя или пароль";

#[cfg(test)]
mod tests;
