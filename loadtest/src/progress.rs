//! How far a stage is, for whoever watches.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

/// A line on stderr.
pub(crate) fn say(line: &str) {
    // Whoever closed stderr does not want to know.
    let _unread = writeln!(std::io::stderr(), "{line}");
}

/// A bar on stderr; where that is no terminal, a line that says what begins.
pub(crate) fn progress(what: &'static str, length: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        say(what);
    }
    let template = if length == 0 {
        "{prefix} {elapsed} {msg}"
    } else {
        "{prefix} [{bar:30}] {pos}/{len} {elapsed} {msg}"
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_prefix(what)
}
