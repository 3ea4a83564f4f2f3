//! What is said around the files of the web client.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use mime_guess::Mime;

/// The folder that Vite gives names by content.
const ASSETS: &str = "assets";

/// Characters of the hash at the end of such a name.
const HASH_CHARS: usize = 8;

/// Another content has another name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A new release brings other content under the same name.
const REVALIDATE: &str = "no-cache";

/// The page runs its own code and nothing else. Pictures and films of messages may lie anywhere, over TLS.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; \
                      media-src 'self' blob: https:; font-src 'self'; object-src 'none'; base-uri 'none'; \
                      frame-ancestors 'self'; form-action 'self'; connect-src 'self'";

/// The headers of a file that was asked for at this host.
pub(super) fn insert(headers: &mut HeaderMap, name: &str, host: Option<&str>) {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let is_page = mime.essence_str() == "text/html";
    let is_text = is_text_type(&mime);
    let kind = if is_text {
        HeaderValue::try_from(format!("{}; charset=utf-8", mime.essence_str()))
    } else {
        HeaderValue::try_from(mime.essence_str())
    };
    if let Ok(kind) = kind {
        headers.insert(CONTENT_TYPE, kind);
    }
    let caching = if is_named_by_content(name) {
        FOR_EVER
    } else {
        REVALIDATE
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_page {
        headers.insert(CONTENT_SECURITY_POLICY, policy(host));
        let referrer = HeaderValue::from_static("strict-origin-when-cross-origin");
        headers.insert(REFERRER_POLICY, referrer);
    }
}

/// Not every browser takes `'self'` to mean the sockets of the same host too. Whether a proxy in front speaks TLS is
/// not known here, so both are named.
fn policy(host: Option<&str>) -> HeaderValue {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let host = host.filter(|host| !host.is_empty() && host.chars().all(is_part));
    host.and_then(|host| format!("{POLICY} ws://{host} wss://{host}").try_into().ok())
        .unwrap_or(HeaderValue::from_static(POLICY))
}

/// `assets/index-BpXyz12_.js`, here or in a folder of its own.
fn is_named_by_content(name: &str) -> bool {
    let mut folders = name.rsplit('/');
    let stem = folders.next().and_then(|file| file.split('.').next());
    let hash = stem.and_then(|stem| {
        stem.len()
            .checked_sub(HASH_CHARS + 1)
            .and_then(|at| stem.get(at..))
    });
    let is_hash = hash.and_then(|hash| hash.strip_prefix('-')).is_some_and(|hash| {
        hash.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    });
    is_hash && folders.any(|folder| folder == ASSETS)
}

/// Whether what goes out is worth compressing: pictures and fonts are so already.
pub(super) fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let mime = kind.and_then(|kind| kind.parse().ok());
    mime.is_some_and(|mime: Mime| is_text_type(&mime))
}

fn is_text_type(mime: &Mime) -> bool {
    mime.type_() == "text"
        || mime
            .suffix()
            .is_some_and(|suffix| suffix == "xml" || suffix == "json")
        || matches!(mime.subtype().as_str(), "javascript" | "json" | "xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_change_with_the_content_are_kept_for_ever() {
        for (name, is_kept) in [
            ("assets/index-BpXyz12_.js", true),
            ("assets/inter-cyrillic-D-a3_9Zq.woff2", true),
            ("widget/assets/loader-0123abcd.js", true),
            ("assets/logo.svg", false),
            ("assets/a-b.js", false),
            ("index-BpXyz12_.js", false),
            ("widget/chat-0123abcd.js", false),
            ("index.html", false),
            ("assets/ж-0123abcd.js", true),
            ("assets/ффффффффф.js", false),
        ] {
            assert_eq!(is_named_by_content(name), is_kept, "{name}");
        }
    }

    #[test]
    fn a_host_that_is_none_does_not_reach_the_policy() {
        for host in ["a.example; script-src *", "a,b", "", "a b", "a/'unsafe-inline'"] {
            assert_eq!(policy(Some(host)), POLICY, "{host}");
        }
        let policy = policy(Some("[::1]:8000"));
        assert!(
            policy
                .to_str()
                .unwrap()
                .ends_with("connect-src 'self' ws://[::1]:8000 wss://[::1]:8000")
        );
    }
}
