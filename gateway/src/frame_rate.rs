//! How many frames one client may send: a token bucket, refilled evenly over a minute.

use std::time::Duration;

use tokio::time::Instant;

/// The span over which the allowance is counted.
const SPAN: Duration = Duration::from_mins(1);

/// One socket's allowance.
#[derive(Clone, Copy, Debug)]
pub struct FrameRate {
    per_span: f64,
    left: f64,
    counted_at: Instant,
}

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Within the rate.
    Granted,
    /// Over it: answer with an error, do nothing else.
    Exceeded,
    /// So far over it that answering errors is itself the load: close.
    Abused,
}

impl FrameRate {
    /// A full allowance of this many frames a minute.
    pub fn new(frames_per_minute: u32, now: Instant) -> Self {
        let per_span = f64::from(frames_per_minute);
        Self {
            per_span,
            left: per_span,
            counted_at: now,
        }
    }

    /// Counts one frame.
    pub fn count(&mut self, now: Instant) -> Allowance {
        let refill = now.duration_since(self.counted_at).as_secs_f64() / SPAN.as_secs_f64() * self.per_span;
        self.left = (self.left + refill).min(self.per_span) - 1.0;
        self.counted_at = now;
        if self.left >= 0.0 {
            Allowance::Granted
        } else if self.left >= -self.per_span {
            Allowance::Exceeded
        } else {
            Allowance::Abused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_up_to_the_allowance_passes_then_errors_then_the_end() {
        let now = Instant::now();
        let mut rate = FrameRate::new(10, now);
        let answers: Vec<_> = (0..21).map(|_| rate.count(now)).collect();
        assert!(answers[..10].iter().all(|answer| *answer == Allowance::Granted));
        assert!(
            answers[10..20]
                .iter()
                .all(|answer| *answer == Allowance::Exceeded)
        );
        assert_eq!(answers[20], Allowance::Abused);
    }

    #[test]
    fn the_allowance_comes_back_with_time_and_never_grows_beyond_itself() {
        let start = Instant::now();
        let mut rate = FrameRate::new(60, start);
        for second in 1..=120 {
            assert_eq!(
                rate.count(start + Duration::from_secs(second)),
                Allowance::Granted
            );
        }
        let later = start + Duration::from_hours(2);
        let granted = (0..100)
            .filter(|_| rate.count(later) == Allowance::Granted)
            .count();
        assert_eq!(granted, 60);
    }
}
