//! Bisection without any measuring: which rate to try next.

/// A search for the highest rate that is held.
#[derive(Clone, Debug)]
pub(super) struct Search {
    first: u32,
    highest: u32,
    precision: f64,
    held: Option<u32>,
    not_held: Option<u32>,
}

impl Search {
    /// Begins at `first`, goes no higher than `highest`, and ends when the two ends are `precision` of the rate apart.
    pub(super) fn new(first: u32, highest: u32, precision: f64) -> Self {
        let highest = highest.max(1);
        Self {
            first: first.clamp(1, highest),
            highest,
            precision,
            held: None,
            not_held: None,
        }
    }

    /// The rate to try; `None` when the end is found.
    pub(super) fn next(&self) -> Option<u32> {
        match (self.held, self.not_held) {
            (None, None) => Some(self.first),
            (None, Some(1)) => None,
            (None, Some(high)) => Some(high / 2),
            (Some(low), None) if low >= self.highest => None,
            (Some(low), None) => Some(low.saturating_mul(2).min(self.highest)),
            (Some(low), Some(high)) => {
                let is_near = f64::from(high - low) <= f64::from(high) * self.precision;
                (!is_near && high - low > 1).then(|| u32::midpoint(low, high))
            }
        }
    }

    /// What became of a rate.
    pub(super) fn tell(&mut self, rate: u32, is_held: bool) {
        if is_held {
            self.held = self.held.max(Some(rate));
        } else {
            self.not_held = Some(self.not_held.map_or(rate, |high| high.min(rate)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the search finds when everything up to `capacity` is held, and how many rates it tried.
    fn found(mut search: Search, capacity: u32) -> (Option<u32>, u32) {
        let mut tried = 0;
        while let Some(rate) = search.next() {
            search.tell(rate, rate <= capacity);
            tried += 1;
        }
        (search.held, tried)
    }

    #[test]
    fn the_end_is_found_from_below_and_from_above() {
        for first in [1, 100, 1_000, 100_000] {
            let (rate, tried) = found(Search::new(first, 200_000, 0.05), 7_300);
            let rate = rate.unwrap();
            assert!((6_900..=7_300).contains(&rate), "{rate} from {first}");
            assert!(tried < 25, "{tried} from {first}");
        }
    }

    #[test]
    fn nothing_held_is_nothing_found_and_the_ceiling_is_an_end() {
        assert_eq!(found(Search::new(1_000, 5_000, 0.05), 0).0, None);
        assert_eq!(found(Search::new(1_000, 5_000, 0.05), 9_000).0, Some(5_000));
    }

    proptest! {
        #[test]
        fn it_always_ends_within_the_precision(first in 1_u32..100_000, capacity in 1_u32..100_000) {
            let (rate, tried) = found(Search::new(first, 100_000, 0.05), capacity);
            let rate = rate.unwrap();
            prop_assert!(rate <= capacity);
            prop_assert!(f64::from(capacity - rate) <= f64::from(capacity) * 0.06 + 1.0, "{rate} of {capacity}");
            prop_assert!(tried < 60);
        }
    }
}
