//! Many questions, few queries: while one query is under way the next questions gather, then go together.
//!
//! A lone question waits for nobody. When ten thousand sockets come back at once, a node asks two hundred times a second
//! at most, however many ask.

use std::sync::Arc;
use std::time::Duration;

use runtime::Tasks;
use store::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

/// Questions in one query: well under a megabyte of answers, and still some milliseconds of the database's time.
const BATCH_MAX: usize = 500;

/// The pause after a query, in which the next questions gather: nothing against a client's way to the node, and a
/// storm of any size costs two hundred queries a second.
const REST: Duration = Duration::from_millis(5);

/// A query that takes longer no longer holds up the next ones: its connection may be dead without a sign.
const GO_ON_AFTER: Duration = Duration::from_secs(1);

/// Questions that wait; beyond it whoever asks waits for room.
const QUEUE: usize = 4 * BATCH_MAX;

/// Why there is no answer; everybody who was asked for in the same query gets the same.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unanswered {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
    /// This node stops.
    #[error("this node is stopping")]
    Stopping,
}

impl From<StoreError> for Unanswered {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

type Asked<Q, A> = (Q, oneshot::Sender<Result<A, Unanswered>>);

/// Asks one kind of question. Cheap to clone.
#[derive(Debug)]
pub struct Gather<Q, A>(mpsc::Sender<Asked<Q, A>>);

impl<Q, A> Clone for Gather<Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q, A> Gather<Q, A>
where
    Q: Send + 'static,
    A: Send + 'static,
{
    /// Starts the task that asks. `query` answers as many questions as it is given, in their order.
    pub fn start<F, R>(tasks: &Tasks, name: &'static str, query: F) -> Self
    where
        F: Fn(Vec<Q>) -> R + Send + 'static,
        R: Future<Output = Result<Vec<A>, StoreError>> + Send + 'static,
    {
        let (questions, mut asked) = mpsc::channel(QUEUE);
        let (owner, stopping) = (tasks.clone(), tasks.stopping());
        tasks.spawn_vital(name, async move {
            let mut batch = Vec::new();
            while let Some(1..) = stopping
                .run_until_cancelled(asked.recv_many(&mut batch, BATCH_MAX))
                .await
            {
                // Whoever has gone is not asked for.
                batch.retain(|(_, answer): &Asked<Q, A>| !answer.is_closed());
                let (questions, answers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
                if questions.is_empty() {
                    continue;
                }
                let mut answering = Box::pin(answer_all(query(questions), answers));
                if timeout(GO_ON_AFTER, &mut answering).await.is_err() {
                    owner.spawn("late answers", answering);
                }
                sleep(REST).await;
            }
        });
        Self(questions)
    }

    /// The answer. Dropping the call leaves nothing behind.
    pub async fn ask(&self, question: Q) -> Result<A, Unanswered> {
        let (answer, answered) = oneshot::channel();
        let asked = self.0.send((question, answer)).await;
        asked.map_err(|_stopped| Unanswered::Stopping)?;
        answered.await.unwrap_or(Err(Unanswered::Stopping))
    }
}

async fn answer_all<A>(
    query: impl Future<Output = Result<Vec<A>, StoreError>>,
    answers: Vec<oneshot::Sender<Result<A, Unanswered>>>,
) {
    match query.await {
        Ok(found) => {
            for (answer, found) in answers.into_iter().zip(found) {
                let _gone = answer.send(Ok(found));
            }
        }
        Err(error) => {
            let error = Unanswered::from(error);
            for answer in answers {
                let _gone = answer.send(Err(error.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn what_is_asked_during_a_query_goes_into_the_next_one() {
        let (queries, may_answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (counted, allowed) = (queries.clone(), may_answer.clone());
        let gather = Gather::start(&Tasks::new(), "test", move |questions: Vec<usize>| {
            counted.fetch_add(1, Ordering::SeqCst);
            let allowed = allowed.clone();
            async move {
                allowed.acquire().await.unwrap().forget();
                Ok(questions.into_iter().map(|question| question * 2).collect())
            }
        });
        let asking = join_all((0..100).map(|question| gather.ask(question)));
        let answering = async {
            while queries.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            may_answer.add_permits(100);
        };
        let (answers, ()) = tokio::join!(asking, answering);
        for (question, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.unwrap(), question * 2);
        }
        assert!(queries.load(Ordering::SeqCst) <= 2, "{queries:?}");
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_the_next_question_is_asked_anew() {
        let queries = AtomicUsize::new(0);
        let gather = Gather::start(&Tasks::new(), "test", move |questions: Vec<()>| {
            let first = queries.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                if first {
                    return Err(StoreError::Taken("name"));
                }
                Ok(questions)
            }
        });
        assert!(matches!(gather.ask(()).await, Err(Unanswered::Store(_))));
        assert!(gather.ask(()).await.is_ok());
    }

    #[tokio::test]
    async fn a_stopping_node_answers_nobody() {
        let tasks = Tasks::new();
        let gather = Gather::start(&tasks, "test", async |questions: Vec<()>| Ok(questions));
        tasks.stopping().cancel();
        assert!(matches!(gather.ask(()).await, Err(Unanswered::Stopping)));
    }
}
