//! The bus: at most once, in any order, and it says when it may have lost something.

use bus::{Envelope, Kind, Topic};

use crate::query::Answer;
use crate::world::{At, Event, MS, World};

/// How long a silent loss may stay unnoticed: what the canary needs.
const DEAF_AT_MOST: u64 = 1_500 * MS;

/// How long an answer of the bus takes at most.
const ANSWER: u64 = 5 * MS;

impl World {
    /// One frame on its way to every gateway that listens.
    pub(crate) fn spread(&mut self, topic: Topic, envelope: &Envelope) {
        for node in 0..self.nodes.len() {
            if !self.nodes[node].is_up || !self.nodes[node].listens.contains(&topic) {
                continue;
            }
            let at = self.at(node);
            if self.fault(self.plan.lost) {
                self.note(|| format!("bus loses {} for node {node}", told(envelope)));
                let pause = self.within(DEAF_AT_MOST);
                self.after(pause, Event::Interrupted(at));
                continue;
            }
            let copies = 1 + usize::from(self.fault(self.plan.doubled));
            for _ in 0..copies {
                let lateness = self.within(self.plan.lateness);
                self.after(lateness, Event::Deliver(at, topic, envelope.clone()));
            }
        }
    }

    pub(crate) fn deliver(&mut self, at: At, topic: Topic, envelope: Envelope) {
        // What was on its way when the connection broke is lost with it.
        if !self.lives(at) || !self.nodes[at.node].is_linked {
            return;
        }
        match topic {
            Topic::Conversation(_) => self.on_envelope(at, envelope),
            Topic::User(user) => self.on_person(at, user, envelope),
            Topic::Everyone => {}
        }
    }

    pub(crate) fn subscribe(&mut self, at: At, topics: &[Topic], socket: u64) {
        if !self.lives(at) {
            return;
        }
        // Held either way: what the bus cannot confirm now it is asked for again when it is back.
        let node = &mut self.nodes[at.node];
        node.held.extend(topics);
        if node.is_linked {
            node.listens.extend(topics);
        }
        let pause = self.within(ANSWER);
        self.after(pause, Event::Answer(socket, Answer::Held));
    }

    /// One gateway's connection breaks; nobody says so until it is back.
    pub(crate) fn link_down(&mut self, node: usize, span: u64) {
        if !self.nodes[node].is_up || !self.nodes[node].is_linked {
            return;
        }
        self.note(|| format!("node {node} loses the bus"));
        self.nodes[node].is_linked = false;
        self.nodes[node].listens.clear();
        let at = self.at(node);
        self.after(500 * MS, Event::Poll(at));
        self.after(span, Event::LinkUp(node));
    }

    pub(crate) fn link_up(&mut self, node: usize) {
        if !self.nodes[node].is_up || self.nodes[node].is_linked || !self.bus_is_up {
            return;
        }
        self.note(|| format!("node {node} has the bus again"));
        let at = self.at(node);
        let it = &mut self.nodes[node];
        it.is_linked = true;
        it.listens = it.held.clone();
        let pause = self.within(ANSWER);
        self.after(pause, Event::Interrupted(at));
    }

    pub(crate) fn bus_away(&mut self, span: u64) {
        if !self.bus_is_up {
            return;
        }
        self.bus_is_up = false;
        self.note(|| "the bus goes away".into());
        for node in 0..self.nodes.len() {
            // Its own end comes with `BusBack`.
            self.link_down(node, span + DEAF_AT_MOST);
        }
        self.after(span, Event::BusBack);
    }

    pub(crate) fn bus_back(&mut self) {
        self.note(|| "the bus is back".into());
        self.bus_is_up = true;
        for node in 0..self.nodes.len() {
            let pause = self.within(DEAF_AT_MOST);
            self.after(pause, Event::LinkUp(node));
        }
    }
}

pub(crate) fn told(envelope: &Envelope) -> String {
    let room = envelope.conversation.0.as_u128();
    match envelope.kind {
        Kind::Head if room == 0 => "relist".into(),
        Kind::Head => format!("head {} of {}", envelope.seq, room - 1),
        _ => format!("{} of {}", envelope.seq, room - 1),
    }
}
