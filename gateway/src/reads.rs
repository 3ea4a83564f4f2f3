//! What sockets ask the store when they come: gathered, so that a storm of them costs few queries.

use chat::Chat;
use metrics::{counter, describe_counter};
use protocol::{ConversationId, UserId};
use runtime::Tasks;
use store::{ChangePage, Cursor, Heads, Standing, StoreError};
use tokio::sync::Semaphore;

use crate::gather::{Gather, Unanswered};

/// Resumes that read pages at once. Half of the connections that a node has by default: sends and live holes shall
/// find one too.
const RESUMES_AT_ONCE: usize = 8;

/// Changes in one page of a resume: about a socket write's worth of ordinary messages.
const PAGE: i64 = 200;

/// The ways to ask.
#[derive(Debug)]
pub struct Reads {
    standings: Gather<(ConversationId, UserId), Option<Standing>>,
    heads: Gather<(UserId, usize), Heads>,
    chat: Chat,
    resumes: Semaphore,
}

impl Reads {
    /// Starts the tasks that ask.
    pub fn start(chat: Chat, tasks: &Tasks) -> Self {
        let store = chat.store().clone();
        let standings = Gather::start(tasks, "standings", move |asked: Vec<_>| {
            let store = store.clone();
            async move {
                count("standing");
                store.standings(&asked).await
            }
        });
        let store = chat.store().clone();
        let heads = Gather::start(tasks, "heads of users", move |asked: Vec<(UserId, usize)>| {
            let store = store.clone();
            async move {
                count("list");
                let users: Vec<_> = asked.iter().map(|(user, _)| *user).collect();
                let most = asked.iter().map(|(_, limit)| *limit).max().unwrap_or_default();
                let limit = i64::try_from(most).unwrap_or(i64::MAX);
                let found = store.heads_of_users(&users, limit).await?;
                let of = |(user, limit): (UserId, usize)| {
                    let mut heads = found.get(&user).cloned().unwrap_or_default();
                    heads.truncate(limit);
                    heads
                };
                Ok(asked.into_iter().map(of).collect())
            }
        });
        Self {
            standings,
            heads,
            chat,
            resumes: Semaphore::new(RESUMES_AT_ONCE),
        }
    }

    /// How a user stands to a conversation; `None`: there is none.
    pub async fn standing(
        &self,
        conversation: ConversationId,
        user: UserId,
    ) -> Result<Option<Standing>, Unanswered> {
        self.standings.ask((conversation, user)).await
    }

    /// The conversations that a user is in, newest activity first, each with its head; `limit` of them at most.
    pub async fn heads_of(&self, user: UserId, limit: usize) -> Result<Heads, Unanswered> {
        self.heads.ask((user, limit)).await
    }

    /// A page of what a client lacks; waits for its turn among all that resume on this node.
    pub async fn page(
        &self,
        conversation: ConversationId,
        cursor: Cursor,
    ) -> Result<Option<ChangePage>, StoreError> {
        let _turn = self.resumes.acquire().await;
        count("resume");
        self.chat.store().changes(conversation, cursor, PAGE).await
    }
}

/// One query of a kind.
pub(crate) fn count(kind: &'static str) {
    counter!("chat_gateway_store_reads_total", "kind" => kind).increment(1);
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_store_reads_total",
        "Reads of the store, by kind: standing and list (gathered), resume (a page), gap, heads"
    );
}
