use serde_json::{Value, json};

use super::*;

const USER: UserId = UserId(7);
const SECRET: &str = "a secret of this test, which is long enough";
const OTHER_SECRET: &str = "another secret of this test, just as long";

fn config(secret: &str) -> TokensConfig {
    TokensConfig {
        secret: secret.into(),
        ..TokensConfig::default()
    }
}

fn start() -> Timestamp {
    moment(1_800_000_000).unwrap()
}

fn tokens() -> (Tokens, Clock) {
    let clock = Clock::fixed(start());
    (Tokens::new(&config(SECRET), clock.clone()).unwrap(), clock)
}

fn good_claims() -> Value {
    let now = start().utc().timestamp();
    json!({
        "iss": "unet-chat", "aud": "unet-chat", "iat": now, "exp": now + 60,
        "jti": Uuid::nil(), "token_type": "access", "user_id": 7,
    })
}

fn signed(algorithm: Algorithm, claims: &Value, secret: &str) -> String {
    jsonwebtoken::encode(
        &Header::new(algorithm),
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .unwrap()
}

fn with(key: &str, value: Value) -> String {
    let mut claims = good_claims();
    claims[key] = value;
    signed(ALGORITHM, &claims, SECRET)
}

fn without(key: &str) -> String {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(key);
    signed(ALGORITHM, &claims, SECRET)
}

#[test]
fn each_kind_proves_what_was_signed() {
    let (tokens, _) = tokens();
    let family = Uuid::new_v4();
    let (access, expires_at) = tokens.access(USER);
    assert_eq!(
        tokens.verify_access(&access),
        Ok(Access {
            user: USER,
            sign_in: None,
            issued_at: start(),
            expires_at
        })
    );
    assert_eq!(expires_at, start().plus(Duration::from_hours(1)));
    let (refresh, expires_at) = tokens.refresh(USER, family);
    assert_eq!(
        tokens.verify_refresh(&refresh),
        Ok(Refresh {
            user: USER,
            family,
            expires_at
        })
    );
    assert_eq!(expires_at, start().plus(Duration::from_hours(7 * 24)));
    let (ticket, expires_at) = tokens.ticket(USER, None);
    let proven = tokens.verify_ticket(&ticket).unwrap().access;
    assert_eq!((proven.user, proven.expires_at), (USER, expires_at));
    assert_eq!(expires_at, start().plus(TICKET_LIFETIME));
}

#[test]
fn access_tokens_and_tickets_say_which_sign_in_they_come_from() {
    let (tokens, _) = tokens();
    let sign_in = SignIn {
        family: Uuid::new_v4(),
        after: RevocationId(12),
    };
    let access = tokens.verify_access(&tokens.access_of(USER, sign_in).0).unwrap();
    assert_eq!((access.user, access.sign_in), (USER, Some(sign_in)));
    for asked_by in [Some(sign_in), None] {
        let ticket = tokens.verify_ticket(&tokens.ticket(USER, asked_by).0).unwrap();
        assert_eq!(ticket.access.sign_in, asked_by);
    }
}

#[test]
fn a_token_of_the_version_before_has_no_sign_in_and_still_counts() {
    let (tokens, _) = tokens();
    let access = tokens
        .verify_access(&signed(ALGORITHM, &good_claims(), SECRET))
        .unwrap();
    assert_eq!((access.sign_in, access.issued_at), (None, start()));
}

#[test]
fn two_tokens_of_the_same_second_differ() {
    let (tokens, _) = tokens();
    let family = Uuid::new_v4();
    assert_ne!(tokens.refresh(USER, family).0, tokens.refresh(USER, family).0);
    let id = |token: &str| tokens.verify_ticket(token).unwrap().id;
    assert_ne!(id(&tokens.ticket(USER, None).0), id(&tokens.ticket(USER, None).0));
}

#[test]
fn the_claims_are_the_agreed_ones_and_the_user_is_a_number() {
    let (tokens, _) = tokens();
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&tokens.access(USER).0)
        .unwrap()
        .claims;
    assert_eq!(claims["user_id"], json!(7));
    assert_eq!(claims["token_type"], json!("access"));
    assert!(claims.get("family").is_none() && claims.get("after").is_none());
}

#[test]
fn a_token_is_good_until_the_second_of_its_expiry_on_the_clock() {
    let (tokens, clock) = tokens();
    let (ticket, _) = tokens.ticket(USER, None);
    clock.advance(TICKET_LIFETIME.checked_sub(Duration::from_micros(1)).unwrap());
    assert!(tokens.verify_ticket(&ticket).is_ok());
    clock.advance(Duration::from_micros(1));
    assert_eq!(tokens.verify_ticket(&ticket), Err(TokenError::Expired));
}

#[test]
fn an_expiry_handed_out_is_the_one_that_holds_even_inside_a_second() {
    let clock = Clock::fixed(start().plus(Duration::from_millis(900)));
    let tokens = Tokens::new(&config(SECRET), clock).unwrap();
    let (token, expires_at) = tokens.access(USER);
    assert_eq!(tokens.verify_access(&token).unwrap().expires_at, expires_at);
}

#[test]
fn a_token_for_another_purpose_has_the_wrong_type() {
    let (tokens, clock) = tokens();
    let (access, _) = tokens.access(USER);
    let (refresh, _) = tokens.refresh(USER, Uuid::new_v4());
    let (ticket, _) = tokens.ticket(USER, None);
    assert_eq!(tokens.verify_access(&refresh), Err(TokenError::WrongType));
    assert_eq!(tokens.verify_access(&ticket), Err(TokenError::WrongType));
    assert_eq!(tokens.verify_refresh(&access), Err(TokenError::WrongType));
    assert_eq!(tokens.verify_ticket(&access), Err(TokenError::WrongType));
    clock.advance(TICKET_LIFETIME);
    assert_eq!(
        tokens.verify_access(&ticket),
        Err(TokenError::Expired),
        "expiry is told before the type"
    );
}

#[test]
fn what_is_not_ours_is_invalid() {
    let (tokens, _) = tokens();
    let good = signed(ALGORITHM, &good_claims(), SECRET);
    assert!(
        tokens.verify_access(&good).is_ok(),
        "the forgeries below differ from a good one in one thing each"
    );
    let (_, rest) = good.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    // {"alg":"none","typ":"JWT"}, and the same with None.
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.");
    let unsigned_capital = format!("eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0.{payload}.");
    for (forgery, what) in [
        (unsigned, "alg none"),
        (unsigned_capital, "alg None"),
        (signed(Algorithm::HS384, &good_claims(), SECRET), "HS384"),
        (signed(Algorithm::HS512, &good_claims(), SECRET), "HS512"),
        (signed(ALGORITHM, &good_claims(), OTHER_SECRET), "another key"),
        (with("aud", json!("elsewhere")), "another audience"),
        (with("iss", json!("elsewhere")), "another issuer"),
        (with("user_id", json!("7")), "a user id in a string"),
        (with("user_id", json!(7.5)), "a fraction of a user"),
        (with("user_id", json!(u64::MAX)), "a user id out of range"),
        (with("exp", json!("soon")), "an expiry in words"),
        (with("exp", json!(i64::MAX)), "an expiry past all calendars"),
        (with("token_type", json!("root")), "an unknown type"),
        (without("aud"), "no audience"),
        (without("iss"), "no issuer"),
        (without("exp"), "no expiry"),
        (without("token_type"), "no type"),
        (without("user_id"), "no user"),
        (format!("{good}x"), "a longer signature"),
        (good.replace('.', "!"), "no dots"),
        ("undefined".to_owned(), "undefined"),
        (String::new(), "nothing"),
        ("\u{fffd}.é.\0".to_owned(), "garbage"),
    ] {
        assert_eq!(tokens.verify_access(&forgery), Err(TokenError::Invalid), "{what}");
    }
}

#[test]
fn an_oversized_token_is_invalid_though_well_signed() {
    let (tokens, _) = tokens();
    let large = with("jti_note", json!("x".repeat(MAX_TOKEN_BYTES)));
    assert_eq!(tokens.verify_access(&large), Err(TokenError::Invalid));
}

#[test]
fn a_refresh_token_without_a_family_is_invalid() {
    let (tokens, _) = tokens();
    assert_eq!(
        tokens.verify_refresh(&with("token_type", json!("refresh"))),
        Err(TokenError::Invalid)
    );
}

#[test]
fn after_a_rotation_old_tokens_are_accepted_and_new_ones_are_not_signed_with_the_old_key() {
    let clock = Clock::fixed(start());
    let old = Tokens::new(&config(OTHER_SECRET), clock.clone()).unwrap();
    let rotated = TokensConfig {
        previous_secret: OTHER_SECRET.into(),
        ..config(SECRET)
    };
    let new = Tokens::new(&rotated, clock).unwrap();
    assert!(new.verify_access(&old.access(USER).0).is_ok());
    assert_eq!(old.verify_access(&new.access(USER).0), Err(TokenError::Invalid));
}

#[test]
fn a_missing_or_short_secret_is_refused_and_says_what_to_do() {
    for secret in ["", "short"] {
        let error = Tokens::new(&config(secret), Clock::system())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("tokens.secret") && error.contains("openssl rand -base64 48"),
            "{error}"
        );
    }
}

#[test]
fn the_fingerprint_is_sha256_in_hex() {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(Tokens::fingerprint("abc"), expected);
}

#[test]
fn keys_are_not_in_the_debug_text() {
    let (tokens, _) = tokens();
    assert!(!format!("{tokens:?} {:?}", config(SECRET)).contains(SECRET));
}
