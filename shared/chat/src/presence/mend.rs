//! Brings the store's idea of who is online back to what the leases say, where an edge got lost: its node was killed
//! before it was noted, or Redis forgot the lease.

use std::time::Duration;

use protocol::{Timestamp, UserId};
use store::Edge;

use super::{Presence, PresenceError};

/// People compared at once.
const CHUNK: usize = 1_000;

/// The same for the store.
const ROWS: i64 = 1_000;

/// The claim of the one node that compares.
const CLAIM: &str = "presence:absent";

/// Ids begin at 1.
const BEFORE_ALL: UserId = UserId(0);

impl Presence {
    /// These people were online at that moment, which [`Presence::hold`] answered: whoever the store calls offline is
    /// told anew.
    pub async fn mend_present(&self, people: &[UserId], at: Timestamp) -> Result<(), PresenceError> {
        for chunk in people.chunks(CHUNK) {
            let offline = self.store.offline_among(chunk).await?;
            self.pending.note(offline.into_iter().map(|user| Edge {
                user,
                is_online: true,
                at,
            }));
        }
        Ok(())
    }

    /// Whoever the store calls online without a lease is told to be offline. One node of all does it within `span`,
    /// and nobody while leases may be missing.
    pub async fn mend_absent(&self, lease: Duration, span: Duration) -> Result<(), PresenceError> {
        if !self.bus.claim(CLAIM, span).await? {
            return Ok(());
        }
        let mut after = BEFORE_ALL;
        loop {
            let people = self.store.online_after(after, ROWS).await?;
            let Some(last) = people.last() else {
                return Ok(());
            };
            after = *last;
            let among = self.bus.presence().among(&people, lease).await?;
            if !among.is_settled {
                return Ok(());
            }
            let gone = people.iter().filter(|user| !among.online.contains(user));
            self.pending.note(gone.map(|&user| Edge {
                user,
                is_online: false,
                at: among.at,
            }));
        }
    }
}
