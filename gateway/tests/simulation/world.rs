//! The world: one queue of events in virtual time, one seeded source of chance, and everything that they act upon.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use bus::{Envelope, Topic};
use gateway::hub::channel::SocketId;
use gateway::mechanisms::Mechanism;
use protocol::ConversationId;
use protocol::frames::Received;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

use crate::client::Client;
use crate::database::{Database, Room, Table};
use crate::node::Node;
use crate::plan::Plan;
use crate::query::{Answer, Query};
use crate::socket::Socket;

/// Virtual microseconds.
pub(crate) type Time = u64;

pub(crate) const MS: Time = 1_000;

/// How long the world runs on once nothing fails and nobody writes: the sweeper, retries and reconnects end within.
const SETTLING: Time = 25_000 * MS;

/// Lines of a trace that a failing seed shows.
const SHOWN_LINES: usize = 80;

pub(crate) enum Event {
    /// Somebody changes something.
    Act,
    /// A node of the API hands a commit to the bus.
    Publish(Vec<(Topic, Envelope)>, u64),
    Sweep,
    Deliver(At, Topic, Envelope),
    Interrupted(At),
    LinkDown(usize, Time),
    LinkUp(usize),
    /// Redis goes away for everybody.
    BusAway(Time),
    BusBack,
    Subscribe(At, Vec<Topic>, SocketId),
    Query(At, Box<Query>),
    Answer(SocketId, Answer),
    /// The next round of closing a hole.
    Fill(At, Room),
    Compare(At),
    Poll(At),
    Linger(At),
    Crash(usize),
    Restart(usize),
    Connect(usize),
    Read(usize),
    Hangup(usize),
    /// A client changes its mind about what it follows.
    Whim(usize),
    Pump(SocketId),
    Heard(SocketId, String),
    Later(SocketId),
}

/// A gateway in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) node: usize,
    pub(crate) life: u32,
}

pub(crate) struct World {
    pub(crate) now: Time,
    pub(crate) chance: StdRng,
    pub(crate) plan: Plan,
    pub(crate) missing: Option<Mechanism>,
    pub(crate) database: Database,
    pub(crate) bus_is_up: bool,
    pub(crate) nodes: Vec<Node>,
    pub(crate) sockets: BTreeMap<SocketId, Socket>,
    pub(crate) clients: Vec<Client>,
    pub(crate) violation: Option<String>,
    pub(crate) started: Instant,
    pub(crate) next_socket: SocketId,
    /// What a text says, read once.
    pub(crate) parsed: HashMap<String, Rc<Received>>,
    queue: BTreeMap<(Time, u64), Event>,
    tie: u64,
    trace: Option<Vec<String>>,
}

/// How a run ended.
pub(crate) struct Report {
    pub(crate) violation: Option<String>,
    pub(crate) trace: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64, missing: Option<Mechanism>, traced: bool) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let plan = Plan::draw(&mut chance);
        let mut world = Self {
            now: 0,
            chance,
            missing,
            database: Database::default(),
            bus_is_up: true,
            nodes: (0..plan.nodes).map(|_| Node::new()).collect(),
            sockets: BTreeMap::new(),
            clients: Vec::new(),
            violation: None,
            started: Instant::now(),
            next_socket: 1,
            parsed: HashMap::new(),
            queue: BTreeMap::new(),
            tie: 0,
            trace: traced.then(Vec::new),
            plan,
        };
        world.open();
        world
    }

    fn open(&mut self) {
        for room in 0..self.plan.rooms {
            let people = (1..=self.plan.users).filter(|_| self.chance.random_bool(0.8));
            self.database.rooms.push(Table::new(room, people));
        }
        for index in 0..self.plan.clients {
            self.clients
                .push(Client::draw(index, self.plan, &mut self.chance));
            // Some come when everybody has gone quiet: what they miss then, nothing later brings to light.
            let start = self.within(self.plan.end + 50 * MS);
            self.after(start, Event::Connect(index));
            let whim = self.within(self.plan.end);
            self.after(whim, Event::Whim(index));
        }
        for node in 0..self.nodes.len() {
            self.after(2_000 * MS, Event::Linger(self.at(node)));
        }
        self.after(0, Event::Act);
        self.after(500 * MS, Event::Sweep);
        self.plan_faults();
    }

    fn plan_faults(&mut self) {
        for _ in 0..self.plan.hangups {
            let (when, client) = (self.within(self.plan.end), self.pick(self.plan.clients));
            self.after(when, Event::Hangup(client));
        }
        for _ in 0..self.plan.crashes {
            let (when, node) = (self.within(self.plan.end), self.pick(self.plan.nodes));
            self.after(when, Event::Crash(node));
        }
        for _ in 0..self.plan.cuts {
            let (when, node) = (self.within(self.plan.end), self.pick(self.plan.nodes));
            let span = self.within(1_500 * MS);
            self.after(when, Event::LinkDown(node, span));
        }
        for _ in 0..self.plan.outages {
            let (when, span) = (self.within(self.plan.end), self.within(3_000 * MS));
            self.after(when, Event::BusAway(span));
        }
    }

    /// Runs to the end, or to the first violation.
    pub(crate) fn run(mut self) -> Report {
        while self.violation.is_none()
            && let Some(((time, _), event)) = self.queue.pop_first()
        {
            if time > self.plan.end + SETTLING {
                break;
            }
            self.now = time;
            self.happen(event);
        }
        if self.violation.is_none() {
            self.judge_the_end();
        }
        Report {
            violation: self.violation,
            trace: self.trace.unwrap_or_default(),
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Act => self.act(),
            Event::Publish(frames, row) => self.publish(frames, &[row]),
            Event::Sweep => self.sweep(),
            Event::Deliver(at, topic, envelope) => self.deliver(at, topic, envelope),
            Event::Interrupted(at) => self.interrupted(at),
            Event::LinkDown(node, span) => self.link_down(node, span),
            Event::LinkUp(node) => self.link_up(node),
            Event::BusAway(span) => self.bus_away(span),
            Event::BusBack => self.bus_back(),
            Event::Subscribe(at, topics, socket) => self.subscribe(at, &topics, socket),
            Event::Query(at, query) => self.step_query(at, query),
            Event::Answer(socket, answer) => self.answered(socket, answer),
            Event::Fill(at, room) => self.fill_round(at, room),
            Event::Compare(at) => self.compare(at),
            Event::Poll(at) => self.poll(at),
            Event::Linger(at) => self.linger(at),
            Event::Crash(node) => self.crash(node),
            Event::Restart(node) => self.restart(node),
            Event::Connect(client) => self.connect(client),
            Event::Read(client) => self.read(client),
            Event::Hangup(client) => self.hang_up(client),
            Event::Whim(client) => self.whim(client),
            Event::Pump(socket) => self.pump(socket),
            Event::Heard(socket, text) => self.heard(socket, text),
            Event::Later(socket) => self.take_up_postponed(socket),
        }
    }

    pub(crate) fn after(&mut self, pause: Time, event: Event) {
        self.tie += 1;
        self.queue.insert((self.now + pause, self.tie), event);
    }

    /// Something between nothing and this.
    pub(crate) fn within(&mut self, most: Time) -> Time {
        self.chance.random_range(0..=most)
    }

    pub(crate) fn pick(&mut self, count: usize) -> usize {
        self.chance.random_range(0..count)
    }

    pub(crate) fn perhaps(&mut self, chance: f64) -> bool {
        self.chance.random_bool(chance)
    }

    /// A fault, as long as there are any.
    pub(crate) fn fault(&mut self, chance: f64) -> bool {
        self.now < self.plan.end && self.perhaps(chance)
    }

    pub(crate) fn have(&self, mechanism: Mechanism) -> bool {
        self.missing != Some(mechanism)
    }

    pub(crate) fn at(&self, node: usize) -> At {
        let life = self.nodes[node].life;
        At { node, life }
    }

    /// Whether a gateway is still in that life.
    pub(crate) fn lives(&self, at: At) -> bool {
        self.nodes[at.node].is_up && self.nodes[at.node].life == at.life
    }

    pub(crate) fn table(&self, id: ConversationId) -> &Table {
        &self.database.rooms[crate::database::room_of(id)]
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>10.3} ms  {}", self.now as f64 / MS as f64, line()));
        }
    }

    pub(crate) fn violate(&mut self, what: String) {
        self.note(|| format!("VIOLATION: {what}"));
        self.violation.get_or_insert(what);
    }
}

/// Runs one seed; a violation comes with the seed and the end of its trace.
pub(crate) fn run(seed: u64, missing: Option<Mechanism>) -> Result<(), String> {
    let Some(violation) = World::new(seed, missing, false).run().violation else {
        return Ok(());
    };
    let trace = World::new(seed, missing, true).run().trace;
    let shown = trace.len().saturating_sub(SHOWN_LINES);
    Err(format!(
        "seed {seed}: {violation}\n(CHAT_SIM_SEED={seed} shows the whole trace; its last lines:)\n{}",
        trace[shown..].join("\n")
    ))
}
