//! The rows, as they are printed and as they are kept.

use std::fmt::Write as _;

use crate::faults::Row;
use crate::load::Figures;

/// A row that was done, and how often.
pub(crate) struct Done {
    pub(crate) row: Row,
    pub(crate) times: usize,
    pub(crate) figures: Figures,
    pub(crate) violations: Vec<String>,
}

pub(crate) const HEAD: &str = "\
| fault | times | sends | acknowledged | lost, doubled, out of order, not entitled | delay p99 | longest | reconnects |
|---|--:|--:|--:|--:|--:|--:|--:|";

impl Done {
    pub(crate) fn line(&self) -> String {
        let Figures { sends, sockets, .. } = &self.figures;
        let latency = &self.figures.deliveries.latency_ms;
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            self.row.what,
            self.times,
            sends.intended,
            sends.acked,
            self.figures.wrongs(),
            span(latency.p99),
            span(latency.max),
            sockets.reconnects,
        )
    }
}

/// The whole table.
pub(crate) fn table(done: &[Done]) -> String {
    let mut text = HEAD.to_owned();
    for row in done {
        // Writing to a string does not fail.
        let _ok = write!(text, "\n{}", row.line());
    }
    text
}

fn span(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}
