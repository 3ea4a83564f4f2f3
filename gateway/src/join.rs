//! Joining a conversation and resuming in it: upstream confirmed, then everything after N, then live, with no hole
//! and no race between them.
//!
//! 1. Hold the topic; the bus has confirmed it, so from here on every frame reaches this node.
//! 2. Read pages of what the client lacks, true for a head H. After each page ask the store whether the person is
//!    still a participant: what was read is sent only to somebody who was one when it was read.
//! 3. Ask the hub for a seat at H. Frames above H are in the hub's ring, or still to come. If more has passed than
//!    the ring holds, the hub says "behind": go on reading after H.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use chat::Chat;
use metrics::{counter, describe_counter};
use protocol::{ConversationId, UserId};
use store::{Cursor, Standing, StoreError};

use crate::hub::Hub;
use crate::hub::channel::{Seat, Seating, SocketId, Standpoint};
use crate::hub::frame::Frame;
use crate::hub::subscriptions::Hold;
use crate::offload::{Gone, offload};
use crate::outbox::Outbox;
use crate::session::From;

/// Changes in one page of a resume: about a socket write's worth of ordinary messages.
const PAGE: i64 = 200;

/// Who joins, and where to.
#[derive(Clone, Debug)]
pub struct Joiner {
    /// The socket.
    pub socket: SocketId,
    /// The person behind it.
    pub user: UserId,
    /// The socket's queue.
    pub outbox: Outbox,
    /// See [`Seat::ends_with_place`].
    pub ends_with_place: bool,
}

/// A join under way; each [`Join::step`] is one round trip to the store at most two queries long.
#[derive(Debug)]
pub struct Join {
    joiner: Joiner,
    conversation: ConversationId,
    hold: Option<Arc<Hold>>,
    reading: Reading,
}

#[derive(Clone, Copy, Debug)]
enum Reading {
    /// The client wants only what comes from now on.
    Head,
    /// The client wants everything since the person joined.
    Joining,
    /// The client lacks everything from here on; one page may be enough.
    Pages(Cursor),
}

/// What one reading of the store came to.
enum Read {
    /// There is more from `next` on.
    Page {
        frames: VecDeque<Utf8Bytes>,
        next: Cursor,
    },
    /// Nothing more up to the standpoint.
    Whole {
        frames: VecDeque<Utf8Bytes>,
        standpoint: Standpoint,
    },
}

/// What one step came to.
#[derive(Debug)]
pub enum Step {
    /// Write these, then step again.
    Page(VecDeque<Utf8Bytes>),
    /// Write these (they may be none); the socket is live from here on.
    Seated(VecDeque<Utf8Bytes>),
    /// Not now, not here.
    Refused(Refusal),
}

/// Why a join ended without a seat.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NoConversation,
    /// It was deleted.
    #[error("the conversation was deleted")]
    Deleted,
    /// The person is not in it.
    #[error("you are not in this conversation")]
    NotParticipant,
    /// The store cannot be read.
    #[error("the conversation cannot be read at the moment")]
    Store(#[from] StoreError),
    /// The node is stopping.
    #[error("this node is stopping")]
    Unfinished(#[from] Gone),
}

impl Join {
    /// A join that has not begun.
    pub fn new(joiner: Joiner, conversation: ConversationId, from: From) -> Self {
        let reading = match from {
            From::Head => Reading::Head,
            From::Joining => Reading::Joining,
            From::After(after) => Reading::Pages(Cursor::after(after)),
        };
        Self {
            joiner,
            conversation,
            hold: None,
            reading,
        }
    }

    /// Where it leads.
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// Goes one step further. Dropping a step, or the join, leaves nothing behind.
    pub async fn step(&mut self, hub: &Hub, chat: &Chat) -> Step {
        match self.try_step(hub, chat).await {
            Ok(step) => step,
            Err(refusal) => Step::Refused(refusal),
        }
    }

    async fn try_step(&mut self, hub: &Hub, chat: &Chat) -> Result<Step, Refusal> {
        let hold = match &self.hold {
            Some(hold) => hold.clone(),
            None => self.hold_upstream(hub).await?,
        };
        // At most one page is written a step, so that a long resume does not keep the socket from everything else.
        let reader = Reader {
            chat: chat.clone(),
            conversation: self.conversation,
            user: self.joiner.user,
        };
        let reading = self.reading;
        let read = offload(hub.tasks(), "resume", async move { reader.read(reading).await }).await??;
        let (frames, standpoint) = match read {
            Read::Page { frames, next } => {
                self.reading = Reading::Pages(next);
                return Ok(Step::Page(frames));
            }
            Read::Whole { frames, standpoint } => (frames, standpoint),
        };
        // Nothing is awaited from here on: what the hub queues comes after the frames that are answered.
        Ok(
            match hub.take_seat(self.conversation, self.seat(hold), standpoint) {
                Seating::Seated => {
                    let outcome = outcome(&self.reading, &frames);
                    counter!("chat_gateway_joins_total", "outcome" => outcome).increment(1);
                    Step::Seated(frames)
                }
                Seating::Behind => {
                    self.reading = Reading::Pages(Cursor::after(standpoint.position));
                    Step::Page(frames)
                }
                Seating::Removed => Step::Refused(Refusal::NotParticipant),
            },
        )
    }

    async fn hold_upstream(&mut self, hub: &Hub) -> Result<Arc<Hold>, Refusal> {
        let hold = hub.hold(&[self.conversation]).await?.pop().map(Arc::new);
        self.hold.clone_from(&hold);
        hold.ok_or_else(|| Gone.into())
    }

    fn seat(&self, hold: Arc<Hold>) -> Seat {
        let Joiner {
            socket,
            user,
            ref outbox,
            ends_with_place,
        } = self.joiner;
        Seat {
            socket,
            user,
            outbox: outbox.clone(),
            ends_with_place,
            hold,
        }
    }
}

/// Reads for one join, in a task of its own.
struct Reader {
    chat: Chat,
    conversation: ConversationId,
    user: UserId,
}

impl Reader {
    async fn read(&self, reading: Reading) -> Result<Read, Refusal> {
        let cursor = match reading {
            Reading::Head => {
                let head = self.standing().await?.head;
                let standpoint = Standpoint {
                    position: head,
                    permitted_at: head,
                };
                return Ok(Read::Whole {
                    frames: VecDeque::new(),
                    standpoint,
                });
            }
            Reading::Joining => Cursor::after(self.standing().await?.joined_seq),
            Reading::Pages(cursor) => cursor,
        };
        let page = self.chat.store().changes(self.conversation, cursor, PAGE).await?;
        let page = page.ok_or(Refusal::NoConversation)?;
        let frames = page
            .changes
            .iter()
            .map(|change| Frame::read(change).text)
            .collect();
        // Asked after the page was read: what is sent was read while the person was a participant.
        let standing = self.standing().await?;
        if let Some(next) = page.next {
            return Ok(Read::Page { frames, next });
        }
        let standpoint = Standpoint {
            position: page.head,
            permitted_at: standing.head,
        };
        Ok(Read::Whole { frames, standpoint })
    }

    async fn standing(&self) -> Result<Standing, Refusal> {
        let standing = self.chat.store().standing(self.conversation, self.user).await?;
        let standing = standing.ok_or(Refusal::NoConversation)?;
        if standing.role.is_none() {
            return Err(Refusal::NotParticipant);
        }
        if standing.is_deleted {
            return Err(Refusal::Deleted);
        }
        Ok(standing)
    }
}

fn outcome(reading: &Reading, frames: &VecDeque<Utf8Bytes>) -> &'static str {
    match reading {
        Reading::Head => "live",
        Reading::Pages(_) if frames.is_empty() => "nothing",
        Reading::Pages(_) | Reading::Joining => "store",
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_joins_total",
        "Conversations joined: live (no position given), nothing (nothing was missed), store (read from the store)"
    );
}
