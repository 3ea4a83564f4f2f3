//! What a run found, as a table for people and as JSON for scripts.

pub mod figures;

use chrono::{DateTime, SecondsFormat, Utc};
use comfy_table::presets::ASCII_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};
use serde::Serialize;

use self::figures::Figure;
use crate::cost::Costs;
use crate::ledger::Verdict;
use crate::meter::{Latencies, Refusals, Timed, read};
use crate::process::cpu_seconds;
use crate::run::Options;
use crate::socket::listener::{Removed, Strays, World};

/// What the run's tasks brought home, before it is put in order.
#[derive(Debug)]
pub struct Findings {
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// How much later than intended sends left the metronome.
    pub lag: Latencies,
    /// The ledger's judgement.
    pub verdict: Verdict,
    /// Refused sends and other errors, by their code.
    pub refusals: Refusals,
    /// Frames that a socket should never have got.
    pub strays: Strays,
    /// Removals that anybody heard, doubles included.
    pub removals: Vec<Removed>,
    /// How often sockets came back.
    pub reconnects: u64,
    /// Sockets that were told not to come back.
    pub gone: u64,
}

impl Findings {
    /// Nothing found yet.
    pub fn new(started_at: DateTime<Utc>, lag: Latencies) -> Self {
        Self {
            started_at,
            lag,
            verdict: Verdict::default(),
            refusals: Refusals::new(),
            strays: Strays::default(),
            removals: Vec::new(),
            reconnects: 0,
            gone: 0,
        }
    }
}

/// A run's report. Latencies are milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Whether everything sent was acknowledged and heard once, in order, where it had to be, and nothing else.
    pub clean: bool,
    /// What was asked for.
    pub parameters: Options,
    /// What was sent.
    pub sends: Sends,
    /// What arrived.
    pub deliveries: Deliveries,
    /// How the sockets fared.
    pub sockets: Sockets,
    /// Processor seconds of the load generator itself, start to end; `None` where the system does not say.
    pub tool_cpu_seconds: Option<f64>,
    /// What the watched processes used, per delivery; `None` when none are watched.
    pub costs: Option<Costs>,
    /// The same in a form that all kinds of run share: what `compare` lays beside each other.
    pub figures: Vec<Figure>,
}

/// What was sent.
#[derive(Clone, Debug, Serialize)]
pub struct Sends {
    /// Whose moment came, warm-up included.
    pub intended: u64,
    /// Answered with a number.
    pub acked: u64,
    /// Answered with an error.
    pub refused: u64,
    /// Not answered by the end of the drain, or never handed over.
    pub unacknowledged: u64,
    /// Of those, never handed over because their socket was away too long.
    pub unsent: u64,
    /// Repetitions under the same `client_id`, after a break or an answer that leaves the fate open.
    pub repeated: u64,
    /// Answers with an error, by code or HTTP status, and sends without any answer, by cause.
    pub refusals: Refusals,
    /// Acknowledgements per second, warm-up excluded.
    pub acked_per_second: f64,
    /// From the intended moment to the acknowledgement.
    pub latency_ms: Quantiles,
    /// How late the tool itself was; if this is not small, the tool is the limit.
    pub schedule_lag_ms: Quantiles,
}

/// What arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Deliveries {
    /// Existing messages, once for each socket that they are owed to.
    pub expected: u64,
    /// Of those, how many came.
    pub got: u64,
    /// Of those, how many did not come by the end of the drain.
    pub lost: u64,
    /// Came again.
    pub doubled: u64,
    /// Came after a younger one.
    pub reordered: u64,
    /// Contradictions between what was acknowledged and what was heard.
    pub conflicting: u64,
    /// Came where they never should have.
    pub stray: u64,
    /// The first few of those.
    pub stray_examples: Vec<String>,
    /// Came to guests who had been removed before.
    pub unentitled: u64,
    /// Guests who were in at the end and were not told so.
    pub absent: u64,
    /// Removals of guests that were checked for what came after.
    pub removals: u64,
    /// First arrivals per second, warm-up excluded, from the first measured send to the last arrival.
    pub per_second: f64,
    /// From the intended moment of the send to the arrival.
    pub latency_ms: Quantiles,
}

/// How the sockets fared.
#[derive(Clone, Debug, Serialize)]
pub struct Sockets {
    /// Opened at the start.
    pub opened: u64,
    /// From dialling to being in step with all conversations.
    pub connect_ms: Quantiles,
    /// Came back after a break.
    pub reconnects: u64,
    /// Told not to come back.
    pub gone: u64,
}

/// A distribution, in milliseconds; all zero when nothing was measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Quantiles {
    /// Half are at most this.
    pub p50: f64,
    /// Nine in ten are.
    pub p90: f64,
    /// All but one in a hundred are.
    pub p99: f64,
    /// All but one in a thousand are.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

const MICROS_PER_MILLI: f64 = 1_000.0;

impl Quantiles {
    fn of(latencies: &Latencies) -> Self {
        let at = |quantile| latencies.value_at_quantile(quantile) as f64 / MICROS_PER_MILLI;
        Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: latencies.max() as f64 / MICROS_PER_MILLI,
        }
    }
}

impl Report {
    /// Puts a run's findings in order.
    pub fn new(options: &Options, world: &World, (findings, costs): (&Findings, Option<Costs>)) -> Self {
        let meter = &world.meter;
        let connects = meter.connects();
        let sends = Sends::new(world, findings, &meter.acks());
        let deliveries = Deliveries::new(findings, &meter.deliveries());
        Self {
            started_at: findings.started_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            clean: findings.verdict.is_clean() && deliveries.stray == 0 && sends.acked == sends.intended,
            parameters: options.clone(),
            figures: figures::of_run(&sends, &deliveries, costs.as_ref()),
            sends,
            deliveries,
            sockets: Sockets {
                opened: connects.latencies.len(),
                connect_ms: Quantiles::of(&connects.latencies),
                reconnects: findings.reconnects,
                gone: findings.gone,
            },
            tool_cpu_seconds: cpu_seconds(),
            costs,
        }
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(ASCII_FULL_CONDENSED);
        table.set_header(["", "p50 ms", "p90 ms", "p99 ms", "p999 ms", "max ms"]);
        for (name, quantiles) in [
            ("send to delivery", self.deliveries.latency_ms),
            ("send to acknowledgement", self.sends.latency_ms),
            ("socket ready", self.sockets.connect_ms),
            ("schedule lag of the tool", self.sends.schedule_lag_ms),
        ] {
            let Quantiles {
                p50,
                p90,
                p99,
                p999,
                max,
            } = quantiles;
            let figures = [p50, p90, p99, p999, max].map(|figure| number(format!("{figure:.2}")));
            table.add_row([Cell::new(name)].into_iter().chain(figures));
        }
        format!("{}\n{table}\n{}", self.counts(), self.summary())
    }

    fn counts(&self) -> Table {
        let (sends, deliveries) = (&self.sends, &self.deliveries);
        let mut table = Table::new();
        table.load_style(ASCII_FULL_CONDENSED);
        table.set_header(["sends", "", "deliveries", "", "sockets", ""]);
        let opened = Some(("opened", self.sockets.opened));
        let reconnects = Some(("reconnects", self.sockets.reconnects));
        let gone = Some(("gone", self.sockets.gone));
        for (send, delivery, socket) in [
            (
                ("intended", sends.intended),
                ("expected", deliveries.expected),
                opened,
            ),
            (("acknowledged", sends.acked), ("got", deliveries.got), reconnects),
            (("refused", sends.refused), ("lost", deliveries.lost), gone),
            (
                ("unacknowledged", sends.unacknowledged),
                ("doubled", deliveries.doubled),
                None,
            ),
            (
                ("of those unsent", sends.unsent),
                ("reordered", deliveries.reordered),
                None,
            ),
            (
                ("repeated", sends.repeated),
                ("conflicting", deliveries.conflicting),
                None,
            ),
            (
                ("error answers", sends.refusals.values().sum()),
                ("stray", deliveries.stray),
                None,
            ),
        ] {
            let socket = socket.map_or([Cell::new(""), Cell::new("")], cells);
            table.add_row([cells(send), cells(delivery), socket].into_iter().flatten());
        }
        table
    }

    fn summary(&self) -> String {
        let verdict = if self.clean { "clean" } else { "NOT CLEAN" };
        let (acked, delivered) = (self.sends.acked_per_second, self.deliveries.per_second);
        let mut lines = vec![format!(
            "{verdict}: {acked:.0} acknowledged/s, {delivered:.0} delivered/s"
        )];
        if let Some(costs) = &self.costs {
            lines.extend(figures::cost_lines(costs, "delivery"));
        }
        if let Some(seconds) = self.tool_cpu_seconds {
            lines.push(format!("the tool itself used {seconds:.1} CPU seconds"));
        }
        let Deliveries {
            removals,
            unentitled,
            absent,
            ..
        } = self.deliveries;
        if removals > 0 {
            lines.push(format!(
                "{removals} removals of guests: {unentitled} changes shown to them afterwards, {absent} not back at the end"
            ));
        }
        let errors = self.sends.refusals.iter();
        lines.extend(errors.map(|(code, count)| format!("error {code}: {count} times")));
        lines.join("\n")
    }
}

fn cells((name, count): (&str, u64)) -> [Cell; 2] {
    [Cell::new(name), number(count.to_string())]
}

fn number(figure: String) -> Cell {
    Cell::new(figure).set_alignment(CellAlignment::Right)
}

impl Sends {
    fn new(world: &World, findings: &Findings, acks: &Timed) -> Self {
        let counts = &world.meter.counts;
        let intended = read(&counts.intended);
        let acked = findings.verdict.acked;
        let refused = read(&counts.refused);
        Self {
            intended,
            acked,
            refused,
            unacknowledged: intended.saturating_sub(acked + refused),
            unsent: read(&counts.unsent),
            repeated: read(&counts.repeated),
            refusals: findings.refusals.clone(),
            acked_per_second: acks.per_second(),
            latency_ms: Quantiles::of(&acks.latencies),
            schedule_lag_ms: Quantiles::of(&findings.lag),
        }
    }
}

impl Deliveries {
    fn new(findings: &Findings, arrivals: &Timed) -> Self {
        let verdict = findings.verdict;
        Self {
            expected: verdict.expected,
            got: verdict.got,
            lost: verdict.lost,
            doubled: verdict.doubled,
            reordered: verdict.reordered,
            conflicting: verdict.conflicting,
            stray: findings.strays.count,
            stray_examples: findings.strays.examples.clone(),
            unentitled: verdict.unentitled,
            absent: verdict.absent,
            removals: verdict.removals,
            per_second: arrivals.per_second(),
            latency_ms: Quantiles::of(&arrivals.latencies),
        }
    }
}
