//! `loadtest run`: the stages of a run, one after the other.

mod gather;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use self::gather::{gather, gather_guests};
use crate::churn::Churn;
use crate::cost::{Costs, Watch};
use crate::ledger::settle;
use crate::meter::{self, Latencies, Meter, latencies, micros};
use crate::plan::{Plan, Settings};
use crate::progress::progress;
use crate::report::{Findings, Report};
use crate::sender::{LANE_QUEUE, Lane, LaneNotes, Outlets, Patience, metronome};
use crate::setup::{self, Apis, Cast};
use crate::socket::listener::{Listener, World};
use crate::socket::{FirstAttempt, Outcome, Posting, QUEUE, Socket};
use crate::wire::Protocol;

/// Between the last preparation and the first send, so that the metronome's thread is up when it is due.
const LEAD: Duration = Duration::from_millis(100);

/// How long nothing must have come before the run is over: a message that is doubled comes after its first copy.
const QUIET: Duration = Duration::from_millis(300);

/// How often the counters are looked at while sends are under way.
const LOOK: Duration = Duration::from_millis(50);

/// REST lanes: more than the cores that such a run may use keep no core busier.
const LANES: usize = 4;

/// A run, as asked for on the command line.
#[derive(Clone, Debug, Serialize)]
pub struct Options {
    /// Size and manner.
    #[serde(flatten)]
    pub settings: Settings,
    /// Bases of the REST targets, `http://host:port`, without a slash at the end; at least one.
    pub apis: Vec<String>,
    /// Bases of the socket targets, `ws://host:port`, without a slash at the end; as many as `settings.gateways`.
    pub gateways: Vec<String>,
    /// What the sockets speak.
    pub wire: Protocol,
    /// Bytes of each message's text.
    pub payload_bytes: usize,
    /// Sockets opened per second; at least 1.
    pub connect_rate: u32,
    /// Registrations and other requests of the setup that may be under way at once.
    pub setup_concurrency: usize,
    /// REST sends that may be under way at once.
    pub in_flight: usize,
    /// How long the answer to one REST send may take before it is asked for again.
    pub request_timeout: Duration,
    /// How long a REST send is repeated while nobody says whether it is committed.
    pub patience: Duration,
    /// How long to wait for what is missing after the last send.
    pub drain_timeout: Duration,
    /// The servers' processes.
    pub watch: Watch,
}

/// Does a run. `halt` ends the sending early; what was sent until then is judged as ever. An error means that the
/// run could not be done, not that it found something: that is in the report.
pub async fn run(options: &Options, halt: CancellationToken) -> anyhow::Result<Report> {
    let plan = Plan::new(options.settings.clone())?;
    let mut troupe = Troupe::register(&plan, &options.apis, options.setup_concurrency).await?;
    troupe.open_conversations(&plan).await?;
    let moments = Moments {
        halt,
        ..Moments::default()
    };
    perform(options, &troupe, moments).await
}

/// Accounts, and conversations between them, that several runs may use one after the other.
pub struct Troupe {
    apis: Apis,
    /// Requests under way at once.
    concurrency: usize,
    /// Who and where.
    pub cast: Cast,
    /// One for all: a send of a later run is due later, and so cannot be taken for one of an earlier run.
    clock: Instant,
}

/// What a run and whoever started it tell each other.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    /// To the run: send no more.
    pub halt: CancellationToken,
    /// From the run: the warm-up is over.
    pub warm: CancellationToken,
}

impl Troupe {
    /// Makes the accounts of a plan, so many requests at a time, at these API nodes.
    pub async fn register(plan: &Plan, apis: &[String], concurrency: usize) -> anyhow::Result<Self> {
        let apis = Apis {
            client: setup::client()?,
            bases: apis.to_vec(),
        };
        let bar = progress("registering users", plan.users() as u64);
        let people = setup::register(&apis, plan, concurrency, || bar.inc(1)).await?;
        bar.finish_and_clear();
        Ok(Self {
            apis,
            concurrency,
            cast: Cast {
                people,
                conversations: Vec::new(),
            },
            clock: Instant::now(),
        })
    }

    /// Opens new conversations between the accounts, instead of those that there were.
    pub async fn open_conversations(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let bar = progress("opening conversations", plan.conversations() as u64);
        let who = (plan, &self.cast.people[..]);
        let opened = setup::open_conversations(&self.apis, who, self.concurrency, || bar.inc(1)).await;
        self.cast.conversations = opened?;
        bar.finish_and_clear();
        Ok(())
    }
}

/// Does a run in conversations that are there. The options must have the shape that the troupe was made for.
pub async fn perform(options: &Options, troupe: &Troupe, moments: Moments) -> anyhow::Result<Report> {
    let started_at = now();
    let _halt_on_leave = moments.halt.clone().drop_guard();
    let stop = CancellationToken::new();
    let _stop_on_leave = stop.clone().drop_guard();

    let apis = troupe.apis.clone();
    let world = Arc::new(World {
        plan: Plan::new(options.settings.clone())?,
        cast: troupe.cast.clone(),
        meter: Meter::on(troupe.clock)?,
        wire: options.wire,
        payload_bytes: options.payload_bytes,
        request_timeout: options.request_timeout,
    });
    let sockets = open_sockets(options, &world, &stop).await?;
    let mut churn = Churn::start(&world, (&apis, &options.gateways), &stop);
    let (outlets, lanes) = start_lanes(options, &world, (apis, sockets.postings), &stop);
    let (lag, costs) = send(&world, outlets, &options.watch, &moments).await?;
    let stints = churn.end().await?;
    drain(&world, options.drain_timeout).await;
    stop.cancel();

    let mut findings = Findings::new(started_at, lag);
    let (tracks, acks) = gather(&mut findings, sockets.tasks, lanes).await?;
    let guests = gather_guests(&mut findings, &world, (stints, churn.heard().await?));
    let made = u32::try_from(meter::read(&world.meter.counts.intended))?;
    let sent_to: Vec<usize> = (0..made)
        .map(|index| world.plan.send(index).conversation)
        .collect();
    findings.verdict = settle(&sent_to, &tracks, acks, &guests);
    Ok(Report::new(options, &world, (&findings, costs)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the report's date, to find the run in other records; nothing is measured by it"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

struct Sockets {
    tasks: JoinSet<Outcome>,
    postings: Vec<mpsc::Sender<Posting>>,
}

/// Opens all sockets at the connect rate, and waits until every one is in step with its conversations.
async fn open_sockets(
    options: &Options,
    world: &Arc<World>,
    stop: &CancellationToken,
) -> anyhow::Result<Sockets> {
    let seats = world.plan.seats();
    let (attempted, mut attempts) = mpsc::channel::<FirstAttempt>(seats.len());
    let mut sockets = Sockets {
        tasks: JoinSet::new(),
        postings: Vec::with_capacity(seats.len()),
    };
    let begin = Instant::now();
    for (number, seat) in seats.iter().enumerate() {
        let (posting, postings) = mpsc::channel(QUEUE);
        let targets = (options.gateways.clone(), seat.gateway);
        let listener = Listener::new(Arc::clone(world), number);
        let socket = Socket::new(listener, postings, targets, attempted.clone());
        let start = begin + Duration::from_secs_f64(number as f64 / f64::from(options.connect_rate));
        sockets.tasks.spawn(socket.keep(start, stop.clone()));
        sockets.postings.push(posting);
    }
    drop(attempted);
    let bar = progress("opening sockets", seats.len() as u64);
    for opened in 0..seats.len() {
        let Some(attempt) = attempts.recv().await else {
            bail!("a socket's task ended before it was ready");
        };
        let took = attempt.with_context(|| format!("{opened} of {} sockets were open", seats.len()))?;
        world.meter.connected(took);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(sockets)
}

fn start_lanes(
    options: &Options,
    world: &Arc<World>,
    (apis, sockets): (Apis, Vec<mpsc::Sender<Posting>>),
    stop: &CancellationToken,
) -> (Outlets, JoinSet<LaneNotes>) {
    let mut tasks = JoinSet::new();
    let mut lanes = Vec::new();
    for number in 0..LANES.min(options.in_flight) {
        let (lane, postings) = mpsc::channel(LANE_QUEUE);
        let poster = Lane {
            world: Arc::clone(world),
            apis: apis.clone(),
            in_flight: options.in_flight.div_ceil(LANES),
            patience: Patience {
                request: options.request_timeout,
                send: options.patience,
            },
            number,
        };
        tasks.spawn(poster.run(postings, stop.clone()));
        lanes.push(lane);
    }
    (Outlets { sockets, lanes }, tasks)
}

/// Lets the metronome run, and the progress bar follow it. Answers by the metronome's lag, and by what the watched
/// processes used from the end of the warm-up to the last send for each delivery in that time.
async fn send(
    world: &Arc<World>,
    outlets: Outlets,
    watch: &Watch,
    moments: &Moments,
) -> anyhow::Result<(Latencies, Option<Costs>)> {
    let begin_us = world.meter.now_us() + micros(LEAD);
    let warmup = world.plan.settings().warmup;
    let measured_from_us = begin_us + micros(warmup);
    world.meter.measure_from(measured_from_us);
    let lag = latencies()?;
    let metronome = tokio::task::spawn_blocking({
        let (world, halt) = (Arc::clone(world), moments.halt.clone());
        move || metronome(&world, &outlets, (begin_us, lag), &halt)
    });
    tokio::pin!(metronome);
    let bar = progress("sending", u64::from(world.plan.sends()));
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let look = || watch.look(meter::read(&world.meter.counts.delivered));
    let mut warm = None;
    let lag = loop {
        tokio::select! {
            lag = &mut metronome => break lag,
            _ = looks.tick() => show(&bar, world),
        }
        if warm.is_none() && world.meter.now_us() >= measured_from_us {
            warm = Some(look()?);
            moments.warm.cancel();
        }
    };
    let costs = match warm {
        Some(warm) if !watch.is_empty() => Some(watch.costs((&warm, &look()?))),
        _ => None,
    };
    bar.finish_and_clear();
    Ok((lag.context("the metronome failed")?, costs))
}

fn show(bar: &ProgressBar, world: &World) {
    let counts = &world.meter.counts;
    bar.set_position(meter::read(&counts.intended));
    bar.set_message(format!(
        "{} acknowledged, {} of {} delivered",
        meter::read(&counts.acked),
        meter::read(&counts.delivered),
        meter::read(&counts.expected),
    ));
}

/// Waits until everything is answered and delivered and nothing more comes, but not longer than `timeout`.
async fn drain(world: &World, timeout: Duration) {
    let deadline = Instant::now() + timeout;
    let bar = progress("waiting for the rest", 0);
    let counts = &world.meter.counts;
    // A run whose last answer is long past still watches a while for what comes twice.
    counts.last_heard_us.fetch_max(world.meter.now_us(), Relaxed);
    while Instant::now() < deadline {
        show(&bar, world);
        let answered =
            meter::read(&counts.acked) + meter::read(&counts.refused) + meter::read(&counts.unsent);
        let complete = answered >= meter::read(&counts.intended)
            && meter::read(&counts.following) >= world.plan.guests() as u64
            && meter::read(&counts.delivered) >= meter::read(&counts.expected);
        let last_heard = world.meter.instant(meter::read(&counts.last_heard_us));
        if complete && last_heard.elapsed() >= QUIET {
            break;
        }
        sleep(LOOK).await;
    }
    bar.finish_and_clear();
}
