//! One socket's task: five named inputs, one loop, no rules. What to do stands in [`crate::session`].

mod commands;
mod ephemeral;
pub(crate) mod writing;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use futures_util::future::{BoxFuture, OptionFuture};
use metrics::describe_counter;
use protocol::close::CloseCode;
use protocol::frames::{AuthExpiring, Hello, ServerFrame, Sync};
use protocol::{ConversationId, Seq};
use runtime::tokens::Access;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;

use self::commands::{Done, Later};
use self::writing::Writing;
use crate::Gateway;
use crate::heartbeat::{Beat, Heartbeat};
use crate::hub::subscriptions::Hold;
use crate::outbox::{Outbox, Outgoing, Places, Recovery};
use crate::presence::Present;
use crate::session::{Door, Reaction, Session, Task};
use crate::sockets::Place;

/// How long before its token runs out a client is told: time for a refresh over a bad network.
const EXPIRY_WARNING: Duration = Duration::from_mins(1);

/// How long a node that stops waits for the command under way of one socket: a commit, and not an outage.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// How a socket came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// We hung up.
    Closed(CloseCode),
    /// The client hung up, or its connection broke.
    ByClient,
}

/// A socket whose user is known, from its `hello` to its end.
pub struct Connection {
    gateway: Gateway,
    place: Place,
    writing: Writing,
    access: Access,
    session: Session,
    outbox: Outbox,
    heartbeat: Heartbeat,
    next_beat: Instant,
    warned_of_expiry: bool,
    waiting: VecDeque<Task>,
    later: Vec<(Instant, Later)>,
    running: Option<BoxFuture<'static, Done>>,
    present: Option<Present>,
}

impl Connection {
    /// Takes a socket over. Nothing is sent yet.
    pub(crate) fn new(
        gateway: Gateway,
        place: Place,
        mut writing: Writing,
        access: Access,
        door: Door,
    ) -> Self {
        let session = Session::new(&access, door, gateway.tuning().session, Instant::now());
        let outbox = Outbox::new(gateway.tuning().outbox_bytes);
        place.occupy(&outbox);
        writing.obey(&outbox);
        if writing.is_canonical() {
            let is_followed = matches!(door, Door::Conversation { .. });
            outbox.connect(
                writing.wire().clone(),
                gateway.hub().flusher().clone(),
                is_followed,
            );
        }
        let heartbeat = Heartbeat::new(gateway.tuning().heartbeat);
        Self {
            writing,
            next_beat: Instant::now() + heartbeat.pause(),
            waiting: session.opening(),
            later: Vec::new(),
            gateway,
            place,
            access,
            session,
            outbox,
            heartbeat,
            warned_of_expiry: false,
            running: None,
            present: None,
        }
    }

    /// Serves the socket until it ends. Whatever the way out, no seat and no claim is left behind.
    pub async fn run(mut self) -> End {
        let (user, socket, hub) = (self.session.user(), self.place.id(), self.gateway.hub().clone());
        let end = match hub.greet(&self.access, socket, &self.outbox).await {
            Ok(hold) => self.serve(hold).await,
            Err(error) => {
                tracing::warn!(%error, "a socket was turned away");
                Err(End::Closed(CloseCode::Overload))
            }
        };
        let Err(end) = end;
        if end == End::Closed(CloseCode::Restart) {
            self.finish_running().await;
        }
        self.end_typing();
        self.present = None;
        self.outbox.seal();
        if let Some(mark) = self.session.take_last_mark() {
            self.note_read(mark);
        }
        hub.part(user, socket);
        for conversation in self.session.seats() {
            hub.leave(*conversation, socket);
        }
        self.writing.end(end).await;
        end
    }

    /// A node that stops still answers the command under way: the client need not send it again.
    async fn finish_running(&mut self) {
        if let Some(running) = self.running.take()
            && let Ok(done) = timeout(LAST_ANSWER, running).await
            && let Err(end) = self.on_done(done).await
        {
            tracing::debug!(?end, "the last answer found nobody");
        }
    }

    async fn serve(&mut self, _user_topic: Hold) -> Result<std::convert::Infallible, End> {
        let hello = Hello {
            session: format!("{}", self.place.id()),
            user_id: self.session.user(),
            heartbeat_interval_ms: u64::try_from(self.gateway.tuning().heartbeat.as_millis())
                .unwrap_or(u64::MAX),
            server_time: self.gateway.clock().now(),
        };
        self.stay_if_counted()?;
        self.writing.answer(&ServerFrame::Hello(hello)).await?;
        loop {
            self.note_present();
            self.start_next_command();
            self.let_the_flusher_in();
            let next_wake = self.next_beat.min(Instant::now() + self.until_expiry_step());
            let next_wake = self
                .later
                .iter()
                .map(|(due, _)| *due)
                .chain(self.session.typing_expires())
                .chain(self.session.mark_due())
                .fold(next_wake, Instant::min);
            let may_read = self.waiting.len() < self.session.waiting_commands_max();
            // Biased: what is ready to be written goes first, and a client that floods comes last.
            tokio::select! {
                biased;
                () = self.outbox.ready() => self.write_outbox().await?,
                Some(done) = OptionFuture::from(self.running.as_mut()) => self.on_done(done).await?,
                () = sleep_until(next_wake) => self.on_wake().await?,
                received = self.writing.receive(), if may_read => self.on_received(received?).await?,
            }
        }
    }

    /// Not while a join is under way: what it reads comes before what is already queued.
    fn let_the_flusher_in(&self) {
        if self.running.is_none() {
            self.outbox.open();
        } else {
            self.outbox.shut();
        }
    }

    async fn write_outbox(&mut self) -> Result<(), End> {
        if let Some((conversation, seq)) = self.outbox.take_reached() {
            self.session.on_written(conversation, seq);
        }
        if let Some(places) = self.give_up_what_was_dropped() {
            self.waiting.extend(self.session.on_lagging(places));
            self.note_caught_up();
        }
        let mut items = Vec::new();
        self.outbox.take(&mut items);
        let reached = items.iter().rev().find_map(Outgoing::reached);
        for item in items {
            self.write_item(item).await?;
        }
        self.writing.flush().await?;
        if let Some((conversation, seq)) = reached {
            self.session.on_written(conversation, seq);
        }
        self.mark_delivered(Instant::now());
        Ok(())
    }

    async fn write_item(&mut self, item: Outgoing) -> Result<(), End> {
        match item {
            Outgoing::Change {
                text, committed_at, ..
            } => self.writing.feed(&text, committed_at).await?,
            Outgoing::Farewell { text, .. } | Outgoing::Passing { text } => {
                self.writing.feed(&text, None).await?;
            }
            Outgoing::Personal { text } => {
                if !self.session.ends_with_place() {
                    self.writing.feed(&text, None).await?;
                }
            }
            Outgoing::Sync { conversation, head } => {
                let sync = Sync {
                    conversation_id: conversation,
                    head,
                };
                let text = ServerFrame::Sync(sync).encode(None);
                self.writing.feed(&text.into(), None).await?;
            }
            Outgoing::Added {
                conversation,
                head,
                text,
            } => {
                self.writing.feed(&text, None).await?;
                if let Some(reaction) = self.session.on_added(conversation, head) {
                    self.react(reaction).await?;
                }
            }
            Outgoing::Unseated { conversation, at } => {
                self.waiting.extend(self.session.on_unseated(conversation, at));
            }
            Outgoing::SentBack { conversation, from } => {
                let place = Places::from([(conversation, from)]);
                self.waiting.extend(self.session.on_lagging(place));
            }
            Outgoing::Relist => self.waiting.extend(self.session.on_relist()),
            Outgoing::Close(code) => {
                self.writing.flush().await?;
                return Err(End::Closed(code));
            }
        }
        Ok(())
    }

    /// Nobody waits for it: the socket goes on.
    fn mark_delivered(&mut self, now: Instant) {
        if let Some(mark) = self.session.take_mark(now) {
            self.note_read(mark);
        }
    }

    fn note_read(&self, (conversation, seq): (ConversationId, Seq)) {
        let chat = self.gateway.chat();
        chat.note_read(self.session.user(), conversation, seq);
    }

    /// The seats go before the queue takes anything again: nothing live may overtake what is read again.
    fn give_up_what_was_dropped(&self) -> Option<Places> {
        let mut left = HashSet::new();
        loop {
            match self.outbox.recover(&left) {
                Recovery::Nothing => return None,
                Recovery::From(places) => return Some(places),
                Recovery::Leave(conversations) => {
                    for &conversation in &conversations {
                        self.gateway.hub().leave(conversation, self.place.id());
                    }
                    left.extend(conversations);
                }
            }
        }
    }

    async fn on_received(&mut self, message: Message) -> Result<(), End> {
        self.heartbeat.heard();
        let now = Instant::now();
        let reaction = match message {
            Message::Text(text) => self.session.on_text(&text, now, self.gateway.clock().now()),
            Message::Binary(_) => self.session.on_binary(now),
            // tungstenite answers pings and closes by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
            Message::Close(_) => return Err(End::ByClient),
        };
        self.pass_on_typing();
        self.react(reaction).await
    }

    async fn react(&mut self, reaction: Reaction) -> Result<(), End> {
        match reaction {
            Reaction::Reply(frame) => self.writing.answer(&frame).await,
            Reaction::Do(task) => {
                self.waiting.push_back(task);
                Ok(())
            }
            Reaction::Later(task) => {
                self.postpone(Later::Task(task));
                Ok(())
            }
            Reaction::Leave(conversation) => {
                self.gateway.hub().leave(conversation, self.place.id());
                Ok(())
            }
            Reaction::Reauthenticate(token) => match self.gateway.verify(&token) {
                Ok(access) => {
                    self.warned_of_expiry = false;
                    match self.session.reauthenticate(&access) {
                        Reaction::Reply(frame) => {
                            self.gateway.hub().renew(&access, self.place.id());
                            self.access = access;
                            self.stay_if_counted()?;
                            self.writing.answer(&frame).await
                        }
                        _ => Err(End::Closed(CloseCode::Token)),
                    }
                }
                Err(_) => Err(End::Closed(CloseCode::Token)),
            },
            Reaction::Close(code) => Err(End::Closed(code)),
            Reaction::Nothing => Ok(()),
        }
    }

    /// To call once the hub knows the socket's token: from then on it closes the socket when the token is revoked,
    /// but that may have happened since the token was checked.
    fn stay_if_counted(&self) -> Result<(), End> {
        if self.gateway.is_revoked(&self.access) {
            return Err(End::Closed(CloseCode::Token));
        }
        Ok(())
    }

    async fn on_wake(&mut self) -> Result<(), End> {
        let now = Instant::now();
        self.take_up_postponed(now);
        self.session.expire_typing(now);
        self.pass_on_typing();
        self.mark_delivered(now);
        if now >= self.next_beat {
            if self.heartbeat.beat() == Beat::Dead {
                return Err(End::Closed(CloseCode::NoPong));
            }
            self.next_beat = now + self.heartbeat.pause();
            self.writing.ping().await?;
        }
        if self.until_expiry_step().is_zero() {
            if self.gateway.clock().now() >= self.session.expires_at() {
                return Err(End::Closed(CloseCode::Token));
            }
            self.warned_of_expiry = true;
            let frame = AuthExpiring {
                expires_at: self.session.expires_at(),
            };
            self.writing.answer(&ServerFrame::AuthExpiring(frame)).await?;
        }
        Ok(())
    }

    /// How long until the token's end needs something done: first a warning, then the close.
    fn until_expiry_step(&self) -> Duration {
        let left = self.session.expires_at().since(self.gateway.clock().now());
        let ahead = if self.warned_of_expiry {
            Duration::ZERO
        } else {
            EXPIRY_WARNING
        };
        left.saturating_sub(ahead)
    }
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_disconnects_total",
        "Sockets that ended, by close code; client: not by us"
    );
}
