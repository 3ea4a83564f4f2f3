//! The command line.

pub mod run;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::run::RunArgs;
use crate::baseline::{BaselineArgs, baseline};
use crate::compare::{CompareArgs, compare};
use crate::idle::{IdleArgs, idle};
use crate::max::{MaxArgs, max};
use crate::scale::{ScaleArgs, scale};
use crate::storm::{StormArgs, storm};
use crate::talk::{TalkArgs, talk};

/// The run was done and found something wrong.
const FOUND: u8 = 1;

const AFTER_HELP: &str = "\
Exit status:
  0  everything sent was acknowledged, and heard once, in order, by everybody
  1  something was lost, doubled, reordered, contradictory, astray, refused or not acknowledged
  2  the run could not be done

Examples:
  One process on a laptop, a short run with the defaults:
    loadtest run --api http://127.0.0.1:8000 --gateway ws://127.0.0.1:8000 --duration 10s

  Two API nodes, two gateways, sends both ways, the figures for a script:
    loadtest run --api http://127.0.0.1:8001 --api http://127.0.0.1:8002 \\
      --gateway ws://127.0.0.1:8011 --gateway ws://127.0.0.1:8012 \\
      --rate 2000 --duration 60s --warmup 5s --via both --json result.json";

/// Load generator and correctness checker for Unet Chat.
#[derive(Debug, Parser)]
#[command(version, after_long_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The kinds of run.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sends at a fixed rate, measures the latency, and checks that every message is heard once and in order.
    ///
    /// New users and group conversations are made over REST, the members of each conversation are spread over all
    /// gateways, and every socket hears every message of its conversations, the sender's own included. Messages are
    /// sent by an open-loop schedule: each at its moment, whatever became of the ones before. Latencies count from
    /// that moment, so a stall is in the figures of every send that it delayed. Sockets that the server closes come
    /// back on the next gateway, resume, and repeat what was not answered; all must still be heard exactly once.
    #[command(after_long_help = AFTER_HELP)]
    Run(RunArgs),
    /// Serves the least that can be measured by `run`: the floor that the servers are compared with.
    ///
    /// Start two of them on one database and one Redis, and give both to `run` as --api and as --gateway. It verifies
    /// tokens, commits every message to Postgres and delivers over Redis, and leaves out everything else: membership,
    /// order, resume, repeated sends, bounds, pings.
    Baseline(BaselineArgs),
    /// Measures several servers in turns, and prints medians, ranges and ratios.
    ///
    /// Starts each contender's processes itself, on a database and a Redis prefix of their own, drives them by the
    /// scenarios that have a name, and removes everything again. By default: the floor against the servers that lie
    /// beside this program.
    Compare(CompareArgs),
    /// Finds the highest rate that the servers hold, by bisection.
    ///
    /// Runs again and again, each time at another rate, with the same accounts in new conversations. A rate is held when
    /// the 99th percentile of the deliveries is below a limit, and nothing is lost, doubled, reordered or left without
    /// an answer.
    Max(MaxArgs),
    /// Holds sockets that nobody uses, and says what each costs: memory, the kernel's memory, processor time.
    Idle(IdleArgs),
    /// Repeats one run over a list of sizes, and says what a delivery costs at each.
    ///
    /// Sizes are conversations, members, gateways (the first so many of those given), the rate, or the messages that are
    /// in the conversations before the run.
    Scale(ScaleArgs),
    /// Cuts all sockets at once, and says how long it takes until all are back and have everything.
    ///
    /// The sockets follow conversations in which nothing happens, or in which messages are written while they are away;
    /// beside them a smaller run sends and listens, before and during the storm.
    Storm(StormArgs),
    /// Opens one socket at a conversation, prints its frames, and sends the lines typed at it.
    Talk(TalkArgs),
}

/// Does what the command line says. In a run Ctrl-C ends the sending early, and a second one the whole.
pub async fn execute(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Run(args) => execute_run(args).await,
        Command::Baseline(args) => baseline(args).await,
        Command::Compare(args) => compare(args).await,
        Command::Max(args) => max(args).await,
        Command::Idle(args) => idle(args).await,
        Command::Scale(args) => scale(args).await,
        Command::Storm(args) => storm(args).await,
        Command::Talk(args) => talk(args).await,
    }
}

async fn execute_run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let json = args.json.clone();
    let options = args.options()?;
    let halt = CancellationToken::new();
    let running = crate::run::run(&options, halt.clone());
    tokio::pin!(running);
    let report = tokio::select! {
        report = &mut running => report?,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            halt.cancel();
            tokio::select! {
                report = &mut running => report?,
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
        }
    };
    publish(&report, &report.table(), json.as_deref())?;
    Ok(if report.clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    })
}

/// Shows a report: as a table, as JSON in a file, or as JSON instead of the table.
pub(crate) fn publish(report: &impl Serialize, table: &str, json: Option<&Path>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let Some(path) = json else {
        writeln!(stdout, "{table}")?;
        return Ok(());
    };
    let text = serde_json::to_string_pretty(report)?;
    if path.as_os_str() == "-" {
        writeln!(stdout, "{text}")?;
        return Ok(());
    }
    std::fs::write(path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
    writeln!(stdout, "{table}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
