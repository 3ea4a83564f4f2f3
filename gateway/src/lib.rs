//! WebSockets: who may open one, what its frames mean, and how every change reaches every socket that may see it.
//!
//! Walk one message: the bus hands an envelope to [`hub::Hub`], which finds the conversation's
//! [`hub::channel::Channel`]; it passes frames on strictly in `seq` order, pushing the same shared bytes into the
//! [`outbox`] of each seat; the node's `flusher` writes what has gathered for a socket to its [`wire`] in one call, or
//! leaves it to the socket's [`connection`].
//!
//! Walk one socket: [`accept`](self) checks origin, token and membership before the upgrade; [`greeting`](self) waits
//! for a token when none was brought; [`session`] decides what frames mean, without I/O; [`connection`] carries it
//! out; [`join`] takes it into a conversation without a hole; [`sockets`] counts it, `presence` its person, and in a drain, closes it.
//!
//! This crate must not know SQL or Redis, must not parse the JSON of what it delivers, and must not import `api`.
//! To add a client frame: its type in `protocol::frames`, its meaning in `session/on_frame.rs`, and if it takes time
//! a `session::Command` carried out in `connection/commands.rs`.

mod accept;
pub mod connection;
pub mod dialects;
mod flusher;
pub mod frame_rate;
pub mod gather;
mod greeting;
pub mod heartbeat;
pub mod hub;
pub mod join;
pub mod join_all;
pub mod mechanisms;
mod meters;
pub mod offload;
mod origin;
pub mod outbox;
mod presence;
pub mod reads;
pub mod session;
pub mod sockets;
pub mod text;
mod tuning;
pub mod wire;

use std::sync::Arc;

use axum::Router;
use bus::{Bus, Inbox};
use chat::Chat;
use runtime::config::GatewayConfig;
use runtime::tokens::{Access, TokenError, Tokens};
use runtime::{Clock, Tasks};

use crate::hub::Hub;
use crate::meters::Meters;
use crate::presence::{Leases, Presence};
use crate::sockets::Sockets;
use crate::tuning::Tuning;

/// One gateway node. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    chat: Chat,
    bus: Arc<dyn Bus>,
    tokens: Tokens,
    tasks: Tasks,
    hub: Hub,
    sockets: Sockets,
    presence: Presence,
    meters: Meters,
    tuning: Tuning,
}

/// What a gateway is made of.
#[derive(Debug)]
pub struct Parts {
    /// The rules and the store.
    pub chat: Chat,
    /// This node's end of the bus.
    pub bus: Arc<dyn Bus>,
    /// What the bus delivers to this node.
    pub inbox: Inbox,
    /// Checks who a socket belongs to.
    pub tokens: Tokens,
}

impl Gateway {
    /// Starts the node's hub. Install the metrics recorder before.
    pub fn start(parts: Parts, config: &GatewayConfig, tasks: &Tasks) -> Self {
        let Parts {
            chat,
            bus,
            inbox,
            tokens,
        } = parts;
        let hub = Hub::start(bus.clone(), inbox, chat.clone(), tasks);
        let tuning = Tuning::from(config);
        let sockets = Sockets::new(tuning.sockets_max, tuning.upgrades_per_second);
        let leases = Leases {
            presence: chat.presence().clone(),
            bus: bus.clone(),
        };
        let presence = Presence::start(leases, tuning.presence, tasks);
        let (tasks, meters) = (tasks.clone(), Meters::new());
        Self(Arc::new(Inner {
            chat,
            bus,
            tokens,
            tasks,
            hub,
            sockets,
            presence,
            meters,
            tuning,
        }))
    }

    /// The node's public routes.
    pub fn router(&self) -> Router {
        accept::router(self.clone())
    }

    /// Closes every socket with 1012, at the configured pace; returns when the last one is gone.
    pub async fn drain(&self) {
        self.sockets().drain(self.tuning().drain_closes_per_second).await;
    }

    fn verify(&self, token: &str) -> Result<Access, TokenError> {
        let bare = token.strip_prefix("Bearer ").unwrap_or(token);
        let access = self.0.tokens.verify_access(bare.trim())?;
        if self.is_revoked(&access) {
            return Err(TokenError::Invalid);
        }
        Ok(access)
    }

    fn is_revoked(&self, access: &Access) -> bool {
        self.0.chat.revocations().is_revoked(access)
    }

    fn chat(&self) -> &Chat {
        &self.0.chat
    }

    fn bus(&self) -> &dyn Bus {
        &*self.0.bus
    }

    fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    fn hub(&self) -> &Hub {
        &self.0.hub
    }

    fn sockets(&self) -> &Sockets {
        &self.0.sockets
    }

    fn presence(&self) -> &Presence {
        &self.0.presence
    }

    fn meters(&self) -> &Meters {
        &self.0.meters
    }

    fn tuning(&self) -> &Tuning {
        &self.0.tuning
    }

    fn clock(&self) -> &Clock {
        self.0.chat.clock()
    }

    fn is_draining(&self) -> bool {
        self.0.tasks.draining().is_cancelled()
    }
}

/// Says what each metric of this crate counts; call it once the recorder is installed.
pub fn describe_metrics() {
    hub::describe_metrics();
    join::describe_metrics();
    reads::describe_metrics();
    sockets::describe_metrics();
    presence::describe_metrics();
    meters::describe_metrics();
    connection::describe_metrics();
    outbox::describe_metrics();
    metrics::describe_counter!(
        "chat_gateway_refused_total",
        "Handshakes that were refused before the upgrade, by problem code"
    );
}
