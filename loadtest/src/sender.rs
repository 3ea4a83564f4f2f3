//! The open-loop schedule: every message is handed over at its moment, whatever became of those before.
//!
//! A [`metronome`] keeps the time on a thread of its own, for an async timer's millisecond would show in the figures.
//! It hands each send to its socket, or to one of the [`Lane`]s, which post over REST. When all of a lane's requests
//! are taken the metronome waits, and because latency counts from the intended moment, the wait is in the figures.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use protocol::Seq;
use protocol::requests::SendMessage;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ledger::Ack;
use crate::meter::{Latencies, Refusals, add, micros};
use crate::setup::{Apis, retry_after};
use crate::socket::listener::World;
use crate::socket::{Posting, spread};
use crate::wire::Stamp;

/// How long the metronome sleeps at most before it looks whether it should stop.
const NAP: Duration = Duration::from_millis(100);

/// The pause before a send is repeated over REST for the first time, doubled by each further one.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The longest such pause: what a server that is back should be used again after.
const RETRY_PAUSE_MAX: Duration = Duration::from_secs(1);

/// Sends that may wait in front of a lane.
pub const LANE_QUEUE: usize = 1024;

/// Where the metronome hands its sends over.
pub struct Outlets {
    /// By seat.
    pub sockets: Vec<mpsc::Sender<Posting>>,
    /// Used in turn.
    pub lanes: Vec<mpsc::Sender<RestPosting>>,
}

/// A send on its way over REST.
#[derive(Clone, Copy, Debug)]
pub struct RestPosting {
    /// Whose token it goes out under; an index.
    pub user: usize,
    /// Where and which.
    pub posting: Posting,
}

/// Hands over every send of the schedule at its moment, from `begin_us` on, until the schedule or `halt`. Blocks: it
/// wants a thread. Answers by how much later than intended the sends were handed over.
pub fn metronome(
    world: &World,
    outlets: &Outlets,
    (begin_us, mut lag): (u64, Latencies),
    halt: &CancellationToken,
) -> Latencies {
    for index in 0..world.plan.sends() {
        let intended_us = begin_us + micros(world.plan.due(index));
        if !wait_for(world, intended_us, halt) {
            break;
        }
        add(&world.meter.counts.intended, 1);
        hand_over(
            world,
            outlets,
            Stamp {
                intended_us,
                send: index,
            },
        );
        lag.saturating_record(world.meter.now_us().saturating_sub(intended_us));
    }
    lag
}

/// Whether the moment came before `halt` did.
fn wait_for(world: &World, moment_us: u64, halt: &CancellationToken) -> bool {
    loop {
        if halt.is_cancelled() {
            return false;
        }
        let left = moment_us.saturating_sub(world.meter.now_us());
        if left == 0 {
            return true;
        }
        std::thread::sleep(Duration::from_micros(left).min(NAP));
    }
}

fn hand_over(world: &World, outlets: &Outlets, stamp: Stamp) {
    let send = world.plan.send(stamp.send);
    let posting = Posting {
        conversation: send.conversation,
        stamp,
    };
    let accepted = match send.seat {
        Some(seat) => outlets.sockets[seat].try_send(posting).is_ok(),
        None => outlets.lanes[stamp.send as usize % outlets.lanes.len()]
            .blocking_send(RestPosting {
                user: send.user,
                posting,
            })
            .is_ok(),
    };
    if !accepted {
        add(&world.meter.counts.unsent, 1);
    }
}

/// Posts sends over REST, a bounded number at a time.
pub struct Lane {
    /// What the run shares.
    pub world: Arc<World>,
    /// Where to post.
    pub apis: Apis,
    /// Requests that may be under way at once.
    pub in_flight: usize,
    /// How long to wait for answers.
    pub patience: Patience,
    /// Which lane it is: only spreads the meter's locks.
    pub number: usize,
}

/// How long a sender over REST waits for what does not come.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the answer of one request; then the fate of its send is unknown.
    pub request: Duration,
    /// For an answer to one send, with all its repetitions.
    pub send: Duration,
}

/// What a lane brings home.
#[derive(Debug, Default)]
pub struct LaneNotes {
    /// Answered sends.
    pub acks: Vec<Ack>,
    /// Refused and unanswered ones, by status or cause.
    pub refusals: Refusals,
}

enum Answer {
    Acked(Ack),
    Refused(String),
    /// Nobody said whether it is committed: why not, and when to ask again if the server said that.
    Unknown(String, Option<Duration>),
}

#[derive(Deserialize)]
struct Sent {
    seq: Seq,
}

impl Lane {
    /// Posts until the metronome is done and everything is answered, or until `stop`.
    pub async fn run(self, mut postings: mpsc::Receiver<RestPosting>, stop: CancellationToken) -> LaneNotes {
        let mut notes = LaneNotes::default();
        let due = stream::poll_fn(|context| postings.poll_recv(context));
        let answers = due
            .map(|posting| self.post(posting))
            .buffer_unordered(self.in_flight)
            .take_until(stop.cancelled());
        tokio::pin!(answers);
        while let Some(answer) = answers.next().await {
            match answer {
                Answer::Acked(ack) => notes.acks.push(ack),
                Answer::Refused(why) | Answer::Unknown(why, _) => {
                    *notes.refusals.entry(why).or_default() += 1;
                }
            }
        }
        notes
    }

    /// Repeats a send under the same `client_id`, on the next target each time, for as long as its fate is unknown
    /// and the patience lasts.
    async fn post(&self, rest: RestPosting) -> Answer {
        let give_up = Instant::now() + self.patience.send;
        let mut turn = rest.posting.stamp.send as usize;
        let mut pause = RETRY_PAUSE;
        loop {
            let answer = self.try_once(rest, turn).await;
            let Answer::Unknown(_, asked) = answer else {
                return answer;
            };
            let wait = spread(asked.unwrap_or(pause));
            if Instant::now() + wait > give_up {
                return answer;
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(RETRY_PAUSE_MAX);
            turn += 1;
            add(&self.world.meter.counts.repeated, 1);
        }
    }

    async fn try_once(&self, rest: RestPosting, turn: usize) -> Answer {
        let World {
            plan, cast, meter, ..
        } = &*self.world;
        let RestPosting { user, posting } = rest;
        let person = &cast.people[user];
        let stamp = posting.stamp;
        let body = SendMessage {
            conversation_id: cast.conversations[posting.conversation],
            sender_id: Some(person.id.0.into()),
            text: Some(stamp.text(self.world.payload_bytes)),
            reply_to: None,
            client_id: Some(stamp.client_id()),
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
        };
        let url = self.apis.address(turn, "/api/unet-chat/messages/");
        let request = self.apis.client.post(url).header(AUTHORIZATION, &person.bearer);
        let request = request.timeout(self.patience.request).json(&body);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => return Answer::Unknown("timeout".to_owned(), None),
            Err(_) => return Answer::Unknown("connection".to_owned(), None),
        };
        let status = answer.status();
        if status.is_server_error() {
            return Answer::Unknown(status.as_str().to_owned(), retry_after(answer.headers()));
        }
        if !status.is_success() {
            add(&meter.counts.refused, 1);
            return Answer::Refused(status.as_str().to_owned());
        }
        let Ok(Sent { seq }) = answer.json().await else {
            return Answer::Unknown("unreadable answer".to_owned(), None);
        };
        let owed = plan.members(posting.conversation).len() as u64;
        meter.acked(self.number, stamp.intended_us, owed);
        Answer::Acked(Ack {
            send: stamp.send,
            seq,
        })
    }
}
