//! Values that must not be read over a shoulder: in logs, in panics, in `check-config`.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// What is shown in place of something secret.
const MASK: &str = "***";

/// A secret text. Empty means "not set"; it prints and serialises as `***`, and an empty one as nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(SecretString);

impl Secret {
    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_empty() { "" } else { MASK })
    }
}

/// The URL of a service, which may hold a password: it prints and serialises without it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct ServiceUrl(SecretString);

impl ServiceUrl {
    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// The URL as one may show it: password masked, and all of it masked when it cannot be parsed or its query
    /// holds settings, which may be passwords as well.
    pub fn shown(&self) -> String {
        let text = self.0.expose_secret();
        match Url::parse(text) {
            _ if text.is_empty() => String::new(),
            Ok(mut url) if !url.query().is_some_and(|query| query.contains("password")) => {
                let masked = url.password().is_none() || url.set_password(Some(MASK)).is_ok();
                if masked { url.into() } else { MASK.to_owned() }
            }
            _ => MASK.to_owned(),
        }
    }
}

impl From<&str> for ServiceUrl {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl ExposeSecret<str> for ServiceUrl {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl Serialize for ServiceUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}
