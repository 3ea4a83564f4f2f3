//! The measurements of the hot path: looked up once, not for every frame.

use metrics::{Counter, Histogram, counter, describe_counter, describe_histogram, histogram};

/// Handles of the metrics that every write touches. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    /// Frames written to sockets.
    pub(crate) frames: Counter,
    /// Seconds from a change's commit to its write to a socket.
    pub(crate) delivery: Histogram,
}

impl Meters {
    /// Handles of the installed recorder.
    pub(crate) fn new() -> Self {
        Self {
            frames: counter!("chat_gateway_frames_total"),
            delivery: histogram!("chat_gateway_delivery_seconds"),
        }
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self::new()
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!("chat_gateway_frames_total", "Frames written to sockets");
    describe_histogram!(
        "chat_gateway_delivery_seconds",
        "From a change's commit to its write to a socket; the oldest change of each write counts"
    );
}
