//! Work that holds something others wait for: a row lock, a pooled connection, a topic's gate.
//!
//! A socket's own task stops polling its command while it writes, and a slow reader makes a write last for seconds.
//! What holds such a thing therefore runs in a task of its own, to its end, whoever waits for the answer.

use runtime::Tasks;
use tokio::sync::oneshot;

/// The task ended without an answer: the node stops, or the task panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work was not finished")]
pub struct Gone;

/// Starts `work` at once; the returned future only waits for its answer, and holds nothing.
pub fn offload<T, W>(
    tasks: &Tasks,
    name: &'static str,
    work: W,
) -> impl Future<Output = Result<T, Gone>> + Send + use<T, W>
where
    T: Send + 'static,
    W: Future<Output = T> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    tasks.spawn(name, async move {
        // Nobody may be waiting any more; the work is done all the same.
        let _unheard = answer.send(work.await);
    });
    async move { answered.await.map_err(|_| Gone) }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn the_work_goes_on_while_nobody_polls_for_its_answer() {
        let (tasks, (done, mut heard)) = (Tasks::new(), mpsc::channel(1));
        let answer = offload(&tasks, "test", async move { done.send(7).await });
        // Not one poll of `answer` until the work is over.
        assert_eq!(heard.recv().await, Some(7));
        assert_eq!(answer.await, Ok(Ok(())));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_is_still_done() {
        let (tasks, (done, mut heard)) = (Tasks::new(), mpsc::channel(1));
        drop(offload(&tasks, "test", async move { done.send(7).await }));
        assert_eq!(heard.recv().await, Some(7));
    }
}
