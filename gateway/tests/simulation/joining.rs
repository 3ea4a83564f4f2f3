//! Joins under way: the real rules, carried out as `gateway/src/join.rs` and `join_all.rs` do.

use std::sync::Arc;

use bus::Topic;
use gateway::hub::channel::{Seat, Seating, Standpoint};
use gateway::hub::subscriptions::Hold;
use gateway::join::Refusal;
use gateway::join::rules::{self, Asking, Next, Reading};
use gateway::join_all::JoinedAll;
use gateway::mechanisms::Mechanism;
use gateway::session::{Asker, From, Outcome};
use protocol::{ConversationId, Seq};
use store::StoreError;

use crate::database::{Room, room_of};
use crate::query::{Answer, Asker as AskedBy, What};
use crate::socket::{Later, Running, Socket, Written};
use crate::world::{Event, MS, World};

/// How long a subscription takes to reach the bus.
const SUBSCRIBING: u64 = 5 * MS;

pub(crate) struct Join {
    pub(crate) conversation: ConversationId,
    asker: Asker,
    is_held: bool,
    has_turn: bool,
    stage: Stage,
}

enum Stage {
    /// To be done.
    Next(Next),
    /// Asked; the answer is on its way.
    Holding(Next),
    Asking(Asking),
    Reading(Reading),
}

pub(crate) struct JoinAll {
    asker: Asker,
    listed: Vec<(ConversationId, Seq)>,
    is_held: bool,
    /// The second list, read once the bus has confirmed: true for the seats.
    heads: Option<Result<Vec<(ConversationId, Seq)>, ()>>,
}

impl Join {
    pub(crate) fn new(conversation: ConversationId, from: From, asker: Asker) -> Self {
        Self {
            conversation,
            asker,
            is_held: false,
            has_turn: false,
            stage: Stage::Next(rules::begin(from)),
        }
    }

    pub(crate) fn room(&self) -> Room {
        room_of(self.conversation)
    }
}

impl JoinAll {
    pub(crate) fn new(asker: Asker) -> Self {
        Self {
            asker,
            listed: Vec::new(),
            is_held: false,
            heads: None,
        }
    }

    pub(crate) fn rooms(&self) -> Vec<Room> {
        self.listed.iter().map(|(id, _)| room_of(*id)).collect()
    }
}

impl World {
    /// Goes on with what runs, if anything came of it.
    pub(crate) fn go_on(&mut self, socket: &mut Socket) -> bool {
        let answer = socket.answer.take();
        match (socket.running.take(), answer) {
            (Some(Running::Join(join)), answer) => self.on_join_answer(socket, join, answer),
            (Some(Running::JoinAll(mut all)), answer) => {
                if let Some(heads) = all.heads.take() {
                    self.seat_all(socket, all, heads);
                    return true;
                }
                socket.running = Some(Running::JoinAll(all));
                socket.answer = answer;
                false
            }
            (Some(Running::Relist(asker)), Some(answer)) => self.on_relisted(socket, asker, answer),
            (running, _) => {
                socket.running = running;
                false
            }
        }
    }

    fn on_join_answer(&mut self, socket: &mut Socket, mut join: Join, answer: Option<Answer>) -> bool {
        let next = match (join.stage, answer) {
            (Stage::Next(next), _) => Ok(next),
            (Stage::Holding(then), Some(Answer::Held)) => {
                join.is_held = true;
                self.channel(socket.at, room_of(join.conversation));
                Ok(then)
            }
            (Stage::Asking(asking), Some(Answer::Standing(standing))) => asking.answered(standing),
            (Stage::Reading(reading), Some(Answer::Page(page))) => reading.answered(page),
            (Stage::Asking(asking), Some(_)) => {
                join.stage = Stage::Next(Next::Standing(asking));
                return self.stalled(socket, join);
            }
            (Stage::Reading(reading), Some(_)) => {
                join.stage = Stage::Next(Next::Page(reading));
                return self.stalled(socket, join);
            }
            (stage, _) => {
                join.stage = stage;
                socket.running = Some(Running::Join(join));
                return false;
            }
        };
        match next {
            Ok(next) => {
                join.stage = Stage::Next(next);
                self.carry_join(socket, join);
            }
            Err(refusal) => self.refused(socket, join.conversation, join.asker, refusal),
        }
        true
    }

    /// The store did not answer: later, from where it stopped, or never.
    fn stalled(&mut self, socket: &mut Socket, join: Join) -> bool {
        if socket.session.on_stalled(join.conversation, &join.asker) {
            self.postpone(socket, Later::Join(join));
        } else {
            let refusal = Refusal::Store(StoreError::Taken("the store").into());
            self.refused(socket, join.conversation, join.asker, refusal);
        }
        true
    }

    fn refused(&mut self, socket: &mut Socket, conversation: ConversationId, asker: Asker, refusal: Refusal) {
        self.note(|| format!("socket {}: no seat: {refusal}", socket.id));
        let outcome = Outcome::NotJoined(conversation, refusal);
        self.finish(socket, outcome, asker);
    }

    /// Does what the rules say until something has to be waited for.
    pub(crate) fn carry_join(&mut self, socket: &mut Socket, mut join: Join) {
        let (conversation, room) = (join.conversation, join.room());
        let keeps_order = self.have(Mechanism::JoinOrder);
        loop {
            let Stage::Next(next) = join.stage else { return };
            join.stage = match next {
                // Without the order: reads first, and subscribes when it asks for its seat.
                Next::Hold(then) if !keeps_order => Stage::Next(*then),
                Next::Hold(then) => self.holding(socket, conversation, *then),
                Next::Seat(claiming) if !join.is_held => {
                    self.holding(socket, conversation, Next::Seat(claiming))
                }
                Next::Standing(asking) => {
                    let what = What::Standing(room, socket.session.user());
                    self.ask(socket.at, AskedBy::Socket(socket.id), what);
                    Stage::Asking(asking)
                }
                // Somebody else reads the same: what they leave in the ring may be enough.
                Next::Page(reading) if reading.is_first() && !join.has_turn => {
                    join.has_turn = true;
                    let must_wait = self.perhaps(0.3);
                    Stage::Next(if must_wait {
                        reading.again()
                    } else {
                        Next::Page(reading)
                    })
                }
                Next::Page(reading) => {
                    self.ask_page(socket.at, socket.id, room, reading.cursor());
                    Stage::Reading(reading)
                }
                Next::Write(frames, reading) => {
                    socket.writing.extend(frames.into_iter().map(Written::Text));
                    (join.has_turn, join.stage) = (false, Stage::Next(Next::Page(reading)));
                    break;
                }
                Next::Seat(claiming) => {
                    let seating = self.take_seat(socket, room, claiming.standpoint());
                    self.channel(socket.at, room).recall(claiming.recent());
                    match claiming.answered(seating) {
                        Ok(next) => Stage::Next(next),
                        Err(refusal) => return self.refused(socket, conversation, join.asker, refusal),
                    }
                }
                Next::Live(frames, _) => {
                    self.finish(socket, Outcome::Joined(conversation), join.asker);
                    socket.writing.extend(frames.into_iter().map(Written::Text));
                    return;
                }
            };
            if !matches!(join.stage, Stage::Next(_)) {
                break;
            }
        }
        socket.running = Some(Running::Join(join));
    }

    fn holding(&mut self, socket: &Socket, conversation: ConversationId, then: Next) -> Stage {
        let (pause, topic) = (self.within(SUBSCRIBING), Topic::Conversation(conversation));
        self.after(pause, Event::Subscribe(socket.at, vec![topic], socket.id));
        Stage::Holding(then)
    }

    fn take_seat(&mut self, socket: &Socket, room: Room, standpoint: Standpoint) -> Seating {
        let seat = Seat {
            socket: socket.id,
            user: socket.session.user(),
            outbox: socket.outbox.clone(),
            ends_with_place: socket.session.ends_with_place(),
            hold: Arc::new(Hold::detached(Topic::Conversation(crate::database::id_of(room)))),
        };
        let (seating, verdict) = self.channel(socket.at, room).take_seat(seat, standpoint);
        self.note(|| format!("socket {}: {seating:?} in {room} at {standpoint:?}", socket.id));
        self.act_on(socket.at, room, verdict);
        seating
    }

    /// An answer came. Joining everything goes on at once, for it does not wait for its socket.
    pub(crate) fn answered(&mut self, id: u64, answer: Answer) {
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        let Some(Running::JoinAll(all)) = &mut socket.running else {
            socket.answer = Some(answer);
            return self.pump(id);
        };
        let (at, user) = (socket.at, socket.session.user());
        match answer {
            Answer::Listed(listed) if all.is_held => all.heads = Some(Ok(listed)),
            Answer::Listed(listed) => {
                all.listed.clone_from(&listed);
                let topics = listed.iter().map(|(id, _)| Topic::Conversation(*id)).collect();
                self.after(SUBSCRIBING, Event::Subscribe(at, topics, id));
            }
            Answer::Held => {
                all.is_held = true;
                let (listed, rooms) = (all.listed.clone(), all.rooms());
                if self.missing == Some(Mechanism::JoinOrder) {
                    all.heads = Some(Ok(listed));
                } else {
                    self.ask(at, AskedBy::Socket(id), What::ListOf(user));
                }
                for room in rooms {
                    self.channel(at, room);
                }
            }
            _ => all.heads = Some(Err(())),
        }
        self.pump(id);
    }

    fn seat_all(&mut self, socket: &mut Socket, all: JoinAll, heads: Result<Vec<(ConversationId, Seq)>, ()>) {
        let Ok(heads) = heads else {
            let refusal = Refusal::Store(StoreError::Taken("the store").into());
            return self.finish(socket, Outcome::JoinedAll(Err(refusal)), all.asker);
        };
        let mut joined = JoinedAll::default();
        for (conversation, head) in heads {
            if !all.listed.iter().any(|(id, _)| *id == conversation) {
                continue;
            }
            let standpoint = Standpoint {
                position: head,
                permitted_at: head,
            };
            match self.take_seat(socket, room_of(conversation), standpoint) {
                Seating::Seated => joined.seated.push(conversation),
                Seating::Behind => joined.behind.push(conversation),
                Seating::Removed => {}
            }
        }
        self.finish(socket, Outcome::JoinedAll(Ok(joined)), all.asker);
    }

    fn on_relisted(&mut self, socket: &mut Socket, asker: Asker, answer: Answer) -> bool {
        let found = match answer {
            Answer::Listed(listed) => {
                let known = socket.session.following().known;
                let unknown: Vec<_> = listed.into_iter().map(|(id, _)| id).collect();
                let unknown: Vec<_> = unknown.into_iter().filter(|id| !known.contains(id)).collect();
                socket.running = Some(Running::Relist(asker));
                self.ask(socket.at, AskedBy::Socket(socket.id), What::Show(unknown));
                return true;
            }
            Answer::Found(found) => Ok(found),
            _ => Err(StoreError::Taken("the store").into()),
        };
        self.finish(socket, Outcome::Found(found), asker);
        true
    }
}
