//! The bus between processes, on Redis publish/subscribe.
//!
//! Three ways to one Redis: `publisher` is one multiplexed connection that every publish is pipelined on;
//! `subscriber` is one RESP3 connection that hears everything this node asked for; a small pool carries plain
//! commands, which must not wait behind either. The two connections have a vital task each that reconnects for ever
//! and never trusts a silent socket (`link`). Redis keeps nothing of ours but claims: it may be emptied at any time.
//!
//! Publish/subscribe ignores the database number in the URL, so installs that share a Redis are told apart by the
//! prefix alone.

mod channels;
mod link;
mod presence;
mod publisher;
mod subscriber;

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::{Manager, Pool, Runtime};

use self::channels::Channels;
use self::link::{Address, DIAL_TIMEOUT, Gate, RESPONSE_TIMEOUT};
use self::presence::Leases;
use self::publisher::Publisher;
use self::subscriber::Subscriptions;
use crate::mailbox::Mailbox;
use crate::{Bus, BusError, Envelope, INBOX_CAPACITY, Inbox, Presence, Topic};

/// Connections for plain commands: claims, leases and readiness, each a few milliseconds at most.
const POOL_CONNECTIONS: usize = 8;

/// Joins the bus of the install named by `prefix`; two installs on one Redis need different prefixes.
///
/// Waits for the first attempt to connect and no longer: when Redis is away the bus starts all the same, answers
/// [`BusError::Unavailable`] meanwhile, and sends [`crate::BusEvent::Interrupted`] once it is there. Only an URL
/// that cannot be read is an error.
pub async fn connect(
    url: &str,
    prefix: &str,
    tasks: &runtime::Tasks,
) -> Result<(Arc<dyn Bus>, Inbox), BusError> {
    join(url, prefix, tasks, true).await
}

/// The same, but nobody notices when the subscribe connection goes deaf. It exists only so that a test can prove that
/// the canary is needed: no node ever joins so.
pub async fn connect_without_canary(
    url: &str,
    prefix: &str,
    tasks: &runtime::Tasks,
) -> Result<(Arc<dyn Bus>, Inbox), BusError> {
    join(url, prefix, tasks, false).await
}

async fn join(
    url: &str,
    prefix: &str,
    tasks: &runtime::Tasks,
    has_canary: bool,
) -> Result<(Arc<dyn Bus>, Inbox), BusError> {
    let address = Address::parse(url).map_err(BusError::unavailable)?;
    let channels = Channels::new(prefix);
    let (mailbox, inbox) = Mailbox::new(INBOX_CAPACITY);

    let publisher = Publisher::new(channels.clone());
    tasks.spawn_vital(
        "bus publisher",
        publisher.clone().keep_up(address.clone(), tasks.stopping()),
    );
    let (subscriptions, mut subscriber) = subscriber::pair(channels.clone(), publisher.clone(), mailbox);
    subscriber.has_canary = has_canary;
    tasks.spawn_vital(
        "bus subscriber",
        subscriber.keep_up(address.clone(), tasks.stopping()),
    );

    let commands = pool(&address)?;
    let bus = RedisBus {
        leases: Leases::new(commands.clone(), publisher.clone(), &channels),
        commands,
        claims: channels.claims(),
        publisher,
        subscriptions,
    };
    tokio::join!(
        bus.publisher.gate().first_attempt(),
        bus.subscriptions.gate().first_attempt()
    );
    Ok((Arc::new(bus), inbox))
}

fn pool(address: &Address) -> Result<Pool, BusError> {
    let manager =
        Manager::new_with_config(address.info(), link::timeouts()).map_err(BusError::unavailable)?;
    Pool::builder(manager)
        .max_size(POOL_CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(RESPONSE_TIMEOUT))
        .create_timeout(Some(DIAL_TIMEOUT))
        .recycle_timeout(Some(RESPONSE_TIMEOUT))
        .build()
        .map_err(BusError::unavailable)
}

/// This node's end.
#[derive(Debug)]
struct RedisBus {
    commands: Pool,
    leases: Leases,
    /// Every claim's key begins with it.
    claims: String,
    publisher: Publisher,
    subscriptions: Subscriptions,
}

#[async_trait::async_trait]
impl Bus for RedisBus {
    async fn publish(&self, frames: Vec<(Topic, Envelope)>) -> Result<(), BusError> {
        self.publisher.publish(&frames).await
    }

    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.subscriptions.subscribe(topics).await
    }

    async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.subscriptions.unsubscribe(topics).await
    }

    async fn claim(&self, key: &str, ttl: Duration) -> Result<bool, BusError> {
        let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        let mut connection = self.commands.get().await.map_err(BusError::unavailable)?;
        let taken: Option<String> = ::redis::cmd("SET")
            .arg(format!("{}{key}", self.claims))
            .arg(1)
            .arg("NX")
            .arg("PX")
            .arg(millis)
            .query_async(&mut connection)
            .await
            .map_err(BusError::unavailable)?;
        Ok(taken.is_some())
    }

    fn presence(&self) -> &dyn Presence {
        &self.leases
    }

    async fn ping(&self) -> Result<(), BusError> {
        is_open(self.publisher.gate())?;
        is_open(self.subscriptions.gate())?;
        let mut connection = self.commands.get().await.map_err(BusError::unavailable)?;
        ::redis::cmd("PING")
            .exec_async(&mut connection)
            .await
            .map_err(BusError::unavailable)
    }

    fn is_up(&self) -> bool {
        self.publisher.gate().is_trusted() && self.subscriptions.gate().is_trusted()
    }
}

fn is_open(gate: &Gate) -> Result<(), BusError> {
    gate.enter().map(drop)
}
