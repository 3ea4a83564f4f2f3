//! What a node remembers of the list: no I/O, no clock of its own. About a hundred bytes for each entry of a day.

use std::collections::HashMap;
use std::time::Duration;

use protocol::{RevocationId, Timestamp, UserId};
use runtime::tokens::Access;
use store::{Ended, Revocation};
use tokio::time::Instant;
use uuid::Uuid;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Sign-ins that ended one by one, and when this node heard of it.
    sign_ins: HashMap<Uuid, Instant>,
    /// The newest entry that ends all of a person's tokens. It ends what the ones before it did: whom it spares had
    /// not ended by then.
    people: HashMap<UserId, All>,
}

#[derive(Debug)]
struct All {
    id: RevocationId,
    spared: Option<Uuid>,
    created_at: Timestamp,
    heard_at: Instant,
}

impl Known {
    /// Takes an entry in, in any order and any number of times; whether it was news.
    pub(super) fn learn(&mut self, revocation: &Revocation, now: Instant) -> bool {
        let &Revocation {
            id,
            user,
            ended,
            created_at,
        } = revocation;
        match ended {
            Ended::SignIn(family) => {
                let is_news = !self.sign_ins.contains_key(&family);
                self.sign_ins.entry(family).or_insert(now);
                is_news
            }
            Ended::All { spared } => {
                let is_news = self.people.get(&user).is_none_or(|newest| newest.id < id);
                if is_news {
                    let all = All {
                        id,
                        spared,
                        created_at,
                        heard_at: now,
                    };
                    self.people.insert(user, all);
                }
                is_news
            }
        }
    }

    /// Whether an entry ends this token.
    pub(super) fn ends(&self, access: &Access) -> bool {
        let all = self.people.get(&access.user);
        match access.sign_in {
            Some(sign_in) => {
                let by_all = |all: &All| sign_in.after < all.id && all.spared != Some(sign_in.family);
                self.sign_ins.contains_key(&sign_in.family) || all.is_some_and(by_all)
            }
            // It knows no numbers, so moments must do. One of the very second counts as older: better a token too
            // few than one that somebody meant to end.
            None => all.is_some_and(|all| access.issued_at <= all.created_at),
        }
    }

    /// Drops what was heard of longer ago than `keep`.
    pub(super) fn forget(&mut self, keep: Duration, now: Instant) {
        self.sign_ins.retain(|_, heard_at| now - *heard_at < keep);
        self.people.retain(|_, all| now - all.heard_at < keep);
    }
}

#[cfg(test)]
mod tests;
