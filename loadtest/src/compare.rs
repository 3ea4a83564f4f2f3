//! `loadtest compare`: the same scenarios against several contenders, in turns, so that what the machine does
//! meanwhile befalls all of them.
//!
//! Each repetition of each contender starts servers of its own on an empty database and an unused Redis prefix
//! (`ground`, `servers`), drives them by a `loadtest` of its own, and removes all of it. To add a contender: a file
//! as `loadtest/contenders/floor.toml` is ([`contender`]). To add a scenario: a line in `scenario`.

pub mod contender;
mod ground;
mod scenario;
mod servers;
pub mod summary;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;
use tokio::process::Command;

use contender::Contender;
use ground::{Ground, Services};
use scenario::{SCENARIOS, Scenario};
use servers::Servers;
use summary::{Comparison, Measured};

use crate::progress::say;
use crate::report::figures::Figure;

/// What `loadtest compare` takes.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Who is compared, as [NAME=]WHAT[@FOLDER]; repeat it. WHAT is floor, coalescing, ours, or a TOML file like those
    /// in loadtest/contenders; FOLDER has the binaries, without it the ones beside this program are taken. Ratios are
    /// to the first.
    #[arg(long, default_values = ["floor", "ours"], value_name = "CONTENDER")]
    contender: Vec<String>,
    /// What is measured; repeat it for more, without it everything is.
    #[arg(long, value_name = "NAME", value_parser = Scenario::find)]
    scenario: Vec<Scenario>,
    /// How often each contender is measured in each scenario.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..), value_name = "COUNT")]
    repetitions: u32,
    /// How long each run sends and measures.
    #[arg(long, default_value = "20s", value_name = "SPAN")]
    duration: String,
    /// How long each run sends before that.
    #[arg(long, default_value = "3s", value_name = "SPAN")]
    warmup: String,
    /// A PostgreSQL, as a role that may create databases.
    #[arg(long, env = "CHAT_TEST_POSTGRES_URL", value_name = "URL")]
    postgres_url: String,
    /// A Redis.
    #[arg(long, env = "CHAT_TEST_REDIS_URL", value_name = "URL")]
    redis_url: String,
    /// Also writes every figure of every repetition as JSON to a file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// More options for every run, behind `--`.
    #[arg(last = true, value_name = "OPTION")]
    options: Vec<String>,
}

/// Measures everything that was asked for. Ctrl-C ends it, after the servers are stopped and their data is removed.
pub async fn compare(args: CompareArgs) -> anyhow::Result<ExitCode> {
    let contenders = args.contender.iter().map(|text| Contender::read(text));
    let contenders: Vec<Contender> = contenders.collect::<anyhow::Result<_>>()?;
    let services = Services {
        postgres_url: args.postgres_url.clone(),
        redis_url: args.redis_url.clone(),
    };
    let scenarios = if args.scenario.is_empty() {
        SCENARIOS.to_vec()
    } else {
        args.scenario.clone()
    };
    let mut comparisons = Vec::new();
    for scenario in scenarios {
        let mut comparison = Comparison {
            scenario: scenario.name.to_owned(),
            contenders: contenders.iter().map(nothing_yet).collect(),
        };
        for repetition in 1..=args.repetitions {
            for (contender, measured) in contenders.iter().zip(&mut comparison.contenders) {
                say(&format!(
                    "== {}, {repetition} of {}: {}",
                    scenario.name, args.repetitions, contender.name
                ));
                let figures = repeat(&args, &services, (scenario, contender)).await;
                let figures = figures.with_context(|| format!("{}, {}", scenario.name, contender.name))?;
                measured.repetitions.push(figures);
            }
        }
        writeln!(std::io::stdout(), "{}\n", comparison.table())?;
        comparisons.push(comparison);
        // After each scenario: what is measured is not lost when the next one fails.
        if let Some(path) = &args.json {
            let text = serde_json::to_string_pretty(&comparisons)?;
            std::fs::write(path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn nothing_yet(contender: &Contender) -> Measured {
    Measured {
        name: contender.name.clone(),
        repetitions: Vec::new(),
    }
}

/// One repetition, which leaves nothing behind.
async fn repeat(
    args: &CompareArgs,
    services: &Services,
    (scenario, contender): (Scenario, &Contender),
) -> anyhow::Result<Vec<Figure>> {
    let ground = Ground::prepare(services).await?;
    let figures = tokio::select! {
        figures = measure(args, &ground, (scenario, contender)) => figures,
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            Ok(()) => Err(anyhow::anyhow!("interrupted")),
            Err(error) => Err(error.into()),
        },
    };
    ground.cleared().await?;
    figures
}

async fn measure(
    args: &CompareArgs,
    ground: &Ground,
    (scenario, contender): (Scenario, &Contender),
) -> anyhow::Result<Vec<Figure>> {
    let contender = contender.filled(&ground.values(contender)?)?;
    let mut servers = Servers::start(&contender, ground.folder()).await?;
    let figures = drive(args, (scenario, &contender), &servers, ground.folder()).await;
    let alive = servers.check();
    let figures = figures.with_context(|| servers.logs());
    servers.stop().await?;
    alive?;
    figures
}

/// What every kind of run's report has.
#[derive(Deserialize)]
struct Outline {
    figures: Vec<Figure>,
}

/// A run in a process of its own: what one leaves in memory must not weigh on the next.
async fn drive(
    args: &CompareArgs,
    (scenario, contender): (Scenario, &Contender),
    servers: &Servers,
    folder: &Path,
) -> anyhow::Result<Vec<Figure>> {
    let report = folder.join("report.json");
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(scenario.mode).args(scenario.options());
    for base in &contender.api {
        command.args(["--api", base]);
    }
    for base in &contender.gateway {
        command.args(["--gateway", base]);
    }
    if scenario.has_span {
        command.args(["--duration", &args.duration, "--warmup", &args.warmup]);
    }
    command.args(servers.watched());
    command.args(&contender.options).args(&args.options);
    command.arg("--json").arg(&report);
    let run = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    let status = run.status().await?;
    // A run that found something is a figure too, and its table says which.
    if !report.exists() {
        bail!("loadtest {} ended with {status}", scenario.mode);
    }
    let outline: Outline = serde_json::from_slice(&std::fs::read(&report)?)?;
    Ok(outline.figures)
}
