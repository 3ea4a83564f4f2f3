use runtime::tokens::SignIn;

use super::*;

const ANNA: UserId = UserId(1);
const BORIS: UserId = UserId(2);
const PHONE: Uuid = Uuid::from_u128(1);
const LAPTOP: Uuid = Uuid::from_u128(2);

fn at(seconds: i64) -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0)
        .unwrap()
        .into()
}

/// Always of the same moment: moments must not matter where there is a sign-in.
fn token(user: UserId, family: Uuid, after: i64) -> Access {
    Access {
        user,
        sign_in: Some(SignIn {
            family,
            after: RevocationId(after),
        }),
        issued_at: at(0),
        expires_at: at(3_600),
    }
}

fn bare(user: UserId, issued_at: Timestamp) -> Access {
    Access {
        user,
        sign_in: None,
        issued_at,
        expires_at: at(3_600),
    }
}

fn entry(id: i64, ended: Ended) -> Revocation {
    Revocation {
        id: RevocationId(id),
        user: ANNA,
        ended,
        created_at: at(0),
    }
}

fn known(entries: &[Revocation]) -> Known {
    let mut known = Known::default();
    for revocation in entries {
        known.learn(revocation, Instant::now());
    }
    known
}

#[test]
fn one_sign_in_ends_and_no_other() {
    let known = known(&[entry(1, Ended::SignIn(PHONE))]);
    assert!(known.ends(&token(ANNA, PHONE, 0)));
    assert!(known.ends(&token(ANNA, PHONE, 9)), "whenever the token was made");
    assert!(!known.ends(&token(ANNA, LAPTOP, 0)));
    assert!(!known.ends(&bare(ANNA, at(0))));
}

#[test]
fn all_end_but_those_made_later_even_within_the_same_moment() {
    let known = known(&[entry(5, Ended::All { spared: None })]);
    assert!(known.ends(&token(ANNA, PHONE, 0)));
    assert!(known.ends(&token(ANNA, PHONE, 4)));
    assert!(!known.ends(&token(ANNA, PHONE, 5)));
    assert!(!known.ends(&token(BORIS, LAPTOP, 0)));
}

#[test]
fn the_sign_in_that_set_the_password_goes_on_until_the_next_end() {
    let spared = entry(5, Ended::All { spared: Some(PHONE) });
    let mut known = known(&[spared]);
    assert!(!known.ends(&token(ANNA, PHONE, 0)));
    assert!(known.ends(&token(ANNA, LAPTOP, 0)));
    known.learn(&entry(6, Ended::All { spared: None }), Instant::now());
    assert!(known.ends(&token(ANNA, PHONE, 0)));
    assert!(!known.learn(&spared, Instant::now()), "an older entry is no news");
    assert!(known.ends(&token(ANNA, PHONE, 0)));
}

#[test]
fn a_token_without_a_sign_in_ends_with_all_and_by_the_moment() {
    let one = known(&[entry(4, Ended::SignIn(PHONE))]);
    assert!(!one.ends(&bare(ANNA, at(-9))));
    let all = known(&[entry(5, Ended::All { spared: None })]);
    assert!(all.ends(&bare(ANNA, at(-1))));
    assert!(all.ends(&bare(ANNA, at(0))));
    assert!(!all.ends(&bare(ANNA, at(1))));
    assert!(!all.ends(&bare(BORIS, at(-1))));
}

#[test]
fn an_entry_is_news_once_and_forgotten_after_its_time() {
    let (mut known, start) = (Known::default(), Instant::now());
    let keep = Duration::from_secs(10);
    for revocation in [
        entry(1, Ended::SignIn(PHONE)),
        entry(2, Ended::All { spared: None }),
    ] {
        assert!(known.learn(&revocation, start));
        assert!(!known.learn(&revocation, start + keep / 2));
    }
    known.forget(keep, start + keep / 2);
    assert!(known.ends(&token(ANNA, PHONE, 2)) && known.ends(&token(ANNA, LAPTOP, 0)));
    known.forget(keep, start + keep);
    assert!(!known.ends(&token(ANNA, PHONE, 2)) && !known.ends(&token(ANNA, LAPTOP, 0)));
}
