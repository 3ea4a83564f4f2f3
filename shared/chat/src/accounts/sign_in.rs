//! Registering, signing in and out, and changing a password.

use protocol::UserId;
use runtime::tokens::SignIn;
use store::{NewUser, StoreError, User};

use super::{AccountError, Accounts, Issued};
use crate::passwords::Verdict;

/// A person who registers. The caller has checked the shape of every value.
pub struct Registration {
    /// Unique, case-sensitive.
    pub username: String,
    /// In clear; only its hash is kept.
    pub password: String,
    /// Empty when unknown; need not be unique.
    pub email: String,
    /// Empty when unknown.
    pub first_name: String,
    /// Empty when unknown.
    pub last_name: String,
}

/// What a person signs in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login<'a> {
    /// The username, case-sensitive.
    Username(&'a str),
    /// The e-mail address, without case; of several people who have it, the first to register.
    Email(&'a str),
}

/// A person with the tokens of a new session.
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The first tokens of a new family.
    pub tokens: Issued,
}

/// A person who has just shown their password. Only [`Accounts::prove`] makes one.
#[derive(Debug)]
pub struct Proven(UserId);

impl Accounts {
    /// Makes an account and signs it in; does not make it online.
    pub async fn register(&self, new: Registration) -> Result<SignedIn, AccountError> {
        let password_hash = self.passwords.hash(&new.password).await?;
        let new = NewUser {
            username: new.username,
            email: new.email,
            first_name: new.first_name,
            last_name: new.last_name,
            password_hash: Some(password_hash),
        };
        let user = match self.store.create_user(&new, self.clock.now()).await {
            Err(StoreError::Taken(_)) => return Err(AccountError::UsernameTaken),
            created => created?,
        };
        let tokens = self.open_session(user.id).await?;
        Ok(SignedIn { user, tokens })
    }

    /// Signs a person in and makes them online. An unknown name and a wrong password get the same answer after the
    /// same work.
    pub async fn login(&self, login: Login<'_>, password: &str) -> Result<SignedIn, AccountError> {
        let user = match login {
            Login::Username(username) => self.store.user_by_username(username).await?,
            Login::Email(email) => self.by_email(email).await?,
        };
        let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let verdict = self.passwords.verify(stored, password).await?;
        let user = user.filter(|_| verdict != Verdict::Wrong);
        let user = user.ok_or(AccountError::WrongCredentials)?;
        let user = match verdict {
            Verdict::RightButOutdated => self.rehash(user, password).await?,
            _ => user,
        };
        let tokens = self.admit(&user).await?;
        self.presence.sign_in(user.id).await?;
        Ok(SignedIn { user, tokens })
    }

    /// Signs a person out: offline unless a socket of theirs is open, and the sign-in that asks ends, with that of `refresh` if it is another one of
    /// theirs. A token that is not theirs, or not known any more, ends nothing.
    pub async fn logout(
        &self,
        user: UserId,
        sign_in: Option<SignIn>,
        refresh: Option<&str>,
    ) -> Result<(), AccountError> {
        let asking = sign_in.map(|sign_in| sign_in.family);
        let named = match refresh {
            Some(refresh) => self.family_of(user, refresh).await?,
            None => None,
        };
        let another = named.filter(|family| Some(*family) != asking);
        for family in asking.into_iter().chain(another) {
            self.revocations.end_sign_in(user, family).await?;
        }
        Ok(self.presence.sign_out(user).await?)
    }

    /// Whether this is the person's password. `None`: it is not.
    pub async fn prove(&self, user: &User, password: &str) -> Result<Option<Proven>, AccountError> {
        let verdict = self
            .passwords
            .verify(user.password_hash.as_deref(), password)
            .await?;
        Ok((verdict != Verdict::Wrong).then_some(Proven(user.id)))
    }

    /// Replaces a password and ends every sign-in that the person has. Of the one that asks, `by`, only the refresh
    /// tokens end: its client is answered without new tokens, and goes on with its access token until that runs out.
    pub async fn change_password(
        &self,
        proven: Proven,
        by: Option<SignIn>,
        password: &str,
    ) -> Result<(), AccountError> {
        let Proven(user) = proven;
        let hash = self.passwords.hash(password).await?;
        if self.revocations.end_all_but(by, user, &hash).await? {
            return Ok(());
        }
        Err(AccountError::SignedOut)
    }

    /// Opens a session for whoever has just shown this user's password. One that was changed while it was being
    /// compared does not count any more: the change has ended the sessions that it knew of, not this one.
    pub(super) async fn admit(&self, user: &User) -> Result<Issued, AccountError> {
        let tokens = self.open_session(user.id).await?;
        let now = self.store.user(user.id).await?;
        if now.is_some_and(|now| now.password_hash == user.password_hash) {
            return Ok(tokens);
        }
        if let Some(family) = self.family_of(user.id, &tokens.refresh).await? {
            self.revocations.end_sign_in(user.id, family).await?;
        }
        Err(AccountError::WrongCredentials)
    }

    /// Stores the password at the current cost; the user as they are then.
    async fn rehash(&self, user: User, password: &str) -> Result<User, AccountError> {
        let hash = self.passwords.hash(password).await?;
        let now = self.store.user(user.id).await?.ok_or(AccountError::NoUser)?;
        if now.password_hash == user.password_hash {
            self.store.set_password_hash(user.id, &hash).await?;
            return Ok(User {
                password_hash: Some(hash),
                ..now
            });
        }
        // Changed in the meantime: by another login to the same effect, or to another password.
        match self.prove(&now, password).await? {
            Some(_) => Ok(now),
            None => Err(AccountError::WrongCredentials),
        }
    }
}
