//! Joining a conversation and resuming in it: upstream confirmed, then everything after N, then live, with no hole
//! and no race between them.
//!
//! 1. Hold the topic; the bus has confirmed it, so from here on every frame reaches this node.
//! 2. Read pages of what the client lacks, true for a head H. After each page ask the store whether the person is
//!    still a participant: what was read is sent only to somebody who was one when it was read.
//! 3. Ask the hub for a seat at H. Frames above H are in the hub's ring, or still to come. If more has passed than
//!    the ring holds, the hub says "behind": go on reading after H.
//!
//! Which step follows which stands in [`rules`], without I/O; here the steps are carried out.

pub mod rules;

use std::sync::Arc;

use chat::Chat;
use metrics::{counter, describe_counter};
use protocol::{ConversationId, UserId};
use store::StoreError;

use self::rules::{Frames, Next, Source};
use crate::hub::Hub;
use crate::hub::channel::{Seat, SocketId};
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

/// A join under way.
#[derive(Debug)]
pub struct Join {
    joiner: Joiner,
    conversation: ConversationId,
    hold: Option<Arc<Hold>>,
    next: Next,
}

/// What one step came to.
#[derive(Debug)]
pub enum Step {
    /// Write these, then step again.
    Page(Join, Frames),
    /// Write these (they may be none); the socket is live from here on.
    Seated(Frames),
    /// Not now, not here.
    Refused(Refusal),
    /// The store could not be read; step again to go on from here.
    Stalled(Join, StoreError),
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
        Self {
            joiner,
            conversation,
            hold: None,
            next: rules::begin(from),
        }
    }

    /// Where it leads.
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// Goes on until there is something to write, at most one page, so that a long resume does not keep the socket
    /// from everything else. Dropping a step, or the join, leaves nothing behind.
    pub async fn step(self, hub: &Hub, chat: &Chat) -> Step {
        match self.try_step(hub, chat).await {
            Ok(step) => step,
            Err(refusal) => Step::Refused(refusal),
        }
    }

    async fn try_step(mut self, hub: &Hub, chat: &Chat) -> Result<Step, Refusal> {
        let (conversation, user) = (self.conversation, self.joiner.user);
        loop {
            let store = chat.store().clone();
            self.next = match self.next {
                Next::Hold(then) => {
                    self.hold = Some(hold_upstream(hub, conversation).await?);
                    *then
                }
                Next::Standing(asking) => {
                    let standing = async move { store.standing(conversation, user).await };
                    match offload(hub.tasks(), "standing", standing).await? {
                        Ok(standing) => asking.answered(standing)?,
                        Err(error) => {
                            self.next = Next::Standing(asking);
                            return Ok(Step::Stalled(self, error));
                        }
                    }
                }
                Next::Page(reading) => {
                    let cursor = reading.cursor();
                    let page = async move { store.changes(conversation, cursor, PAGE).await };
                    match offload(hub.tasks(), "resume", page).await? {
                        Ok(page) => reading.answered(page)?,
                        Err(error) => {
                            self.next = Next::Page(reading);
                            return Ok(Step::Stalled(self, error));
                        }
                    }
                }
                // Nothing is awaited from here on: what the hub queues comes after the frames that are answered.
                Next::Seat(claiming) => {
                    let hold = self.hold.clone().ok_or(Gone)?;
                    let seat = self.joiner.seat(hold);
                    let seating = hub.take_seat(conversation, seat, claiming.standpoint());
                    claiming.answered(seating)?
                }
                Next::Write(frames, then) => {
                    self.next = Next::Page(then);
                    return Ok(Step::Page(self, frames));
                }
                Next::Live(frames, source) => {
                    counter!("chat_gateway_joins_total", "outcome" => word(source)).increment(1);
                    return Ok(Step::Seated(frames));
                }
            };
        }
    }
}

impl Joiner {
    fn seat(&self, hold: Arc<Hold>) -> Seat {
        Seat {
            socket: self.socket,
            user: self.user,
            outbox: self.outbox.clone(),
            ends_with_place: self.ends_with_place,
            hold,
        }
    }
}

async fn hold_upstream(hub: &Hub, conversation: ConversationId) -> Result<Arc<Hold>, Refusal> {
    let hold = hub.hold(&[conversation]).await?.pop();
    Ok(Arc::new(hold.ok_or(Gone)?))
}

const fn word(source: Source) -> &'static str {
    match source {
        Source::Live => "live",
        Source::Nothing => "nothing",
        Source::Store => "store",
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_joins_total",
        "Conversations joined: live (no position given), nothing (nothing was missed), store (read from the store)"
    );
}
