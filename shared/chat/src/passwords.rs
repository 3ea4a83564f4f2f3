//! Passwords as argon2id hashes. A hash costs tens of milliseconds of one core by intent, so it never runs on an
//! async thread, no more of them run at once than there are cores, and few wait.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Argon2, Params};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, spawn_blocking};

/// Hashes that may wait for one core. At 20 to 30 ms each the last one waits about as long as a person does before
/// trying again; whoever comes after it is told so at once.
const WAITING_PER_CORE: usize = 128;

/// What one hash costs. Stored hashes name their own cost, so a change takes effect at each person's next sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory for each hash.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Threads that could share one hash.
    pub lanes: u32,
}

impl Cost {
    /// The least that OWASP's Password Storage Cheat Sheet advises for argon2id: 19 MiB so that a graphics card holds
    /// few attempts at once, two passes to make up for not taking more, one lane because a server's other cores are
    /// busy with other people.
    pub const OWASP: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };

    /// The least that the algorithm allows. For tests, which sign in by the hundred; it protects nobody.
    pub const CHEAPEST: Self = Self {
        memory_kib: Params::MIN_M_COST,
        passes: Params::MIN_T_COST,
        lanes: Params::MIN_P_COST,
    };
}

/// Why a password was neither hashed nor compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// As many hashes wait as may wait; try again.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The cost is outside of what the algorithm allows, a stored hash cannot be read, or there is no memory left.
    #[error("a password could not be hashed")]
    Hash(#[from] password_hash::Error),
    /// The hashing thread panicked, or the process is stopping.
    #[error("a password's hash was not finished")]
    Unfinished(#[from] JoinError),
}

/// How a password compares with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another password, or no hash to compare with.
    Wrong,
    /// The same.
    Right,
    /// The same, and its hash was made at another [`Cost`]: make it anew.
    RightButOutdated,
}

/// Hashes and compares passwords. Cheap to clone; clones share their bounds.
#[derive(Clone, Debug)]
pub struct Passwords {
    params: Params,
    /// Permits for hashes that run or wait.
    room: Arc<Semaphore>,
    /// Permits for hashes that run.
    cores: Arc<Semaphore>,
}

impl Passwords {
    /// Hashes at `cost` on every core of the machine; fails on a cost that argon2 does not know.
    pub fn new(cost: Cost) -> Result<Self, PasswordError> {
        Self::on_cores(cost, thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// As [`Passwords::new`], on fewer or more cores; each running hash holds the memory that `cost` names.
    pub fn on_cores(cost: Cost, cores: NonZeroUsize) -> Result<Self, PasswordError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(password_hash::Error::from)?;
        Ok(Self {
            params,
            room: Arc::new(Semaphore::new(cores.get() * (1 + WAITING_PER_CORE))),
            cores: Arc::new(Semaphore::new(cores.get())),
        })
    }

    /// A hash to store, with a salt of its own.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        self.on_a_core(move |argon2| Ok(hash(&argon2, &password)?.to_string()))
            .await
    }

    /// Compares. Without a hash (nobody has that name, or a host vouches for the person) as much work is done, so
    /// that the time of the answer does not tell who has an account.
    pub async fn verify(&self, stored: Option<&str>, password: &str) -> Result<Verdict, PasswordError> {
        let stored = stored.map(str::to_owned);
        let password = password.to_owned();
        let params = self.params.clone();
        self.on_a_core(move |argon2| match stored {
            Some(stored) => compare(&argon2, &params, &stored, &password),
            None => hash(&argon2, &password).map(|_unused| Verdict::Wrong),
        })
        .await
    }

    async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let room = self
            .room
            .clone()
            .try_acquire_owned()
            .map_err(|_| PasswordError::Busy)?;
        let core = self
            .cores
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Busy)?;
        let argon2 = Argon2::from(&self.params);
        // The permits go along: a caller who hangs up does not stop the thread, and must not make room for another.
        let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (room, core);
        let done = spawn_blocking(move || {
            let done = work(argon2);
            drop(held);
            done
        });
        Ok(done.await??)
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<PasswordHash, password_hash::Error> {
    argon2.hash_password(password.as_bytes())
}

fn compare(
    argon2: &Argon2<'_>,
    params: &Params,
    stored: &str,
    password: &str,
) -> Result<Verdict, password_hash::Error> {
    let stored = PasswordHash::new(stored)?;
    match argon2.verify_password(password.as_bytes(), &stored) {
        Ok(()) if is_current(params, &stored)? => Ok(Verdict::Right),
        Ok(()) => Ok(Verdict::RightButOutdated),
        Err(password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(error),
    }
}

fn is_current(params: &Params, stored: &PasswordHash) -> Result<bool, password_hash::Error> {
    let made_at = Params::try_from(stored)?;
    Ok(stored.algorithm == ARGON2ID_IDENT
        && made_at.m_cost() == params.m_cost()
        && made_at.t_cost() == params.t_cost()
        && made_at.p_cost() == params.p_cost())
}

#[cfg(test)]
mod tests;
