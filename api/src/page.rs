//! The few pages and their parts that are compiled into the binary.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

/// A page may load its own script, style and data from this node, and nothing from anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A new release brings new pages under the same names.
const REVALIDATE: &str = "no-cache";

/// A text with its headers, ready to be answered.
pub(crate) type Page = ([(HeaderName, &'static str); 4], &'static str);

/// An HTML page.
pub(crate) const fn html(text: &'static str) -> Page {
    page("text/html; charset=utf-8", text)
}

/// A page's script.
pub(crate) const fn script(text: &'static str) -> Page {
    page("text/javascript; charset=utf-8", text)
}

/// A page's style.
pub(crate) const fn style(text: &'static str) -> Page {
    page("text/css; charset=utf-8", text)
}

const fn page(content_type: &'static str, text: &'static str) -> Page {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, REVALIDATE),
    ];
    (headers, text)
}
