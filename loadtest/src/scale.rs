//! `loadtest scale`: one run over a list of sizes, to see whether what a delivery costs depends on them.

use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use comfy_table::Table;
use comfy_table::presets::ASCII_FULL_CONDENSED;
use serde::Serialize;

use crate::cli::publish;
use crate::cli::run::RunArgs;
use crate::cost::Watch;
use crate::plan::{Plan, Via};
use crate::progress::say;
use crate::report::Report;
use crate::report::figures::Figure;
use crate::run::{Moments, Options, Troupe, perform};

/// What `loadtest scale` takes.
#[derive(Debug, Args)]
pub struct ScaleArgs {
    /// Of each run.
    #[command(flatten)]
    run: RunArgs,
    /// What is varied, and over what: conversations=10,1000,20000, members=…, gateways=1,2,4, rate=…, or
    /// history=0,100000, the messages that all conversations together have before the run.
    #[arg(long, value_name = "WHAT=SIZE,...")]
    vary: Vary,
    /// At how many messages per second the history is written, over REST.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..), value_name = "PER SECOND")]
    history_rate: u32,
}

/// A dimension and its sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Vary {
    what: What,
    sizes: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Conversations,
    Members,
    Gateways,
    Rate,
    History,
}

impl FromStr for Vary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (what, sizes) = text.split_once('=').ok_or("WHAT=SIZE,... is needed")?;
        let what = match what {
            "conversations" => What::Conversations,
            "members" => What::Members,
            "gateways" => What::Gateways,
            "rate" => What::Rate,
            "history" => What::History,
            _ => return Err("what varies is conversations, members, gateways, rate or history".to_owned()),
        };
        let sizes = sizes.split(',').map(|size| match size.trim().parse() {
            Ok(0) if what != What::History => Err("a size must be at least 1".to_owned()),
            Ok(size) => Ok(size),
            Err(_) => Err(format!("{size:?} is no size")),
        });
        Ok(Self {
            what,
            sizes: sizes.collect::<Result<_, _>>()?,
        })
    }
}

/// One size and its run.
#[derive(Debug, Serialize)]
struct Step {
    size: u32,
    report: Report,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Scaled {
    vary: Vary,
    steps: Vec<Step>,
    figures: Vec<Figure>,
}

/// Does a run for each size, and answers with success when all were clean.
pub async fn scale(args: ScaleArgs) -> anyhow::Result<ExitCode> {
    let json = args.run.json.clone();
    let (vary, history_rate) = (args.vary, args.history_rate);
    let base = args.run.options()?;
    let mut steps = Vec::new();
    for &size in &vary.sizes {
        say(&format!("== {:?} {size}", vary.what));
        let options = sized(&base, vary.what, size)?;
        let plan = Plan::new(options.settings.clone())?;
        let mut troupe = Troupe::register(&plan, &options.apis, options.setup_concurrency).await?;
        troupe.open_conversations(&plan).await?;
        if vary.what == What::History && size > 0 {
            let writing = perform(
                &history(&options, size, history_rate),
                &troupe,
                Moments::default(),
            )
            .await?;
            if !writing.clean {
                bail!("the history could not be written:\n{}", writing.table());
            }
        }
        let report = perform(&options, &troupe, Moments::default()).await?;
        steps.push(Step { size, report });
    }
    let scaled = Scaled::new(vary, steps);
    publish(&scaled, &scaled.table(), json.as_deref())?;
    Ok(if scaled.steps.iter().all(|step| step.report.clean) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The run at one size.
fn sized(base: &Options, what: What, size: u32) -> anyhow::Result<Options> {
    let mut options = base.clone();
    match what {
        What::Conversations => options.settings.conversations = size,
        What::Members => options.settings.members = size,
        What::Rate => options.settings.rate = size,
        What::History => {}
        What::Gateways => {
            let count = usize::try_from(size)?;
            if count > options.gateways.len() {
                bail!(
                    "{size} gateways are wanted, and {} are given",
                    options.gateways.len()
                );
            }
            options.gateways.truncate(count);
            options.settings.gateways = size;
        }
    }
    Ok(options)
}

/// The run that writes a history: over REST, as long as it takes, watched by nobody.
fn history(options: &Options, messages: u32, rate: u32) -> Options {
    let mut options = options.clone();
    options.settings.rate = rate;
    options.settings.via = Via::Rest;
    options.settings.warmup = Duration::ZERO;
    options.settings.duration = Duration::from_secs_f64(f64::from(messages) / f64::from(rate));
    options.watch = Watch::default();
    options
}

impl Scaled {
    fn new(vary: Vary, steps: Vec<Step>) -> Self {
        let mut figures = Vec::new();
        for Step { size, report } in &steps {
            let figure = |name, unit, value| Figure::new(&format!("{size}: {name}"), unit, value);
            let each = cpu(report);
            figures.extend(each.map(|each| figure("app CPU per delivery", "µs", each)));
            figures.push(figure("delivery p99", "ms", report.deliveries.latency_ms.p99));
        }
        let costs: Vec<f64> = steps.iter().filter_map(|step| cpu(&step.report)).collect();
        figures.extend(spread(&costs).map(|spread| Figure::new("dearest over cheapest", "", spread)));
        Self { vary, steps, figures }
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(ASCII_FULL_CONDENSED);
        let what = format!("{:?}", self.vary.what).to_lowercase();
        table.set_header([
            &what,
            "µs CPU per delivery",
            "p50 ms",
            "p99 ms",
            "delivered/s",
            "clean",
        ]);
        for Step { size, report } in &self.steps {
            let latency = report.deliveries.latency_ms;
            table.add_row([
                size.to_string(),
                cpu(report).map_or_else(String::new, |each| format!("{each:.1}")),
                format!("{:.2}", latency.p50),
                format!("{:.2}", latency.p99),
                format!("{:.0}", report.deliveries.per_second),
                report.clean.to_string(),
            ]);
        }
        table.to_string()
    }
}

fn cpu(report: &Report) -> Option<f64> {
    report.costs.as_ref()?.cpu_us_per_event
}

/// How many times the cheapest the dearest is; 1 is flat.
fn spread(costs: &[f64]) -> Option<f64> {
    let cheapest = costs.iter().copied().min_by(f64::total_cmp)?;
    let dearest = costs.iter().copied().max_by(f64::total_cmp)?;
    (cheapest > 0.0).then(|| dearest / cheapest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_what_makes_no_run_is_refused() {
        let vary: Vary = "conversations=10,200".parse().unwrap();
        assert_eq!((vary.what, vary.sizes), (What::Conversations, vec![10, 200]));
        let vary: Vary = "history=0,1000".parse().unwrap();
        assert_eq!((vary.what, vary.sizes), (What::History, vec![0, 1000]));
        for wrong in [
            "conversations",
            "conversations=0",
            "people=1",
            "gateways=",
            "rate=x",
        ] {
            assert!(wrong.parse::<Vary>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_flat_curve_has_a_spread_of_one() {
        assert_eq!(spread(&[3.0, 3.0]), Some(1.0));
        assert_eq!(spread(&[4.0, 2.0, 3.0]), Some(2.0));
        assert_eq!(spread(&[]), None);
    }
}
