//! Figures: what each kind of run boils down to, by name, so that runs of any kind can be laid beside each other.

use serde::{Deserialize, Serialize};

use super::{Deliveries, Sends};
use crate::cost::Costs;

/// One number of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is; the same in every run of the same kind.
    pub name: String,
    /// `ms`, `µs`, `MiB`, `/s`, or nothing for a count.
    pub unit: String,
    /// How much.
    pub value: f64,
}

impl Figure {
    /// Of a name, with its unit.
    pub fn new(name: &str, unit: &str, value: f64) -> Self {
        Self {
            name: name.to_owned(),
            unit: unit.to_owned(),
            value,
        }
    }

    /// For people.
    pub fn line(&self) -> String {
        let Self { name, unit, value } = self;
        format!("{name}: {value:.2} {unit}").trim_end().to_owned()
    }

    /// A number of things.
    pub fn count(name: &str, count: u64) -> Self {
        Self::new(name, "", count as f64)
    }
}

/// The name of what a delivery costs the servers, in runs of every kind.
pub const CPU_PER_DELIVERY: &str = "app CPU per delivery";

pub(super) fn of_run(sends: &Sends, deliveries: &Deliveries, costs: Option<&Costs>) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Some(costs) = costs {
        let each = costs.cpu_us_per_event;
        figures.extend(each.map(|each| Figure::new(CPU_PER_DELIVERY, "µs", each)));
        figures.push(Figure::new(
            "app memory",
            "MiB",
            mebibytes(costs.rss_after_bytes()),
        ));
    }
    figures.extend([
        Figure::new("delivery p50", "ms", deliveries.latency_ms.p50),
        Figure::new("delivery p99", "ms", deliveries.latency_ms.p99),
        Figure::new("acknowledgement p50", "ms", sends.latency_ms.p50),
        Figure::new("acknowledgement p99", "ms", sends.latency_ms.p99),
        Figure::new("delivered", "/s", deliveries.per_second),
        Figure::count("not acknowledged", sends.intended.saturating_sub(sends.acked)),
        Figure::count("lost", deliveries.lost),
        Figure::count("doubled", deliveries.doubled),
        Figure::count("reordered", deliveries.reordered),
    ]);
    figures
}

const BYTES_PER_MEBIBYTE: f64 = 1024.0 * 1024.0;

/// Bytes as people read them.
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / BYTES_PER_MEBIBYTE
}

/// One line for each group of processes; `event` is what the costs are divided by.
pub fn cost_lines(costs: &Costs, event: &str) -> Vec<String> {
    let lines = costs.groups.iter().map(|group| {
        let each = group
            .cpu_us_per_event
            .map_or_else(|| "-".to_owned(), |each| format!("{each:.1}"));
        format!(
            "{}: {each} µs CPU per {event} ({:.2} s for {} in {:.1} s), memory {:.1} MiB before, {:.1} MiB after",
            group.name,
            group.cpu_seconds,
            costs.events,
            costs.span_seconds,
            mebibytes(group.rss_before_bytes),
            mebibytes(group.rss_after_bytes),
        )
    });
    lines.collect()
}
