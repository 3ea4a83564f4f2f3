//! The connection that publishes: one, multiplexed, so that every batch is one round trip and nothing waits for a
//! pool.

use std::sync::Arc;

use ::redis::aio::MultiplexedConnection;
use ::redis::{PushKind, RedisError, RedisResult};
use metrics::counter;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::channels::Channels;
use super::link::{Address, Backoff, Gate, HEARTBEAT};
use crate::metrics::{PUBLISH_FAILURES, PUBLISHED};
use crate::{BusError, Envelope, Topic};

/// Publishes while the connection is up and fails at once while it is not. Clones are the same connection.
#[derive(Clone, Debug)]
pub(super) struct Publisher {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    channels: Channels,
    gate: Gate,
}

impl Publisher {
    pub(super) fn new(channels: Channels) -> Self {
        Self {
            shared: Arc::new(Shared {
                channels,
                gate: Gate::new("publish"),
            }),
        }
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.shared.gate
    }

    /// All frames in one round trip, in order.
    pub(super) async fn publish(&self, frames: &[(Topic, Envelope)]) -> Result<(), BusError> {
        if frames.is_empty() {
            return Ok(());
        }
        let mut batch = ::redis::pipe();
        for (topic, envelope) in frames {
            batch
                .publish(self.shared.channels.name(*topic), &envelope.encode()[..])
                .ignore();
        }
        let published = self.send(&batch).await;
        let outcome = if published.is_ok() {
            PUBLISHED
        } else {
            PUBLISH_FAILURES
        };
        counter!(outcome).increment(frames.len() as u64);
        published
    }

    /// One number on this node's own channel, for the subscriber to hear.
    pub(super) async fn publish_canary(&self, beat: u64) -> Result<(), BusError> {
        let mut batch = ::redis::pipe();
        batch.publish(self.shared.channels.canary(), beat).ignore();
        self.send(&batch).await
    }

    async fn send(&self, batch: &::redis::Pipeline) -> Result<(), BusError> {
        let mut open = self.shared.gate.enter()?;
        batch.exec_async(&mut open.connection).await.map_err(|error| {
            if error.is_io_error() || error.is_unrecoverable_error() {
                open.lost.cancel();
            }
            BusError::unavailable(error)
        })
    }

    /// Connects, for ever, until `stopping`.
    pub(super) async fn keep_up(self, address: Address, stopping: CancellationToken) {
        let mut backoff = Backoff::new();
        let reconnecting = async {
            loop {
                backoff.attempt();
                let why = self.connect_once(&address).await;
                self.shared.gate.close(&why);
                sleep(backoff.pause()).await;
            }
        };
        tokio::select! {
            () = stopping.cancelled() => self.shared.gate.shut(),
            never = reconnecting => never,
        }
    }

    /// One connection from its beginning to its end; returns why it ended.
    async fn connect_once(&self, address: &Address) -> String {
        let lost = CancellationToken::new();
        let on_lost = lost.clone();
        let dialled = address.dial(move |push| {
            if push.kind == PushKind::Disconnection {
                on_lost.cancel();
            }
        });
        let connection = match dialled.await {
            Ok(connection) => connection,
            Err(error) => return error.to_string(),
        };
        self.shared.gate.open(connection.clone(), lost.clone());
        tokio::select! {
            () = lost.cancelled() => "disconnected".to_owned(),
            error = heartbeat(connection, &self.shared.gate) => error.to_string(),
        }
    }
}

/// Asks for an answer at every beat; returns when none comes.
async fn heartbeat(mut connection: MultiplexedConnection, gate: &Gate) -> RedisError {
    let mut beats = interval(HEARTBEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let ping = ::redis::cmd("PING");
        let answer: RedisResult<()> = gate.doubt_during(ping.exec_async(&mut connection)).await;
        if let Err(error) = answer {
            return error;
        }
    }
}
