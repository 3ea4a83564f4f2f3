//! The sockets of each person on this node, for what concerns the person and not one conversation.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat::revocations::Affected;
use protocol::UserId;
use protocol::close::CloseCode;
use runtime::tokens::Access;

use super::channel::SocketId;
use crate::outbox::{Outbox, Outgoing};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct People(Mutex<HashMap<UserId, Vec<Present>>>);

/// One socket, and the token that it goes by now.
#[derive(Debug)]
struct Present {
    socket: SocketId,
    outbox: Outbox,
    access: Access,
}

impl People {
    pub(super) fn add(&self, access: Access, socket: SocketId, outbox: Outbox) {
        let present = Present {
            socket,
            outbox,
            access,
        };
        let mut people = self.lock();
        people.entry(present.access.user).or_default().push(present);
    }

    pub(super) fn renew(&self, access: &Access, socket: SocketId) {
        let mut people = self.lock();
        let mut sockets = people.get_mut(&access.user).into_iter().flatten();
        if let Some(present) = sockets.find(|present| present.socket == socket) {
            present.access = access.clone();
        }
    }

    pub(super) fn remove(&self, user: UserId, socket: SocketId) {
        let mut people = self.lock();
        if let Some(sockets) = people.get_mut(&user) {
            sockets.retain(|present| present.socket != socket);
            if sockets.is_empty() {
                people.remove(&user);
            }
        }
    }

    pub(super) fn tell(&self, user: UserId, item: &Outgoing) {
        for present in self.lock().get(&user).into_iter().flatten() {
            present.outbox.push(item.clone());
        }
    }

    /// Every socket looks at its user's list of conversations again.
    pub(super) fn relist(&self) {
        for present in self.lock().values().flatten() {
            present.outbox.push(Outgoing::Relist);
        }
    }

    /// Closes those of the affected people's sockets whose token does not count any more. What waits for them is
    /// dropped: it is not theirs to read.
    pub(super) fn close(&self, affected: &Affected, is_revoked: impl Fn(&Access) -> bool) {
        let close = |present: &Present| {
            if is_revoked(&present.access) {
                present.outbox.close(CloseCode::Token);
            }
        };
        let people = self.lock();
        match affected {
            Affected::People(users) => users
                .iter()
                .filter_map(|user| people.get(user))
                .flatten()
                .for_each(close),
            Affected::Everybody => people.values().flatten().for_each(close),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Vec<Present>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
