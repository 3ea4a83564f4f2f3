//! `loadtest max`: the highest rate that the servers hold, by bisection.

mod search;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::cli::publish;
use crate::cli::run::{RunArgs, span};
use crate::plan::Plan;
use crate::report::Report;
use crate::report::figures::{self, Figure};
use crate::run::{Moments, Options, Troupe, perform};

use search::Search;

/// What `loadtest max` takes.
#[derive(Debug, Args)]
pub struct MaxArgs {
    /// Of each run; --rate is the first that is tried.
    #[command(flatten)]
    run: RunArgs,
    /// A rate is held when 99 of 100 deliveries come within this: 100ms.
    #[arg(long, default_value = "100ms", value_parser = span)]
    p99_limit: Duration,
    /// Rates above this are not tried.
    #[arg(long, default_value_t = 200_000, value_name = "PER SECOND")]
    highest: u32,
    /// How near the end the two ends have to be, as a part of the rate.
    #[arg(long, default_value_t = 0.05, value_name = "PART")]
    precision: f64,
    /// How often a rate is tried before it counts as not held: a machine has its moments.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..), value_name = "COUNT")]
    tries: u32,
}

/// One run at one rate.
#[derive(Clone, Debug, Serialize)]
struct Probe {
    rate: u32,
    is_held: bool,
    delivered_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    schedule_lag_p99_ms: f64,
    unacknowledged: u64,
    lost: u64,
    doubled: u64,
    reordered: u64,
    cpu_us_per_delivery: Option<f64>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
struct Found {
    parameters: Options,
    p99_limit_ms: f64,
    /// In the order in which they were tried.
    probes: Vec<Probe>,
    figures: Vec<Figure>,
}

/// Searches, and answers with success when any rate was held.
pub async fn max(args: MaxArgs) -> anyhow::Result<ExitCode> {
    let json = args.run.json.clone();
    let mut search = Search::new(args.run.rate, args.highest, args.precision);
    let mut options = args.run.options()?;
    let plan = Plan::new(options.settings.clone())?;
    let mut troupe = Troupe::register(&plan, &options.apis, options.setup_concurrency).await?;
    let mut probes = Vec::new();
    while let Some(rate) = search.next() {
        options.settings.rate = rate;
        let mut is_held = false;
        for _ in 0..args.tries {
            troupe.open_conversations(&plan).await?;
            let report = perform(&options, &troupe, Moments::default()).await?;
            let probe = Probe::of(&report, rate, args.p99_limit);
            crate::progress::say(&probe.line());
            is_held = probe.is_held;
            probes.push(probe);
            if is_held {
                break;
            }
        }
        search.tell(rate, is_held);
    }
    let best = probes
        .iter()
        .filter(|probe| probe.is_held)
        .max_by_key(|probe| probe.rate);
    let found = Found {
        p99_limit_ms: args.p99_limit.as_secs_f64() * MILLIS_PER_SECOND,
        figures: best.map_or_else(|| vec![Figure::new("held", "/s", 0.0)], Probe::figures),
        parameters: options,
        probes,
    };
    publish(&found, &found.table(), json.as_deref())?;
    Ok(if found.probes.iter().any(|probe| probe.is_held) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

const MILLIS_PER_SECOND: f64 = 1_000.0;

impl Probe {
    fn of(report: &Report, rate: u32, limit: Duration) -> Self {
        let (sends, deliveries) = (&report.sends, &report.deliveries);
        let p99_ms = deliveries.latency_ms.p99;
        let wrong = [
            sends.intended.saturating_sub(sends.acked),
            deliveries.lost,
            deliveries.doubled,
            deliveries.reordered,
            deliveries.conflicting,
        ];
        Self {
            rate,
            is_held: wrong == [0; 5] && p99_ms < limit.as_secs_f64() * MILLIS_PER_SECOND,
            delivered_per_second: deliveries.per_second,
            p50_ms: deliveries.latency_ms.p50,
            p99_ms,
            schedule_lag_p99_ms: sends.schedule_lag_ms.p99,
            unacknowledged: wrong[0],
            lost: deliveries.lost,
            doubled: deliveries.doubled,
            reordered: deliveries.reordered,
            cpu_us_per_delivery: report.costs.as_ref().and_then(|costs| costs.cpu_us_per_event),
        }
    }

    fn line(&self) -> String {
        let Self {
            rate,
            is_held,
            delivered_per_second,
            p50_ms,
            p99_ms,
            schedule_lag_p99_ms,
            unacknowledged,
            lost,
            doubled,
            reordered,
            ..
        } = self;
        let word = if *is_held { "held" } else { "not held" };
        format!(
            "{rate}/s {word}: {delivered_per_second:.0} delivered/s, p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms, \
             the tool late by {schedule_lag_p99_ms:.1} ms (p99), {unacknowledged} unacknowledged, {lost} lost, \
             {doubled} doubled, {reordered} reordered"
        )
    }

    fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![
            Figure::new("held", "/s", f64::from(self.rate)),
            Figure::new("delivered", "/s", self.delivered_per_second),
            Figure::new("delivery p50", "ms", self.p50_ms),
            Figure::new("delivery p99", "ms", self.p99_ms),
        ];
        let each = self.cpu_us_per_delivery;
        figures.extend(each.map(|each| Figure::new(figures::CPU_PER_DELIVERY, "µs", each)));
        figures
    }
}

impl Found {
    fn table(&self) -> String {
        let mut text = String::new();
        for probe in &self.probes {
            // Writing to a string does not fail.
            let _infallible = writeln!(text, "{}", probe.line());
        }
        let highest = self.figures[0].value;
        let _infallible = write!(
            text,
            "{highest:.0} sends/s is the highest rate held with p99 below {} ms",
            self.p99_limit_ms
        );
        text
    }
}
