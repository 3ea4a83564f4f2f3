//! Own accounts: who people are, how they sign in, and which of their refresh tokens still count.
//!
//! A sign-in starts a family of refresh tokens (`sessions`): each exchange adds a token to it, signing out or a new
//! password ends it. The store keeps fingerprints only. Access tokens are not kept anywhere: they run out by
//! themselves, or are revoked ([`crate::revocations`]).

mod sessions;
mod sign_in;

use std::sync::{Arc, Mutex};

use protocol::{Timestamp, UserId, limits};
use runtime::Clock;
use runtime::config::RefreshReuse;
use runtime::tokens::{TokenError, Tokens};
use store::{ProfilePatch, Store, StoreError, User};

use crate::passwords::{PasswordError, Passwords};
use crate::{Chat, Presence, Revocations};
pub use sessions::Issued;
pub use sign_in::{Login, Proven, Registration, SignedIn};

/// Every use case of an account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Accounts {
    store: Store,
    clock: Clock,
    revocations: Revocations,
    presence: Presence,
    passwords: Passwords,
    tokens: Tokens,
    reuse: RefreshReuse,
    /// When this node last forgot expired refresh tokens.
    forgot_at: Arc<Mutex<Option<Timestamp>>>,
}

/// Why an account's use case was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Somebody has this username.
    #[error("a user with that username already exists")]
    UsernameTaken,
    /// Somebody else has this e-mail address.
    #[error("another user has this e-mail address")]
    EmailTaken,
    /// No such person, or another password: which of the two is not told.
    #[error("wrong username or password")]
    WrongCredentials,
    /// The person is gone.
    #[error("there is no such user")]
    NoUser,
    /// The refresh token does not count, or no longer.
    #[error(transparent)]
    Token(TokenError),
    /// The sign-in that asks has ended in the meantime.
    #[error("this sign-in has ended")]
    SignedOut,
    /// The database cannot be reached, or too many passwords wait to be checked; try again.
    #[error("the service cannot do this at the moment; try again")]
    Unavailable,
    /// A defect of ours, in the database.
    #[error("something went wrong on our side")]
    Store(#[source] StoreError),
    /// A defect of ours, in a password's hash.
    #[error("something went wrong on our side")]
    Password(#[source] PasswordError),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable,
            other => Self::Store(other),
        }
    }
}

impl From<PasswordError> for AccountError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable,
            other => Self::Password(other),
        }
    }
}

impl Accounts {
    /// The accounts of one node. `reuse` says what a refresh token is worth after its first exchange.
    pub fn new(chat: &Chat, passwords: Passwords, tokens: Tokens, reuse: RefreshReuse) -> Self {
        Self {
            store: chat.store().clone(),
            clock: chat.clock().clone(),
            revocations: chat.revocations().clone(),
            presence: chat.presence().clone(),
            passwords,
            tokens,
            reuse,
            forgot_at: Arc::default(),
        }
    }

    /// A person, by id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, AccountError> {
        Ok(self.store.user(id).await?)
    }

    /// Whether a registration under this name would be refused. Somebody may take it a moment later.
    pub async fn is_username_taken(&self, username: &str) -> Result<bool, AccountError> {
        Ok(self.store.user_by_username(username).await?.is_some())
    }

    /// Changes a person's own profile. An e-mail address may be kept, but not taken from somebody else.
    pub async fn update_profile(&self, user: &User, patch: ProfilePatch) -> Result<User, AccountError> {
        if let Some(email) = patch.email.as_deref().filter(|email| *email != user.email) {
            let holder = self.by_email(email).await?;
            if holder.is_some_and(|holder| holder.id != user.id) {
                return Err(AccountError::EmailTaken);
            }
        }
        self.store
            .update_profile(user.id, &patch)
            .await?
            .ok_or(AccountError::NoUser)
    }

    /// People whose username, first or last name contains `query`, without case, by id; nobody for a blank one.
    pub async fn search(&self, query: &str, except: UserId) -> Result<Vec<User>, AccountError> {
        let query = query.trim();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self
            .store
            .search_users(query, except, limits::SEARCH_RESULTS)
            .await?)
    }

    /// Everybody else, by id, up to [`limits::DIRECTORY_RESULTS`].
    pub async fn others(&self, except: UserId) -> Result<Vec<User>, AccountError> {
        Ok(self
            .store
            .list_users(Some(except), limits::DIRECTORY_RESULTS)
            .await?)
    }

    /// Who is online, the one who asks too, by id, up to [`limits::DIRECTORY_RESULTS`].
    pub async fn online(&self) -> Result<Vec<User>, AccountError> {
        Ok(self.store.online_users(limits::DIRECTORY_RESULTS).await?)
    }

    /// Nobody has no address.
    async fn by_email(&self, email: &str) -> Result<Option<User>, AccountError> {
        if email.is_empty() {
            return Ok(None);
        }
        Ok(self.store.user_by_email(email).await?)
    }
}

#[cfg(test)]
mod tests;
