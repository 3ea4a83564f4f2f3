//! The leases of a bus inside one process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::{Timestamp, UserId};
use runtime::Clock;
use tokio::time::Instant;
use uuid::Uuid;

use crate::presence::SILENCE_PER_LEASE;
use crate::{Among, BusError, Presence, Turned};

/// See the module. Leases run by the process's timer; the moments of edges are the clock's.
#[derive(Debug)]
pub struct Leases {
    clock: Clock,
    people: Mutex<People>,
}

/// Who keeps a person online.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Node(Uuid),
    /// The last socket is gone, a moment ago.
    Grace,
    Login,
}

#[derive(Debug, Default)]
struct People {
    /// Whoever is in it is online, as far as anybody was told.
    online: HashMap<UserId, HashMap<Holder, Instant>>,
    /// The first look, and the latest.
    looked: Option<(Instant, Instant)>,
    quiet_until: Option<Instant>,
}

impl Default for Leases {
    fn default() -> Self {
        Self::by(Clock::system())
    }
}

impl Leases {
    /// Nobody is online; edges have this clock's moments.
    pub fn by(clock: Clock) -> Self {
        let people = Mutex::default();
        Self { clock, people }
    }

    fn lock(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turned(&self, people: Vec<UserId>) -> Turned {
        let at = self.clock.now();
        Turned { at, people }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[async_trait::async_trait]
impl Presence for Leases {
    async fn hold(&self, holder: Uuid, people: &[UserId], lease: Duration) -> Result<Turned, BusError> {
        let expiry = Instant::now() + lease;
        let mut known = self.lock();
        let mut fresh = Vec::new();
        for &person in people {
            let holders = known.online.entry(person).or_insert_with(|| {
                fresh.push(person);
                HashMap::new()
            });
            holders.remove(&Holder::Login);
            holders.insert(Holder::Node(holder), expiry);
        }
        Ok(self.turned(fresh))
    }

    async fn release(&self, holder: Uuid, people: &[UserId], grace: Duration) -> Result<(), BusError> {
        let expiry = Instant::now() + grace;
        let mut known = self.lock();
        for person in people {
            if let Some(holders) = known.online.get_mut(person)
                && holders.remove(&Holder::Node(holder)).is_some()
            {
                let end = holders.entry(Holder::Grace).or_insert(expiry);
                *end = expiry.max(*end);
            }
        }
        Ok(())
    }

    async fn sign_in(&self, person: UserId, lease: Duration) -> Result<Turned, BusError> {
        let expiry = Instant::now() + lease;
        let mut known = self.lock();
        let was_online = known.online.contains_key(&person);
        known
            .online
            .entry(person)
            .or_default()
            .insert(Holder::Login, expiry);
        Ok(self.turned(if was_online { vec![] } else { vec![person] }))
    }

    async fn sign_out(&self, person: UserId) -> Result<Turned, BusError> {
        let now = Instant::now();
        let mut known = self.lock();
        let Some(holders) = known.online.get_mut(&person) else {
            return Ok(self.turned(vec![]));
        };
        holders.retain(|holder, expiry| matches!(holder, Holder::Node(_)) && *expiry > now);
        if !holders.is_empty() {
            return Ok(self.turned(vec![]));
        }
        known.online.remove(&person);
        Ok(self.turned(vec![person]))
    }

    async fn lapsed(&self, lease: Duration, limit: usize) -> Result<Turned, BusError> {
        let now = Instant::now();
        let mut known = self.lock();
        let (first, latest) = known.looked.unwrap_or((now, now));
        known.looked = Some((first, now));
        if now - latest > lease / SILENCE_PER_LEASE {
            known.quiet_until = Some(now + lease);
        }
        if known.quiet_until.is_some_and(|until| now < until) {
            return Ok(self.turned(vec![]));
        }
        let is_over = |(_, holders): &(&UserId, &HashMap<Holder, Instant>)| {
            holders.values().all(|expiry| *expiry <= now)
        };
        let gone = known.online.iter().filter(is_over);
        let gone: Vec<_> = gone.map(|(person, _)| *person).take(limit).collect();
        for person in &gone {
            known.online.remove(person);
        }
        Ok(self.turned(gone))
    }

    async fn among(&self, people: &[UserId], lease: Duration) -> Result<Among, BusError> {
        let now = Instant::now();
        let known = self.lock();
        let online = people.iter().filter(|person| known.online.contains_key(person));
        let is_old = known.looked.is_some_and(|(first, _)| now >= first + lease);
        Ok(Among {
            at: self.now(),
            online: online.copied().collect(),
            is_settled: is_old && known.quiet_until.is_none_or(|until| now >= until),
        })
    }
}
