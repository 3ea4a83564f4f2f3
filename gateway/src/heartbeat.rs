//! Whether the other side still lives: the server pings, browsers answer by themselves.

use std::time::Duration;

use rand::RngExt;

/// Pings in a row that may go unanswered.
const MISSED_MAX: u8 = 2;

/// Each interval is shortened by up to this share of itself, so that sockets accepted together do not beat together.
const JITTER: f64 = 0.2;

/// The state of one socket's heartbeat.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    interval: Duration,
    unanswered: u8,
}

/// What to do when the interval is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Send a ping.
    Ping,
    /// Too many went unanswered: close.
    Dead,
}

impl Heartbeat {
    /// A heartbeat that has not beaten yet.
    pub const fn new(interval: Duration) -> Self {
        Self {
            interval,
            unanswered: 0,
        }
    }

    /// How long to wait before the next beat.
    pub fn pause(&self) -> Duration {
        self.interval.mul_f64(1.0 - rand::rng().random_range(0.0..JITTER))
    }

    /// The interval is over.
    pub const fn beat(&mut self) -> Beat {
        if self.unanswered >= MISSED_MAX {
            return Beat::Dead;
        }
        self.unanswered += 1;
        Beat::Ping
    }

    /// Anything at all was heard from the other side.
    pub const fn heard(&mut self) {
        self.unanswered = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_unanswered_pings_are_the_end() {
        let mut heartbeat = Heartbeat::new(Duration::from_secs(25));
        assert_eq!(heartbeat.beat(), Beat::Ping);
        assert_eq!(heartbeat.beat(), Beat::Ping);
        assert_eq!(heartbeat.beat(), Beat::Dead);
    }

    #[test]
    fn any_sign_of_life_starts_the_count_anew() {
        let mut heartbeat = Heartbeat::new(Duration::from_secs(25));
        for _ in 0..10 {
            assert_eq!(heartbeat.beat(), Beat::Ping);
            heartbeat.heard();
        }
    }

    #[test]
    fn the_pause_never_exceeds_the_interval() {
        let heartbeat = Heartbeat::new(Duration::from_secs(25));
        for _ in 0..1_000 {
            let pause = heartbeat.pause();
            assert!(
                pause <= Duration::from_secs(25) && pause >= Duration::from_secs(20),
                "{pause:?}"
            );
        }
    }
}
