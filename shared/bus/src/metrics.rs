//! The names of what the bus counts. What an operator does about each stands in `docs/operations.md`.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Envelopes that the bus took.
pub(crate) const PUBLISHED: &str = "chat_bus_published_total";
/// Envelopes that the bus refused; the outbox sends them again.
pub(crate) const PUBLISH_FAILURES: &str = "chat_bus_publish_failures_total";
/// Envelopes put into this node's inbox.
pub(crate) const DELIVERED: &str = "chat_bus_delivered_total";
/// Envelopes that found the inbox full.
pub(crate) const DROPPED: &str = "chat_bus_dropped_total";
/// Envelopes that could not be read.
pub(crate) const UNDECODABLE: &str = "chat_bus_undecodable_total";
/// `Interrupted` events put into this node's inbox, by `cause`.
pub(crate) const INTERRUPTED: &str = "chat_bus_interrupted_total";
/// Connections that were lost, by `link`.
pub(crate) const RECONNECTS: &str = "chat_bus_reconnects_total";
/// 1 while connected, by `link`.
pub(crate) const LINK_UP: &str = "chat_bus_link_up";
/// Seconds from publishing a canary to hearing it.
pub(crate) const CANARY: &str = "chat_bus_canary_seconds";

/// Tells the installed recorder the unit and meaning of every metric of this crate. Called once, at start.
pub fn describe_metrics() {
    describe_counter!(PUBLISHED, Unit::Count, "Envelopes that the bus took");
    describe_counter!(
        PUBLISH_FAILURES,
        Unit::Count,
        "Envelopes that the bus refused; the outbox repeats them"
    );
    describe_counter!(DELIVERED, Unit::Count, "Envelopes put into this node's inbox");
    describe_counter!(
        DROPPED,
        Unit::Count,
        "Envelopes dropped because this node's inbox was full"
    );
    describe_counter!(
        UNDECODABLE,
        Unit::Count,
        "Envelopes from the wire that could not be read"
    );
    describe_counter!(
        INTERRUPTED,
        Unit::Count,
        "Times this node was told that it may have missed envelopes, by cause"
    );
    describe_counter!(RECONNECTS, Unit::Count, "Bus connections that were lost, by link");
    describe_gauge!(LINK_UP, Unit::Count, "1 while the bus connection is up, by link");
    describe_histogram!(
        CANARY,
        Unit::Seconds,
        "From publishing a canary to hearing it on the subscribe connection"
    );
}
