//! Wall-clock time as an argument, so that tests can set it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::Timestamp;

/// The only source of wall-clock time. Clones of a fixed clock show the same time and move together.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The clock of the machine.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock for tests: it stands at `at` until [`Clock::advance`] moves it.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(at))))
    }

    /// Moves a fixed clock, and with it all its clones. The machine's clock is nobody's to move: it ignores this.
    pub fn advance(&self, by: Duration) {
        if let Source::Fixed(at) = &self.0 {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.plus(by);
        }
    }

    /// The present moment, in microseconds.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one home of the wall clock")]
            Source::System => chrono::Utc::now().into(),
            Source::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_until_moved_and_its_clones_follow() {
        let start = Clock::system().now();
        let clock = Clock::fixed(start);
        let clone = clock.clone();
        assert_eq!(clone.now(), start);
        clock.advance(Duration::from_mins(1));
        assert_eq!(clone.now(), start.plus(Duration::from_mins(1)));
    }

    #[test]
    fn the_system_clock_cannot_be_moved() {
        let clock = Clock::system();
        clock.advance(Duration::from_hours(24));
        assert!(clock.now() < Clock::system().now().plus(Duration::from_mins(1)));
    }
}
