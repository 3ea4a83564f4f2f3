//! Gathers edges for a moment, notes them in the store, and tells the gateways what is new by that.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bus::Bus;
use metrics::counter;
use protocol::frames::PersonPresence;
use protocol::{ConversationId, UserId, limits};
use runtime::Throttle;
use store::{Edge, Store, StoreError};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::news::{self, Told};

/// How long edges wait for others: nobody notices, and a thousand people who come back after a restart are told
/// in few frames.
const GATHER: Duration = Duration::from_millis(500);

/// People noted by one statement, and whose conversations are looked up by one.
const PEOPLE_AT_ONCE: usize = 200;

/// Between two tries while the store is away.
const RETRY: Duration = Duration::from_secs(1);

/// What is still to be done, at most one thing of each kind a person.
#[derive(Debug, Default)]
pub(super) struct Pending {
    work: Mutex<Work>,
    news: Notify,
    log: Throttle,
}

#[derive(Debug, Default)]
struct Work {
    /// Found on the leases.
    edges: HashMap<UserId, Edge>,
    /// Noted in the store already.
    noted: HashMap<UserId, PersonPresence>,
}

impl Pending {
    /// To be noted, and to be told if that changes anything.
    pub(super) fn note(&self, edges: impl IntoIterator<Item = Edge>) {
        let mut work = self.lock();
        for edge in edges {
            let known = work.edges.entry(edge.user).or_insert(edge);
            if known.at <= edge.at {
                *known = edge;
            }
        }
        drop(work);
        self.news.notify_one();
    }

    /// To be told.
    pub(super) fn announce(&self, people: Vec<PersonPresence>) {
        let mut work = self.lock();
        for person in people {
            let now = if person.is_online { "online" } else { "offline" };
            counter!("chat_presence_edges_total", "now" => now).increment(1);
            let known = work.noted.entry(person.user_id).or_insert_with(|| person.clone());
            if known.last_seen <= person.last_seen {
                *known = person;
            }
        }
        drop(work);
        self.news.notify_one();
    }

    fn is_empty(&self) -> bool {
        let work = self.lock();
        work.edges.is_empty() && work.noted.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait(&self) {
        while self.is_empty() {
            self.news.notified().await;
        }
    }
}

pub(super) async fn run(store: Store, bus: Arc<dyn Bus>, pending: Arc<Pending>, stopping: CancellationToken) {
    let forever = async {
        loop {
            pending.wait().await;
            sleep(GATHER).await;
            if let Err(error) = flush(&store, &*bus, &pending).await {
                if pending.log.allows() {
                    tracing::warn!(%error, "who came and went cannot be noted at the moment");
                }
                sleep(RETRY).await;
            }
        }
    };
    stopping.run_until_cancelled(forever).await;
}

async fn flush(store: &Store, bus: &dyn Bus, pending: &Pending) -> Result<(), StoreError> {
    let edges: Vec<_> = mem::take(&mut pending.lock().edges).into_values().collect();
    let mut chunks = edges.chunks(PEOPLE_AT_ONCE);
    while let Some(chunk) = chunks.next() {
        match store.note_presence(chunk).await {
            Ok(changed) => pending.announce(changed),
            Err(error) => {
                pending.note(chunk.iter().chain(chunks.flatten()).copied());
                return Err(error);
            }
        }
    }
    let noted: Vec<_> = mem::take(&mut pending.lock().noted).into_values().collect();
    for chunk in noted.chunks(PEOPLE_AT_ONCE) {
        // Lost if either is away: whoever looks reads the store.
        let told = audience(store, chunk).await?;
        if let Err(error) = bus.publish(news::envelopes(told)).await {
            tracing::debug!(%error, "nobody was told who came and went");
        }
    }
    Ok(())
}

/// Each with the conversations in which others may know.
async fn audience(store: &Store, people: &[PersonPresence]) -> Result<Vec<Told>, StoreError> {
    let ids: Vec<_> = people.iter().map(|person| person.user_id).collect();
    let mut heard_in: HashMap<UserId, Vec<ConversationId>> = HashMap::new();
    for (user, conversation) in store.audience(&ids, limits::PRESENCE_PEOPLE).await? {
        heard_in.entry(user).or_default().push(conversation);
    }
    let told = people.iter().filter_map(|person| {
        let conversations = heard_in.remove(&person.user_id)?;
        Some(Told {
            person: person.clone(),
            conversations,
        })
    });
    Ok(told.collect())
}
