//! The connection that hears. One task owns it together with the set of wanted topics, and takes requests one
//! after the other from a queue, so that an unsubscribe can never overtake a subscribe and no lock is needed.

mod requests;
mod session;

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use ::redis::{RedisError, RedisResult};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::requests::{Change, Line, REQUEST_CAPACITY, Request, Run};
use self::session::Session;
use super::channels::Channels;
use super::link::{Address, Backoff, Gate};
use super::publisher::Publisher;
use crate::mailbox::{Cause, Mailbox};
use crate::{BusError, Topic};

/// The node's side: asks, and waits for the answer.
#[derive(Debug)]
pub(super) struct Subscriptions {
    requests: mpsc::Sender<Request>,
    gate: Arc<Gate>,
}

/// The task's side.
pub(super) struct Subscriber {
    line: Line,
    gate: Arc<Gate>,
    wanted: HashSet<Topic>,
    channels: Channels,
    publisher: Publisher,
    mailbox: Arc<Mailbox>,
    /// Off only in tests that show what happens then.
    pub(super) has_canary: bool,
}

/// The two sides of one subscribe connection, not yet connected.
pub(super) fn pair(
    channels: Channels,
    publisher: Publisher,
    mailbox: Mailbox,
) -> (Subscriptions, Subscriber) {
    let (sender, requests) = mpsc::channel(REQUEST_CAPACITY);
    let gate = Arc::new(Gate::new("subscribe"));
    let subscriber = Subscriber {
        line: Line::new(requests),
        gate: Arc::clone(&gate),
        wanted: HashSet::new(),
        channels,
        publisher,
        mailbox: Arc::new(mailbox),
        has_canary: true,
    };
    (
        Subscriptions {
            requests: sender,
            gate,
        },
        subscriber,
    )
}

impl Subscriptions {
    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(super) async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.gate.enter()?;
        self.ask(Change::Subscribe, topics).await
    }

    pub(super) async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.ask(Change::Unsubscribe, topics).await
    }

    async fn ask(&self, change: Change, topics: &[Topic]) -> Result<(), BusError> {
        let (answer, answered) = oneshot::channel();
        let request = Request {
            change,
            topics: topics.to_vec(),
            answer,
        };
        self.requests
            .send(request)
            .await
            .map_err(|_| BusError::unavailable("the subscriber has stopped"))?;
        answered
            .await
            .map_err(|_| BusError::unavailable("the connection was lost before the answer"))?
    }
}

impl Subscriber {
    /// Connects, for ever, until `stopping`.
    pub(super) async fn keep_up(mut self, address: Address, stopping: CancellationToken) {
        tokio::select! {
            () = stopping.cancelled() => self.gate.shut(),
            never = self.reconnect(&address) => match never {},
        }
    }

    async fn reconnect(&mut self, address: &Address) -> Infallible {
        let mut backoff = Backoff::new();
        let mut is_first = true;
        loop {
            backoff.attempt();
            let why = self.connect_once(address, is_first).await;
            self.gate.close(&why);
            is_first = false;
            let pause = backoff.pause();
            self.refuse_until(sleep(pause)).await;
        }
    }

    /// One connection from its beginning to its end; returns why it ended.
    async fn connect_once(&mut self, address: &Address, is_first: bool) -> String {
        let dialled = Session::dial(address.clone(), self.channels.clone(), Arc::clone(&self.mailbox));
        let session = match self.refuse_until(dialled).await {
            Ok(session) => session,
            Err(error) => return error.to_string(),
        };
        let restored = tokio::select! {
            () = session.lost().cancelled() => return "disconnected".to_owned(),
            restored = session.restore(&self.wanted) => restored,
        };
        if let Err(error) = restored {
            return error.to_string();
        }
        self.gate.open(session.connection(), session.lost().clone());
        if !is_first {
            self.mailbox.interrupt(Cause::Reconnect);
        }
        tokio::select! {
            () = session.lost().cancelled() => "disconnected".to_owned(),
            why = session.watch_canary(self.publisher.clone(), &self.gate), if self.has_canary => why,
            error = serve(&session, &mut self.line, &mut self.wanted) => error.to_string(),
        }
    }

    /// Waits for `done` and answers requests meanwhile: nothing can be subscribed, anything can be forgotten.
    async fn refuse_until<T>(&mut self, done: impl Future<Output = T>) -> T {
        let Self { line, wanted, .. } = self;
        let refuse = async {
            loop {
                let run = line.next_run().await;
                match run.change {
                    Change::Subscribe => run.refuse("not connected to Redis"),
                    Change::Unsubscribe => {
                        forget(wanted, &run);
                        run.confirm();
                    }
                }
            }
        };
        tokio::select! {
            done = done => done,
            never = refuse => never,
        }
    }
}

/// Does what is asked until the connection fails. Then the runs that were not confirmed get an error: their
/// subscriptions died with the connection, and their unsubscriptions have left the wanted set already.
async fn serve(session: &Session, line: &mut Line, wanted: &mut HashSet<Topic>) -> RedisError {
    loop {
        let run = line.next_run().await;
        let done = match run.change {
            Change::Subscribe => subscribe(session, wanted, &run).await,
            Change::Unsubscribe => session.unsubscribe(&forget(wanted, &run)).await,
        };
        match done {
            Ok(()) => run.confirm(),
            Err(error) => return error,
        }
    }
}

async fn subscribe(session: &Session, wanted: &mut HashSet<Topic>, run: &Run) -> RedisResult<()> {
    let fresh: HashSet<Topic> = run.topics().filter(|topic| !wanted.contains(topic)).collect();
    session.subscribe(&fresh).await?;
    wanted.extend(fresh);
    Ok(())
}

/// Takes the run's topics out of the wanted set; returns those that were in it.
fn forget(wanted: &mut HashSet<Topic>, run: &Run) -> HashSet<Topic> {
    run.topics().filter(|topic| wanted.remove(topic)).collect()
}
