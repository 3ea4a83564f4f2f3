//! One gateway: the real channels, and around them what the real hub does with a bus, a database and its sockets.

use std::collections::{BTreeMap, BTreeSet};

use bus::{Envelope, Kind, Topic};
use gateway::hub::channel::{Channel, SocketId, Verdict};
use gateway::hub::frame::Frame;
use gateway::mechanisms::Mechanisms;
use gateway::outbox::Outgoing;
use protocol::{Seq, UserId};

use crate::database::{Room, id_of, room_of};
use crate::network::told;
use crate::query::{Asker, What};
use crate::socket::Socket;
use crate::world::{At, Event, MS, Time, World};

/// How long a missing frame may still be in flight.
const IN_FLIGHT: Time = 20 * MS;

/// Between two comparisons with the store while the bus is away, and how long they go on afterwards.
const POLL_EVERY: Time = 1_000 * MS;
const AFTERGLOW: Time = 3_000 * MS;

/// How often topics are left that nobody holds.
const LINGER: Time = 2_000 * MS;

/// How late a connection's task may notice what was queued for it.
const WAKING: Time = 3 * MS;

pub(crate) struct Node {
    pub(crate) is_up: bool,
    pub(crate) life: u32,
    pub(crate) is_linked: bool,
    /// When the bus was seen to be away.
    doubted_at: Time,
    /// What somebody on the node holds, and what the bus delivers.
    pub(crate) held: BTreeSet<Topic>,
    pub(crate) listens: BTreeSet<Topic>,
    pub(crate) channels: BTreeMap<Room, Channel>,
    pub(crate) people: BTreeMap<UserId, BTreeSet<SocketId>>,
}

impl Node {
    pub(crate) fn new() -> Self {
        Self {
            is_up: true,
            life: 0,
            is_linked: true,
            doubted_at: 0,
            held: BTreeSet::new(),
            listens: BTreeSet::new(),
            channels: BTreeMap::new(),
            people: BTreeMap::new(),
        }
    }
}

impl World {
    /// The channel of a conversation, made when there is none.
    pub(crate) fn channel(&mut self, at: At, room: Room) -> &mut Channel {
        let mechanisms = self.missing.map_or(Mechanisms::ALL, Mechanisms::without);
        self.nodes[at.node]
            .channels
            .entry(room)
            .or_insert_with(|| Channel::with(id_of(room), mechanisms))
    }

    pub(crate) fn on_envelope(&mut self, at: At, envelope: Envelope) {
        self.note(|| format!("node {}: hears {}", at.node, told(&envelope)));
        let room = room_of(envelope.conversation);
        let (kind, head) = (envelope.kind, envelope.seq);
        let Some(channel) = self.nodes[at.node].channels.get_mut(&room) else {
            return;
        };
        let verdict = if kind == Kind::Head {
            channel.expect(head)
        } else {
            channel.accept(Frame::live(envelope).unwrap())
        };
        self.act_on(at, room, verdict);
    }

    pub(crate) fn on_person(&mut self, at: At, user: UserId, envelope: Envelope) {
        self.note(|| format!("node {}: hears {} for {user}", at.node, told(&envelope)));
        if envelope.kind == Kind::Head {
            return self.tell(at, user, &Outgoing::Relist);
        }
        let (conversation, head) = (envelope.conversation, envelope.seq);
        let text = Frame::live(envelope).unwrap().text;
        self.tell(
            at,
            user,
            &Outgoing::Added {
                conversation,
                head,
                text,
            },
        );
    }

    fn tell(&mut self, at: At, user: UserId, item: &Outgoing) {
        for socket in self.nodes[at.node].people.get(&user).into_iter().flatten() {
            if let Some(socket) = self.sockets.get(socket) {
                socket.outbox.push(item.clone());
            }
        }
        self.wake(at);
    }

    pub(crate) fn act_on(&mut self, at: At, room: Room, verdict: Verdict) {
        self.wake(at);
        if verdict == Verdict::Hole && self.channel(at, room).begin_fill().is_some() {
            self.after(IN_FLIGHT, Event::Fill(at, room));
        }
    }

    pub(crate) fn expect(&mut self, at: At, room: Room, head: Seq) {
        if let Some(channel) = self.nodes[at.node].channels.get_mut(&room) {
            let verdict = channel.expect(head);
            self.act_on(at, room, verdict);
        }
    }

    /// Every connection on the node looks at its queue soon.
    pub(crate) fn wake(&mut self, at: At) {
        let mut sockets = Vec::new();
        for socket in self.sockets.values_mut() {
            if socket.at == at && !std::mem::replace(&mut socket.is_woken, true) {
                sockets.push(socket.id);
            }
        }
        for socket in sockets {
            let pause = self.within(WAKING);
            self.after(pause, Event::Pump(socket));
        }
    }

    pub(crate) fn interrupted(&mut self, at: At) {
        if !self.lives(at) {
            return;
        }
        self.note(|| format!("node {}: the bus says that something was lost", at.node));
        let users: Vec<_> = self.nodes[at.node].people.keys().copied().collect();
        for user in users {
            self.tell(at, user, &Outgoing::Relist);
        }
        self.compare(at);
    }

    pub(crate) fn compare(&mut self, at: At) {
        if self.lives(at) {
            let rooms = self.nodes[at.node].channels.keys().copied().collect();
            self.ask(at, Asker::Compare, What::Heads(rooms));
        }
    }

    /// While the bus is away, and a while after, what is followed is compared with the store.
    pub(crate) fn poll(&mut self, at: At) {
        if !self.lives(at) {
            return;
        }
        if !self.nodes[at.node].is_linked {
            self.nodes[at.node].doubted_at = self.now;
        }
        if self.nodes[at.node].doubted_at + AFTERGLOW < self.now {
            return;
        }
        self.compare(at);
        let newcomers: BTreeSet<_> = self
            .database
            .outbox
            .iter()
            .filter_map(|row| row.newcomer)
            .collect();
        for user in newcomers {
            self.tell(at, user, &Outgoing::Relist);
        }
        self.after(POLL_EVERY, Event::Poll(at));
    }

    /// Topics that nobody holds any more are left.
    pub(crate) fn linger(&mut self, at: At) {
        if !self.lives(at) {
            return;
        }
        let sockets = self.sockets.values().filter(|socket| socket.at == at);
        let joined: BTreeSet<Room> = sockets.flat_map(Socket::joins).collect();
        let node = &mut self.nodes[at.node];
        let is_idle = |topic: &Topic| match topic {
            Topic::Conversation(id) => {
                let room = room_of(*id);
                !joined.contains(&room) && node.channels.get(&room).is_none_or(Channel::is_empty)
            }
            Topic::User(user) => !node.people.contains_key(user),
            Topic::Everyone => false,
        };
        let idle: Vec<_> = node.held.iter().copied().filter(is_idle).collect();
        for topic in &idle {
            node.held.remove(topic);
            node.listens.remove(topic);
            if let Topic::Conversation(id) = topic {
                node.channels.remove(&room_of(*id));
            }
        }
        self.after(LINGER, Event::Linger(at));
    }

    pub(crate) fn crash(&mut self, index: usize) {
        if !self.nodes[index].is_up {
            return;
        }
        self.note(|| format!("node {index} dies"));
        let at = self.at(index);
        let dead: Vec<_> = self.sockets.values().filter(|socket| socket.at == at).collect();
        let (ids, clients): (Vec<_>, Vec<_>) = dead.iter().map(|socket| (socket.id, socket.client)).unzip();
        for id in ids {
            self.sockets.remove(&id);
        }
        self.nodes[index] = Node {
            is_up: false,
            life: at.life + 1,
            ..Node::new()
        };
        for client in clients {
            self.cut(client);
        }
        let pause = self.within(1_000 * MS);
        self.after(pause, Event::Restart(index));
    }

    pub(crate) fn restart(&mut self, index: usize) {
        self.note(|| format!("node {index} is up again"));
        self.nodes[index].is_up = true;
        self.nodes[index].is_linked = self.bus_is_up;
        let at = self.at(index);
        self.after(LINGER, Event::Linger(at));
        if !self.bus_is_up {
            self.after(POLL_EVERY / 2, Event::Poll(at));
        }
    }
}
