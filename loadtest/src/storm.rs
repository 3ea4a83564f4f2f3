//! `loadtest storm`: all sockets are cut at once and come back at once.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::requests::SendMessage;
use protocol::{ConversationId, Seq};
use reqwest::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::cli::publish;
use crate::cli::run::span;
use crate::cost::{Watch, WatchArgs};
use crate::held::{Crowd, HeldArgs, Room};
use crate::plan::{Door, Plan, Settings, Via};
use crate::progress::say;
use crate::report::Report;
use crate::report::figures::Figure;
use crate::run::{Moments, Options, Troupe, perform};
use crate::setup::{self, Apis};

/// The run beside the storm: conversations and their members, enough for every gateway to have some of each.
const CONVERSATIONS: u32 = 20;
const MEMBERS: u32 = 5;

/// Bytes of its messages' text, and of those that are missed.
const PAYLOAD_BYTES: usize = 100;

/// Sends of that run before anything is measured.
const WARMUP: Duration = Duration::from_secs(2);

/// Requests under way at once while messages are written that the sockets miss.
const WRITERS: usize = 32;

/// How often it is looked whether all have everything.
const LOOK: Duration = Duration::from_millis(5);

/// What `loadtest storm` takes.
#[derive(Debug, Args)]
pub struct StormArgs {
    #[command(flatten)]
    held: HeldArgs,
    /// Messages written into each conversation the moment its sockets are cut. The baseline cannot resume, and takes
    /// 0 only.
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    missed: u32,
    /// Messages per second of the run beside the storm; 0 is none.
    #[arg(long, default_value_t = 200, value_name = "PER SECOND")]
    traffic: u32,
    /// How long that run is measured before the storm.
    #[arg(long, default_value = "10s", value_parser = span)]
    quiet: Duration,
    /// How long the storm may last; then it is a failure.
    #[arg(long, default_value = "60s", value_parser = span)]
    within: Duration,
    #[command(flatten)]
    watch: WatchArgs,
    /// Also writes the report as JSON to a file; `-` writes it to standard output instead of the table.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Storm {
    parameters: HeldArgs,
    missed_per_conversation: u32,
    /// From the cut to the last socket that is back and has everything.
    seconds: f64,
    /// Of the servers in that time.
    cpu_seconds: f64,
    /// Of those, what the run beside it took in as much time before.
    quiet_cpu_seconds: f64,
    /// Messages that a socket heard the next one of first, or never.
    gaps: u64,
    /// Messages that a socket heard again.
    doubled: u64,
    /// The run beside it, before and during the storm.
    before: Option<Report>,
    during: Option<Report>,
    figures: Vec<Figure>,
}

/// Does a storm, and answers with success when every socket was back in time and nothing was lost or doubled.
pub async fn storm(args: StormArgs) -> anyhow::Result<ExitCode> {
    rlimit::increase_nofile_limit(rlimit::INFINITY)?;
    let watch = Watch::from(args.watch.clone());
    let mut crowd = Crowd::prepare(&args.held).await?;
    let traffic = Traffic::prepare(&args).await?;
    crowd.open(args.held.connect_rate).await?;
    say(&format!("{} sockets are open", args.held.sockets));

    let quiet = watch.look(0)?;
    let before = if let Some(traffic) = &traffic {
        Some(traffic.measure(args.quiet).await?)
    } else {
        sleep(args.quiet).await;
        None
    };
    let quiet = watch.costs((&quiet, &watch.look(1)?));
    let moments = Moments::default();
    let beside = async {
        if let Some(traffic) = &traffic {
            return traffic.accompany(args.within, moments.clone()).await.map(Some);
        }
        moments.warm.cancel();
        Ok(None)
    };
    let storming = async {
        moments.warm.cancelled().await;
        let blown = blow(&args, &watch, &mut crowd).await;
        moments.halt.cancel();
        blown
    };
    let (during, (seconds, cpu_seconds)) = tokio::try_join!(beside, storming)?;
    let share = seconds / quiet.span_seconds;
    let storm = Storm {
        missed_per_conversation: args.missed,
        seconds,
        cpu_seconds,
        quiet_cpu_seconds: quiet.cpu_seconds() * share,
        gaps: crowd.gaps(),
        doubled: crowd.doubled(),
        before,
        during,
        figures: Vec::new(),
        parameters: args.held,
    }
    .with_figures();
    crowd.close().await?;
    publish(&storm, &storm.table(), args.json.as_deref())?;
    Ok(if storm.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The storm itself: how long it took, and the servers' processor time in it.
async fn blow(args: &StormArgs, watch: &Watch, crowd: &mut Crowd) -> anyhow::Result<(f64, f64)> {
    let rooms = crowd.rooms();
    let from = watch.look(0)?;
    let cut_at = Instant::now();
    crowd.cut();
    let storming = async {
        let expected = write_missed(args, &rooms).await?;
        crowd.all_in_step(|_| {}).await?;
        while crowd.behind(&expected) > 0 {
            sleep(LOOK).await;
        }
        anyhow::Ok(())
    };
    timeout(args.within, storming)
        .await
        .context("not every socket was back in time")??;
    let took = cut_at.elapsed();
    let costs = watch.costs((&from, &watch.look(1)?));
    Ok((took.as_secs_f64(), costs.cpu_seconds()))
}

/// Writes what the sockets miss; answers by each conversation's last number.
async fn write_missed(args: &StormArgs, rooms: &[Room]) -> anyhow::Result<Vec<(ConversationId, Seq)>> {
    if args.missed == 0 {
        return Ok(Vec::new());
    }
    let apis = Apis {
        client: setup::client()?,
        bases: args.held.api.clone(),
    };
    stream::iter(rooms.iter().enumerate())
        .map(|(number, room)| write_into(&apis, (number, room), args.missed))
        .buffer_unordered(WRITERS)
        .try_collect()
        .await
}

async fn write_into(
    apis: &Apis,
    (number, room): (usize, &Room),
    count: u32,
) -> anyhow::Result<(ConversationId, Seq)> {
    #[derive(Deserialize)]
    struct Sent {
        seq: Seq,
    }
    let url = apis.address(number, "/api/unet-chat/messages/");
    let mut last = Seq(0);
    for _ in 0..count {
        let body = SendMessage {
            conversation_id: room.conversation,
            sender_id: None,
            text: Some("x".repeat(PAYLOAD_BYTES)),
            reply_to: None,
            client_id: Some(Uuid::new_v4().to_string()),
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
        };
        let request = apis.client.post(&url).header(AUTHORIZATION, &room.person.bearer);
        let answer = request.json(&body).send().await.context("writing a message")?;
        if !answer.status().is_success() {
            bail!("writing a message was answered with {}", answer.status());
        }
        let Sent { seq } = answer.json().await?;
        last = seq;
    }
    Ok((room.conversation, last))
}

/// The run beside the storm.
struct Traffic {
    options: Options,
    troupe: Troupe,
}

impl Traffic {
    async fn prepare(args: &StormArgs) -> anyhow::Result<Option<Self>> {
        if args.traffic == 0 {
            return Ok(None);
        }
        let held = &args.held;
        let options = Options {
            settings: Settings {
                conversations: CONVERSATIONS,
                members: MEMBERS,
                users: None,
                gateways: u32::try_from(held.gateway.len())?,
                rate: args.traffic,
                duration: args.quiet,
                warmup: WARMUP,
                churn: 0,
                via: Via::Socket,
                door: Door::Multiplexed,
            },
            apis: held.api.clone(),
            gateways: held.gateway.clone(),
            wire: held.wire,
            payload_bytes: PAYLOAD_BYTES,
            connect_rate: held.connect_rate,
            setup_concurrency: held.setup_concurrency,
            in_flight: 1,
            request_timeout: args.within,
            patience: args.within,
            drain_timeout: args.within,
            watch: Watch::default(),
        };
        let plan = Plan::new(options.settings.clone())?;
        let mut troupe = Troupe::register(&plan, &held.api, held.setup_concurrency).await?;
        troupe.open_conversations(&plan).await?;
        Ok(Some(Self { options, troupe }))
    }

    async fn measure(&self, duration: Duration) -> anyhow::Result<Report> {
        self.accompany(duration, Moments::default()).await
    }

    async fn accompany(&self, duration: Duration, moments: Moments) -> anyhow::Result<Report> {
        let mut options = self.options.clone();
        options.settings.duration = duration;
        perform(&options, &self.troupe, moments).await
    }
}

const MICROS_PER_SECOND: f64 = 1e6;

impl Storm {
    fn is_clean(&self) -> bool {
        let runs = [&self.before, &self.during];
        let is_clean = runs.into_iter().flatten().all(|report| report.clean);
        is_clean && self.gaps == 0 && self.doubled == 0
    }

    fn with_figures(mut self) -> Self {
        let sockets = self.parameters.sockets as f64;
        let own = (self.cpu_seconds - self.quiet_cpu_seconds).max(0.0);
        self.figures = vec![
            Figure::new("all back and caught up", "s", self.seconds),
            Figure::new("app CPU per socket", "µs", own * MICROS_PER_SECOND / sockets),
        ];
        let runs = [("before", &self.before), ("during", &self.during)];
        for (when, report) in runs {
            let Some(report) = report else { continue };
            let p99 = report.deliveries.latency_ms.p99;
            self.figures
                .push(Figure::new(&format!("delivery p99 {when}"), "ms", p99));
        }
        self.figures.push(Figure::count("gaps", self.gaps));
        self.figures.push(Figure::count("doubled", self.doubled));
        self
    }

    fn table(&self) -> String {
        let word = if self.is_clean() { "clean" } else { "NOT CLEAN" };
        let mut lines = vec![format!("{word}: {} sockets cut at once", self.parameters.sockets)];
        lines.extend(self.figures.iter().map(Figure::line));
        lines.join("\n")
    }
}
