//! The one task that speaks with the leases, one thing after the other: nobody's arrival can overtake their departure.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError};
use chat::presence::PresenceError;
use metrics::histogram;
use protocol::Timestamp;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Presence, REFRESH, Timing};

/// Between two tries to renew while the leases cannot be reached.
const RETRY: Duration = Duration::from_secs(1);

/// Of the time between two comparisons, the part for which one node's claim keeps the others from it: whichever is
/// next then finds it free.
const CLAIMED: f64 = 0.9;

/// Where the leases are.
#[derive(Debug)]
pub(crate) struct Leases {
    /// What they mean to others.
    pub(crate) presence: chat::Presence,
    /// Says whether they can be reached.
    pub(crate) bus: Arc<dyn Bus>,
}

struct Keeper {
    /// This life of this process: what a former one held runs out.
    node: Uuid,
    local: Presence,
    leases: Leases,
    timing: Timing,
    draining: CancellationToken,
    /// The leases may not know who is here: nobody is taken for gone before they do.
    is_behind: bool,
}

/// Runs until it is dropped.
pub(super) async fn keep(
    local: Presence,
    leases: Leases,
    timing: Timing,
    draining: CancellationToken,
) -> Infallible {
    let mut keeper = Keeper {
        node: Uuid::new_v4(),
        local,
        leases,
        timing,
        draining,
        is_behind: false,
    };
    let mut refresh = every(timing.refresh());
    let mut sweep = every(timing.sweep());
    let mut mend = every(timing.mend());
    let mut retry = every(RETRY);
    loop {
        tokio::select! {
            () = keeper.local.changed() => keeper.tell_changes().await,
            _ = refresh.tick() => keeper.refresh().await,
            _ = retry.tick(), if keeper.is_behind => keeper.refresh().await,
            _ = sweep.tick(), if !keeper.is_behind => keeper.sweep().await,
            _ = mend.tick(), if !keeper.is_behind => keeper.mend().await,
        }
    }
}

fn every(span: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + span, span);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

impl Keeper {
    async fn tell_changes(&mut self) {
        let told = self.try_tell_changes().await;
        self.note(told.err());
    }

    async fn try_tell_changes(&self) -> Result<(), BusError> {
        let (came, went) = self.local.take_changes();
        self.is_reachable()?;
        if !came.is_empty() {
            let presence = &self.leases.presence;
            presence.hold(self.node, &came, self.timing.lease).await?;
        }
        // Of a node that leaves, people come back elsewhere, one after the other: the lease is their grace.
        if !went.is_empty() && !self.draining.is_cancelled() {
            let grace = self.timing.grace();
            self.leases.presence.release(self.node, &went, grace).await?;
        }
        Ok(())
    }

    async fn refresh(&mut self) {
        let was_behind = self.is_behind;
        match self.try_refresh().await {
            Ok(_at) => {
                self.is_behind = false;
                if was_behind {
                    tracing::info!("presence is kept again");
                }
            }
            Err(error) => self.note(Some(error)),
        }
    }

    /// Answers when everybody who was here is certain to have been online.
    async fn try_refresh(&self) -> Result<Timestamp, BusError> {
        self.is_reachable()?;
        let started = Instant::now();
        let people = self.local.everybody();
        let presence = &self.leases.presence;
        let at = presence.hold(self.node, &people, self.timing.lease).await?;
        histogram!(REFRESH).record(started.elapsed());
        Ok(at)
    }

    async fn sweep(&mut self) {
        let swept = self.leases.presence.sweep(self.timing.lease).await;
        self.note(swept.err());
    }

    async fn mend(&mut self) {
        match self.try_mend().await {
            Ok(()) => {}
            Err(PresenceError::Bus(error)) => self.note(Some(error)),
            Err(PresenceError::Store(error)) => {
                tracing::debug!(%error, "presence is compared with the store next time");
            }
        }
    }

    async fn try_mend(&self) -> Result<(), PresenceError> {
        let people = self.local.everybody();
        let presence = &self.leases.presence;
        let at = presence.hold(self.node, &people, self.timing.lease).await?;
        presence.mend_present(&people, at).await?;
        let span = self.timing.mend().mul_f64(CLAIMED);
        presence.mend_absent(self.timing.lease, span).await
    }

    /// Nobody shall wait for an answer that is not to be expected.
    fn is_reachable(&self) -> Result<(), BusError> {
        if self.leases.bus.is_up() {
            return Ok(());
        }
        Err(BusError::Unavailable("the bus is away".into()))
    }

    fn note(&mut self, failed: Option<BusError>) {
        let Some(error) = failed else { return };
        if !self.is_behind {
            tracing::warn!(%error, "presence stands still: the bus is away");
        }
        self.is_behind = true;
    }
}
