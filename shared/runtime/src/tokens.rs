//! Signed tokens: access (requests), refresh (new access tokens), ticket (opens one socket). HS256, nothing else.
//! `links`: the same for addresses.

mod links;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::DateTime;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use protocol::{RevocationId, Timestamp, UserId};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use self::links::Link;
use self::links::LinkKey;
use crate::Clock;
use crate::config::{ConfigError, TokensConfig, Validate};

/// The one algorithm that is signed with and accepted, whatever a token's header says.
const ALGORITHM: Algorithm = Algorithm::HS256;

/// The longest token, in bytes, that is looked at; ours are under 400. Longer ones cost no hashing.
const MAX_TOKEN_BYTES: usize = 4096;

/// How long a ticket opens a socket: a client asks for it just before it connects.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(30);

/// How long past its expiry a token is still taken. Issuer and verifier share their clocks, so not at all.
pub const EXPIRY_LEEWAY: Duration = Duration::ZERO;

/// The sign-in that a token comes from: by it the token can be revoked before it runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The family of its refresh tokens.
    pub family: Uuid,
    /// The newest revocation of all the user's tokens when this one was made; later ones end it. A number and not a
    /// moment: no clock can spare an old token, nor end a new one.
    pub after: RevocationId,
}

/// What an access token proves. Whether it was revoked is for the list of revocations to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whose it is. That the account still exists is not proven.
    pub user: UserId,
    /// `None` for tokens that no sign-in of ours made, such as a host's.
    pub sign_in: Option<SignIn>,
    /// When it was made, in whole seconds of its issuer's clock.
    pub issued_at: Timestamp,
    /// From this moment on it is refused.
    pub expires_at: Timestamp,
}

/// What a refresh token proves. Whether its family was revoked is the store's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// Whose it is.
    pub user: UserId,
    /// The sign-in that it descends from: revoking it revokes them all.
    pub family: Uuid,
    /// From this moment on it is refused.
    pub expires_at: Timestamp,
}

/// What a ticket proves. That it is used once is for the verifier's side to ensure, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Names this ticket.
    pub id: Uuid,
    /// What it proves besides: as the access token that it was asked for with, only shorter.
    pub access: Access,
}

/// Why a token is refused. The texts are the ones that clients of the older systems show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not ours: garbage, another key, algorithm, issuer or audience, or a claim missing.
    #[error("Token is invalid")]
    Invalid,
    /// Ours, and over.
    #[error("Token is expired")]
    Expired,
    /// Ours and valid, for another purpose.
    #[error("Token has wrong type")]
    WrongType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Access,
    Refresh,
    Ticket,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: Uuid,
    token_type: Kind,
    user_id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<Uuid>,
    /// [`SignIn::after`]; with `family` in access tokens and tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<RevocationId>,
}

impl Claims {
    /// A family without a number is a refresh token's.
    fn sign_in(&self) -> Option<SignIn> {
        let (family, after) = self.family.zip(self.after)?;
        Some(SignIn { family, after })
    }

    fn access(&self, expires_at: Timestamp) -> Result<Access, TokenError> {
        Ok(Access {
            user: UserId(self.user_id),
            sign_in: self.sign_in(),
            issued_at: moment(self.iat).ok_or(TokenError::Invalid)?,
            expires_at,
        })
    }
}

/// The claims that say which sign-in a token descends from.
#[derive(Default)]
struct Origin {
    family: Option<Uuid>,
    after: Option<RevocationId>,
}

impl From<Option<SignIn>> for Origin {
    fn from(sign_in: Option<SignIn>) -> Self {
        Self {
            family: sign_in.map(|sign_in| sign_in.family),
            after: sign_in.map(|sign_in| sign_in.after),
        }
    }
}

/// Signs and verifies the house's tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    clock: Clock,
    signing: EncodingKey,
    accepted: Vec<DecodingKey>,
    validation: Validation,
    /// Of signed links: the first signs, all are taken.
    links: Vec<LinkKey>,
    issuer: String,
    audience: String,
    access_lifetime: Duration,
    refresh_lifetime: Duration,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("issuer", &self.0.issuer)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// Takes the keys. A missing or short secret is an error that says what to do.
    pub fn new(config: &TokensConfig, clock: Clock) -> Result<Self, ConfigError> {
        config.validate()?;
        let secret = config.secret.expose_secret();
        let previous = config.previous_secret.expose_secret();
        let accepted = [secret, previous]
            .into_iter()
            .filter(|secret| !secret.is_empty())
            .map(|secret| DecodingKey::from_secret(secret.as_bytes()))
            .collect();
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        // The library would look at the machine's clock.
        validation.validate_exp = false;
        Ok(Self(Arc::new(Inner {
            clock,
            signing: EncodingKey::from_secret(secret.as_bytes()),
            accepted,
            validation,
            links: LinkKey::all(config),
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            access_lifetime: config.access_lifetime(),
            refresh_lifetime: config.refresh_lifetime(),
        })))
    }

    /// A new access token of no sign-in, and the moment of its expiry. Only what revokes all of its user's tokens
    /// ends it earlier.
    pub fn access(&self, user: UserId) -> (String, Timestamp) {
        self.sign(Kind::Access, user, Origin::default(), self.0.access_lifetime)
    }

    /// A new access token of a sign-in, and the moment of its expiry.
    pub fn access_of(&self, user: UserId, sign_in: SignIn) -> (String, Timestamp) {
        self.sign(Kind::Access, user, Some(sign_in).into(), self.0.access_lifetime)
    }

    /// A new refresh token of the family, and the moment of its expiry. No two are equal.
    pub fn refresh(&self, user: UserId, family: Uuid) -> (String, Timestamp) {
        let origin = Origin {
            family: Some(family),
            after: None,
        };
        self.sign(Kind::Refresh, user, origin, self.0.refresh_lifetime)
    }

    /// A new ticket, good for [`TICKET_LIFETIME`], and the moment of its expiry. It belongs to the sign-in that asks
    /// for it.
    pub fn ticket(&self, user: UserId, sign_in: Option<SignIn>) -> (String, Timestamp) {
        self.sign(Kind::Ticket, user, sign_in.into(), TICKET_LIFETIME)
    }

    /// How long an access token is good; also what a socket opened by a ticket gets.
    pub fn access_lifetime(&self) -> Duration {
        self.0.access_lifetime
    }

    /// Verifies an access token against the clock.
    pub fn verify_access(&self, token: &str) -> Result<Access, TokenError> {
        let (claims, expires_at) = self.verify(Kind::Access, token)?;
        claims.access(expires_at)
    }

    /// Verifies a refresh token against the clock.
    pub fn verify_refresh(&self, token: &str) -> Result<Refresh, TokenError> {
        let (claims, expires_at) = self.verify(Kind::Refresh, token)?;
        let family = claims.family.ok_or(TokenError::Invalid)?;
        Ok(Refresh {
            user: UserId(claims.user_id),
            family,
            expires_at,
        })
    }

    /// Verifies a ticket against the clock.
    pub fn verify_ticket(&self, token: &str) -> Result<Ticket, TokenError> {
        let (claims, expires_at) = self.verify(Kind::Ticket, token)?;
        Ok(Ticket {
            id: claims.jti,
            access: claims.access(expires_at)?,
        })
    }

    /// SHA-256 in hex: what the store keeps of a refresh token.
    pub fn fingerprint(token: &str) -> String {
        format!("{:x}", Bytes::copy_from_slice(&Sha256::digest(token)))
    }

    fn sign(
        &self,
        token_type: Kind,
        user: UserId,
        Origin { family, after }: Origin,
        lifetime: Duration,
    ) -> (String, Timestamp) {
        let issued_at = self.0.clock.now();
        // Claims count whole seconds; the expiry handed out is the one that is signed.
        let exp = issued_at.plus(lifetime).utc().timestamp();
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: self.0.audience.clone(),
            exp,
            iat: issued_at.utc().timestamp(),
            jti: Uuid::new_v4(),
            token_type,
            user_id: user.0,
            family,
            after,
        };
        #[expect(
            clippy::expect_used,
            reason = "strings and integers always serialise, HMAC takes any key"
        )]
        let token = jsonwebtoken::encode(&Header::new(ALGORITHM), &claims, &self.0.signing)
            .expect("plain claims are signed by a symmetric key");
        (token, moment(exp).unwrap_or(issued_at))
    }

    fn verify(&self, token_type: Kind, token: &str) -> Result<(Claims, Timestamp), TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Invalid);
        }
        let decode = |key| jsonwebtoken::decode::<Claims>(token, key, &self.0.validation).ok();
        let claims = self
            .0
            .accepted
            .iter()
            .find_map(decode)
            .ok_or(TokenError::Invalid)?
            .claims;
        let expires_at = moment(claims.exp).ok_or(TokenError::Invalid)?;
        if self.0.clock.now() >= expires_at.plus(EXPIRY_LEEWAY) {
            return Err(TokenError::Expired);
        }
        if claims.token_type != token_type {
            return Err(TokenError::WrongType);
        }
        Ok((claims, expires_at))
    }
}

fn moment(seconds: i64) -> Option<Timestamp> {
    DateTime::from_timestamp(seconds, 0).map(Timestamp::from)
}

#[cfg(test)]
mod tests;
