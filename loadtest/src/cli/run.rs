//! The options of a run, and how they are read.

use std::num::ParseFloatError;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use crate::cost::WatchArgs;
use crate::plan::{Door, Settings, Via};
use crate::run::Options;
use crate::wire::Protocol;

/// What `loadtest run` takes.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Base address of an API node; repeat it for more, they are used in turn.
    #[arg(long, required = true, value_name = "URL", value_parser = http_base)]
    pub(crate) api: Vec<String>,
    /// Base address of a gateway; repeat it for more, each conversation is spread over all of them.
    #[arg(long, required = true, value_name = "URL", value_parser = ws_base)]
    pub(crate) gateway: Vec<String>,
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
    pub(crate) rate: u32,
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
    pub(crate) json: Option<PathBuf>,
    #[command(flatten)]
    watch: WatchArgs,
}

impl RunArgs {
    /// As a run takes them.
    pub fn options(self) -> anyhow::Result<Options> {
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
            watch: self.watch.into(),
        })
    }
}

pub(crate) fn http_base(text: &str) -> Result<String, String> {
    base(text, "http://")
}

pub(crate) fn ws_base(text: &str) -> Result<String, String> {
    base(text, "ws://")
}

/// Without TLS: the figures would be those of the proxy that ends it.
fn base(text: &str, scheme: &str) -> Result<String, String> {
    match text.strip_prefix(scheme) {
        Some(rest) if !rest.is_empty() => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(format!("an address that starts with {scheme} is needed")),
    }
}

pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1 is needed".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("{error}")),
    }
}

/// A number with a unit: `ms`, `s` or `m`; seconds without.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
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
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        run: RunArgs,
    }

    #[test]
    fn what_socketio_cannot_do_is_refused_before_the_run() {
        let options = |more: &[&str]| {
            let line = [
                "loadtest",
                "--api",
                "http://a",
                "--gateway",
                "ws://b",
                "--wire",
                "socketio",
            ];
            let alone = Alone::try_parse_from(line.iter().chain(more)).unwrap();
            alone.run.options().map(|_| ())
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
