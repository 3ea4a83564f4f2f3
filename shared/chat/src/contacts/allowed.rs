//! What may be said all the same.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::fold::{Folded, compiled};

/// Links as they are written out, with or without the protocol.
static LINK: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)(?:https?://)?[\p{L}\d][\p{L}\d-]*(?:\.[\p{L}\d-]+)+(?:[/?#:@][^\s]*)?"));

/// Hosts, with everything below them, and words that are let through.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// As they are compared: folded.
    entries: Vec<String>,
}

impl Allowed {
    /// Each entry is a host (`unet.kg` allows `www.unet.kg` too), a name (`@support`) or a phone number (`+996555000000`).
    pub fn new(entries: &[String]) -> Self {
        let entries = entries.iter().map(|entry| Folded::new(entry.trim()).text);
        Self {
            entries: entries.filter(|entry| !entry.is_empty()).collect(),
        }
    }

    /// The spans that are not allowed.
    pub(super) fn without(&self, text: &str, spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
        if self.entries.is_empty() || spans.is_empty() {
            return spans;
        }
        let places = self.places(text);
        let stands_in =
            |span: &Range<usize>, place: &Range<usize>| place.start <= span.start && span.end <= place.end;
        let refused = spans.into_iter().filter(|span| {
            let found = text.get(span.clone()).unwrap_or_default();
            !self.names(found) && !places.iter().any(|place| stands_in(span, place))
        });
        refused.collect()
    }

    /// Where allowed hosts stand, with the protocol before them, and allowed words. What follows a host in its link
    /// belongs to the place only as long as it is a plain path: no `@` and no row of digits hides there.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let links = LINK
            .find_iter(text)
            .filter(|link| self.allows_host(link.as_str()));
        let links = links.map(|link| {
            let hides = link.as_str().contains('@') || super::seed::has_digits(link.as_str());
            let host_end = host_end(link.as_str());
            link.start()..link.start() + if hides { host_end } else { link.len() }
        });
        let folded = Folded::new(text);
        let words = self.entries.iter().flat_map(|entry| {
            let found = folded.text.match_indices(entry.as_str());
            let alone = found.filter(|(at, entry)| stands_alone(&folded.text, *at, entry.len()));
            alone
                .map(|(at, entry)| folded.original(at..at + entry.len()))
                .collect::<Vec<_>>()
        });
        links.chain(words).collect()
    }

    fn allows_host(&self, link: &str) -> bool {
        let with_protocol = if link.contains("://") {
            link.to_owned()
        } else {
            format!("https://{link}")
        };
        let Ok(url) = Url::parse(&with_protocol) else {
            return false;
        };
        let is_plain = url.username().is_empty() && url.password().is_none();
        let host = url.host_str().unwrap_or_default();
        let covers = |entry: &String| {
            host == entry
                || host
                    .strip_suffix(entry.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        };
        is_plain && self.entries.iter().any(covers)
    }

    /// A number is the same number however it is spaced.
    fn names(&self, found: &str) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let found = digits(&Folded::new(found).text);
        let is_number = |entry: &&String| {
            entry
                .chars()
                .all(|sign| sign.is_ascii_digit() || "+ ()-".contains(sign))
        };
        !found.is_empty()
            && self
                .entries
                .iter()
                .filter(is_number)
                .any(|entry| digits(entry) == found)
    }
}

fn host_end(link: &str) -> usize {
    let begins = link.find("://").map_or(0, |at| at + "://".len());
    let host = link.get(begins..).unwrap_or_default();
    begins + host.find(['/', '?', '#', ':']).unwrap_or(host.len())
}

fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let is_part =
        |neighbour: Option<char>| neighbour.is_some_and(|sign| sign.is_alphanumeric() || "_@".contains(sign));
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at + length..).and_then(|text| text.chars().next());
    let is_host_part = matches!(before, Some('.'))
        || matches!(after, Some('.' | '-'))
            && text
                .get(at + length + 1..)
                .and_then(|text| text.chars().next())
                .is_some_and(char::is_alphanumeric);
    !is_part(before) && !is_part(after) && !is_host_part
}
