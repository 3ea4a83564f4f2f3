//! Where a request carries its proof. The clients of three systems put it in five places; all are read, on any path.
//!
//! The first carrier that holds anything decides, in this order: `Authorization` header, `WWW-Authenticate` header
//! (yes, on a request), then the queries `token`, `Authorization`, `WWW-Authenticate` and `ticket`. A bad token in
//! an earlier one is never rescued by a good one in a later one.

use axum::http::{HeaderMap, header};

const BEARER: &str = "Bearer";

type Reader = fn(&str) -> Carried;

/// What an HTTP request or upgrade brings to prove who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// Nothing at all.
    Nothing,
    /// A bearer token, not yet verified.
    Token(String),
    /// A single-use ticket from `?ticket=`, not yet verified.
    Ticket(String),
    /// A header or query of another scheme (Basic …): as if nothing for HTTP answers, refused for sockets.
    OtherScheme,
    /// `Bearer` alone, or with two values.
    Malformed,
}

/// Finds the proof in a request. `query` is the part behind the `?`, still encoded; it must never be logged.
pub fn find(headers: &HeaderMap, query: Option<&str>) -> Carried {
    for name in [header::AUTHORIZATION, header::WWW_AUTHENTICATE] {
        let mut values = headers
            .get_all(&name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        let Some(value) = values.find(|value| !value.trim().is_empty()) else {
            continue;
        };
        let repeated = values.any(|value| !value.trim().is_empty());
        return if repeated {
            Carried::Malformed
        } else {
            with_scheme(&value)
        };
    }
    let query: Vec<_> = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect();
    let readers: [(&str, Reader); 4] = [
        ("token", bare),
        ("Authorization", with_scheme),
        ("WWW-Authenticate", with_scheme),
        ("ticket", |value| Carried::Ticket(value.to_owned())),
    ];
    for (name, read) in readers {
        if let Some((_, value)) = query
            .iter()
            .find(|(key, value)| key == name && !value.trim().is_empty())
        {
            return read(value.trim());
        }
    }
    Carried::Nothing
}

/// `Bearer <token>`.
fn with_scheme(value: &str) -> Carried {
    let mut words = value.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Carried::Nothing,
        (Some(scheme), ..) if !scheme.eq_ignore_ascii_case(BEARER) => Carried::OtherScheme,
        (_, Some(token), None) => Carried::Token(token.to_owned()),
        _ => Carried::Malformed,
    }
}

/// The token alone, though some clients write `Bearer` before it here as well.
fn bare(value: &str) -> Carried {
    match with_scheme(value) {
        Carried::OtherScheme if value.contains(char::is_whitespace) => Carried::Malformed,
        Carried::OtherScheme => Carried::Token(value.to_owned()),
        carried => carried,
    }
}

#[cfg(test)]
mod tests;
