//! The rules of one socket, without the socket: what a client's frame means, and what is answered. No I/O, no clock
//! of its own, nothing awaited: the connection carries out what is returned here.

mod delivered;
mod on_frame;
mod on_room;
mod outcome;
mod typing;

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexSet;
use protocol::close::CloseCode;
use protocol::frames::{EditFrame, ReactFrame, ServerFrame};
use protocol::problem::ProblemCode;
use protocol::requests::SendMessage;
use protocol::{ConversationId, MessageId, Seq, Timestamp, UserId};
use runtime::tokens::Access;
use serde_json::Value;
use store::Mark;
use tokio::time::Instant;

use crate::dialects::Room;
use crate::frame_rate::FrameRate;
use crate::join_all::Following;
use crate::outbox::Places;

use delivered::Delivered;
use on_frame::error_reply;
pub use outcome::Outcome;
use typing::Typing;

/// Where a socket came in, and so what it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// One conversation; the socket ends with it.
    Conversation {
        /// Which.
        id: ConversationId,
        /// What the client has of it.
        after: Option<Seq>,
    },
    /// One conversation, as Mini Chat's clients know it; the socket ends with it.
    Room(Room),
    /// Everything that the user has.
    Everything {
        /// All conversations are followed without being asked for.
        follows_all: bool,
    },
}

/// How often a join that a client asked for is tried again while the store cannot serve it: some seconds, in which a
/// store that is only busy finds the time. Then the client hears that it may ask again.
const STALLS_MAX: u32 = 4;

/// The numbers that bind one socket.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Frames that a client may send in a minute.
    pub frames_per_minute: u32,
    /// Conversations that a socket may follow.
    pub subscriptions: usize,
    /// Commands of one client that wait for the one under way.
    pub waiting_commands: usize,
}

/// Something to do that takes time. Commands of one socket are carried out one after the other, in the order in
/// which the client sent them.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Send a message.
    Send(SendMessage),
    /// Change one.
    Edit(EditFrame),
    /// Add a reaction, or take it away.
    React(ReactFrame),
    /// Delete one.
    Delete(MessageId),
    /// Mark a conversation as read up to here.
    Read(ConversationId, Seq),
    /// Follow a conversation.
    Join {
        /// Which.
        conversation: ConversationId,
        /// From where.
        from: From,
    },
    /// Follow everything, from now on.
    JoinAll,
    /// Look for conversations that the user is in and this socket has not heard of.
    Relist,
    /// Follow a conversation no longer.
    Leave(ConversationId),
}

/// From where a conversation is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From now on.
    Head,
    /// Everything after what the client has.
    After(Seq),
    /// Everything after this, for what came then was dropped. Another join may make it good first: see
    /// [`Session::is_moot`].
    Dropped(Seq),
    /// Everything since the user joined: the client has never heard of the conversation.
    Joining,
}

/// What is still to be read for a client that follows a conversation.
#[derive(Debug, Default)]
struct Debt {
    /// After this, if it was dropped; otherwise a join that waits for the store knows.
    dropped_after: Option<Seq>,
    /// How often reading it has failed.
    stalls: u32,
}

/// A command, and who waits for its answer.
#[derive(Debug, PartialEq)]
pub struct Task {
    /// What to do.
    pub command: Command,
    /// How to answer.
    pub asker: Asker,
}

/// What an answer repeats, so that the client knows what it answers.
#[derive(Debug, PartialEq)]
pub enum Asker {
    /// Nobody asked: the server does this by itself.
    Server,
    /// The client did.
    Client {
        /// Its own mark for the frame.
        reference: Option<Value>,
        /// The `client_id` of a send: asks for `message:ack`.
        client_id: Option<String>,
    },
}

/// What a frame or an outcome comes to.
#[derive(Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives from a frame to its answer, never in a queue"
)]
pub enum Reaction {
    /// Say this.
    Reply(ServerFrame),
    /// Do this next, after what waits already.
    Do(Task),
    /// Do this, but not at once: what it needs is not there at the moment.
    Later(Task),
    /// Give up the seat in this conversation.
    Leave(ConversationId),
    /// Check this token and call [`Session::reauthenticate`].
    Reauthenticate(String),
    /// Hang up.
    Close(CloseCode),
    /// Nothing is to be done.
    Nothing,
}

/// One socket whose user is known.
#[derive(Debug)]
pub struct Session {
    user: UserId,
    expires_at: Timestamp,
    door: Door,
    limits: SessionLimits,
    rate: FrameRate,
    followed: HashSet<ConversationId>,
    /// Where the hub holds a seat for this socket: what has to be given up at its end. May lag behind `followed`,
    /// which counts what the client has asked for already.
    seats: HashSet<ConversationId>,
    /// Followed, but the socket read too slowly, or the store was away: what is missing is still to be read.
    owed: HashMap<ConversationId, Debt>,
    /// Unsubscribed on a socket that follows everything: not to be brought back by a look at the list. As many as may
    /// be followed at most; beyond it the oldest wish is not kept.
    declined: IndexSet<ConversationId>,
    typing: Typing,
    delivered: Delivered,
}

impl Session {
    /// A socket that has shown who it is.
    pub fn new(access: &Access, door: Door, limits: SessionLimits, now: Instant) -> Self {
        Self {
            user: access.user,
            expires_at: access.expires_at,
            door,
            limits,
            rate: FrameRate::new(limits.frames_per_minute, now),
            followed: HashSet::new(),
            seats: HashSet::new(),
            owed: HashMap::new(),
            declined: IndexSet::new(),
            typing: Typing::default(),
            delivered: Delivered::default(),
        }
    }

    /// Whose socket it is.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// When its token runs out.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Where the hub may hold a seat for it.
    pub const fn seats(&self) -> &HashSet<ConversationId> {
        &self.seats
    }

    /// What it follows, and how much it may.
    pub fn following(&self) -> Following {
        Following {
            known: self.followed.clone(),
            max: self.limits.subscriptions,
        }
    }

    /// Whether the socket ends when its person's place in the conversation does.
    pub const fn ends_with_place(&self) -> bool {
        matches!(self.door, Door::Conversation { .. } | Door::Room(_))
    }

    /// What is done first, without being asked.
    pub fn opening(&self) -> VecDeque<Task> {
        match self.door {
            Door::Conversation {
                id: conversation,
                after,
            } => {
                let from = after.map_or(From::Head, From::After);
                VecDeque::from([Task::of(Command::Join { conversation, from })])
            }
            // Whoever enters a room has read what was said there.
            Door::Room(Room { id: conversation, .. }) => VecDeque::from([
                Task::of(Command::Join {
                    conversation,
                    from: From::Head,
                }),
                Task::of(Command::Read(conversation, Mark::EVERYTHING)),
            ]),
            Door::Everything { follows_all: true } => VecDeque::from([Task::of(Command::JoinAll)]),
            Door::Everything { follows_all: false } => VecDeque::new(),
        }
    }

    /// The user is in a conversation that this socket may not know; the client was just shown it as of `head`.
    pub fn on_added(&self, conversation: ConversationId, head: Seq) -> Option<Reaction> {
        if !self.follows_all() || self.followed.contains(&conversation) {
            return None;
        }
        if self.is_full() {
            let message = format!(
                "a socket follows at most {} conversations",
                self.limits.subscriptions
            );
            return Some(error_reply(ProblemCode::Invalid, message, Asker::Server));
        }
        Some(Reaction::Do(Task::of(Command::Join {
            conversation,
            from: From::After(head),
        })))
    }

    /// The hub took the seat in a conversation away, by the change with this number. The user may be back in it
    /// already: then nothing after that number may be missing.
    pub fn on_unseated(&mut self, conversation: ConversationId, at: Seq) -> Option<Task> {
        self.on_left(conversation);
        self.follows_all().then(|| {
            Task::of(Command::Join {
                conversation,
                from: From::After(at),
            })
        })
    }

    /// What was queued in these conversations was dropped, and the seats there were given up: read on from these places.
    pub fn on_lagging(&mut self, places: Places) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(places.len());
        for (conversation, place) in places {
            self.seats.remove(&conversation);
            if self.followed.contains(&conversation) {
                let debt = Debt {
                    dropped_after: Some(place),
                    stalls: 0,
                };
                self.owed.insert(conversation, debt);
                tasks.push(Task::of(Command::Join {
                    conversation,
                    from: From::Dropped(place),
                }));
            }
        }
        tasks
    }

    /// Whether nothing that was dropped is still missing.
    pub fn has_caught_up(&self) -> bool {
        self.owed.is_empty()
    }

    /// The store could not serve a join. Whether it is to go on later: what the server joins by itself it owes, what
    /// a client asks for it tries a few times.
    pub fn on_stalled(&mut self, conversation: ConversationId, asker: &Asker) -> bool {
        let is_first = self.ends_with_place() && !self.owes(conversation);
        if *asker == Asker::Server && is_first {
            return false;
        }
        self.followed.insert(conversation);
        let debt = self.owed.entry(conversation).or_default();
        debt.stalls += 1;
        *asker == Asker::Server || debt.stalls <= STALLS_MAX
    }

    /// Whether a join of this conversation is still to be finished.
    pub fn owes(&self, conversation: ConversationId) -> bool {
        self.owed.contains_key(&conversation)
    }

    /// Whether a task has become pointless by the time its turn comes: the server would read again what another join
    /// has sent, or what the client has given up; or follow what is followed already, or what there is no room for.
    pub fn is_moot(&self, task: &Task) -> bool {
        let Command::Join { conversation, from } = task.command else {
            return false;
        };
        match from {
            From::Dropped(place) => self.dropped_after(conversation) != Some(place),
            _ if task.asker == Asker::Server => self.followed.contains(&conversation) || self.is_full(),
            _ => false,
        }
    }

    fn dropped_after(&self, conversation: ConversationId) -> Option<Seq> {
        self.owed.get(&conversation)?.dropped_after
    }

    /// The socket has no seat in a conversation any more.
    pub fn on_left(&mut self, conversation: ConversationId) {
        self.followed.remove(&conversation);
        self.seats.remove(&conversation);
        self.owed.remove(&conversation);
    }

    fn decline(&mut self, conversation: ConversationId) {
        if self.follows_all() {
            self.declined.insert(conversation);
            if self.declined.len() > self.limits.subscriptions {
                self.declined.shift_remove_index(0);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.followed.len() >= self.limits.subscriptions
    }

    /// The list of the user's conversations may have changed unheard.
    pub fn on_relist(&self) -> Option<Task> {
        self.follows_all().then(|| Task::of(Command::Relist))
    }

    const fn follows_all(&self) -> bool {
        matches!(self.door, Door::Everything { follows_all: true })
    }

    /// A fresh token was checked. It must be the same person's.
    pub fn reauthenticate(&mut self, access: &Access) -> Reaction {
        if access.user != self.user {
            return Reaction::Close(CloseCode::Token);
        }
        self.expires_at = access.expires_at;
        let frame = protocol::frames::AuthOk {
            user_id: self.user,
            expires_at: self.expires_at,
        };
        Reaction::Reply(ServerFrame::AuthOk(frame))
    }
}

impl Task {
    /// A command that nobody asked for.
    pub const fn of(command: Command) -> Self {
        Self {
            command,
            asker: Asker::Server,
        }
    }
}

#[cfg(test)]
mod tests;
