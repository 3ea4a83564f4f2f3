//! HS256 tokens, made at registration and verified at each request and each socket.

use std::time::Duration;

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp,
};
use serde::{Deserialize, Serialize};

/// How long a token is good: longer than any run.
const LIFETIME: Duration = Duration::from_hours(24);

pub(super) struct Tokens {
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
    pub(super) fn new(secret: &[u8]) -> Self {
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation: Validation::new(Algorithm::HS256),
        }
    }

    pub(super) fn make(&self, user_id: i64) -> jsonwebtoken::errors::Result<String> {
        let exp = get_current_timestamp() + LIFETIME.as_secs();
        encode(&Header::default(), &Claims { user_id, exp }, &self.encoding)
    }

    /// Whose the token behind an `Authorization` value is; `None` when it is not good.
    pub(super) fn verify(&self, authorization: &str) -> Option<i64> {
        let token = authorization.strip_prefix("Bearer ")?;
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).ok()?;
        Some(claims.claims.user_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_another_secret_or_changed_on_the_way_is_refused() {
        let tokens = Tokens::new(b"one secret");
        let token = tokens.make(7).unwrap();
        assert_eq!(tokens.verify(&format!("Bearer {token}")), Some(7));
        assert_eq!(tokens.verify(&token), None);
        assert_eq!(Tokens::new(b"another").verify(&format!("Bearer {token}")), None);
        let (claims, signature) = token.rsplit_once('.').unwrap();
        let changed = claims.replacen('.', ".A", 1);
        assert_eq!(tokens.verify(&format!("Bearer {changed}.{signature}")), None);
    }
}
