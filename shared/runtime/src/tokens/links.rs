//! Signed links: they prove for a while that a person asked for one thing, to whoever cannot send a token.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use hmac::{Hmac, KeyInit as _, Mac as _};
use protocol::{Timestamp, UserId};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use sha2::Sha256;

use super::{TokenError, Tokens};
use crate::config::{Secret, TokensConfig};

/// What the keys of links are made from besides the secret, so that a link is never a token, nor a token a link.
const PURPOSE: &[u8] = b"unet-chat signed links 1";

/// A key for links alone.
#[derive(Clone)]
pub(super) struct LinkKey(Vec<u8>);

impl LinkKey {
    /// The key that signs, and the ones that are still taken.
    pub(super) fn all(config: &TokensConfig) -> Vec<Self> {
        let secrets = [&config.secret, &config.previous_secret];
        let given = secrets.into_iter().filter(|secret| !secret.is_empty());
        given.map(Self::of).collect()
    }

    fn of(secret: &Secret) -> Self {
        let mut mac = mac(secret.expose_secret().as_bytes());
        mac.update(PURPOSE);
        Self(mac.finalize().into_bytes().to_vec())
    }

    fn signing(&self, what: &str, user: UserId, expires: i64) -> Hmac<Sha256> {
        let mut mac = mac(&self.0);
        mac.update(format!("{what}\n{user}\n{expires}").as_bytes());
        mac
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey")
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    Hmac::new_from_slice(key).expect("a key of any length")
}

/// What a link carries in its query.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// Who asked for it.
    pub user: UserId,
    /// From this second of the epoch on it is refused.
    pub expires: i64,
    /// HMAC-SHA256 in base64, for URLs.
    pub signature: String,
}

impl Link {
    /// As the end of an address.
    pub fn query(&self) -> String {
        let Self {
            user,
            expires,
            signature,
        } = self;
        format!("user={user}&expires={expires}&signature={signature}")
    }
}

impl Tokens {
    /// A link to `what` for a person, and the moment of its expiry. That they may have it is for whoever opens it to ask.
    pub fn link(&self, what: &str, user: UserId, lifetime: Duration) -> (Link, Timestamp) {
        let expires = self.0.clock.now().plus(lifetime).utc().timestamp();
        // There is a first key: without a secret there are no tokens.
        let signed = self.0.links.first().map(|key| key.signing(what, user, expires));
        let signature = signed.map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        let link = Link {
            user,
            expires,
            signature: signature.unwrap_or_default(),
        };
        let expires_at = DateTime::from_timestamp(expires, 0).map(Timestamp::from);
        (link, expires_at.unwrap_or_else(|| self.0.clock.now()))
    }

    /// Who asked for a link to `what`. The signature is compared in a time that tells nothing of it.
    pub fn verify_link(&self, what: &str, link: &Link) -> Result<UserId, TokenError> {
        let signature = URL_SAFE_NO_PAD
            .decode(&link.signature)
            .map_err(|_| TokenError::Invalid)?;
        let is_signed = |key: &LinkKey| {
            let mac = key.signing(what, link.user, link.expires);
            mac.verify_slice(&signature).is_ok()
        };
        if !self.0.links.iter().any(is_signed) {
            return Err(TokenError::Invalid);
        }
        if self.0.clock.now().utc().timestamp() >= link.expires {
            return Err(TokenError::Expired);
        }
        Ok(link.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;

    const LIFETIME: Duration = Duration::from_mins(15);

    fn config(secret: &str, previous: &str) -> TokensConfig {
        TokensConfig {
            secret: Secret::from(secret),
            previous_secret: Secret::from(previous),
            ..TokensConfig::default()
        }
    }

    fn tokens(secret: &str, previous: &str, clock: Clock) -> Tokens {
        Tokens::new(&config(secret, previous), clock).unwrap()
    }

    const OLD: &str = "the first secret of this installation";
    const NEW: &str = "the second secret of this installation";

    #[test]
    fn a_link_names_its_person_for_its_thing_and_its_time() {
        let tokens = tokens(OLD, "", Clock::system());
        let (link, _) = tokens.link("file 7", UserId(3), LIFETIME);
        assert_eq!(tokens.verify_link("file 7", &link), Ok(UserId(3)));
        assert_eq!(tokens.verify_link("file 8", &link), Err(TokenError::Invalid));
        let (over, _) = tokens.link("file 7", UserId(3), Duration::ZERO);
        assert_eq!(tokens.verify_link("file 7", &over), Err(TokenError::Expired));
    }

    #[test]
    fn a_link_that_was_changed_is_refused() {
        let tokens = tokens(OLD, "", Clock::system());
        let (link, _) = tokens.link("file 7", UserId(3), LIFETIME);
        let other_user = Link {
            user: UserId(4),
            ..link.clone()
        };
        let longer = Link {
            expires: link.expires + 1,
            ..link.clone()
        };
        let cut = Link {
            signature: link.signature[..8].into(),
            ..link.clone()
        };
        let empty = Link {
            signature: String::new(),
            ..link
        };
        for changed in [other_user, longer, cut, empty] {
            assert_eq!(tokens.verify_link("file 7", &changed), Err(TokenError::Invalid));
        }
    }

    #[test]
    fn links_outlive_a_change_of_the_secret_and_no_other_secret_makes_them() {
        let (link, _) = tokens(OLD, "", Clock::system()).link("file 7", UserId(3), LIFETIME);
        let changed = tokens(NEW, OLD, Clock::system());
        assert_eq!(changed.verify_link("file 7", &link), Ok(UserId(3)));
        let other = tokens(NEW, "", Clock::system());
        assert_eq!(other.verify_link("file 7", &link), Err(TokenError::Invalid));
    }
}
