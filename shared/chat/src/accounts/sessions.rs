//! Families of refresh tokens: begun by a sign-in, carried on by each exchange, ended by signing out.

use std::sync::PoisonError;
use std::time::Duration;

use protocol::UserId;
use runtime::config::RefreshReuse;
use runtime::tokens::{SignIn, TokenError, Tokens};
use store::Session;
use uuid::Uuid;

use super::{AccountError, Accounts};

/// How often a node deletes refresh tokens that have run out. They do no harm, so rarely; the table stays as small
/// as what was issued within one lifetime of a token.
const FORGET_EVERY: Duration = Duration::from_mins(10);

/// The two tokens that a client keeps.
pub struct Issued {
    /// For requests; short-lived.
    pub access: String,
    /// For new tokens; long-lived.
    pub refresh: String,
}

impl Accounts {
    /// Exchanges a refresh token for a new pair of the same family.
    pub async fn refresh(&self, token: &str) -> Result<Issued, AccountError> {
        self.tokens.verify_refresh(token).map_err(AccountError::Token)?;
        let hash = Tokens::fingerprint(token);
        let session = self.live_session(&hash).await?;
        let is_first_use = self.store.use_session(&hash, self.clock.now()).await?;
        if !is_first_use && self.reuse == RefreshReuse::Strict {
            tracing::warn!(
                user.id = session.user.0,
                "a refresh token was used twice: its family ends"
            );
            self.revocations.end_sign_in(session.user, session.family).await?;
            return Err(AccountError::Token(TokenError::Invalid));
        }
        let issued = self.issue(session.user, session.family, Some(&hash)).await?;
        // The family may have ended while its new token was on the way; then that one ends too.
        if let Err(ended) = self.live_session(&hash).await {
            self.revocations.end_sign_in(session.user, session.family).await?;
            return Err(ended);
        }
        Ok(issued)
    }

    /// The first tokens of a new family.
    pub(super) async fn open_session(&self, user: UserId) -> Result<Issued, AccountError> {
        self.issue(user, Uuid::new_v4(), None).await
    }

    /// The family that a refresh token belongs to, if it is the user's and has not ended. That the store knows the fingerprint proves
    /// the token: an expired one may have descendants that are not.
    pub(super) async fn family_of(&self, user: UserId, token: &str) -> Result<Option<Uuid>, AccountError> {
        let session = self.store.session(&Tokens::fingerprint(token)).await?;
        let session = session.filter(|session| session.user == user && session.revoked_at.is_none());
        Ok(session.map(|session| session.family))
    }

    /// Deletes refresh tokens that have run out, now and then.
    async fn forget_expired(&self) {
        let now = self.clock.now();
        {
            let mut forgot_at = self.forgot_at.lock().unwrap_or_else(PoisonError::into_inner);
            if forgot_at.is_some_and(|at| now < at.plus(FORGET_EVERY)) {
                return;
            }
            *forgot_at = Some(now);
        }
        if let Err(error) = self.store.forget_expired_sessions(now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "expired refresh tokens could not be deleted; tried again later"
            );
        }
    }

    async fn live_session(&self, hash: &str) -> Result<Session, AccountError> {
        let session = self.store.session(hash).await?;
        session
            .filter(|session| session.revoked_at.is_none())
            .ok_or(AccountError::Token(TokenError::Invalid))
    }

    async fn issue(&self, user: UserId, family: Uuid, parent: Option<&str>) -> Result<Issued, AccountError> {
        self.forget_expired().await;
        // Before the caller looks once more at what proves that it may be made: what ends all in between ends it too.
        let after = self.store.newest_revocation(user).await?;
        let (access, _) = self.tokens.access_of(user, SignIn { family, after });
        let (refresh, expires_at) = self.tokens.refresh(user, family);
        let session = Session {
            token_hash: Tokens::fingerprint(&refresh),
            family,
            parent: parent.map(str::to_owned),
            user,
            expires_at,
            used_at: None,
            revoked_at: None,
        };
        self.store.create_session(&session).await?;
        Ok(Issued { access, refresh })
    }
}
