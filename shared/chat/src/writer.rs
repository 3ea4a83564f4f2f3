//! Group commit: while one commit is in flight the next sends gather, then go together. A lone send waits for nobody.

use bus::Topic;
use metrics::{describe_histogram, histogram};
use protocol::Timestamp;
use protocol::frames::ServerFrame;
use protocol::models::Message;
use runtime::{Clock, Tasks};
use store::{Appended, Batch, Change, NewMessage, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::announce;
use crate::error::ChatError;
use crate::publisher::{Commit, Publisher};

/// Sends that go into one commit at most: enough to keep a slow disk busy, few enough to stay in one small packet.
const BATCH_MAX: usize = 256;

/// Sends that wait for the writer; beyond it a sender waits for room, which is what slows a flood down.
const QUEUE: usize = 4 * BATCH_MAX;

/// One send on its way into the database.
struct Pending {
    message: NewMessage,
    answer: oneshot::Sender<Result<Appended, ChatError>>,
}

/// Hands sends to the node's one writing task. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Pending>,
}

impl Writer {
    pub(crate) fn start(store: Store, publisher: Publisher, clock: Clock, tasks: &Tasks) -> Self {
        let (queue, pending) = mpsc::channel(QUEUE);
        tasks.spawn_vital(
            "writer",
            run(
                pending,
                Committer {
                    store,
                    publisher,
                    clock,
                    is_away: false,
                },
                tasks.clone(),
            ),
        );
        Self { queue }
    }

    /// Returns once the database has committed or refused. Dropping the call does not undo a commit: a retry with
    /// the same `client_id` finds it.
    pub(crate) async fn append(&self, message: NewMessage) -> Result<Appended, ChatError> {
        let (answer, answered) = oneshot::channel();
        self.queue
            .send(Pending { message, answer })
            .await
            .map_err(|_| ChatError::Unavailable)?;
        answered.await.unwrap_or(Err(ChatError::Unavailable))
    }
}

async fn run(mut queue: mpsc::Receiver<Pending>, mut committer: Committer, tasks: Tasks) {
    let stopping = tasks.stopping();
    let mut batch = Vec::with_capacity(BATCH_MAX);
    loop {
        // Stopping comes last: what is in the queue was accepted, so it is still written.
        tokio::select! {
            biased;
            count = queue.recv_many(&mut batch, BATCH_MAX) => {
                if count == 0 {
                    return;
                }
                committer.commit(&mut batch).await;
            }
            () = stopping.cancelled() => return,
        }
    }
}

struct Committer {
    store: Store,
    publisher: Publisher,
    clock: Clock,
    /// The last batch found no database.
    is_away: bool,
}

impl Committer {
    async fn commit(&mut self, batch: &mut Vec<Pending>) {
        let (messages, answers): (Vec<_>, Vec<_>) = batch
            .drain(..)
            .map(|pending| (pending.message, pending.answer))
            .unzip();
        histogram!("chat_commit_messages").record(messages.len() as f64);
        let started = Instant::now();
        let published = self.publisher.published().take();
        match self.store.append(&messages, &published, self.clock.now()).await {
            Ok(committed) => {
                histogram!("chat_commit_seconds").record(started.elapsed().as_secs_f64());
                self.note_outcome(None);
                self.publisher.publish(commit_of(&committed, self.clock.now()));
                for (answer, outcome) in answers.into_iter().zip(committed.outcomes) {
                    // A sender who has gone away finds the message by its `client_id`.
                    let _gone = answer.send(Ok(outcome));
                }
            }
            Err(error) => {
                self.publisher.published().add(published);
                self.note_outcome(Some(&error));
                let unavailable = matches!(error, StoreError::Unavailable(_));
                let mut error = Some(error);
                for answer in answers {
                    let refusal = match error.take() {
                        Some(error) if !unavailable => ChatError::Internal(error),
                        _ => ChatError::Unavailable,
                    };
                    let _gone = answer.send(Err(refusal));
                }
            }
        }
    }
}

impl Committer {
    /// An outage is one line each way, not one a batch; anything else is a defect and said every time.
    fn note_outcome(&mut self, error: Option<&StoreError>) {
        let error_value = error.map(|error| error as &dyn std::error::Error);
        match error {
            Some(StoreError::Unavailable(_)) if self.is_away => {}
            Some(StoreError::Unavailable(_)) => {
                tracing::warn!(error = error_value, "sends cannot be stored at the moment");
            }
            Some(_) => tracing::error!(error = error_value, "a batch of sends was not stored"),
            None if self.is_away => tracing::info!("sends are stored again"),
            None => {}
        }
        self.is_away = matches!(error, Some(StoreError::Unavailable(_)));
    }
}

fn commit_of(batch: &Batch, committed_at: Timestamp) -> Commit {
    let stored = batch.outcomes.iter().filter_map(|outcome| match outcome {
        Appended::Stored(message) => Some(message),
        _ => None,
    });
    let frames = stored.map(|message| {
        let envelope = announce::change(&change_of(message), committed_at);
        (Topic::Conversation(message.conversation_id), envelope)
    });
    Commit {
        frames: frames.collect(),
        outbox: batch.outbox,
    }
}

fn change_of(message: &Message) -> Change {
    Change {
        conversation: message.conversation_id,
        seq: message.seq,
        frame: ServerFrame::MessageNew(message.clone()),
    }
}

pub(crate) fn describe_metrics() {
    describe_histogram!("chat_commit_messages", "Messages in one commit of the writer");
    describe_histogram!(
        "chat_commit_seconds",
        "Time of one commit of the writer, the database's work included"
    );
}
