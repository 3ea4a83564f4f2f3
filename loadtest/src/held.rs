//! Sockets that are held rather than used: each follows one conversation, answers pings, and can be cut and come back.
//! Many to an account, light enough that one process holds 50 000.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use protocol::{ConversationId, Seq, paths};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_util::sync::CancellationToken;

use crate::cli::run::{at_least_one, http_base, ws_base};
use crate::meter::{add, read};
use crate::plan::{Door, Plan, Settings, Via};
use crate::progress::progress;
use crate::run::Troupe;
use crate::setup::Person;
use crate::socket::dial::{Wire, dial_from, join_socketio, retry_after};
use crate::socket::{backoff, spread};
use crate::wire::{Heard, Protocol, socketio};

/// Sockets of one source address: less than the ports that Linux gives out for an address by default.
const SOCKETS_PER_ADDRESS: usize = 20_000;

/// Bytes read at a time, and gathered for a write: a held socket hears little and says nothing but pongs.
const BUFFER_BYTES: usize = 256;

/// How long an upgrade and the first `sync` may take before the socket is dialled again.
const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a socket is dialled in a row before the whole is given up.
const DIALS: u32 = 20;

/// How often it is looked how many sockets are back.
const LOOK: Duration = Duration::from_millis(5);

/// How many sockets, and to where.
#[derive(Clone, Debug, Serialize, Args)]
pub(crate) struct HeldArgs {
    /// Base address of an API node; repeat it for more.
    #[arg(long, required = true, value_name = "URL", value_parser = http_base)]
    pub(crate) api: Vec<String>,
    /// Base address of a gateway; repeat it for more, the sockets are spread over all of them.
    #[arg(long, required = true, value_name = "URL", value_parser = ws_base)]
    pub(crate) gateway: Vec<String>,
    /// Sockets to hold. Beyond 20 000 they come from several addresses: 127.0.0.2, 127.0.0.3 and so on, which needs
    /// the gateways on this machine.
    #[arg(long, default_value_t = 10_000, value_parser = at_least_one, value_name = "COUNT")]
    pub(crate) sockets: usize,
    /// What the sockets speak: `socketio` measures a server that is built with Socket.IO.
    #[arg(long, value_enum, default_value = "native")]
    pub(crate) wire: Protocol,
    /// Sockets that follow one conversation, all of them of its one member.
    #[arg(long, default_value_t = 5, value_parser = at_least_one, value_name = "COUNT")]
    pub(crate) per_conversation: usize,
    /// Accounts that the conversations belong to, in turn.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..), value_name = "COUNT")]
    pub(crate) accounts: u32,
    /// Sockets opened per second at the start.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..), value_name = "PER SECOND")]
    pub(crate) connect_rate: u32,
    /// Requests under way at once while accounts and conversations are made.
    #[arg(long, default_value_t = 8, value_parser = at_least_one, value_name = "COUNT")]
    pub(crate) setup_concurrency: usize,
}

impl HeldArgs {
    /// One-member conversations, enough for all sockets.
    fn plan(&self) -> anyhow::Result<Plan> {
        let conversations = u32::try_from(self.sockets.div_ceil(self.per_conversation))?;
        Ok(Plan::new(Settings {
            conversations,
            members: 1,
            users: Some(self.accounts),
            gateways: 1,
            rate: 1,
            duration: Duration::ZERO,
            warmup: Duration::ZERO,
            churn: 0,
            via: Via::Rest,
            door: Door::Conversation,
        })?)
    }
}

/// All sockets together.
pub(crate) struct Crowd {
    shared: Arc<Shared>,
    tasks: JoinSet<anyhow::Result<()>>,
    cuts: watch::Sender<u32>,
    stop: CancellationToken,
}

struct Shared {
    gateways: Vec<String>,
    wire: Protocol,
    seats: Vec<Held>,
    gaps: AtomicU64,
    doubled: AtomicU64,
}

/// One socket's place, and how far it is.
struct Held {
    conversation: ConversationId,
    person: Person,
    /// One more than the number of the cut after which it is in step; zero before it was ever.
    in_step: AtomicU32,
    seq: AtomicI64,
}

/// A conversation that sockets are held in.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// Its id.
    pub(crate) conversation: ConversationId,
    /// Its one member.
    pub(crate) person: Person,
}

impl Crowd {
    /// Makes the accounts and the conversations. No socket is open yet.
    pub(crate) async fn prepare(args: &HeldArgs) -> anyhow::Result<Self> {
        let plan = args.plan()?;
        let mut troupe = Troupe::register(&plan, &args.api, args.setup_concurrency).await?;
        troupe.open_conversations(&plan).await?;
        let cast = troupe.cast;
        let seats = (0..args.sockets).map(|number| {
            let room = number / args.per_conversation;
            Held {
                conversation: cast.conversations[room],
                person: cast.people[plan.members(room)[0]].clone(),
                in_step: AtomicU32::new(0),
                seq: AtomicI64::new(-1),
            }
        });
        Ok(Self {
            shared: Arc::new(Shared {
                gateways: args.gateway.clone(),
                wire: args.wire,
                seats: seats.collect(),
                gaps: AtomicU64::new(0),
                doubled: AtomicU64::new(0),
            }),
            tasks: JoinSet::new(),
            cuts: watch::Sender::new(0),
            stop: CancellationToken::new(),
        })
    }

    /// Opens all sockets at the connect rate, and waits until all are in step.
    pub(crate) async fn open(&mut self, connect_rate: u32) -> anyhow::Result<()> {
        let begin = Instant::now();
        for number in 0..self.shared.seats.len() {
            let start = begin + Duration::from_secs_f64(number as f64 / f64::from(connect_rate));
            let session = Session {
                shared: Arc::clone(&self.shared),
                number,
                cuts: self.cuts.subscribe(),
                stop: self.stop.clone(),
            };
            self.tasks.spawn(session.keep(start));
        }
        let bar = progress("opening sockets", self.shared.seats.len() as u64);
        self.all_in_step(|back| bar.set_position(back)).await?;
        bar.finish_and_clear();
        Ok(())
    }

    /// Cuts all sockets at once. They come back by themselves, each on the next gateway.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Waits until every socket is in step again after the last cut; `look` is told how many are.
    pub(crate) async fn all_in_step(&mut self, look: impl Fn(u64)) -> anyhow::Result<()> {
        let wanted = *self.cuts.borrow() + 1;
        loop {
            if let Some(ended) = self.tasks.try_join_next() {
                ended.context("a socket's task failed")??;
                bail!("a socket's task ended early");
            }
            let seats = self.shared.seats.iter();
            let back = seats.filter(|seat| seat.in_step.load(Relaxed) >= wanted).count();
            look(back as u64);
            if back == self.shared.seats.len() {
                return Ok(());
            }
            sleep(LOOK).await;
        }
    }

    /// How many sockets do not have what their conversation's number says yet.
    pub(crate) fn behind(&self, expected: &[(ConversationId, Seq)]) -> usize {
        let expected: std::collections::HashMap<_, _> = expected.iter().copied().collect();
        let seats = self.shared.seats.iter();
        let behind = seats.filter(|seat| {
            let wanted = expected.get(&seat.conversation);
            wanted.is_some_and(|wanted| seat.seq.load(Relaxed) < wanted.0)
        });
        behind.count()
    }

    /// The conversations, each once.
    pub(crate) fn rooms(&self) -> Vec<Room> {
        let mut rooms: Vec<Room> = Vec::new();
        for seat in &self.shared.seats {
            if rooms
                .last()
                .is_none_or(|last| last.conversation != seat.conversation)
            {
                rooms.push(Room {
                    conversation: seat.conversation,
                    person: seat.person.clone(),
                });
            }
        }
        rooms
    }

    /// Messages that a socket heard the next one of first, or never.
    pub(crate) fn gaps(&self) -> u64 {
        read(&self.shared.gaps)
    }

    /// Messages that a socket heard again.
    pub(crate) fn doubled(&self) -> u64 {
        read(&self.shared.doubled)
    }

    /// Closes everything, without style.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.context("a socket's task failed")??;
        }
        Ok(())
    }
}

/// One socket's task.
struct Session {
    shared: Arc<Shared>,
    number: usize,
    cuts: watch::Receiver<u32>,
    stop: CancellationToken,
}

impl Session {
    async fn keep(mut self, start: Instant) -> anyhow::Result<()> {
        sleep_until(start).await;
        let mut failures = 0;
        while !self.stop.is_cancelled() {
            let cut = *self.cuts.borrow_and_update();
            let opened = tokio::select! {
                opened = timeout(READY_TIMEOUT, self.open(cut + failures)) => opened,
                () = self.stop.cancelled() => break,
            };
            let error = match opened {
                Ok(Ok(wire)) => match self.hold(wire, cut).await {
                    Ok(()) => {
                        failures = 0;
                        continue;
                    }
                    Err(error) => error,
                },
                Ok(Err(error)) => error,
                Err(_) => anyhow::anyhow!("not in step within {READY_TIMEOUT:?}"),
            };
            failures += 1;
            if failures == DIALS {
                return Err(error.context(format!("socket {} failed {DIALS} times", self.number)));
            }
            let pause = retry_after(&error).map_or_else(|| backoff(failures), spread);
            tokio::select! {
                () = sleep(pause) => {}
                () = self.stop.cancelled() => break,
            }
        }
        Ok(())
    }

    fn seat(&self) -> &Held {
        &self.shared.seats[self.number]
    }

    async fn open(&self, turn: u32) -> anyhow::Result<Wire> {
        let seat = self.seat();
        let gateways = &self.shared.gateways;
        let gateway = &gateways[(self.number + turn as usize) % gateways.len()];
        let path = paths::conversation_socket(seat.conversation);
        let after = match seat.seq.load(Relaxed) {
            ..0 => String::new(),
            seq => format!("?after={seq}"),
        };
        let url = match self.shared.wire {
            Protocol::Native => format!("{gateway}{path}{after}"),
            Protocol::Socketio => format!("{gateway}{}", socketio::PATH),
        };
        let source = source(self.number, self.shared.seats.len());
        let mut wire = dial_from(source, (&url, &seat.person.bearer), config())
            .await
            .with_context(|| format!("opening {url}"))?;
        if self.shared.wire == Protocol::Socketio {
            join_socketio(&mut wire, &seat.person.bearer, Some(seat.conversation)).await?;
        }
        Ok(wire)
    }

    /// Reads until a cut or the end; an error when the other side ends it.
    async fn hold(&mut self, mut wire: Wire, cut: u32) -> anyhow::Result<()> {
        loop {
            let frame = tokio::select! {
                frame = wire.next() => frame,
                changed = self.cuts.changed() => return Ok(changed?),
                () = self.stop.cancelled() => return Ok(()),
            };
            match frame.context("the connection broke off")?? {
                Message::Text(text) => match self.shared.wire.pong(&text) {
                    Some(pong) => wire.send(Message::text(pong)).await?,
                    None => self.hear(&text, cut)?,
                },
                Message::Close(close) => bail!("closed: {close:?}"),
                _ => {}
            }
        }
    }

    fn hear(&self, text: &str, cut: u32) -> anyhow::Result<()> {
        let seat = self.seat();
        let had = seat.seq.load(Relaxed);
        match self.shared.wire.read(text) {
            Heard::Sync { head, .. } => {
                seat.seq.fetch_max(head.0, Relaxed);
                seat.in_step.store(cut + 1, Relaxed);
            }
            Heard::Message { seq, .. } | Heard::Change { seq, .. } => {
                add(&self.shared.doubled, u64::from(seq.0 <= had));
                add(&self.shared.gaps, u64::try_from(seq.0 - had - 1).unwrap_or(0));
                seat.seq.fetch_max(seq.0, Relaxed);
            }
            Heard::Refused { code, .. } => bail!("refused: {code}"),
            Heard::Unreadable => bail!("unreadable: {text}"),
            _ => {}
        }
        Ok(())
    }
}

/// Where a socket comes from, when there are more than one address has ports for.
fn source(number: usize, sockets: usize) -> Option<IpAddr> {
    let addresses = sockets.div_ceil(SOCKETS_PER_ADDRESS);
    if addresses <= 1 {
        return None;
    }
    // 127.0.0.1 is everybody else's.
    let last = u8::try_from(number % addresses).ok()?.checked_add(2)?;
    Some(Ipv4Addr::new(127, 0, 0, last).into())
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(protocol::limits::FRAME_BYTES))
        .max_frame_size(Some(protocol::limits::FRAME_BYTES))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_address_has_more_sockets_than_ports() {
        assert_eq!(source(0, SOCKETS_PER_ADDRESS), None);
        for sockets in [SOCKETS_PER_ADDRESS + 1, 50_000, 200_000] {
            let mut of_address: HashMap<_, usize> = HashMap::new();
            for number in 0..sockets {
                *of_address.entry(source(number, sockets).unwrap()).or_default() += 1;
            }
            assert!(of_address.values().all(|count| *count <= SOCKETS_PER_ADDRESS));
        }
    }
}
