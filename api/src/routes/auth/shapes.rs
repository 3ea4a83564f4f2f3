//! What the accounts' clients read.

use std::collections::BTreeMap;

use chat::accounts::{Issued, SignedIn};
use protocol::{Timestamp, UserId};
use serde::Serialize;
use store::User;
use utoipa::{IntoResponses, ToSchema};

/// The picture of people who have none: the clients load whatever stands there, so it is never empty.
const DEFAULT_AVATAR: &str = "https://via.placeholder.com/150?text=Avatar";

/// A person, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthUser)]
pub(crate) struct Person {
    /// Ascending.
    id: UserId,
    /// Unique, case-sensitive.
    username: String,
    /// Empty when unknown.
    email: String,
    /// Empty when unknown.
    first_name: String,
    /// Empty when unknown.
    last_name: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            username: user.username,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
        }
    }
}

/// The two tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthTokens)]
pub(crate) struct Tokens {
    /// Exchange it for new ones at `token/refresh/`.
    refresh: String,
    /// Send it with every request.
    access: String,
}

impl From<Issued> for Tokens {
    fn from(issued: Issued) -> Self {
        Self {
            refresh: issued.refresh,
            access: issued.access,
        }
    }
}

/// The answer to a registration or a login.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthWelcome)]
pub(crate) struct Welcome {
    /// Who signed in.
    user: Person,
    /// Their new tokens.
    tokens: Tokens,
    /// A sentence for people.
    message: &'static str,
}

impl Welcome {
    pub(crate) fn new(signed_in: SignedIn, message: &'static str) -> Self {
        Self {
            user: signed_in.user.into(),
            tokens: signed_in.tokens.into(),
            message,
        }
    }
}

/// The answer to a login by e-mail address.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthEmailWelcome)]
pub(crate) struct EmailWelcome {
    /// Send it with every request.
    access: String,
    /// Exchange it for new ones.
    refresh: String,
    /// Who signed in.
    id: UserId,
}

impl From<SignedIn> for EmailWelcome {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access: signed_in.tokens.access,
            refresh: signed_in.tokens.refresh,
            id: signed_in.user.id,
        }
    }
}

/// A person's own profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthProfile)]
pub(crate) struct OwnProfile {
    #[serde(flatten)]
    person: Person,
    /// When the account was made.
    date_joined: Timestamp,
    /// Presence and picture.
    profile: Presence,
}

/// Whether a person is there, and what they look like.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthPresence)]
pub(crate) struct Presence {
    /// Signed in and not signed out.
    is_online: bool,
    /// The last sign-in or sign-out; before the first, when the account was made.
    last_seen: Timestamp,
    /// Address of a picture, never empty.
    avatar: String,
}

impl From<User> for OwnProfile {
    fn from(user: User) -> Self {
        Self {
            date_joined: user.created_at,
            profile: Presence::of(&user),
            person: user.into(),
        }
    }
}

impl Presence {
    pub(crate) fn of(user: &User) -> Self {
        let avatar = if user.avatar.is_empty() {
            DEFAULT_AVATAR
        } else {
            &user.avatar
        };
        Self {
            is_online: user.is_online,
            last_seen: user.last_seen.unwrap_or(user.created_at),
            avatar: avatar.to_owned(),
        }
    }
}

/// The answer to a change of the profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthProfileChanged)]
pub(crate) struct ProfileChanged {
    /// The profile as it is now.
    pub(crate) user: OwnProfile,
    /// A sentence for people.
    pub(crate) message: &'static str,
}

/// Something was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthDone)]
pub(crate) struct Done {
    /// A sentence for people.
    pub(crate) message: &'static str,
}

/// Some people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthPeople)]
pub(crate) struct People {
    /// By id.
    users: Vec<Entry>,
}

impl From<Vec<User>> for People {
    fn from(users: Vec<User>) -> Self {
        Self {
            users: users.into_iter().map(Entry::from).collect(),
        }
    }
}

/// A person, as others see them: no e-mail address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthEntry)]
struct Entry {
    /// Ascending.
    id: UserId,
    /// Unique.
    username: String,
    /// Empty when unknown.
    first_name: String,
    /// Empty when unknown.
    last_name: String,
    /// Both names, or the username when there are none.
    full_name: String,
    #[serde(flatten)]
    presence: Presence,
}

impl From<User> for Entry {
    fn from(user: User) -> Self {
        let presence = Presence::of(&user);
        let names = format!("{} {}", user.first_name, user.last_name);
        let full_name = match names.trim() {
            "" => user.username.clone(),
            names => names.to_owned(),
        };
        Self {
            id: user.id,
            username: user.username,
            first_name: user.first_name,
            last_name: user.last_name,
            full_name,
            presence,
        }
    }
}

/// How these paths refuse; a problem document instead, when the request accepts `application/problem+json`.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) enum Refusals {
    /// Values that are not allowed, by field; `{"error": …}` or `{"detail": …}` where no field is at fault.
    #[response(status = 400)]
    Invalid(#[to_schema] FieldFaults),
    /// No token, or one that is not good.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Detail),
    /// The body is larger than the node allows.
    #[response(status = 413)]
    TooLarge(#[to_schema] Detail),
    /// The body is neither JSON nor a form.
    #[response(status = 415)]
    UnsupportedMediaType(#[to_schema] Detail),
    /// The node cannot reach its database, or has too many passwords to check; `Retry-After` says when to come back.
    #[response(status = 503)]
    Unavailable(#[to_schema] Detail),
}

/// Sentences by field; `non_field_errors` for what belongs to no single one.
#[derive(ToSchema)]
#[schema(as = AuthFieldFaults)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) struct FieldFaults(BTreeMap<String, Vec<String>>);

/// Why a request was refused.
#[derive(ToSchema)]
#[schema(as = AuthDetail)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) struct Detail {
    /// A sentence for people.
    detail: String,
    /// A stable word, where the token is at fault.
    code: Option<String>,
}
