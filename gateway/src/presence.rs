//! Whom this node keeps online: everybody with a socket here that was let in and greeted.
//!
//! Counted where sockets come and go, without waiting for anybody; one task tells the leases what has changed, renews
//! them, and looks for people whose last lease is over ([`keeper`]). What that means for others is
//! [`chat::presence`]'s to say.

mod keeper;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::{describe_gauge, describe_histogram, gauge};
use protocol::UserId;
use runtime::Tasks;
use tokio::sync::Notify;

pub(crate) use self::keeper::Leases;

const PRESENT: &str = "chat_gateway_present_users";
const REFRESH: &str = "chat_gateway_presence_refresh_seconds";

/// This node's people. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    local: Mutex<Local>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Local {
    /// Open sockets of each person; nobody has none.
    sockets: HashMap<UserId, usize>,
    /// Whose first socket came or whose last one went, since the leases were told.
    turned: HashSet<UserId>,
}

/// One socket's part in its person's presence; ends when dropped, however the socket ends.
#[derive(Debug)]
pub(crate) struct Present {
    user: UserId,
    inner: Arc<Inner>,
}

/// How the leases are kept. All of it follows from the length of a lease.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// How long a person stays online after the node that has their sockets was killed, less a sweep.
    pub(crate) lease: Duration,
}

impl Timing {
    /// Two renewals may fail before a lease is over.
    fn refresh(self) -> Duration {
        self.lease / 3
    }

    /// A ninth of a lease: with the lease of 45 s, who is gone is known after 50 s, and asking costs nothing.
    fn sweep(self) -> Duration {
        self.lease / 9
    }

    /// From the last socket's end to "offline": a page that is loaded anew, or a train in a tunnel, shows no flicker.
    fn grace(self) -> Duration {
        self.lease / 9
    }

    /// How often the store is compared with the leases: a minute for the lease of 45 s. Longer than a lease, after
    /// which what was lost is certain.
    fn mend(self) -> Duration {
        self.lease * 4 / 3
    }
}

impl Presence {
    /// Starts the task that keeps the leases; it ends with `tasks`, and leaves them to run out: whoever was here comes
    /// back elsewhere meanwhile.
    pub(crate) fn start(leases: Leases, timing: Timing, tasks: &Tasks) -> Self {
        let presence = Self::default();
        let (local, stopping) = (presence.clone(), tasks.stopping());
        let draining = tasks.draining();
        tasks.spawn_vital("presence", async move {
            let keeping = keeper::keep(local, leases, timing, draining);
            stopping.run_until_cancelled(keeping).await;
        });
        presence
    }

    /// One more socket of this person, which was let in and greeted.
    pub(crate) fn enter(&self, user: UserId) -> Present {
        let mut local = self.0.lock();
        let sockets = local.sockets.entry(user).or_default();
        *sockets += 1;
        if *sockets == 1 {
            local.turned.insert(user);
            self.0.news.notify_one();
        }
        drop(local);
        let inner = self.0.clone();
        Present { user, inner }
    }

    /// Waits until somebody came or went.
    async fn changed(&self) {
        while self.0.lock().turned.is_empty() {
            self.0.news.notified().await;
        }
    }

    /// Who came and who went since the last call.
    fn take_changes(&self) -> (Vec<UserId>, Vec<UserId>) {
        let mut local = self.0.lock();
        let turned = std::mem::take(&mut local.turned).into_iter();
        let changes = turned.partition(|user| local.sockets.contains_key(user));
        gauge!(PRESENT).set(local.sockets.len() as f64);
        changes
    }

    /// Everybody who is here.
    fn everybody(&self) -> Vec<UserId> {
        self.0.lock().sockets.keys().copied().collect()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Local> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut local = self.inner.lock();
        if let Some(sockets) = local.sockets.get_mut(&self.user) {
            *sockets -= 1;
            if *sockets == 0 {
                local.sockets.remove(&self.user);
                local.turned.insert(self.user);
                self.inner.news.notify_one();
            }
        }
    }
}

pub(crate) fn describe_metrics() {
    describe_gauge!(PRESENT, "People with a socket on this node");
    describe_histogram!(REFRESH, "Renewing the leases of all people of this node");
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: UserId = UserId(1);

    #[tokio::test]
    async fn only_the_first_and_the_last_socket_of_a_person_count() {
        let presence = Presence::default();
        let first = presence.enter(ANNA);
        presence.changed().await;
        assert_eq!(presence.take_changes(), (vec![ANNA], vec![]));
        let second = presence.enter(ANNA);
        drop(first);
        assert_eq!(presence.take_changes(), (vec![], vec![]));
        assert_eq!(presence.everybody(), [ANNA]);
        drop(second);
        assert_eq!(presence.take_changes(), (vec![], vec![ANNA]));
        assert!(presence.everybody().is_empty());
    }

    #[tokio::test]
    async fn a_page_that_is_loaded_anew_has_only_come() {
        let presence = Presence::default();
        let first = presence.enter(ANNA);
        presence.take_changes();
        drop(first);
        let _second = presence.enter(ANNA);
        assert_eq!(presence.take_changes(), (vec![ANNA], vec![]));
    }

    #[test]
    fn an_operators_lease_of_45_seconds_means_offline_within_a_minute() {
        let lease = Duration::from_secs(45);
        let timing = Timing { lease };
        assert_eq!(timing.refresh(), Duration::from_secs(15));
        assert_eq!(
            (timing.sweep(), timing.grace()),
            (Duration::from_secs(5), Duration::from_secs(5))
        );
        assert_eq!(timing.mend(), Duration::from_mins(1));
    }
}
