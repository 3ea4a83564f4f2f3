//! One life of the subscribe connection.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{PushInfo, PushKind, RedisResult, Value};
use metrics::{counter, histogram};
use runtime::Throttle;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::channels::Channels;
use super::super::link::{Address, Gate, HEARTBEAT};
use super::super::publisher::Publisher;
use crate::mailbox::{Cause, Mailbox};
use crate::metrics::{CANARY, UNDECODABLE};
use crate::{Envelope, Topic};

/// Channels in one SUBSCRIBE: enough to restore a hundred thousand in two hundred round trips, few enough that each
/// is confirmed well within the response timeout.
const CHANNELS_AT_ONCE: usize = 512;

/// A canary that is not heard this long after it was published is lost, and so may be anything else.
const CANARY_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection that listens. Once it is dropped nothing of it reaches the mailbox any more.
#[derive(Debug)]
pub(super) struct Session {
    connection: MultiplexedConnection,
    channels: Channels,
    lost: CancellationToken,
    /// The number of the last canary heard.
    heard: watch::Receiver<u64>,
    _ends_with_this: DropGuard,
}

/// What the connection's own task does with everything Redis pushes.
struct Ear {
    channels: Channels,
    mailbox: Arc<Mailbox>,
    lost: CancellationToken,
    heard: watch::Sender<u64>,
    undecodable_log: Throttle,
}

impl Session {
    /// Connects and listens to nothing yet but the canary.
    pub(super) async fn dial(
        address: Address,
        channels: Channels,
        mailbox: Arc<Mailbox>,
    ) -> RedisResult<Self> {
        let lost = CancellationToken::new();
        let (sender, heard) = watch::channel(0);
        let ear = Ear {
            channels: channels.clone(),
            mailbox,
            lost: lost.clone(),
            heard: sender,
            undecodable_log: Throttle::default(),
        };
        let connection = address.dial(move |push| ear.on_push(push)).await?;
        connection.clone().subscribe(channels.canary()).await?;
        Ok(Self {
            connection,
            channels,
            heard,
            _ends_with_this: lost.clone().drop_guard(),
            lost,
        })
    }

    pub(super) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    /// Cancelled when Redis, or the network, has hung up.
    pub(super) const fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Asks for everything that earlier connections had.
    pub(super) async fn restore(&self, wanted: &HashSet<Topic>) -> RedisResult<()> {
        self.subscribe(wanted).await
    }

    pub(super) async fn subscribe(&self, topics: &HashSet<Topic>) -> RedisResult<()> {
        let mut connection = self.connection();
        for names in self.names(topics).chunks(CHANNELS_AT_ONCE) {
            connection.subscribe(names).await?;
        }
        Ok(())
    }

    pub(super) async fn unsubscribe(&self, topics: &HashSet<Topic>) -> RedisResult<()> {
        let mut connection = self.connection();
        for names in self.names(topics).chunks(CHANNELS_AT_ONCE) {
            connection.unsubscribe(names).await?;
        }
        Ok(())
    }

    fn names(&self, topics: &HashSet<Topic>) -> Vec<String> {
        topics.iter().map(|topic| self.channels.name(*topic)).collect()
    }

    /// Sends itself a number by way of the publish connection at every beat; returns when one was not heard. While
    /// the publish connection is away, an answer to PING has to do. A late one makes `gate` doubtful meanwhile.
    pub(super) async fn watch_canary(&self, publisher: Publisher, gate: &Gate) -> String {
        let mut beats = interval(HEARTBEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for beat in 1_u64.. {
            beats.tick().await;
            if let Err(why) = gate.doubt_during(self.prove(beat, &publisher)).await {
                return why;
            }
        }
        "the canary has run out of numbers".to_owned()
    }

    async fn prove(&self, beat: u64, publisher: &Publisher) -> Result<(), String> {
        let sent = Instant::now();
        if publisher.publish_canary(beat).await.is_err() {
            let mut connection = self.connection();
            let answer: RedisResult<()> = ::redis::cmd("PING").exec_async(&mut connection).await;
            return answer.map_err(|error| error.to_string());
        }
        let mut heard = self.heard.clone();
        match timeout(CANARY_TIMEOUT, heard.wait_for(|heard| *heard == beat)).await {
            Ok(Ok(_)) => {
                histogram!(CANARY).record(sent.elapsed().as_secs_f64());
                Ok(())
            }
            Ok(Err(_)) => Err("the connection's task has ended".to_owned()),
            Err(_elapsed) => Err("a canary was not heard".to_owned()),
        }
    }
}

impl Ear {
    fn on_push(&self, push: PushInfo) {
        match push.kind {
            PushKind::Disconnection => self.lost.cancel(),
            PushKind::Message if !self.lost.is_cancelled() => self.on_message(push.data),
            _ => {}
        }
    }

    fn on_message(&self, data: Vec<Value>) {
        let Ok([Value::BulkString(channel), Value::BulkString(payload)]) = <[Value; 2]>::try_from(data)
        else {
            return self.on_undecodable("the message has an unknown shape");
        };
        if channel == self.channels.canary().as_bytes() {
            if let Some(beat) = std::str::from_utf8(&payload)
                .ok()
                .and_then(|beat| beat.parse().ok())
            {
                self.heard.send_replace(beat);
            }
            return;
        }
        let Some(topic) = self.channels.topic(&channel) else {
            return self.on_undecodable("the channel is no topic");
        };
        match Envelope::decode(payload.into()) {
            Ok(envelope) => self.mailbox.deliver(topic, envelope),
            Err(error) => self.on_undecodable(&error.to_string()),
        }
    }

    /// Something was published and cannot be told: for this node it was missed.
    fn on_undecodable(&self, why: &str) {
        counter!(UNDECODABLE).increment(1);
        if self.undecodable_log.allows() {
            tracing::warn!(
                error = why,
                "an envelope on the bus cannot be read and is treated as missed"
            );
        }
        self.mailbox.interrupt(Cause::Undecodable);
    }
}
