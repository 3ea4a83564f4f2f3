//! What callers ask of the subscriber, in the order they asked.

use tokio::sync::{mpsc, oneshot};

use crate::{BusError, Topic};

/// Requests that may wait for the subscriber; beyond it callers wait to get in line. Each takes a round trip at most.
pub(super) const REQUEST_CAPACITY: usize = 1_024;

/// Requests that one command answers, so that a rush of joins is not a rush of round trips.
const REQUESTS_AT_ONCE: usize = 256;

/// One caller's wish.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) change: Change,
    pub(super) topics: Vec<Topic>,
    pub(super) answer: oneshot::Sender<Result<(), BusError>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Subscribe,
    Unsubscribe,
}

/// Where requests wait.
#[derive(Debug)]
pub(super) struct Line {
    requests: mpsc::Receiver<Request>,
    /// Arrived after a run of the other kind, and comes next.
    held: Option<Request>,
}

/// Requests of one kind that stood one after the other.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) change: Change,
    requests: Vec<Request>,
}

impl Line {
    pub(super) const fn new(requests: mpsc::Receiver<Request>) -> Self {
        Self { requests, held: None }
    }

    /// The next requests of one kind, waiting for the first of them; for ever if nobody can ask any more.
    /// Cancel-safe: no request is lost.
    pub(super) async fn next_run(&mut self) -> Run {
        let first = match self.held.take() {
            Some(held) => held,
            None => match self.requests.recv().await {
                Some(request) => request,
                None => std::future::pending().await,
            },
        };
        let change = first.change;
        let mut requests = vec![first];
        while requests.len() < REQUESTS_AT_ONCE
            && let Ok(next) = self.requests.try_recv()
        {
            if next.change != change {
                self.held = Some(next);
                break;
            }
            requests.push(next);
        }
        // Whoever gave up waiting for a subscription does not want it; what was unsubscribed must go all the same.
        if change == Change::Subscribe {
            requests.retain(|request| !request.answer.is_closed());
        }
        Run { change, requests }
    }
}

impl Run {
    /// Every topic asked for; one may come twice.
    pub(super) fn topics(&self) -> impl Iterator<Item = Topic> {
        self.requests
            .iter()
            .flat_map(|request| request.topics.iter().copied())
    }

    pub(super) fn confirm(self) {
        self.requests
            .into_iter()
            .for_each(|request| answer(request.answer, Ok(())));
    }

    pub(super) fn refuse(self, why: &str) {
        self.requests
            .into_iter()
            .for_each(|request| answer(request.answer, Err(BusError::unavailable(why))));
    }
}

fn answer(caller: oneshot::Sender<Result<(), BusError>>, result: Result<(), BusError>) {
    if caller.send(result).is_err() {
        tracing::trace!("nobody waits for this answer any more");
    }
}

#[cfg(test)]
mod tests {
    use protocol::UserId;

    use super::*;

    type Answer = oneshot::Receiver<Result<(), BusError>>;

    async fn ask(line: &mpsc::Sender<Request>, change: Change, user: i64) -> Answer {
        let (answer, answered) = oneshot::channel();
        line.send(Request {
            change,
            topics: vec![Topic::User(UserId(user))],
            answer,
        })
        .await
        .unwrap();
        answered
    }

    fn users(run: &Run) -> Vec<Topic> {
        run.topics().collect()
    }

    #[tokio::test]
    async fn neighbours_of_one_kind_go_together_and_nobody_overtakes() {
        let (sender, requests) = mpsc::channel(REQUEST_CAPACITY);
        let mut line = Line::new(requests);
        let one = ask(&sender, Change::Subscribe, 1).await;
        let two = ask(&sender, Change::Subscribe, 2).await;
        let three = ask(&sender, Change::Unsubscribe, 1).await;
        let four = ask(&sender, Change::Subscribe, 1).await;

        let run = line.next_run().await;
        assert_eq!(users(&run), [Topic::User(UserId(1)), Topic::User(UserId(2))]);
        run.confirm();
        assert!(one.await.unwrap().is_ok() && two.await.unwrap().is_ok());

        let run = line.next_run().await;
        assert_eq!(
            (run.change, users(&run)),
            (Change::Unsubscribe, vec![Topic::User(UserId(1))])
        );
        drop(run);
        assert!(three.await.is_err());

        line.next_run().await.refuse("away");
        assert!(four.await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_caller_that_gave_up_is_not_subscribed_but_is_unsubscribed() {
        let (sender, requests) = mpsc::channel(REQUEST_CAPACITY);
        let mut line = Line::new(requests);
        drop(ask(&sender, Change::Subscribe, 1).await);
        assert_eq!(users(&line.next_run().await), []);
        drop(ask(&sender, Change::Unsubscribe, 1).await);
        assert_eq!(users(&line.next_run().await), [Topic::User(UserId(1))]);
    }
}
