//! Group commit: while one commit is in flight the next sends gather, then go together. A lone send waits for nobody.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bus::Topic;
use metrics::{counter, describe_counter, describe_histogram, histogram};
use protocol::Timestamp;
use protocol::frames::ServerFrame;
use protocol::models::Message;
use runtime::{Clock, Tasks};
use store::{Appended, Batch, Change, NewMessage, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::announce;
use crate::error::ChatError;
use crate::publisher::{Commit, Publisher};

/// Sends that go into one commit at most: enough to keep a slow disk busy, few enough to stay in one small packet.
const BATCH_MAX: usize = 256;

/// Sends that wait for the writer; beyond it a sender waits for room, which is what slows a flood down.
const QUEUE: usize = 4 * BATCH_MAX;

/// A commit that takes longer no longer holds up the next ones: it waits for a conversation that a stopped node has
/// locked, or for a database that does not answer, and the other conversations need not.
const GO_ON_AFTER: Duration = Duration::from_secs(1);

/// How long a sender waits for the commit. A lock is waited for five seconds at most; beyond that the database is as
/// good as away. The commit may still come: the sender asks again under the same `client_id`.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

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
                    is_away: AtomicBool::new(false),
                },
                tasks.clone(),
            ),
        );
        Self { queue }
    }

    /// Returns once the database has committed or refused, or has not answered for eight seconds. Dropping the call does not undo a commit: a retry with
    /// the same `client_id` finds it.
    pub(crate) async fn append(&self, message: NewMessage) -> Result<Appended, ChatError> {
        let (answer, answered) = oneshot::channel();
        self.queue
            .send(Pending { message, answer })
            .await
            .map_err(|_| ChatError::Unavailable)?;
        match timeout(ANSWER_WITHIN, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(ChatError::Unavailable),
        }
    }
}

async fn run(mut queue: mpsc::Receiver<Pending>, committer: Committer, tasks: Tasks) {
    let committer = Arc::new(committer);
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
                let mut commit = Box::pin(committer.clone().commit(mem::take(&mut batch)));
                if timeout(GO_ON_AFTER, &mut commit).await.is_err() {
                    counter!("chat_commits_late_total").increment(1);
                    tasks.spawn("late commit", commit);
                }
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
    is_away: AtomicBool,
}

impl Committer {
    async fn commit(self: Arc<Self>, batch: Vec<Pending>) {
        let (messages, answers): (Vec<_>, Vec<_>) = batch
            .into_iter()
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
    fn note_outcome(&self, error: Option<&StoreError>) {
        let is_away = matches!(error, Some(StoreError::Unavailable(_)));
        let was_away = self.is_away.swap(is_away, Ordering::Relaxed);
        let cause = error.map(|error| error as &dyn std::error::Error);
        match error {
            Some(_) if !is_away => tracing::error!(error = cause, "a batch of sends was not stored"),
            Some(_) if !was_away => tracing::warn!(error = cause, "sends cannot be stored at the moment"),
            None if was_away => tracing::info!("sends are stored again"),
            Some(_) | None => {}
        }
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
    describe_counter!(
        "chat_commits_late_total",
        "Commits that took longer than a second, so that the next ones did not wait for them"
    );
    describe_histogram!("chat_commit_messages", "Messages in one commit of the writer");
    describe_histogram!(
        "chat_commit_seconds",
        "Time of one commit of the writer, the database's work included"
    );
}
