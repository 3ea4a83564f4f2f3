//! Joining a conversation and resuming in it: upstream confirmed, then everything after N, then live, with no hole
//! and no race between them.
//!
//! 1. Hold the topic; the bus has confirmed it, so from here on every frame reaches this node.
//! 2. Ask the store whether the person is a participant, and the hub for a seat where the client says it is: most who
//!    come back lack little, and the hub's ring has it.
//! 3. Otherwise read pages of what the client lacks, true for a head H. After each page ask the store whether the
//!    person is still a participant: what was read is sent only to somebody who was one when it was read.
//! 4. Ask the hub for a seat at H. Frames above H are in the ring, or still to come. If more has passed than it holds,
//!    the hub says "behind": go on reading after H.
//!
//! Of many who lack the same, one reads and leaves it in the ring for the others.
//!
//! Which step follows which stands in [`rules`], without I/O; here the steps are carried out.

pub mod rules;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, describe_counter};
use protocol::{ConversationId, UserId};
use tokio::sync::oneshot;
use tokio::time::timeout;

use self::rules::{Frames, Next, Source};
use crate::gather::Unanswered;
use crate::hub::Hub;
use crate::hub::channel::{Seat, SocketId};
use crate::hub::subscriptions::Hold;
use crate::offload::{Gone, offload};
use crate::outbox::Outbox;
use crate::session::From;

/// How long one who reads a conversation's past keeps all others who lack the same waiting: many times what a page takes.
const TURN: Duration = Duration::from_millis(500);

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
    party: Party,
    next: Next,
}

/// Who is on the way, and what they hold.
#[derive(Debug)]
struct Party {
    joiner: Joiner,
    conversation: ConversationId,
    hold: Option<Arc<Hold>>,
    /// Kept while the conversation's past is being read; dropped, it is the next one's.
    turn: Option<oneshot::Sender<Infallible>>,
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
    Stalled(Join, Unanswered),
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
    Store(#[from] Unanswered),
    /// The node is stopping.
    #[error("this node is stopping")]
    Unfinished(#[from] Gone),
}

impl Join {
    /// A join that has not begun.
    pub fn new(joiner: Joiner, conversation: ConversationId, from: From) -> Self {
        let party = Party {
            joiner,
            conversation,
            hold: None,
            turn: None,
        };
        Self {
            party,
            next: rules::begin(from),
        }
    }

    /// Where it leads.
    pub fn conversation(&self) -> ConversationId {
        self.party.conversation
    }

    /// Goes on until there is something to write, at most one page, so that a long resume does not keep the socket
    /// from everything else. Dropping a step, or the join, leaves nothing behind.
    pub async fn step(self, hub: &Hub) -> Step {
        match self.try_step(hub).await {
            Ok(step) => step,
            Err(refusal) => Step::Refused(refusal),
        }
    }

    async fn try_step(self, hub: &Hub) -> Result<Step, Refusal> {
        let Self { mut party, mut next } = self;
        let (conversation, user) = (party.conversation, party.joiner.user);
        loop {
            next = match next {
                Next::Hold(then) => {
                    party.hold = Some(hold_upstream(hub, conversation).await?);
                    *then
                }
                Next::Standing(asking) => match hub.reads().standing(conversation, user).await {
                    Ok(standing) => asking.answered(standing)?,
                    Err(error) => return Ok(party.stall(Next::Standing(asking), error)),
                },
                Next::Page(reading) if reading.is_first() && party.waits_for_turn(hub).await => {
                    reading.again()
                }
                Next::Page(reading) => {
                    let (reader, cursor) = (hub.clone(), reading.cursor());
                    let page = async move { reader.reads().page(conversation, cursor).await };
                    match offload(hub.tasks(), "resume", page).await? {
                        Ok(page) => reading.answered(page)?,
                        Err(error) => return Ok(party.stall(Next::Page(reading), error.into())),
                    }
                }
                // Nothing is awaited from here on: what the hub queues comes after the frames that are answered.
                Next::Seat(claiming) => {
                    let seating = hub.take_seat(conversation, party.seat()?, claiming.standpoint());
                    hub.recall(conversation, claiming.recent());
                    claiming.answered(seating)?
                }
                Next::Write(frames, then) => {
                    // The client may be slow: the others go on.
                    party.turn = None;
                    let next = Next::Page(then);
                    return Ok(Step::Page(Self { party, next }, frames));
                }
                Next::Live(frames, source) => {
                    counter!("chat_gateway_joins_total", "outcome" => word(source)).increment(1);
                    return Ok(Step::Seated(frames));
                }
            };
        }
    }
}

impl Party {
    /// Takes the conversation's turn; answers whether somebody else had it until now, and may have read the same.
    ///
    /// A task of its own holds it, and not for long: the socket may be busy with a client that does not read.
    async fn waits_for_turn(&mut self, hub: &Hub) -> bool {
        if self.turn.is_some() {
            return false;
        }
        let turn = hub.turn(self.conversation);
        let (kept, given_back) = oneshot::channel::<Infallible>();
        let (here, is_here) = oneshot::channel();
        hub.tasks().spawn("turn", async move {
            let free = turn.try_lock();
            let had_to_wait = free.is_err();
            let _turn = match free {
                Ok(free) => free,
                Err(_taken) => turn.lock().await,
            };
            if here.send(had_to_wait).is_ok() {
                // Either way it is over.
                let _over = timeout(TURN, given_back).await;
            }
        });
        self.turn = Some(kept);
        // A node that stops has no turns to give.
        is_here.await.unwrap_or(false)
    }

    fn stall(mut self, next: Next, error: Unanswered) -> Step {
        self.turn = None;
        Step::Stalled(Join { party: self, next }, error)
    }

    fn seat(&self) -> Result<Seat, Gone> {
        Ok(Seat {
            socket: self.joiner.socket,
            user: self.joiner.user,
            outbox: self.joiner.outbox.clone(),
            ends_with_place: self.joiner.ends_with_place,
            hold: self.hold.clone().ok_or(Gone)?,
        })
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
        Source::Ring => "ring",
        Source::Store => "store",
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_joins_total",
        "Conversations joined: live (no position given), nothing (nothing was missed), ring (the node had what was
        missed), store (read from the store)"
    );
}
