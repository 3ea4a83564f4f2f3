//! A log line that can repeat by the thousand, kept to one in a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// At least this long between two lines of one throttle: often enough to be seen, too seldom to fill a disk.
const SPACING: Duration = Duration::from_secs(10);

/// Says when the next line may be written.
#[derive(Debug, Default)]
pub struct Throttle {
    last: Mutex<Option<Instant>>,
}

impl Throttle {
    /// True if nothing was allowed for ten seconds.
    pub fn allows(&self) -> bool {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = last.is_none_or(|last| now.duration_since(last) >= SPACING);
        if allowed {
            *last = Some(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_storm_of_lines_becomes_one_in_a_while() {
        let throttle = Throttle::default();
        assert!(throttle.allows());
        assert!(!throttle.allows());
        tokio::time::advance(SPACING).await;
        assert!(throttle.allows());
        assert!(!throttle.allows());
    }
}
