//! Moves read marks, many in one statement: while one write is in flight the next marks gather. A lone mark waits for
//! nobody.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics::{counter, describe_counter};
use protocol::frames::ReadMark;
use protocol::{ConversationId, UserId};
use runtime::{Clock, Tasks, Throttle};
use store::{Mark, MyConversation, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::crowds::{CROWD, Crowds, TELL_EVERY};
use crate::announce;
use crate::error::ChatError;
use crate::publisher::{Commit, Publisher};

/// Marks that go into one statement at most: some milliseconds of the database's time.
const BATCH_MAX: usize = 256;

/// Marks that wait. Beyond it whoever wants an answer waits for room, and what nobody asked for is dropped.
const QUEUE: usize = 8 * BATCH_MAX;

/// A write that takes longer no longer holds up the next ones: its connection may be dead without a sign.
const GO_ON_AFTER: Duration = Duration::from_secs(1);

/// How long a caller waits for an answer; a lock is waited for five seconds at most.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// `None`: nothing has moved.
type Answer = Result<Option<MyConversation>, ChatError>;

struct Pending {
    mark: Mark,
    answer: Option<oneshot::Sender<Answer>>,
}

/// Conversations as those whose marks have moved have them now.
type Mine = HashMap<(ConversationId, UserId), MyConversation>;

/// Hands marks to the node's one marking task. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    queue: mpsc::Sender<Pending>,
}

impl Marker {
    pub(crate) fn start(store: Store, publisher: Publisher, clock: Clock, tasks: &Tasks) -> Self {
        let (queue, pending) = mpsc::channel(QUEUE);
        let keeper = Keeper {
            store,
            publisher,
            clock,
            crowds: Crowds::default(),
            is_away: AtomicBool::new(false),
            log: Throttle::default(),
        };
        tasks.spawn_vital("marker", run(pending, Arc::new(keeper), tasks.clone()));
        Self { queue }
    }

    /// Returns once the mark is written. `None`: it changed nothing.
    pub(crate) async fn mark(&self, mark: Mark) -> Answer {
        let (answer, answered) = oneshot::channel();
        let pending = Pending {
            mark,
            answer: Some(answer),
        };
        self.queue
            .send(pending)
            .await
            .map_err(|_stopped| ChatError::Unavailable)?;
        match timeout(ANSWER_WITHIN, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(ChatError::Unavailable),
        }
    }

    /// Never waits: what finds the queue full is dropped.
    pub(crate) fn note(&self, mark: Mark) {
        if self.queue.try_send(Pending { mark, answer: None }).is_err() {
            counter!("chat_marks_dropped_total").increment(1);
        }
    }
}

async fn run(mut queue: mpsc::Receiver<Pending>, keeper: Arc<Keeper>, tasks: Tasks) {
    let stopping = tasks.stopping();
    let mut tell = interval(TELL_EVERY);
    tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(BATCH_MAX);
    loop {
        // The tick comes first, for marks may never cease; stopping last: what is in the queue is still written.
        tokio::select! {
            biased;
            _ = tell.tick() => keeper.tell_crowds(),
            count = queue.recv_many(&mut batch, BATCH_MAX) => {
                if count == 0 {
                    return;
                }
                let mut writing = Box::pin(keeper.clone().write(mem::take(&mut batch)));
                if timeout(GO_ON_AFTER, &mut writing).await.is_err() {
                    tasks.spawn("late marks", writing);
                }
            }
            () = stopping.cancelled() => return,
        }
    }
}

struct Keeper {
    store: Store,
    publisher: Publisher,
    clock: Clock,
    crowds: Crowds,
    /// The last batch found no database.
    is_away: AtomicBool,
    /// Of the log lines about notifications that stay unread.
    log: Throttle,
}

impl Keeper {
    async fn write(self: Arc<Self>, batch: Vec<Pending>) {
        let marks: Vec<_> = batch.iter().map(|pending| pending.mark).collect();
        let written = self.mark_and_follow_up(&marks).await;
        self.note_outcome(written.as_ref().err());
        let mut error = None;
        let mine = written.unwrap_or_else(|cause| {
            error = Some(cause);
            Mine::new()
        });
        let is_failed = error.is_some();
        for Pending { mark, answer } in batch {
            let Some(answer) = answer else {
                continue;
            };
            let outcome = match error.take() {
                Some(cause) => Err(cause.into()),
                None if is_failed => Err(ChatError::Unavailable),
                None => Ok(mine.get(&(mark.conversation, mark.user)).cloned()),
            };
            // Whoever has gone away reads the state again.
            let _gone = answer.send(outcome);
        }
    }

    /// Everything that goes by the marks follows them here, a few statements for the whole batch.
    async fn mark_and_follow_up(&self, marks: &[Mark]) -> Result<Mine, StoreError> {
        let moved = self.store.mark_read(marks).await?;
        let told = self.follow_up(&moved).await;
        // Of all marks: who was let into a conversation has seen that by opening it, though nothing was said there.
        let readers: Vec<_> = marks.iter().map(|mark| (mark.user, mark.conversation)).collect();
        // The marks stand: the next mark in the same conversation reads its entries too.
        if let Err(error) = self.store.read_notifications_of(&readers).await
            && self.log.allows()
        {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(
                error = cause,
                "notifications of what was read stay unread for now"
            );
        }
        told
    }

    /// Tells the marks that have moved, before anything that may wait for others.
    async fn follow_up(&self, moved: &[Mark]) -> Result<Mine, StoreError> {
        if moved.is_empty() {
            return Ok(Mine::new());
        }
        let places: Vec<_> = moved.iter().map(|mark| (mark.conversation, mark.user)).collect();
        let conversations: BTreeSet<_> = moved.iter().map(|mark| mark.conversation).collect();
        let conversations: Vec<_> = conversations.into_iter().collect();
        let crowds = self.store.larger_than(CROWD, &conversations).await?;
        let found = self.store.my_conversations(&places).await?;
        let mine: Mine = places
            .into_iter()
            .zip(found)
            .filter_map(|(place, mine)| Some((place, mine?)))
            .collect();
        self.tell(moved, &crowds, &mine);
        Ok(mine)
    }

    /// One frame for each conversation, and to each reader's own sockets what they have now.
    fn tell(&self, moved: &[Mark], crowds: &[ConversationId], mine: &Mine) {
        let now = self.clock.now();
        let mut of_each: HashMap<_, Vec<_>> = HashMap::new();
        for mark in moved {
            of_each.entry(mark.conversation).or_default().push(ReadMark {
                user_id: mark.user,
                last_read_seq: mark.seq,
            });
        }
        let mut frames = Vec::with_capacity(of_each.len() + mine.len());
        for (conversation, marks) in of_each {
            if crowds.contains(&conversation) {
                self.crowds.add(conversation, marks);
            } else {
                frames.push(announce::marks(conversation, marks, now));
            }
        }
        let states = mine
            .iter()
            .map(|(&(conversation, user), mine)| announce::state(user, conversation, mine, now));
        frames.extend(states);
        self.publisher.publish(Commit { frames, outbox: None });
    }

    fn tell_crowds(&self) {
        let now = self.clock.now();
        let waiting = self.crowds.take().into_iter();
        let frames: Vec<_> = waiting
            .map(|(conversation, marks)| announce::marks(conversation, marks, now))
            .collect();
        if !frames.is_empty() {
            self.publisher.publish(Commit { frames, outbox: None });
        }
    }

    /// An outage is one line each way, not one a batch; anything else is a defect and said every time.
    fn note_outcome(&self, error: Option<&StoreError>) {
        let is_away = matches!(error, Some(StoreError::Unavailable(_)));
        let was_away = self.is_away.swap(is_away, Ordering::Relaxed);
        let cause = error.map(|error| error as &dyn std::error::Error);
        match error {
            Some(_) if !is_away => tracing::error!(error = cause, "a batch of read marks was not stored"),
            Some(_) if !was_away => {
                tracing::warn!(error = cause, "read marks cannot be stored at the moment");
            }
            None if was_away => tracing::info!("read marks are stored again"),
            Some(_) | None => {}
        }
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_marks_dropped_total",
        "Read marks of open sockets that found the queue full; the next one of the same person makes good for them"
    );
}
