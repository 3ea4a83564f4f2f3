//! A client: connects anywhere, resumes with the number it has, reads at its own pace, changes its mind.

use std::collections::{BTreeSet, HashMap, VecDeque};

use gateway::hub::channel::SocketId;
use gateway::outbox::Outbox;
use gateway::session::{Door, Session, SessionLimits};
use protocol::close::CloseCode;
use protocol::frames::{ClientFrame, Subscribe, Unsubscribe};
use protocol::{Seq, UserId};
use rand::RngExt;
use rand::rngs::StdRng;
use runtime::tokens::Access;

use crate::copy::Copy;
use crate::database::{Room, epoch, id_of};
use crate::plan::Plan;
use crate::socket::{Socket, Written};
use crate::world::{Event, MS, Time, World};

/// How long a frame of the client takes.
const UPLINK: Time = 2 * MS;

/// How long a client waits before it comes back.
const COME_BACK: Time = 300 * MS;

/// What a client opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One conversation's own door.
    Door(Room),
    /// One socket for what it asks for.
    Manual,
    /// One socket for everything.
    Everything,
}

pub(crate) struct Client {
    pub(crate) user: UserId,
    pub(crate) kind: Kind,
    pub(crate) socket: Option<SocketId>,
    pub(crate) pipe: VecDeque<Written>,
    pub(crate) copies: HashMap<Room, Copy>,
    pub(crate) wanted: BTreeSet<Room>,
    /// The longest it does not read.
    naps: Time,
    is_reading: bool,
}

impl Client {
    pub(crate) fn draw(index: usize, plan: Plan, chance: &mut StdRng) -> Self {
        let kind = match chance.random_range(0..3) {
            0 => Kind::Door(chance.random_range(0..plan.rooms)),
            1 => Kind::Manual,
            _ => Kind::Everything,
        };
        let naps = if chance.random_bool(0.3) { 800 * MS } else { 0 };
        Self {
            user: UserId(i64::try_from(index).unwrap() % plan.users + 1),
            kind,
            socket: None,
            pipe: VecDeque::new(),
            copies: HashMap::new(),
            wanted: (0..plan.rooms).collect(),
            naps,
            is_reading: false,
        }
    }

    /// Which conversations it means to follow.
    pub(crate) fn follows(&self, room: Room) -> bool {
        match self.kind {
            Kind::Door(own) => own == room,
            Kind::Manual => self.wanted.contains(&room),
            Kind::Everything => true,
        }
    }
}

impl World {
    pub(crate) fn connect(&mut self, index: usize) {
        if self.clients[index].socket.is_some() {
            return;
        }
        let nodes = (0..self.nodes.len()).filter(|node| self.nodes[*node].is_up);
        let nodes: Vec<_> = nodes.collect();
        let (user, kind) = (self.clients[index].user, self.clients[index].kind);
        let may_enter = match kind {
            Kind::Door(room) => {
                let table = &self.database.rooms[room];
                table.is_in(user) && !table.deleted
            }
            Kind::Manual | Kind::Everything => true,
        };
        if nodes.is_empty() || !may_enter {
            return self.after(COME_BACK, Event::Connect(index));
        }
        let node = nodes[self.pick(nodes.len())];
        let at = self.at(node);
        self.load(index);
        let door = match kind {
            Kind::Door(room) => Door::Conversation {
                id: id_of(room),
                after: Some(Seq(self.clients[index].copies[&room].position)),
            },
            Kind::Manual => Door::Everything { follows_all: false },
            Kind::Everything => Door::Everything { follows_all: true },
        };
        let socket = self.open_socket(index, at, door);
        self.note(|| {
            format!(
                "client {index} (user {user}) opens {kind:?} on node {} as socket {socket}",
                at.node
            )
        });
        if kind == Kind::Manual {
            for room in self.clients[index].wanted.clone() {
                self.resume(index, room);
            }
        }
    }

    /// What a client knows before it opens a socket: a fresh read, an old copy, or nothing at all.
    fn load(&mut self, index: usize) {
        for room in 0..self.plan.rooms {
            if self.clients[index].copies.contains_key(&room) {
                continue;
            }
            let from_nothing = self.perhaps(0.3);
            let table = &self.database.rooms[room];
            let copy = if from_nothing {
                Copy::of(table.first_view(), 0)
            } else {
                Copy::of(table.view(), table.head)
            };
            self.clients[index].copies.insert(room, copy);
        }
    }

    fn open_socket(&mut self, client: usize, at: crate::world::At, door: Door) -> SocketId {
        let (user, expires_at) = (self.clients[client].user, epoch());
        let limits = SessionLimits {
            frames_per_minute: 1_000_000,
            subscriptions: 100,
            waiting_commands: 4,
        };
        let access = Access {
            user,
            sign_in: None,
            issued_at: epoch(),
            expires_at,
        };
        let session = Session::new(&access, door, limits, self.started);
        let id = self.next_socket;
        self.next_socket += 1;
        let socket = Socket {
            id,
            at,
            client,
            waiting: session.opening(),
            session,
            outbox: Outbox::new(self.plan.outbox_bytes),
            later: Vec::new(),
            running: None,
            answer: None,
            heard: VecDeque::new(),
            writing: VecDeque::new(),
            begun: Vec::new(),
            is_woken: false,
            is_closing: false,
        };
        self.sockets.insert(id, socket);
        let node = &mut self.nodes[at.node];
        let topic = bus::Topic::User(user);
        node.held.insert(topic);
        if node.is_linked {
            node.listens.insert(topic);
        }
        node.people.entry(user).or_default().insert(id);
        let it = &mut self.clients[client];
        it.socket = Some(id);
        it.pipe.clear();
        self.after(0, Event::Pump(id));
        id
    }

    /// Asks for everything after what it has.
    pub(crate) fn resume(&mut self, index: usize, room: Room) {
        let copy = self.clients[index].copies.get_mut(&room).unwrap();
        let after = copy.ask();
        let frame = ClientFrame::Subscribe(Subscribe {
            conversation_id: id_of(room),
            after: Some(Seq(after)),
        });
        self.send(index, room, &frame);
    }

    fn send(&mut self, index: usize, room: Room, frame: &ClientFrame) {
        if let Some(socket) = self.clients[index].socket {
            let mut text = serde_json::to_value(frame).unwrap();
            text["ref"] = room.into();
            let text = text.to_string();
            self.after(UPLINK, Event::Heard(socket, text));
        }
    }

    /// Follows another set of conversations, or the same once more.
    pub(crate) fn whim(&mut self, index: usize) {
        if self.now > self.plan.end {
            return;
        }
        let pause = self.within(400 * MS);
        self.after(pause, Event::Whim(index));
        if self.clients[index].kind != Kind::Manual || self.clients[index].socket.is_none() {
            return;
        }
        let room = self.pick(self.plan.rooms);
        if self.perhaps(0.4) && self.clients[index].wanted.remove(&room) {
            let frame = ClientFrame::Unsubscribe(Unsubscribe {
                conversation_id: id_of(room),
            });
            self.note(|| format!("client {index} unsubscribes {room}"));
            self.send(index, room, &frame);
        } else {
            self.note(|| format!("client {index} subscribes {room}"));
            self.clients[index].wanted.insert(room);
            self.resume(index, room);
        }
    }

    pub(crate) fn hang_up(&mut self, index: usize) {
        if let Some(id) = self.clients[index].socket {
            self.note(|| format!("client {index} is cut off"));
            if let Some(socket) = self.sockets.remove(&id) {
                self.end(&socket);
            }
            self.cut(index);
        }
    }

    /// The connection is gone, with everything that was in it.
    pub(crate) fn cut(&mut self, index: usize) {
        let client = &mut self.clients[index];
        client.socket = None;
        client.pipe.clear();
        client.copies.values_mut().for_each(Copy::on_disconnected);
        let pause = self.within(COME_BACK);
        self.after(pause, Event::Connect(index));
    }

    pub(crate) fn wake_reader(&mut self, index: usize) {
        if !std::mem::replace(&mut self.clients[index].is_reading, true) {
            let naps = self.clients[index].naps;
            let nap = if self.fault(0.1) { naps } else { 0 };
            let pause = self.within(2 * MS) + self.within(nap);
            self.after(pause, Event::Read(index));
        }
    }

    pub(crate) fn read(&mut self, index: usize) {
        self.clients[index].is_reading = false;
        let most = 1 + self.pick(8);
        for _ in 0..most {
            let Some(item) = self.clients[index].pipe.pop_front() else {
                break;
            };
            match item {
                Written::Text(text) => self.hear(index, &text),
                Written::Join(room, asked) => {
                    self.clients[index].copies.get_mut(&room).unwrap().on_join(asked);
                }
                Written::Close(code) => return self.closed(index, code),
            }
        }
        if !self.clients[index].pipe.is_empty() {
            self.wake_reader(index);
        }
        if let Some(socket) = self.clients[index].socket {
            self.pump(socket);
        }
    }

    fn closed(&mut self, index: usize, code: CloseCode) {
        self.note(|| format!("client {index} is closed with {}", code.number()));
        if code == CloseCode::Deleted
            && let Kind::Door(room) = self.clients[index].kind
        {
            self.clients[index].copies.get_mut(&room).unwrap().on_gone();
        }
        self.cut(index);
    }
}
