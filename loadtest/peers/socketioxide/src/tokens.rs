//! HS256 tokens, made at registration and verified at each request and each socket.

use std::time::Duration;

use jsonwebtoken::errors::Result;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp};
use serde::{Deserialize, Serialize};

/// How long a token is good: longer than any run.
const LIFETIME: Duration = Duration::from_hours(24);

pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    user_id: i64,
    exp: u64,
}

impl Tokens {
    pub fn new(secret: &str) -> Self {
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            validation: Validation::default(),
        }
    }

    pub fn make(&self, user_id: i64) -> Result<String> {
        let exp = get_current_timestamp() + LIFETIME.as_secs();
        encode(&Header::default(), &Claims { user_id, exp }, &self.encoding)
    }

    /// Whose a token is.
    pub fn verify(&self, token: &str) -> Result<i64> {
        Ok(decode::<Claims>(token, &self.decoding, &self.validation)?
            .claims
            .user_id)
    }
}
