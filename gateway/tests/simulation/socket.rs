//! One socket on its gateway: the real session and outbox, and the loop of `gateway/src/connection.rs` around them.

use std::collections::{BTreeMap, HashSet, VecDeque};

use gateway::hub::channel::SocketId;
use gateway::outbox::{Outbox, Outgoing, Places, Recovery};
use gateway::session::{Asker, Command, From, Reaction, Session, Task};
use gateway::text::Text;
use protocol::ConversationId;
use protocol::close::CloseCode;
use protocol::frames::{ServerFrame, Sync};

use crate::database::{Room, epoch, room_of};
use crate::joining::{Join, JoinAll};
use crate::query::{Answer, Asker as AskedBy, What};
use crate::world::{At, Event, MS, Time, World};

/// The least pause before something postponed is tried again.
const POSTPONED_FOR: Time = 1_000 * MS;

pub(crate) struct Socket {
    pub(crate) id: SocketId,
    pub(crate) at: At,
    pub(crate) client: usize,
    pub(crate) session: Session,
    pub(crate) outbox: Outbox,
    pub(crate) waiting: VecDeque<Task>,
    pub(crate) later: Vec<(Time, Later)>,
    pub(crate) running: Option<Running>,
    pub(crate) answer: Option<Answer>,
    pub(crate) heard: VecDeque<String>,
    /// What is being written, oldest first.
    pub(crate) writing: VecDeque<Written>,
    /// Joins that have begun: the client is shown where their frames begin.
    pub(crate) begun: Vec<Written>,
    pub(crate) is_woken: bool,
    pub(crate) is_closing: bool,
}

/// What goes over the wire.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    Text(Text),
    /// Not on the wire: what follows in this conversation is one join's. The judge's eyes only.
    Join(Room, Option<i64>),
    Close(CloseCode),
}

pub(crate) enum Running {
    Join(Join),
    JoinAll(JoinAll),
    Relist(Asker),
}

pub(crate) enum Later {
    Task(Task),
    Join(Join),
}

impl Socket {
    /// Where a join keeps the topic held.
    pub(crate) fn joins(&self) -> Vec<Room> {
        let mut rooms: Vec<Room> = match &self.running {
            Some(Running::Join(join)) => vec![join.room()],
            Some(Running::JoinAll(all)) => all.rooms(),
            Some(Running::Relist(_)) | None => Vec::new(),
        };
        let later = self.later.iter().filter_map(|(_, later)| match later {
            Later::Join(join) => Some(join.room()),
            Later::Task(_) => None,
        });
        rooms.extend(later);
        rooms
    }

    pub(crate) fn say(&mut self, frame: &ServerFrame) {
        self.writing.push_back(Written::Text(frame.encode(None).into()));
    }

    fn give_up_postponed(&mut self, conversation: ConversationId) {
        self.later
            .retain(|(_, later)| !matches!(later, Later::Join(join) if join.conversation == conversation));
    }

    fn is_postponed(&self, task: &Task) -> bool {
        let Command::Join { conversation, .. } = task.command else {
            return false;
        };
        let is_same = |later: &(Time, Later)| matches!(&later.1, Later::Join(join) if join.conversation == conversation);
        task.asker == Asker::Server && self.later.iter().any(is_same)
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= self.session.waiting_commands_max()
    }

    fn note_caught_up(&self) {
        if self.session.has_caught_up() {
            self.outbox.has_caught_up();
        }
    }
}

impl World {
    pub(crate) fn pump(&mut self, id: SocketId) {
        let Some(mut socket) = self.sockets.remove(&id) else {
            return;
        };
        socket.is_woken = false;
        while self.write(&mut socket) && self.turn(&mut socket) {}
        if socket.is_closing && socket.writing.is_empty() {
            self.end(&socket);
        } else {
            self.sockets.insert(id, socket);
        }
    }

    /// Whether everything could be written, so that the loop goes on.
    fn write(&mut self, socket: &mut Socket) -> bool {
        let user = socket.session.user();
        while let Some(item) = socket.writing.pop_front() {
            let pipe = &self.clients[socket.client].pipe;
            let is_text = matches!(item, Written::Text(_));
            if is_text && pipe.len() >= self.plan.buffered {
                socket.writing.push_front(item);
                return false;
            }
            if let Written::Text(text) = &item {
                self.may_hear(user, text);
            }
            self.clients[socket.client].pipe.push_back(item);
            self.wake_reader(socket.client);
        }
        !socket.is_closing
    }

    /// One turn of the loop; false when there is nothing to do.
    fn turn(&mut self, socket: &mut Socket) -> bool {
        if socket.running.is_none()
            && let Some(task) = socket.waiting.pop_front()
        {
            if !socket.session.is_moot(&task) && !socket.is_postponed(&task) {
                self.start(socket, task);
            }
            return true;
        }
        if let Some(places) = self.give_up_what_was_dropped(socket) {
            let sorted: BTreeMap<_, _> = places.iter().map(|(id, place)| (room_of(*id), *place)).collect();
            self.note(|| format!("socket {} goes on from {sorted:?}", socket.id));
            let mut tasks = socket.session.on_lagging(places);
            tasks.sort_by_key(|task| format!("{task:?}"));
            socket.waiting.extend(tasks);
            socket.note_caught_up();
        }
        let mut items = Vec::new();
        socket.outbox.take(&mut items);
        let can_start = socket.running.is_none() && !socket.waiting.is_empty();
        let is_idle = items.is_empty() && !can_start;
        for item in items {
            self.on_item(socket, item);
        }
        // What the seat before a join had queued is out now.
        let begun = std::mem::take(&mut socket.begun);
        socket.writing.extend(begun);
        if !is_idle {
            return true;
        }
        if self.go_on(socket) {
            return true;
        }
        if !socket.is_full()
            && let Some(text) = socket.heard.pop_front()
        {
            let reaction = socket.session.on_text(&text, self.started, epoch());
            self.react(socket, reaction);
            return true;
        }
        false
    }

    fn give_up_what_was_dropped(&mut self, socket: &Socket) -> Option<Places> {
        let mut left = HashSet::new();
        loop {
            match socket.outbox.recover(&left) {
                Recovery::Nothing => return None,
                Recovery::From(places) => return Some(places),
                Recovery::Leave(conversations) => {
                    for &conversation in &conversations {
                        self.leave(socket, conversation);
                    }
                    left.extend(conversations);
                }
            }
        }
    }

    fn on_item(&mut self, socket: &mut Socket, item: Outgoing) {
        match item {
            Outgoing::Change { text, .. }
            | Outgoing::Farewell { text, .. }
            | Outgoing::Passing { text }
            | Outgoing::Personal { text } => {
                socket.writing.push_back(Written::Text(text));
            }
            Outgoing::Sync { conversation, head } => socket.say(&ServerFrame::Sync(Sync {
                conversation_id: conversation,
                head,
            })),
            Outgoing::Added {
                conversation,
                head,
                text,
            } => {
                socket.writing.push_back(Written::Text(text));
                if let Some(reaction) = socket.session.on_added(conversation, head) {
                    self.react(socket, reaction);
                }
            }
            Outgoing::Unseated { conversation, at } => {
                socket
                    .waiting
                    .extend(socket.session.on_unseated(conversation, at));
            }
            Outgoing::SentBack { conversation, from } => {
                self.note(|| format!("socket {} is sent back to {from}", socket.id));
                let place = Places::from([(conversation, from)]);
                socket.waiting.extend(socket.session.on_lagging(place));
            }
            Outgoing::Relist => socket.waiting.extend(socket.session.on_relist()),
            Outgoing::Close(code) => self.react(socket, Reaction::Close(code)),
        }
    }

    pub(crate) fn react(&mut self, socket: &mut Socket, reaction: Reaction) {
        match reaction {
            _ if socket.is_closing => {}
            Reaction::Reply(frame) => socket.say(&frame),
            Reaction::Do(task) => socket.waiting.push_back(task),
            Reaction::Later(task) => self.postpone(socket, Later::Task(task)),
            Reaction::Leave(conversation) => self.leave(socket, conversation),
            Reaction::Reauthenticate(_) | Reaction::Nothing => {}
            Reaction::Close(code) => {
                socket.writing.push_back(Written::Close(code));
                socket.is_closing = true;
            }
        }
    }

    pub(crate) fn leave(&mut self, socket: &Socket, conversation: ConversationId) {
        let channels = &mut self.nodes[socket.at.node].channels;
        if let Some(channel) = channels.get_mut(&room_of(conversation)) {
            channel.leave(socket.id);
        }
    }

    fn start(&mut self, socket: &mut Socket, task: Task) {
        self.note(|| format!("socket {}: {:?}", socket.id, task.command));
        let asker = task.asker;
        match task.command {
            Command::Join { conversation, from } => {
                socket.give_up_postponed(conversation);
                self.leave(socket, conversation);
                let after = match (&asker, from) {
                    (Asker::Client { .. }, From::After(after)) => Some(after.0),
                    _ => None,
                };
                socket.begun.push(Written::Join(room_of(conversation), after));
                self.carry_join(socket, Join::new(conversation, from, asker));
            }
            Command::Leave(conversation) => {
                socket.session.on_left(conversation);
                socket.give_up_postponed(conversation);
                self.leave(socket, conversation);
            }
            Command::JoinAll => {
                let user = socket.session.user();
                socket.running = Some(Running::JoinAll(JoinAll::new(asker)));
                self.ask(socket.at, AskedBy::Socket(socket.id), What::ListOf(user));
            }
            Command::Relist => {
                let user = socket.session.user();
                socket.running = Some(Running::Relist(asker));
                self.ask(socket.at, AskedBy::Socket(socket.id), What::ListOf(user));
            }
            Command::Send(_)
            | Command::Edit(_)
            | Command::React(_)
            | Command::Delete(_)
            | Command::Read(..) => {}
        }
    }

    pub(crate) fn finish(&mut self, socket: &mut Socket, outcome: gateway::session::Outcome, asker: Asker) {
        socket.running = None;
        let reactions = socket.session.on_outcome(outcome, asker);
        socket.note_caught_up();
        for reaction in reactions {
            self.react(socket, reaction);
        }
    }

    pub(crate) fn postpone(&mut self, socket: &mut Socket, later: Later) {
        let pause = POSTPONED_FOR + self.within(POSTPONED_FOR);
        socket.later.push((self.now + pause, later));
        self.after(pause, Event::Later(socket.id));
    }

    pub(crate) fn take_up_postponed(&mut self, id: SocketId) {
        let Some(mut socket) = self.sockets.remove(&id) else {
            return;
        };
        for (due, postponed) in std::mem::take(&mut socket.later) {
            match postponed {
                _ if due > self.now => socket.later.push((due, postponed)),
                Later::Task(task) => socket.waiting.push_back(task),
                Later::Join(join) if !socket.session.owes(join.conversation) => {}
                Later::Join(join) if socket.running.is_none() => self.carry_join(&mut socket, join),
                Later::Join(_) => {
                    socket.later.push((self.now + POSTPONED_FOR, postponed));
                    self.after(POSTPONED_FOR, Event::Later(id));
                }
            }
        }
        self.sockets.insert(id, socket);
        self.pump(id);
    }

    pub(crate) fn heard(&mut self, id: SocketId, text: String) {
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.heard.push_back(text);
            self.pump(id);
        }
    }

    /// The connection's task is over: nothing of it is left on the node.
    pub(crate) fn end(&mut self, socket: &Socket) {
        socket.outbox.seal();
        let node = &mut self.nodes[socket.at.node];
        let user = socket.session.user();
        if let Some(sockets) = node.people.get_mut(&user) {
            sockets.remove(&socket.id);
            if sockets.is_empty() {
                node.people.remove(&user);
            }
        }
        for conversation in socket.session.seats() {
            if let Some(channel) = node.channels.get_mut(&room_of(*conversation)) {
                channel.leave(socket.id);
            }
        }
    }
}
