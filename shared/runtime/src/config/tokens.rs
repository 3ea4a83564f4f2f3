use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::section::section;
use super::{ConfigError, Secret, Validate, within};

/// The shortest secret, in bytes: as long as the hash of HS256, below which the key is the weakest part.
pub const MIN_SECRET_BYTES: usize = 32;

const HOURS_A_DAY: u64 = 24;

/// A day, in minutes: as long must every node remember which tokens were revoked.
const MAX_ACCESS_MINUTES: u64 = 1_440;

/// No access token of any installation is good for longer, whatever its settings were when it was made.
pub const LONGEST_ACCESS: Duration = Duration::from_mins(MAX_ACCESS_MINUTES);

/// A year, in days.
const MAX_REFRESH_DAYS: u64 = 365;

/// What happens when a refresh token is presented that was exchanged before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefreshReuse {
    /// It stays good until its expiry: some clients keep the first one they got.
    Lenient,
    /// It is good once; presenting it again revokes its family.
    Strict,
}

section! {
    /// The signed tokens by which requests and sockets prove who they are.
    pub struct TokensConfig, "tokens" {
        /// The key that signs and verifies, at least 32 bytes, the same on every node. No default: make one with `openssl rand -base64 48`.
        pub secret: Secret = Secret::default(),
        /// The key before the last change, accepted but not signed with; drop it `refresh_days` after the change. Empty: none.
        pub previous_secret: Secret = Secret::default(),
        /// The `iss` claim that is written and demanded.
        pub issuer: String = "unet-chat".to_owned(),
        /// The `aud` claim that is written and demanded.
        pub audience: String = "unet-chat".to_owned(),
        /// How long an access token is good, in minutes.
        pub access_minutes: u64 = 60,
        /// How long a refresh token is good, in days.
        pub refresh_days: u64 = 7,
        /// `lenient`: an exchanged refresh token stays good until its expiry. `strict`: it is good once, and reuse revokes its family.
        pub refresh_reuse: RefreshReuse = RefreshReuse::Lenient,
    }
}

impl TokensConfig {
    /// How long an access token is good.
    pub const fn access_lifetime(&self) -> Duration {
        Duration::from_mins(self.access_minutes)
    }

    /// How long a refresh token is good.
    pub const fn refresh_lifetime(&self) -> Duration {
        Duration::from_hours(self.refresh_days * HOURS_A_DAY)
    }
}

impl Validate for TokensConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        if self.secret.is_empty() {
            return Err(ConfigError::invalid(
                "tokens.secret",
                "is not set and has no default; make one with `openssl rand -base64 48`",
            ));
        }
        long_enough("tokens.secret", &self.secret)?;
        if !self.previous_secret.is_empty() {
            long_enough("tokens.previous_secret", &self.previous_secret)?;
        }
        for (key, value) in [
            ("tokens.issuer", &self.issuer),
            ("tokens.audience", &self.audience),
        ] {
            if value.is_empty() {
                return Err(ConfigError::invalid(key, "must not be empty"));
            }
        }
        within(
            "tokens.access_minutes",
            self.access_minutes,
            1..=MAX_ACCESS_MINUTES,
        )?;
        within("tokens.refresh_days", self.refresh_days, 1..=MAX_REFRESH_DAYS)
    }
}

fn long_enough(key: &'static str, secret: &Secret) -> Result<(), ConfigError> {
    use secrecy::ExposeSecret;
    if secret.expose_secret().len() < MIN_SECRET_BYTES {
        let problem =
            format!("is shorter than {MIN_SECRET_BYTES} bytes; make one with `openssl rand -base64 48`");
        return Err(ConfigError::invalid(key, problem));
    }
    Ok(())
}
