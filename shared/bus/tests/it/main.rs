//! One suite for every implementation of the bus, and what only Redis can suffer.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cluster;
mod conformance;
mod deafening_proxy;
mod presence;
mod redis_faults;
mod redis_server;
