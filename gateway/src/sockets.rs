//! Every socket of this node: how many there are, how many there may be, and how all are closed in good order.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota};
use metrics::{describe_gauge, gauge};
use protocol::close::CloseCode;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use crate::hub::channel::SocketId;
use crate::outbox::Outbox;

/// How often a draining node closes the next few at most: often enough to be even, seldom enough to cost nothing.
const DRAINS_PER_SECOND: u32 = 10;

/// The node's open sockets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    max: usize,
    /// Lets as many in at once as in a second.
    bucket: DefaultDirectRateLimiter,
    open: Mutex<Open>,
    gone: Notify,
}

#[derive(Debug, Default)]
struct Open {
    sockets: HashMap<SocketId, Option<Outbox>>,
    last_id: SocketId,
}

/// A socket's place among the others; given back when dropped, however the socket ends.
#[derive(Debug)]
pub struct Place {
    id: SocketId,
    inner: Arc<Inner>,
}

/// Why a socket is not let in; another node may have room, and this one in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// As many sockets are open as there may be.
    #[error("this node is full")]
    Full,
    /// More come at once than are let in.
    #[error("many come at once; come back in a moment")]
    Rush,
}

impl Sockets {
    /// Room for this many, and for so many newcomers a second; at least one.
    pub fn new(max: usize, per_second: u32) -> Self {
        let quota = Quota::per_second(NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN));
        Self(Arc::new(Inner {
            max,
            bucket: DefaultDirectRateLimiter::direct(quota),
            open: Mutex::default(),
            gone: Notify::new(),
        }))
    }

    /// A place for one more. Counting and taking are one step.
    pub fn admit(&self) -> Result<Place, NoPlace> {
        let mut open = self.0.lock();
        if open.sockets.len() >= self.0.max {
            return Err(NoPlace::Full);
        }
        if self.0.bucket.check().is_err() {
            return Err(NoPlace::Rush);
        }
        open.last_id += 1;
        let id = open.last_id;
        open.sockets.insert(id, None);
        gauge!("chat_gateway_sockets").set(open.sockets.len() as f64);
        Ok(Place {
            id,
            inner: self.0.clone(),
        })
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.lock().sockets.len()
    }

    /// Closes all of them with 1012, at most this many a second, and returns once none is left.
    pub async fn drain(&self, closes_per_second: u32) {
        let ticks_per_second = closes_per_second.clamp(1, DRAINS_PER_SECOND);
        let per_tick = usize::try_from(closes_per_second / ticks_per_second)
            .unwrap_or(usize::MAX)
            .max(1);
        let mut tick = interval(Duration::from_secs(1) / ticks_per_second);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let gone = self.0.gone.notified();
            let next: Vec<_> = {
                let mut open = self.0.lock();
                if open.sockets.is_empty() {
                    return;
                }
                open.sockets
                    .values_mut()
                    .filter_map(Option::take)
                    .take(per_tick)
                    .collect()
            };
            if next.is_empty() {
                // All were told; wait for them to leave, and for those that are only just being accepted.
                tokio::select! { () = gone => {}, _ = tick.tick() => {} }
                continue;
            }
            for outbox in &next {
                outbox.close(CloseCode::Restart);
            }
            tick.tick().await;
        }
    }
}

impl Place {
    /// This socket's name on the node.
    pub fn id(&self) -> SocketId {
        self.id
    }

    /// From here on a drain closes the socket through its outbox.
    pub fn occupy(&self, outbox: &Outbox) {
        self.inner.lock().sockets.insert(self.id, Some(outbox.clone()));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.inner.lock();
        open.sockets.remove(&self.id);
        gauge!("chat_gateway_sockets").set(open.sockets.len() as f64);
        drop(open);
        self.inner.gone.notify_waiters();
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn describe_metrics() {
    describe_gauge!("chat_gateway_sockets", "Sockets that are open on this node");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Outgoing;

    #[test]
    fn a_full_node_admits_nobody_until_somebody_leaves() {
        let sockets = Sockets::new(1, 100);
        let first = sockets.admit().unwrap();
        assert_eq!(sockets.admit().unwrap_err(), NoPlace::Full);
        drop(first);
        assert!(sockets.admit().is_ok());
    }

    #[test]
    fn a_rush_is_let_in_at_the_named_rate() {
        let sockets = Sockets::new(1_000, 10);
        let places: Vec<_> = (0..100).filter_map(|_| sockets.admit().ok()).collect();
        // A bucketful; a machine that stands still meanwhile lets some more in.
        assert!((10..50).contains(&places.len()), "{}", places.len());
        assert_eq!(sockets.count(), places.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_closes_at_the_named_rate_and_waits_for_the_last() {
        let sockets = Sockets::new(100, 100);
        let open: Vec<_> = (0..25)
            .map(|_| {
                let (place, outbox) = (sockets.admit().unwrap(), Outbox::new(1));
                place.occupy(&outbox);
                (place, outbox)
            })
            .collect();
        let started = tokio::time::Instant::now();
        let clients = async {
            for (place, outbox) in open {
                outbox.ready().await;
                let mut items = Vec::new();
                outbox.take(&mut items);
                assert_eq!(items, [Outgoing::Close(CloseCode::Restart)]);
                drop(place);
            }
        };
        tokio::join!(sockets.drain(100), clients);
        assert_eq!(sockets.count(), 0);
        let took = started.elapsed();
        assert!(
            took >= Duration::from_millis(200),
            "25 sockets at 10 a tick take two pauses, took {took:?}"
        );
    }
}
