//! The configuration as the gateway uses it: units resolved, lists parsed.

use std::time::Duration;

use runtime::config::GatewayConfig;

use crate::origin::Origins;
use crate::presence::Timing;
use crate::session::SessionLimits;

/// Commands of one client that may wait for the one under way; a person types no faster, a program learns to wait.
const WAITING_COMMANDS: usize = 64;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Tuning {
    pub(crate) origins: Origins,
    pub(crate) heartbeat: Duration,
    pub(crate) auth_deadline: Duration,
    pub(crate) outbox_bytes: usize,
    pub(crate) slow_reader: Duration,
    pub(crate) sockets_max: usize,
    pub(crate) upgrades_per_second: u32,
    pub(crate) frame_bytes: usize,
    pub(crate) read_buffer_bytes: usize,
    pub(crate) write_buffer_bytes: usize,
    pub(crate) drain_closes_per_second: u32,
    pub(crate) presence: Timing,
    pub(crate) session: SessionLimits,
}

impl From<&GatewayConfig> for Tuning {
    fn from(config: &GatewayConfig) -> Self {
        Self {
            origins: Origins::from_entries(&config.allowed_origins),
            heartbeat: config.heartbeat(),
            auth_deadline: config.auth_deadline(),
            outbox_bytes: config.outbox_bytes,
            slow_reader: config.slow_reader(),
            sockets_max: config.max_connections,
            upgrades_per_second: config.upgrades_per_second,
            frame_bytes: protocol::limits::FRAME_BYTES,
            read_buffer_bytes: config.read_buffer_bytes,
            write_buffer_bytes: config.write_buffer_bytes,
            drain_closes_per_second: config.drain_closes_per_second,
            presence: Timing {
                lease: config.presence_lease(),
            },
            session: SessionLimits {
                frames_per_minute: config.frames_per_minute,
                subscriptions: config.max_subscriptions,
                waiting_commands: WAITING_COMMANDS,
            },
        }
    }
}
