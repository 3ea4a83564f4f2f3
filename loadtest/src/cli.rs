//! The command line.

use std::io::Write;
use std::num::ParseFloatError;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::plan::{Door, Settings, Via};
use crate::report::Report;
use crate::run::{self, Options};
use crate::talk::{TalkArgs, talk};
use crate::wire::Protocol;

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
    /// Opens one socket at a conversation, prints its frames, and sends the lines typed at it.
    Talk(TalkArgs),
}

/// What `loadtest run` takes.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Base address of an API node; repeat it for more, they are used in turn.
    #[arg(long, required = true, value_name = "URL", value_parser = http_base)]
    api: Vec<String>,
    /// Base address of a gateway; repeat it for more, each conversation is spread over all of them.
    #[arg(long, required = true, value_name = "URL", value_parser = ws_base)]
    gateway: Vec<String>,
    /// Group conversations to open.
    #[arg(long, default_value_t = 200)]
    conversations: u32,
    /// Members of each conversation.
    #[arg(long, default_value_t = 5)]
    members: u32,
    /// Accounts to register. Each registration costs the server a password hash, so people are in several
    /// conversations: about eight each by default, and never fewer accounts than --members. Rounded up to a multiple of
    /// the gateways.
    #[arg(long, value_name = "COUNT")]
    users: Option<u32>,
    /// Messages per second, over all conversations.
    #[arg(long, default_value_t = 1000)]
    rate: u32,
    /// How long to send and measure: 500ms, 60s, 5m.
    #[arg(long, default_value = "60s", value_parser = span)]
    duration: Duration,
    /// How long to send before the measuring starts. These messages are checked, not timed.
    #[arg(long, default_value = "0s", value_parser = span)]
    warmup: Duration,
    /// How messages are sent; `both` takes turns. Gateways limit the frames of each socket per minute: at a high rate
    /// over sockets, spread the sends with --users.
    #[arg(long, value_enum, default_value = "rest")]
    via: Via,
    /// Changes to memberships per second. Guests are added to conversations and removed from them all the time, each at
    /// most every other second; what reaches one who is not in is a finding.
    #[arg(long, default_value_t = 0, value_name = "PER SECOND")]
    churn: u32,
    /// Bytes of each message's text; a little more if the time stamp in it needs that.
    #[arg(long, default_value_t = 100, value_name = "BYTES")]
    payload_bytes: usize,
    /// Which sockets: `multiplexed` is one per user, which follows all of the user's conversations; `conversation` is
    /// one per user and conversation.
    #[arg(long, value_enum, default_value = "multiplexed")]
    door: Door,
    /// What the sockets speak: `socketio` measures a server that is built with Socket.IO, over multiplexed sockets and
    /// without --churn.
    #[arg(long, value_enum, default_value = "native")]
    wire: Protocol,
    /// Sockets opened per second.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..), value_name = "PER SECOND")]
    connect_rate: u32,
    /// Requests under way at once while users and conversations are made.
    #[arg(long, default_value_t = 8, value_parser = at_least_one, value_name = "COUNT")]
    setup_concurrency: usize,
    /// REST sends under way at once. When all are taken the schedule waits, and the wait is in the latencies.
    #[arg(long, default_value_t = 256, value_parser = at_least_one, value_name = "COUNT")]
    in_flight: usize,
    /// How long the answer to one REST send may take. Then it is asked for again at the next API node, under the same
    /// `client_id`.
    #[arg(long, default_value = "30s", value_parser = span)]
    request_timeout: Duration,
    /// How long a REST send is repeated while nobody says whether it is committed. Then it counts as unacknowledged.
    #[arg(long, default_value = "3s", value_parser = span)]
    patience: Duration,
    /// How long to wait for answers and deliveries after the last send. What has not come by then is lost.
    #[arg(long, default_value = "10s", value_parser = span)]
    drain_timeout: Duration,
    /// Also writes the report as JSON to a file; `-` writes it to standard output instead of the table.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Does what the command line says. In a run Ctrl-C ends the sending early, and a second one the whole.
pub async fn execute(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Run(args) => execute_run(args).await,
        Command::Talk(args) => talk(args).await,
    }
}

async fn execute_run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let json = args.json.clone();
    let options = args.options()?;
    let halt = CancellationToken::new();
    let running = run::run(&options, halt.clone());
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
    publish(&report, json)?;
    Ok(if report.clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    })
}

fn publish(report: &Report, json: Option<PathBuf>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let Some(path) = json else {
        writeln!(stdout, "{}", report.table())?;
        return Ok(());
    };
    let text = serde_json::to_string_pretty(report)?;
    if path.as_os_str() == "-" {
        writeln!(stdout, "{text}")?;
        return Ok(());
    }
    std::fs::write(&path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
    writeln!(stdout, "{}", report.table())?;
    Ok(())
}

impl RunArgs {
    fn options(self) -> anyhow::Result<Options> {
        if self.wire == Protocol::Socketio && (self.churn > 0 || self.door != Door::Multiplexed) {
            bail!("--wire socketio goes with neither --churn nor --door conversation");
        }
        Ok(Options {
            settings: Settings {
                conversations: self.conversations,
                members: self.members,
                users: self.users,
                gateways: u32::try_from(self.gateway.len())?,
                rate: self.rate,
                duration: self.duration,
                warmup: self.warmup,
                churn: self.churn,
                via: self.via,
                door: self.door,
            },
            apis: self.api,
            gateways: self.gateway,
            wire: self.wire,
            payload_bytes: self.payload_bytes,
            connect_rate: self.connect_rate,
            setup_concurrency: self.setup_concurrency,
            in_flight: self.in_flight,
            request_timeout: self.request_timeout,
            patience: self.patience,
            drain_timeout: self.drain_timeout,
        })
    }
}

fn http_base(text: &str) -> Result<String, String> {
    base(text, "http://")
}

fn ws_base(text: &str) -> Result<String, String> {
    base(text, "ws://")
}

/// Without TLS: the figures would be those of the proxy that ends it.
fn base(text: &str, scheme: &str) -> Result<String, String> {
    match text.strip_prefix(scheme) {
        Some(rest) if !rest.is_empty() => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(format!("an address that starts with {scheme} is needed")),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1 is needed".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("{error}")),
    }
}

/// A number with a unit: `ms`, `s` or `m`; seconds without.
fn span(text: &str) -> Result<Duration, String> {
    let (number, seconds_per_unit) = [("ms", 0.001), ("s", 1.0), ("m", 60.0)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
        .unwrap_or((text, 1.0));
    let number: f64 = number
        .parse()
        .map_err(|error: ParseFloatError| error.to_string())?;
    Duration::try_from_secs_f64(number * seconds_per_unit).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_socketio_cannot_do_is_refused_before_the_run() {
        let options = |more: &[&str]| {
            let line = [
                "loadtest",
                "run",
                "--api",
                "http://a",
                "--gateway",
                "ws://b",
                "--wire",
                "socketio",
            ];
            let cli = Cli::try_parse_from(line.iter().chain(more)).unwrap();
            let Command::Run(args) = cli.command else {
                panic!("not a run");
            };
            args.options().map(|_| ())
        };
        assert!(options(&[]).is_ok());
        assert!(options(&["--churn", "1"]).is_err());
        assert!(options(&["--door", "conversation"]).is_err());
    }

    #[test]
    fn spans_are_read_in_minutes_seconds_and_milliseconds() {
        assert_eq!(span("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(span("60s"), Ok(Duration::from_mins(1)));
        assert_eq!(span("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(span("2"), Ok(Duration::from_secs(2)));
        assert!(span("-1s").is_err());
        assert!(span("soon").is_err());
    }

    #[test]
    fn targets_need_the_right_scheme_and_lose_their_last_slash() {
        assert_eq!(http_base("http://host:1/").as_deref(), Ok("http://host:1"));
        assert!(http_base("https://host").is_err());
        assert!(ws_base("http://host").is_err());
    }
}
