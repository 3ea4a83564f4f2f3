//! People, and what they are signed in with.

use protocol::{RevocationId, Timestamp, UserId};
use uuid::Uuid;

/// A person as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Ascending.
    pub id: UserId,
    /// Unique, case-sensitive.
    pub username: String,
    /// Not unique; empty when unknown.
    pub email: String,
    /// Empty when unknown.
    pub first_name: String,
    /// Empty when unknown.
    pub last_name: String,
    /// Address of a picture; empty when there is none.
    pub avatar: String,
    /// `user` or `admin`.
    pub role: String,
    /// argon2id; `None` for users that a host vouches for.
    pub password_hash: Option<String>,
    /// Has a socket open, or has signed in and not out.
    pub is_online: bool,
    /// When that changed last.
    pub last_seen: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// Somebody came online or went offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who.
    pub user: UserId,
    /// What they are from then on.
    pub is_online: bool,
    /// By the clock of the leases.
    pub at: Timestamp,
}

/// A person to store.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Unique, case-sensitive.
    pub username: String,
    /// Empty when unknown.
    pub email: String,
    /// Empty when unknown.
    pub first_name: String,
    /// Empty when unknown.
    pub last_name: String,
    /// argon2id.
    pub password_hash: Option<String>,
}

/// Changes to a profile; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct ProfilePatch {
    /// A new e-mail address.
    pub email: Option<String>,
    /// A new given name.
    pub first_name: Option<String>,
    /// A new family name.
    pub last_name: Option<String>,
    /// A new picture.
    pub avatar: Option<String>,
}

/// One refresh token of a family. Only its hash is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// All tokens that descend from one sign-in.
    pub family: Uuid,
    /// Hash of the token that was exchanged for this one.
    pub parent: Option<String>,
    /// Whose.
    pub user: UserId,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was first exchanged.
    pub used_at: Option<Timestamp>,
    /// When its family was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// One entry of the list of revoked tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Ascending; for the entries of one person that end all tokens, in the order of their commits.
    pub id: RevocationId,
    /// Whose tokens ended.
    pub user: UserId,
    /// Which of them.
    pub ended: Ended,
    /// When, by the database's clock.
    pub created_at: Timestamp,
}

/// Which tokens a [`Revocation`] ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Those of the sign-in with this family.
    SignIn(Uuid),
    /// All whose sign-in does not know the entry.
    All {
        /// The sign-in that goes on with its access tokens: it changed the password. It had not ended before.
        spared: Option<Uuid>,
    },
}
