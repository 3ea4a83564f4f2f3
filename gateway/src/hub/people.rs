//! The sockets of each person on this node, for what concerns the person and not one conversation.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::UserId;

use super::channel::SocketId;
use crate::outbox::{Outbox, Outgoing};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct People(Mutex<HashMap<UserId, Vec<(SocketId, Outbox)>>>);

impl People {
    pub(super) fn add(&self, user: UserId, socket: SocketId, outbox: Outbox) {
        self.lock().entry(user).or_default().push((socket, outbox));
    }

    pub(super) fn remove(&self, user: UserId, socket: SocketId) {
        let mut people = self.lock();
        if let Some(sockets) = people.get_mut(&user) {
            sockets.retain(|(id, _)| *id != socket);
            if sockets.is_empty() {
                people.remove(&user);
            }
        }
    }

    pub(super) fn tell(&self, user: UserId, item: &Outgoing) {
        for (_, outbox) in self.lock().get(&user).into_iter().flatten() {
            outbox.push(item.clone());
        }
    }

    /// Every socket looks at its user's list of conversations again.
    pub(super) fn relist(&self) {
        for (_, outbox) in self.lock().values().flatten() {
            outbox.push(Outgoing::Relist);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Vec<(SocketId, Outbox)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
