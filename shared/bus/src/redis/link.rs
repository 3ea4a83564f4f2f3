//! What both connections share: how to dial, how long to wait, and when to try again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use ::redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, PushInfo, RedisResult,
};
use metrics::{counter, gauge};
use rustls::crypto::CryptoProvider;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::BusError;
use crate::metrics::{LINK_UP, RECONNECTS};

/// Name look-up, TCP, TLS and handshake together. Generous for another data centre, short against a dead address.
pub(super) const DIAL_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest that Redis may take to answer a command. It answers in microseconds; after this the connection is
/// given up, since an answer that comes later could not be told from the next one's.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often a connection proves that it works.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(1);

/// An answer that takes longer makes a connection doubtful: a hundred times what a healthy Redis takes, and short
/// enough that nobody waits long for what it may be losing.
const DOUBT_AFTER: Duration = Duration::from_millis(500);

/// Silence after which the kernel starts to probe the peer: it notices a vanished host while nothing is sent.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);

/// Between two probes of the kernel.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);

/// Sent bytes unacknowledged for this long end the connection.
#[cfg(target_os = "linux")]
const USER_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest first pause before reconnecting; it doubles with each failure.
const BACKOFF_BASE: Duration = Duration::from_millis(100);

/// The longest pause before reconnecting, however often it failed: Redis is heard of soon after it is back.
const BACKOFF_CAP: Duration = Duration::from_secs(1);

/// A connection that lived this long was a success, and the next failure starts from [`BACKOFF_BASE`] again.
const STEADY: Duration = Duration::from_secs(10);

/// Where Redis is, and how to speak to it.
#[derive(Clone, Debug)]
pub(super) struct Address {
    info: ConnectionInfo,
}

impl Address {
    pub(super) fn parse(url: &str) -> RedisResult<Self> {
        let info = url.into_connection_info()?;
        choose_cryptography();
        // Pushed messages on an ordinary connection need RESP3, whatever the URL says.
        let handshake = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let keepalive = TcpKeepalive::new()
            .with_time(KEEPALIVE_IDLE)
            .with_interval(KEEPALIVE_INTERVAL);
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(USER_TIMEOUT);
        Ok(Self {
            info: info.set_redis_settings(handshake).set_tcp_settings(tcp),
        })
    }

    pub(super) fn info(&self) -> ConnectionInfo {
        self.info.clone()
    }

    /// A connection of its own, from a client of its own, so that the name is looked up anew. `on_push` runs inside
    /// the connection's task for everything Redis says unasked: it must not block.
    pub(super) async fn dial(
        &self,
        on_push: impl Fn(PushInfo) + Send + Sync + 'static,
    ) -> RedisResult<MultiplexedConnection> {
        let config = timeouts().set_push_sender(move |push| {
            on_push(push);
            Ok::<(), std::convert::Infallible>(())
        });
        Client::open(self.info())?
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }
}

/// TLS panics at its first connection if the process has not chosen who does its cryptography, and what is compiled
/// in elsewhere decides whether it can choose by itself. A choice made before stands.
fn choose_cryptography() {
    if CryptoProvider::get_default().is_none()
        && rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
    {
        tracing::debug!("another part of the process chose its cryptography at the same moment");
    }
}

/// How long every connection waits for Redis.
pub(super) fn timeouts() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(DIAL_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT))
}

/// The door to a connection: closed while there is none, so that callers fail at once instead of waiting.
#[derive(Debug)]
pub(super) struct Gate {
    name: &'static str,
    state: watch::Sender<State>,
    /// Open, but the other side owes an answer.
    is_doubted: AtomicBool,
}

#[derive(Clone, Debug)]
enum State {
    /// The first attempt is under way.
    Starting,
    Up(Open),
    Down,
}

/// A connection in use.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) connection: MultiplexedConnection,
    /// Cancelled by whoever finds this connection dead; its task then makes another.
    pub(super) lost: CancellationToken,
}

impl Gate {
    /// A closed gate; `name` is its label in metrics and logs.
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            state: watch::Sender::new(State::Starting),
            is_doubted: AtomicBool::new(false),
        }
    }

    pub(super) fn enter(&self) -> Result<Open, BusError> {
        match &*self.state.borrow() {
            State::Up(open) => Ok(open.clone()),
            State::Starting | State::Down => Err(BusError::unavailable("not connected to Redis")),
        }
    }

    /// Whether it is open and nothing speaks against the connection.
    pub(super) fn is_trusted(&self) -> bool {
        matches!(&*self.state.borrow(), State::Up(_)) && !self.is_doubted.load(Ordering::Relaxed)
    }

    /// The same as `proof`, which shows that the connection works; while it takes longer than [`DOUBT_AFTER`] the
    /// connection is not trusted.
    pub(super) async fn doubt_during<T>(&self, proof: impl Future<Output = T>) -> T {
        tokio::pin!(proof);
        if let Ok(proven) = timeout(DOUBT_AFTER, &mut proof).await {
            return proven;
        }
        self.is_doubted.store(true, Ordering::Relaxed);
        let proven = proof.await;
        self.is_doubted.store(false, Ordering::Relaxed);
        proven
    }

    /// Returns once the first attempt to connect has succeeded or failed, after [`DIAL_TIMEOUT`] at the latest.
    pub(super) async fn first_attempt(&self) {
        let mut state = self.state.subscribe();
        let attempted = state.wait_for(|state| !matches!(state, State::Starting));
        if timeout(DIAL_TIMEOUT, attempted).await.is_err() {
            tracing::debug!(link = self.name, "starting without having reached Redis");
        }
    }

    pub(super) fn open(&self, connection: MultiplexedConnection, lost: CancellationToken) {
        gauge!(LINK_UP, "link" => self.name).set(1);
        tracing::info!(link = self.name, "connected to Redis");
        self.is_doubted.store(false, Ordering::Relaxed);
        self.state.send_replace(State::Up(Open { connection, lost }));
    }

    /// Closes the gate; says so once for every time it was open, and once at the start.
    pub(super) fn close(&self, why: &str) {
        gauge!(LINK_UP, "link" => self.name).set(0);
        match self.state.send_replace(State::Down) {
            State::Up(_) => {
                counter!(RECONNECTS, "link" => self.name).increment(1);
                tracing::warn!(link = self.name, error = why, "lost Redis, reconnecting");
            }
            State::Starting => tracing::warn!(link = self.name, error = why, "Redis is away, connecting"),
            State::Down => tracing::debug!(link = self.name, error = why, "Redis is still away"),
        }
    }

    /// Closes the gate for good, because this node stops.
    pub(super) fn shut(&self) {
        gauge!(LINK_UP, "link" => self.name).set(0);
        self.state.send_replace(State::Down);
    }
}

/// How long to wait before the next attempt: exponential, capped, and fully jittered, so that the nodes of an
/// install do not come back in step.
#[derive(Debug)]
pub(super) struct Backoff {
    ceiling: Duration,
    attempted: Instant,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Self {
            ceiling: BACKOFF_BASE,
            attempted: Instant::now(),
        }
    }

    /// Marks the beginning of an attempt.
    pub(super) fn attempt(&mut self) {
        self.attempted = Instant::now();
    }

    /// The pause after an attempt that ended now.
    pub(super) fn pause(&mut self) -> Duration {
        if self.attempted.elapsed() >= STEADY {
            self.ceiling = BACKOFF_BASE;
        }
        let ceiling = self.ceiling;
        self.ceiling = (ceiling * 2).min(BACKOFF_CAP);
        ceiling.mul_f64(rand::random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_the_cap_and_start_anew_after_a_steady_connection() {
        let mut backoff = Backoff::new();
        for _ in 0..64 {
            backoff.attempt();
            assert!(backoff.pause() <= BACKOFF_CAP);
        }
        assert_eq!(backoff.ceiling, BACKOFF_CAP);
        backoff.attempt();
        tokio::time::advance(STEADY).await;
        assert!(backoff.pause() <= BACKOFF_BASE);
    }

    #[test]
    fn every_connection_speaks_resp3_and_notices_a_dead_peer() {
        let address = Address::parse("redis://:secret@127.0.0.1:6379/3").unwrap();
        assert_eq!(address.info.redis_settings().protocol(), ProtocolVersion::RESP3);
        assert_eq!(address.info.redis_settings().password(), Some("secret"));
        assert!(address.info.tcp_settings().nodelay());
        assert!(address.info.tcp_settings().keepalive().is_some());
        #[cfg(target_os = "linux")]
        assert_eq!(address.info.tcp_settings().user_timeout(), Some(USER_TIMEOUT));
        assert!(Address::parse("http://127.0.0.1").is_err());
    }
}
