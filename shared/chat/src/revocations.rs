//! Which tokens ended before they ran out, on every node: written to the store's list, remembered here.
//!
//! Access tokens are kept nowhere, so whoever takes one asks [`Revocations::is_revoked`], which looks into memory
//! alone. The memory follows the list by a look every two seconds, of which the cost is what was revoked lately,
//! however many people and sockets there are. A wake-up on the bus after the commit makes a gateway look at once; it
//! is not believed, and when it is lost the next look finds the same.

mod known;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use metrics::{describe_gauge, gauge};
use protocol::UserId;
use runtime::config::LONGEST_ACCESS;
use runtime::tokens::{Access, SignIn};
use runtime::{Clock, Tasks};
use store::{Revocation, Store, StoreError, User};
use tokio::sync::{Notify, broadcast};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use self::known::Known;
use crate::publisher::{Commit, Publisher};
use crate::{Chat, ChatError, announce, permit};

/// How often a node looks at the list when nothing wakes it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Between two looks, also when wake-ups come faster: a wave of sign-outs costs twenty queries a second and no more.
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// How far back a look reaches beyond the last one: longer than an entry takes from its moment to its commit, which
/// is a statement or two.
const OVERLAP: Duration = Duration::from_secs(15);

/// How long an entry can matter. Nothing that it ends is good for longer; the hour is for clocks that disagree.
const KEEP: Duration = LONGEST_ACCESS.saturating_add(Duration::from_hours(1));

/// How often a node deletes what does not matter any more.
const FORGET_EVERY: Duration = Duration::from_mins(10);

/// News that a listener may be behind by; beyond it the listener is told to look at everybody.
const NEWS_WAITING: usize = 64;

/// The node's view of the list, and the way to add to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Revocations(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    publisher: Publisher,
    clock: Clock,
    known: RwLock<Known>,
    /// When the newest look that succeeded began.
    looked_at: Mutex<Option<Instant>>,
    wake: Notify,
    news: broadcast::Sender<Arc<[UserId]>>,
}

/// Whose tokens may have been revoked since the last news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// These people's.
    People(Arc<[UserId]>),
    /// Anybody's: there was too much news to keep for this listener.
    Everybody,
}

/// What is new on the list, for whoever has let people in. [`Revocations::is_revoked`] knows it by then.
#[derive(Debug)]
pub struct News(broadcast::Receiver<Arc<[UserId]>>);

impl News {
    /// Waits for the next news. Cancel-safe. `None`: the node is at its end.
    pub async fn next(&mut self) -> Option<Affected> {
        match self.0.recv().await {
            Ok(people) => Some(Affected::People(people)),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Affected::Everybody),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl Revocations {
    pub(crate) fn start(store: Store, publisher: Publisher, clock: Clock, tasks: &Tasks) -> Self {
        let (news, _) = broadcast::channel(NEWS_WAITING);
        let revocations = Self(Arc::new(Inner {
            store,
            publisher,
            clock,
            known: RwLock::default(),
            looked_at: Mutex::default(),
            wake: Notify::new(),
            news,
        }));
        let (watcher, stopping) = (revocations.clone(), tasks.stopping());
        tasks.spawn_vital("revocations", async move {
            stopping.run_until_cancelled(watcher.watch()).await;
        });
        revocations
    }

    /// Whether this token, though well signed and not expired, does not count. As this node knows: at most a few
    /// seconds late, more only while the database is away.
    pub fn is_revoked(&self, access: &Access) -> bool {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        known.ends(access)
    }

    /// Looks at the list now. A process does so once before it lets anybody in; later looks come by themselves.
    pub async fn look(&self) -> Result<(), StoreError> {
        let now = Instant::now();
        let looked_at = *self.looked_at();
        let span = looked_at.map_or(KEEP, |last| (now - last + OVERLAP).min(KEEP));
        let found = self.0.store.revocations(span).await?;
        let mut looked_at = self.looked_at();
        *looked_at = (*looked_at).max(Some(now));
        drop(looked_at);
        self.learn(&found);
        let second = self.0.clock.now().utc().timestamp();
        gauge!("chat_revocations_looked_at_seconds").set(second as f64);
        Ok(())
    }

    /// Somebody says that there is something new: looks soon, without waiting for it.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// What comes to be known from now on.
    pub fn news(&self) -> News {
        News(self.0.news.subscribe())
    }

    /// Ends the sign-in with this family: its refresh tokens, access tokens and sockets.
    pub async fn end_sign_in(&self, user: UserId, family: Uuid) -> Result<(), StoreError> {
        let revocation = self
            .0
            .store
            .revoke_family(user, family, self.0.clock.now())
            .await?;
        self.tell(revocation);
        Ok(())
    }

    /// Ends everything that a person is signed in with. False: there is no such person.
    pub(crate) async fn end_all(&self, user: UserId) -> Result<bool, StoreError> {
        let revocation = self.0.store.revoke_user(user, self.0.clock.now()).await?;
        Ok(revocation.map(|revocation| self.tell(revocation)).is_some())
    }

    /// Replaces a password's hash and ends everything but the access tokens of the sign-in that asks. False: it has
    /// ended itself, or there is no such person; nothing is changed.
    pub(crate) async fn end_all_but(
        &self,
        by: Option<SignIn>,
        user: UserId,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let by = by.map(|sign_in| (sign_in.family, sign_in.after));
        let now = self.0.clock.now();
        let revocation = self.0.store.change_password(user, hash, by, now).await?;
        Ok(revocation.map(|revocation| self.tell(revocation)).is_some())
    }

    /// This node knows at once, gateways with sockets of the person by the bus, everybody else by the next look.
    fn tell(&self, revocation: Revocation) {
        self.learn(&[revocation]);
        let wake_up = announce::revoked(revocation.user, self.0.clock.now());
        self.0.publisher.publish(Commit {
            frames: vec![wake_up],
            outbox: None,
        });
    }

    fn learn(&self, found: &[Revocation]) {
        let now = Instant::now();
        let mut known = self.known_mut();
        let mut people: Vec<_> = found
            .iter()
            .filter(|revocation| known.learn(revocation, now))
            .map(|revocation| revocation.user)
            .collect();
        drop(known);
        if people.is_empty() {
            return;
        }
        people.sort_unstable();
        people.dedup();
        // An API node has nobody who listens.
        let _no_listener = self.0.news.send(people.into());
    }

    async fn watch(&self) {
        let mut tick = interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut failing, mut forgot_at) = (false, Instant::now());
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.0.wake.notified() => {}
            }
            let looked = self.look().await;
            // One line each way, not one a look.
            match (&looked, failing) {
                (Err(error), false) => {
                    tracing::warn!(%error, "the list of revoked tokens cannot be read at the moment");
                }
                (Ok(()), true) => tracing::info!("the list of revoked tokens is read again"),
                _ => {}
            }
            failing = looked.is_err();
            if !failing && forgot_at.elapsed() >= FORGET_EVERY {
                forgot_at = Instant::now();
                self.forget().await;
            }
            sleep(LOOK_PAUSE).await;
        }
    }

    async fn forget(&self) {
        self.known_mut().forget(KEEP, Instant::now());
        if let Err(error) = self.0.store.forget_revocations(KEEP).await {
            tracing::warn!(%error, "old revocations could not be deleted; tried again later");
        }
    }

    fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.0.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn looked_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.looked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chat {
    /// Ends everything that a person is signed in with, on all nodes. For administrators.
    pub async fn revoke_tokens(&self, actor: &User, whom: UserId) -> Result<(), ChatError> {
        permit::revoke_tokens(actor)?;
        if self.revocations.end_all(whom).await? {
            tracing::info!(user.id = whom.0, by = actor.id.0, "all tokens were revoked");
            return Ok(());
        }
        Err(ChatError::NoUser)
    }
}

pub(crate) fn describe_metrics() {
    describe_gauge!(
        "chat_revocations_looked_at_seconds",
        "When the list of revoked tokens was last read, in seconds since 1970"
    );
}
