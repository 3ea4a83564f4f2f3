//! Which pages' scripts may open sockets here.

use axum::http::HeaderValue;

/// An allow-list of origins. Clients that are not browsers send none and are not asked.
#[derive(Clone, Debug)]
pub(crate) enum Origins {
    /// Any page: the token alone decides.
    Any,
    /// These, compared without case, such as `https://lms.example`.
    Only(Vec<String>),
}

impl Origins {
    /// `*` among the entries means any.
    pub(crate) fn from_entries(entries: &[String]) -> Self {
        if entries.iter().any(|entry| entry == "*") {
            return Self::Any;
        }
        Self::Only(
            entries
                .iter()
                .map(|entry| entry.trim_end_matches('/').to_ascii_lowercase())
                .collect(),
        )
    }

    pub(crate) fn allow(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::Any => true,
            Self::Only(entries) => {
                let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
                entries.contains(&origin)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entries: &[&str], origin: &'static str) -> bool {
        let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
        Origins::from_entries(&entries).allow(&HeaderValue::from_static(origin))
    }

    #[test]
    fn only_what_is_listed_may_come_in() {
        assert!(allows(&["https://lms.example"], "https://lms.example"));
        assert!(allows(&["https://LMS.example/"], "https://lms.example"));
        assert!(!allows(&["https://lms.example"], "https://lms.example.evil"));
        assert!(!allows(&["https://lms.example"], "http://lms.example"));
        assert!(!allows(&[], "https://lms.example"));
        assert!(allows(&["*"], "null"));
    }
}
