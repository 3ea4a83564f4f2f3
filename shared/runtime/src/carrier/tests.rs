use super::*;

fn token(text: &str) -> Carried {
    Carried::Token(text.to_owned())
}

fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), value.parse().unwrap()))
        .collect()
}

#[test]
fn every_carrier_is_read() {
    let none = HeaderMap::new();
    assert_eq!(
        find(&headers(&[(header::AUTHORIZATION, "Bearer a.b.c")]), None),
        token("a.b.c")
    );
    assert_eq!(
        find(&headers(&[(header::WWW_AUTHENTICATE, "Bearer a.b.c")]), None),
        token("a.b.c")
    );
    for (query, expected) in [
        ("token=a.b.c", token("a.b.c")),
        ("token=Bearer%20a.b.c", token("a.b.c")),
        ("Authorization=Bearer%20a.b.c", token("a.b.c")),
        ("Authorization=Bearer+a.b.c", token("a.b.c")),
        ("WWW-Authenticate=Bearer%20a.b.c", token("a.b.c")),
        ("after=7&WWW-Authenticate=bearer%20a.b.c", token("a.b.c")),
        ("ticket=t.i.x", Carried::Ticket("t.i.x".to_owned())),
        ("after=7", Carried::Nothing),
        ("", Carried::Nothing),
    ] {
        assert_eq!(find(&none, Some(query)), expected, "{query}");
    }
    assert_eq!(find(&none, None), Carried::Nothing);
}

#[test]
fn a_header_or_query_value_is_read_as_scheme_and_one_token() {
    for (value, expected) in [
        ("Bearer a", token("a")),
        ("bEaReR   a", token("a")),
        ("Bearer undefined", token("undefined")),
        ("Bearer", Carried::Malformed),
        ("Bearer a b", Carried::Malformed),
        ("Basic dXNlcjpwYXNz", Carried::OtherScheme),
        ("a.b.c", Carried::OtherScheme),
        ("   ", Carried::Nothing),
    ] {
        assert_eq!(
            find(&headers(&[(header::AUTHORIZATION, value)]), None),
            expected,
            "{value}"
        );
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("Authorization", value)
            .finish();
        assert_eq!(find(&HeaderMap::new(), Some(&query)), expected, "{query}");
    }
}

#[test]
fn a_bare_token_of_two_words_or_the_word_bearer_alone_is_malformed() {
    for query in ["token=a+b", "token=Bearer", "token=Bearer+a+b"] {
        assert_eq!(
            find(&HeaderMap::new(), Some(query)),
            Carried::Malformed,
            "{query}"
        );
    }
}

#[test]
fn the_earlier_carrier_decides_even_when_it_is_bad() {
    let good_query = Some("ticket=t&WWW-Authenticate=Bearer%20w&Authorization=Bearer%20q&token=good");
    let all = headers(&[
        (header::WWW_AUTHENTICATE, "Bearer second"),
        (header::AUTHORIZATION, "Bearer first"),
    ]);
    assert_eq!(find(&all, good_query), token("first"));
    let second = headers(&[(header::WWW_AUTHENTICATE, "Bearer second")]);
    assert_eq!(find(&second, good_query), token("second"));
    assert_eq!(find(&HeaderMap::new(), good_query), token("good"));
    let without_token = Some("ticket=t&WWW-Authenticate=Bearer%20w&Authorization=Bearer%20q");
    assert_eq!(find(&HeaderMap::new(), without_token), token("q"));
    assert_eq!(
        find(&HeaderMap::new(), Some("ticket=t&WWW-Authenticate=Bearer%20w")),
        token("w")
    );
    let malformed = headers(&[
        (header::AUTHORIZATION, "Bearer"),
        (header::WWW_AUTHENTICATE, "Bearer good"),
    ]);
    assert_eq!(find(&malformed, good_query), Carried::Malformed);
    let other = headers(&[
        (header::AUTHORIZATION, "Basic eA=="),
        (header::WWW_AUTHENTICATE, "Bearer good"),
    ]);
    assert_eq!(find(&other, good_query), Carried::OtherScheme);
}

#[test]
fn an_empty_carrier_counts_as_absent() {
    let empty = headers(&[
        (header::AUTHORIZATION, ""),
        (header::WWW_AUTHENTICATE, "Bearer a"),
    ]);
    assert_eq!(find(&empty, None), token("a"));
    assert_eq!(
        find(&HeaderMap::new(), Some("token=&ticket=t")),
        Carried::Ticket("t".to_owned())
    );
}

#[test]
fn the_same_header_twice_is_malformed() {
    let mut twice = headers(&[(header::AUTHORIZATION, "Bearer a")]);
    twice.append(header::AUTHORIZATION, "Bearer b".parse().unwrap());
    assert_eq!(find(&twice, None), Carried::Malformed);
}

#[test]
fn bytes_that_are_no_text_are_a_token_that_will_not_verify() {
    let mut strange = HeaderMap::new();
    let value = axum::http::HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap();
    strange.insert(header::AUTHORIZATION, value);
    assert_eq!(find(&strange, None), token("\u{fffd}\u{fffd}"));
}
