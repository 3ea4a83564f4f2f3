//! Who on this node listens to what, and how a change reaches them: in order, once, with holes filled from the store.
//!
//! The bus may drop, repeat and reorder; nothing here trusts it. Each conversation with local sockets is a
//! [`channel::Channel`], which passes frames on strictly in `seq` order and says when one is missing. The hub then
//! waits a moment for the one in flight (two nodes' commits may be published out of order) and reads the store once.

pub mod channel;
pub mod fill;
pub mod frame;
mod news;
mod people;
mod polling;
pub mod subscriptions;
mod turns;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bus::{Bus, BusEvent, Envelope, Inbox, Kind, Topic};
use chat::Chat;
use chat::revocations::News;
use metrics::{counter, describe_counter};
use protocol::{ConversationId, UserId};
use runtime::tokens::Access;
use runtime::{Tasks, Throttle};
use tokio::sync::{Semaphore, mpsc};

use self::channel::{Channel, Seat, Seating, SocketId, Standpoint, Verdict};
use self::frame::Frame;
use self::people::People;
use self::subscriptions::{Hold, Subscriptions};
use self::turns::{Turn, Turns};
use crate::flusher::Flusher;
use crate::meters::Meters;
use crate::offload::{Gone, offload};
use crate::outbox::{Outbox, Outgoing};
use crate::reads::Reads;

/// Parts that the conversations are spread over, so that a busy one holds up a sixty-fourth of the others at most.
const SHARDS: usize = 64;

/// What came from the bus is queued for the sockets in rounds of this many at most, each followed by the writing: a
/// round of long frames still fits into a socket's queue.
const EVENTS_AT_ONCE: usize = 64;

/// The node's switchboard. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Arc<dyn Bus>,
    shards: Vec<Mutex<Shard>>,
    people: People,
    subscriptions: Subscriptions,
    chat: Chat,
    tasks: Tasks,
    /// Holes that are being closed at once: the store has other work too.
    fills: Semaphore,
    reads: Reads,
    turns: Turns,
    flusher: Flusher,
    /// Who came and went, to be passed on.
    news: mpsc::Sender<Envelope>,
    /// Of the log lines that an outage of the store would repeat for each conversation.
    store_log: Throttle,
}

type Shard = HashMap<ConversationId, Channel>;

impl Hub {
    /// Starts listening to the bus; ends with `tasks`.
    pub fn start(bus: Arc<dyn Bus>, inbox: Inbox, chat: Chat, tasks: &Tasks) -> Self {
        let (subscriptions, leaving) = Subscriptions::new(bus.clone());
        let shards = std::iter::repeat_with(Mutex::default).take(SHARDS).collect();
        let people = People::default();
        let (news, waiting_news) = mpsc::channel(news::WAITING);
        let inner = Inner {
            bus,
            shards,
            people,
            subscriptions: subscriptions.clone(),
            tasks: tasks.clone(),
            fills: Semaphore::new(fill::FILLS_AT_ONCE),
            reads: Reads::start(chat.clone(), tasks),
            turns: Turns::default(),
            flusher: Flusher::new(Meters::new(), chat.clock().clone()),
            news,
            store_log: Throttle::default(),
            chat,
        };
        let hub = Self(Arc::new(inner));
        tasks.spawn_vital("hub", listen(hub.clone(), inbox));
        let (flusher, stopping) = (hub.flusher().clone(), tasks.stopping());
        tasks.spawn_vital("flusher", async move {
            stopping.run_until_cancelled(flusher.keep_up()).await;
        });
        let (teller, stopping) = (hub.clone(), tasks.stopping());
        tasks.spawn_vital("presence teller", async move {
            let telling = news::pass_on(teller, waiting_news);
            stopping.run_until_cancelled(telling).await;
        });
        tasks.spawn_vital("revoker", revoke(hub.clone(), hub.0.chat.revocations().news()));
        let (owner, stopping) = (hub.clone(), tasks.stopping());
        tasks.spawn_vital("topic leaver", async move {
            let left = |topic| owner.forget(topic);
            stopping
                .run_until_cancelled(leaving.run(subscriptions, left))
                .await;
        });
        let (watcher, stopping) = (hub.clone(), tasks.stopping());
        tasks.spawn_vital("bus watch", async move {
            stopping.run_until_cancelled(polling::keep_watch(watcher)).await;
        });
        hub
    }

    /// Subscribes upstream to conversations; returns once the bus has confirmed all, or is known to be away: then
    /// what changes is read from the store.
    pub async fn hold(&self, conversations: &[ConversationId]) -> Result<Vec<Hold>, Gone> {
        let holds = self
            .subscribe(conversations.iter().copied().map(Topic::Conversation).collect())
            .await?;
        // What arrives between a joiner's read of the store and its seat must find a channel to wait in.
        for &conversation in conversations {
            self.shard(conversation)
                .entry(conversation)
                .or_insert_with(|| Channel::new(conversation));
        }
        Ok(holds)
    }

    /// Makes a socket hear what concerns its user, until the returned claim is dropped and [`Hub::part`] is called.
    /// Revocations that were known before the call are the caller's to look for, after it; later ones close the socket.
    pub async fn greet(&self, access: &Access, socket: SocketId, outbox: &Outbox) -> Result<Hold, Gone> {
        let hold = self.subscribe(vec![Topic::User(access.user)]).await?.pop();
        self.0.people.add(access.clone(), socket, outbox.clone());
        hold.ok_or(Gone)
    }

    /// The socket goes on with another token of the same user. As to revocations, see [`Hub::greet`].
    pub fn renew(&self, access: &Access, socket: SocketId) {
        self.0.people.renew(access, socket);
    }

    async fn subscribe(&self, topics: Vec<Topic>) -> Result<Vec<Hold>, Gone> {
        let subscriptions = self.0.subscriptions.clone();
        let holding = async move { subscriptions.hold(&topics).await };
        offload(&self.0.tasks, "subscribe", holding).await
    }

    /// What coming sockets ask the store.
    pub(crate) fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// The right to read what is missing in a conversation, for all who miss the same: one reads, the others find it
    /// in the ring.
    pub(crate) fn turn(&self, conversation: ConversationId) -> Turn {
        self.0.turns.of(conversation)
    }

    /// See [`Channel::recall`].
    pub(crate) fn recall(&self, conversation: ConversationId, recent: &[Frame]) {
        if let Some(channel) = self.shard(conversation).get_mut(&conversation) {
            channel.recall(recent);
        }
    }

    /// Writes to the sockets that sleep.
    pub(crate) fn flusher(&self) -> &Flusher {
        &self.0.flusher
    }

    /// The node's tasks.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    /// The socket hears nothing about its user any more.
    pub fn part(&self, user: UserId, socket: SocketId) {
        self.0.people.remove(user, socket);
    }

    /// See [`Channel::take_seat`].
    pub fn take_seat(&self, conversation: ConversationId, seat: Seat, standpoint: Standpoint) -> Seating {
        let mut shard = self.shard(conversation);
        let channel = shard
            .entry(conversation)
            .or_insert_with(|| Channel::new(conversation));
        let (seating, verdict) = channel.take_seat(seat, standpoint);
        drop(shard);
        self.act_on(conversation, verdict);
        seating
    }

    /// Whether the socket hears of the conversation now.
    pub fn is_seated(&self, conversation: ConversationId, socket: SocketId) -> bool {
        let shard = self.shard(conversation);
        let channel = shard.get(&conversation);
        channel.is_some_and(|channel| channel.has_seat(socket))
    }

    /// Gives up a seat; harmless when there is none.
    pub fn leave(&self, conversation: ConversationId, socket: SocketId) {
        if let Some(channel) = self.shard(conversation).get_mut(&conversation) {
            channel.leave(socket);
        }
    }

    fn on_event(&self, event: BusEvent) {
        match event {
            BusEvent::Delivered(Topic::Conversation(_), envelope) => self.on_envelope(envelope),
            BusEvent::Delivered(Topic::User(user), envelope) => self.on_person(user, envelope),
            BusEvent::Delivered(Topic::Everyone, envelope) => news::queue(&self.0.news, envelope),
            BusEvent::Interrupted => {
                counter!("chat_gateway_interruptions_total").increment(1);
                self.0.people.relist();
                self.0.chat.revocations().wake();
                fill::reconcile(self);
            }
        }
    }

    fn on_envelope(&self, envelope: Envelope) {
        let conversation = envelope.conversation;
        let (kind, head) = (envelope.kind, envelope.seq);
        let mut shard = self.shard(conversation);
        // Nobody listens; whoever is about to reads the store after this frame was committed.
        let Some(channel) = shard.get_mut(&conversation) else {
            return;
        };
        let verdict = if let Kind::Passing { except } = kind {
            // It has no place in the order, and whoever misses it misses nothing that lasts.
            if let Ok(frame) = Frame::live(envelope) {
                channel.pass(&frame.text, except);
            }
            return;
        } else if kind == Kind::Head {
            channel.expect(head)
        } else {
            match Frame::live(envelope) {
                Ok(frame) => channel.accept(frame),
                // Whatever it said stands in the store: read it there.
                Err(_not_text) => channel.expect(head),
            }
        };
        drop(shard);
        self.act_on(conversation, verdict);
    }

    fn on_person(&self, user: UserId, envelope: Envelope) {
        match envelope.kind {
            // Its own frame may never have come.
            Kind::Head => return self.0.people.tell(user, &Outgoing::Relist),
            Kind::Revoked => return self.0.chat.revocations().wake(),
            Kind::Personal => {
                if let Ok(frame) = Frame::live(envelope) {
                    self.0.people.tell(user, &Outgoing::Personal { text: frame.text });
                }
                return;
            }
            _ => {}
        }
        let (conversation, head) = (envelope.conversation, envelope.seq);
        if let Ok(frame) = Frame::live(envelope) {
            self.0.people.tell(
                user,
                &Outgoing::Added {
                    conversation,
                    head,
                    text: frame.text,
                },
            );
        }
    }

    fn act_on(&self, conversation: ConversationId, verdict: Verdict) {
        if verdict == Verdict::Hole {
            fill::start(self, conversation);
        }
    }

    fn forget(&self, topic: Topic) {
        if let Topic::Conversation(conversation) = topic {
            self.shard(conversation).remove(&conversation);
        }
    }

    fn shard(&self, conversation: ConversationId) -> MutexGuard<'_, Shard> {
        // The low bits of a UUIDv7 are random; the high ones are the time.
        let index = conversation.0.as_u128() as usize % SHARDS;
        self.0.shards[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Also those that nobody has a seat in yet: somebody may be between the read of the store and the seat.
    fn listened_to(&self) -> Vec<ConversationId> {
        let shards = self
            .0
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner));
        shards
            .flat_map(|shard| shard.keys().copied().collect::<Vec<_>>())
            .collect()
    }
}

async fn listen(hub: Hub, mut inbox: Inbox) {
    let stopping = hub.0.tasks.stopping();
    let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
    while let Some(1..) = stopping
        .run_until_cancelled(inbox.recv_many(&mut events, EVENTS_AT_ONCE))
        .await
    {
        hub.flusher().attend();
        for event in events.drain(..) {
            hub.on_event(event);
        }
        hub.flusher().flush().await;
    }
}

/// Closes the sockets of tokens that come to be revoked.
async fn revoke(hub: Hub, mut news: News) {
    let stopping = hub.0.tasks.stopping();
    while let Some(Some(affected)) = stopping.run_until_cancelled(news.next()).await {
        let revocations = hub.0.chat.revocations();
        hub.0
            .people
            .close(&affected, |access| revocations.is_revoked(access));
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_interruptions_total",
        "Times the bus may have lost frames and every conversation was compared with the store"
    );
    fill::describe_metrics();
    polling::describe_metrics();
    news::describe_metrics();
}
