//! What the gateways ask the database, statement by statement, each at a moment of its own.

use gateway::hub::channel::SocketId;
use gateway::hub::fill::rules::{Progress, Reading};
use gateway::mechanisms::Mechanism;
use protocol::models::{Conversation, Role};
use protocol::{ConversationId, Seq, UserId};
use store::{ChangePage, Standing};

use crate::changes::PageRead;
use crate::database::Room;
use crate::world::{At, Event, MS, World};

/// The pause after a read that failed.
const RETRY: u64 = 100 * MS;

/// Changes in one page of a fill.
const FILL_PAGE: usize = 6;

pub(crate) struct Query {
    pub(crate) what: What,
    pub(crate) asker: Asker,
}

pub(crate) enum What {
    Page(PageRead),
    Standing(Room, UserId),
    /// The conversations of a person.
    ListOf(UserId),
    Show(Vec<ConversationId>),
    Heads(Vec<Room>),
}

pub(crate) enum Asker {
    Socket(SocketId),
    Fill(Room, Option<Reading>),
    Compare,
}

/// What comes back to a socket.
pub(crate) enum Answer {
    Held,
    Standing(Option<Standing>),
    Page(Option<ChangePage>),
    Listed(Vec<(ConversationId, Seq)>),
    Found(Vec<Conversation>),
    Heads(Vec<(Room, i64)>),
    Failed,
}

impl World {
    pub(crate) fn ask(&mut self, at: At, asker: Asker, what: What) {
        let pause = self.within(self.plan.statement);
        self.after(pause, Event::Query(at, Box::new(Query { what, asker })));
    }

    pub(crate) fn step_query(&mut self, at: At, mut query: Box<Query>) {
        if !self.lives(at) {
            return;
        }
        let answer = if self.fault(self.plan.failing_statements) {
            self.note(|| format!("node {}: a statement fails", at.node));
            Some(Answer::Failed)
        } else {
            self.carry_out(&mut query.what)
        };
        match (answer, query.asker) {
            (None, asker) => {
                let what = query.what;
                let pause = self.within(self.plan.statement);
                self.after(pause, Event::Query(at, Box::new(Query { what, asker })));
            }
            (Some(answer), Asker::Socket(socket)) => self.answered(socket, answer),
            (Some(Answer::Page(page)), Asker::Fill(room, Some(reading))) => {
                self.filled(at, room, reading, page);
            }
            (Some(_), Asker::Fill(room, _)) => self.after(RETRY, Event::Fill(at, room)),
            (Some(Answer::Heads(heads)), Asker::Compare) => {
                for (room, head) in heads {
                    self.expect(at, room, Seq(head));
                }
            }
            (Some(_), Asker::Compare) => self.after(RETRY, Event::Compare(at)),
        }
    }

    fn carry_out(&mut self, what: &mut What) -> Option<Answer> {
        let rooms = &self.database.rooms;
        Some(match what {
            What::Page(read) => Answer::Page(Some(read.step(&rooms[read.room])?)),
            What::Standing(room, user) => {
                let mut standing = rooms[*room].standing(*user);
                if self.missing == Some(Mechanism::RemovalFilter) {
                    standing.role = Some(Role::Member);
                }
                Answer::Standing(Some(standing))
            }
            What::ListOf(user) => {
                let mine = rooms.iter().filter(|table| table.is_in(*user) && !table.deleted);
                Answer::Listed(mine.map(|table| (table.id, Seq(table.head))).collect())
            }
            What::Show(ids) => Answer::Found(ids.iter().map(|id| self.table(*id).conversation()).collect()),
            What::Heads(asked) => {
                Answer::Heads(asked.iter().map(|room| (*room, rooms[*room].head)).collect())
            }
        })
    }

    /// One round of closing a hole: reads what is missing, or gives the claim back.
    pub(crate) fn fill_round(&mut self, at: At, room: Room) {
        if !self.lives(at) {
            return;
        }
        let channel = self.nodes[at.node].channels.get_mut(&room);
        if let Some(delivered) = channel.and_then(gateway::hub::fill::rules::still_missing) {
            self.note(|| format!("node {}: reads {room} after {delivered}", at.node));
            self.read_on(at, room, Reading::after(delivered));
        }
    }

    fn read_on(&mut self, at: At, room: Room, reading: Reading) {
        let read = PageRead::new(room, reading.cursor(), FILL_PAGE);
        self.ask(at, Asker::Fill(room, Some(reading)), What::Page(read));
    }

    fn filled(&mut self, at: At, room: Room, reading: Reading, page: Option<ChangePage>) {
        let filling = match reading.answered(page) {
            Progress::Page(further) => return self.read_on(at, room, further),
            Progress::Whole(filling) => filling,
        };
        let head = filling.head;
        self.note(|| {
            let frames = filling.frames.as_deref();
            let seqs = frames.map(|frames| frames.iter().map(|frame| frame.seq.0).collect::<Vec<_>>());
            format!("node {}: {room} is filled up to {head} with {seqs:?}", at.node)
        });
        let Some(channel) = self.nodes[at.node].channels.get_mut(&room) else {
            return;
        };
        if channel.delivered().is_none_or(|delivered| head > delivered) {
            filling.pour_into(channel);
            self.wake(at);
            self.after(0, Event::Fill(at, room));
        } else {
            self.after(RETRY, Event::Fill(at, room));
        }
    }

    pub(crate) fn ask_page(&mut self, at: At, socket: SocketId, room: Room, cursor: store::Cursor) {
        let read = PageRead::new(room, cursor, self.plan.page);
        self.ask(at, Asker::Socket(socket), What::Page(read));
    }
}
