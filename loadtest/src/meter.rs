//! One clock, the counters and the histograms of a run, shared by all of its tasks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};
use tokio::time::Instant;

/// Histograms that each kind of latency is spread over, so that tasks seldom wait for each other's lock.
const SHARDS: usize = 8;

/// The longest latency told apart, in microseconds: an hour. Longer ones count as this.
const LONGEST_US: u64 = 3_600_000_000;

/// Decimal digits kept of each latency.
const DIGITS: u8 = 3;

/// Latencies in microseconds.
pub type Latencies = Histogram<u64>;

/// An empty histogram of the range and precision that all of them share.
pub fn latencies() -> Result<Latencies, CreationError> {
    Histogram::new_with_bounds(1, LONGEST_US, DIGITS)
}

/// Refused sends and other errors, by their code.
pub type Refusals = BTreeMap<String, u64>;

/// How far the run is. Counts are sums over all tasks; they are for the progress bar and the end of the run, the
/// ledger judges by its own.
#[derive(Debug, Default)]
pub struct Counts {
    /// Sends whose moment came.
    pub intended: AtomicU64,
    /// Sends answered with a number.
    pub acked: AtomicU64,
    /// Sends answered with an error.
    pub refused: AtomicU64,
    /// Sends never handed over because their socket was away too long.
    pub unsent: AtomicU64,
    /// Sends repeated under the same `client_id`.
    pub repeated: AtomicU64,
    /// Deliveries owed for what is acknowledged.
    pub expected: AtomicU64,
    /// Messages heard for the first time, per socket.
    pub delivered: AtomicU64,
    /// Guests whose socket is in step with their conversation.
    pub following: AtomicU64,
    /// When the last frame with a message or an answer came: microseconds on the meter's clock.
    pub last_heard_us: AtomicU64,
}

/// Adds to a counter.
pub fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Relaxed);
}

/// Takes from a counter what was added to it.
pub fn subtract(counter: &AtomicU64, count: u64) {
    counter.fetch_sub(count, Relaxed);
}

/// Reads a counter.
pub fn read(counter: &AtomicU64) -> u64 {
    counter.load(Relaxed)
}

/// The shared measuring instrument of a run.
#[derive(Debug)]
pub struct Meter {
    epoch: Instant,
    measured_from_us: AtomicU64,
    /// How far the run is.
    pub counts: Counts,
    deliveries: Series,
    acks: Series,
    connects: Series,
}

impl Meter {
    /// Its clock starts now; nothing counts as measured before [`Self::measure_from`].
    pub fn new() -> Result<Self, CreationError> {
        Self::on(Instant::now())
    }

    /// Its clock started then.
    pub fn on(epoch: Instant) -> Result<Self, CreationError> {
        Ok(Self {
            epoch,
            measured_from_us: AtomicU64::new(u64::MAX),
            counts: Counts::default(),
            deliveries: Series::new(SHARDS)?,
            acks: Series::new(SHARDS)?,
            connects: Series::new(1)?,
        })
    }

    /// Microseconds since the clock started.
    pub fn now_us(&self) -> u64 {
        micros(self.epoch.elapsed())
    }

    /// The instant of a reading of this clock.
    pub fn instant(&self, at_us: u64) -> Instant {
        self.epoch + Duration::from_micros(at_us)
    }

    /// Sends that are due before this moment are warm-up: checked, not timed.
    pub fn measure_from(&self, at_us: u64) {
        self.measured_from_us.store(at_us, Relaxed);
    }

    /// A message was heard for the first time on a socket. `task` is any number that differs between tasks.
    pub fn delivered(&self, task: usize, intended_us: u64, now_us: u64) {
        add(&self.counts.delivered, 1);
        self.heard(now_us);
        self.time(&self.deliveries, task, intended_us, now_us);
    }

    /// A send was answered with a number for the first time; `owed` sockets must now hear it.
    pub fn acked(&self, task: usize, intended_us: u64, owed: u64) {
        let now_us = self.now_us();
        add(&self.counts.acked, 1);
        add(&self.counts.expected, owed);
        self.heard(now_us);
        self.time(&self.acks, task, intended_us, now_us);
    }

    /// A socket is ready: dialled, upgraded, and in step with all of its conversations.
    pub fn connected(&self, took: Duration) {
        self.connects.record(0, micros(took), 0);
    }

    /// Something came that a quiet end of the run has to wait for.
    pub fn heard(&self, now_us: u64) {
        self.counts.last_heard_us.fetch_max(now_us, Relaxed);
    }

    /// Measured deliveries.
    pub fn deliveries(&self) -> Timed {
        self.deliveries.sum(read(&self.measured_from_us))
    }

    /// Measured acknowledgements.
    pub fn acks(&self) -> Timed {
        self.acks.sum(read(&self.measured_from_us))
    }

    /// How long sockets took to get ready.
    pub fn connects(&self) -> Timed {
        self.connects.sum(0)
    }

    fn time(&self, series: &Series, task: usize, intended_us: u64, now_us: u64) {
        if intended_us >= read(&self.measured_from_us) {
            series.record(task, now_us.saturating_sub(intended_us), now_us);
        }
    }
}

/// Whole microseconds; a span beyond half a million years counts as that.
pub fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// The latencies of a kind of event, and the span over which the events happened.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Every one of them.
    pub latencies: Latencies,
    /// From the start of the measuring to the last event.
    pub span: Duration,
}

impl Timed {
    /// Events per second of the span.
    pub fn per_second(&self) -> f64 {
        if self.span.is_zero() {
            return 0.0;
        }
        self.latencies.len() as f64 / self.span.as_secs_f64()
    }
}

#[derive(Debug)]
struct Series {
    empty: Latencies,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Debug)]
struct Shard {
    latencies: Latencies,
    last_us: u64,
}

impl Series {
    fn new(shards: usize) -> Result<Self, CreationError> {
        let empty = latencies()?;
        let shard = || Shard {
            latencies: empty.clone(),
            last_us: 0,
        };
        let shards = (0..shards).map(|_| Mutex::new(shard())).collect();
        Ok(Self { empty, shards })
    }

    fn record(&self, task: usize, latency_us: u64, now_us: u64) {
        let shard = &self.shards[task % self.shards.len()];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.latencies.saturating_record(latency_us);
        shard.last_us = shard.last_us.max(now_us);
    }

    fn sum(&self, from_us: u64) -> Timed {
        let mut latencies = self.empty.clone();
        let mut last_us = 0;
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            latencies += &shard.latencies;
            last_us = last_us.max(shard.last_us);
        }
        Timed {
            latencies,
            span: Duration::from_micros(last_us.saturating_sub(from_us)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn latency_counts_from_the_intended_moment_and_leaves_the_warm_up_out() {
        let meter = Meter::new().unwrap();
        meter.measure_from(1_000_000);
        tokio::time::advance(Duration::from_secs(3)).await;
        meter.delivered(0, 999_999, meter.now_us());
        meter.delivered(1, 1_000_000, meter.now_us());
        let measured = meter.deliveries();
        assert_eq!(measured.latencies.len(), 1);
        assert!((1_998_000..=2_002_000).contains(&measured.latencies.max()));
        assert_eq!(measured.span, Duration::from_secs(2));
        assert!((measured.per_second() - 0.5).abs() < f64::EPSILON);
        assert_eq!(read(&meter.counts.delivered), 2);
    }
}
