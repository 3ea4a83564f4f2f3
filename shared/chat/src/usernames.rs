//! Who is called what, for clients whose every frame names its sender.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use protocol::UserId;
use store::{Store, StoreError};

/// Names that a node remembers: some megabytes, and more people than speak within an hour.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(50_000);

/// The usernames that a node has needed lately. They never change, so what was read once stays true. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Usernames {
    store: Store,
    known: Arc<Mutex<LruCache<UserId, String>>>,
}

impl Usernames {
    /// None remembered yet.
    pub fn new(store: Store) -> Self {
        let known = Arc::new(Mutex::new(LruCache::new(REMEMBERED)));
        Self { store, known }
    }

    /// The names of these people; who does not exist is left out. The store is asked once, for those not remembered.
    pub async fn of(&self, people: &[UserId]) -> Result<HashMap<UserId, String>, StoreError> {
        let mut names = HashMap::with_capacity(people.len());
        let mut unknown = Vec::new();
        for &user in people {
            match self.known().get(&user) {
                Some(name) => drop(names.insert(user, name.clone())),
                None => unknown.push(user),
            }
        }
        if !unknown.is_empty() {
            for user in self.store.users(&unknown).await? {
                self.known().put(user.id, user.username.clone());
                names.insert(user.id, user.username);
            }
        }
        Ok(names)
    }

    fn known(&self) -> MutexGuard<'_, LruCache<UserId, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
