//! What every process of the house has, whatever it serves: settings, time, tasks, tokens, telemetry, probes.
//!
//! Module map: [`config`] reads settings; [`clock`] is the only wall clock; [`lifecycle`] owns every task and the
//! way out; [`tokens`] signs and verifies; [`carrier`] finds a token in a request; [`telemetry`] is logs and
//! metrics; [`internal`] the port for probes, [`healthcheck`] the question to it; [`http`] serves a router and lets
//! its requests finish; [`descriptors`] makes room for connections; [`request_id`] names requests; [`throttle`] keeps
//! repeated log lines few.
//!
//! The life of a process, in the order that a `main` writes it: read settings, start telemetry, make [`Tasks`], open
//! what is needed, spawn servers as vital tasks, then [`Tasks::run_until_stopped`].
//!
//! This crate must not know what is served: no conversation, no SQL, no Redis, no socket frame. To add a setting see
//! [`config`]; a new part of a process's life is a module here only if both daemons need it.

pub mod carrier;
pub mod clock;
pub mod config;
pub mod descriptors;
pub mod healthcheck;
pub mod http;
pub mod internal;
pub mod lifecycle;
pub mod request_id;
pub mod telemetry;
pub mod throttle;
pub mod tokens;

pub use clock::Clock;
pub use lifecycle::Tasks;
pub use throttle::Throttle;
