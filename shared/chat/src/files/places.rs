//! How many files each person uploads to this node at the moment.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::UserId;

/// Uploads of one person that run at a time on a node: what a browser sends at once to one host, less what it needs for
/// the rest. Without a bound one account could take all of the node's.
const AT_A_TIME: usize = 4;

/// Those who upload, each with a number above zero.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Arc<Mutex<HashMap<UserId, usize>>>);

/// One running upload; ends when dropped.
#[derive(Debug)]
pub(super) struct Place {
    of: UserId,
    among: Places,
}

impl Places {
    /// `None`: they have as many as one may.
    pub(super) fn take(&self, of: UserId) -> Option<Place> {
        let mut running = self.running();
        let count = running.get(&of).copied().unwrap_or_default();
        if count >= AT_A_TIME {
            return None;
        }
        running.insert(of, count + 1);
        Some(Place {
            of,
            among: self.clone(),
        })
    }

    /// Numbers are whole at every moment, whatever became of who held the lock.
    fn running(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.among.running().entry(self.of) {
            if *count.get() > 1 {
                *count.get_mut() -= 1;
            } else {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_four_places_and_who_uploads_nothing_costs_nothing() {
        let places = Places::default();
        let mut taken: Vec<_> = (0..AT_A_TIME).map(|_| places.take(UserId(1)).unwrap()).collect();
        assert!(places.take(UserId(1)).is_none());
        assert!(places.take(UserId(2)).is_some());
        taken.pop();
        taken.extend(places.take(UserId(1)));
        assert_eq!(taken.len(), AT_A_TIME);
        drop(taken);
        assert!(places.running().is_empty());
    }
}
