//! A receiver: one task, one socket, kept open over breaks until the run ends.
//!
//! [`Socket::keep`] is the I/O and decides nothing; what frames mean, and what to say after a break, is
//! [`listener::Listener`]'s, which has no socket. After a break the socket comes back on the next gateway, says what it has,
//! and repeats the sends that were not answered under the same `client_id`: the ledger still demands all of it once.

pub(crate) mod dial;
pub mod guest;
pub mod listener;

use std::time::Duration;

use anyhow::{Context, anyhow};
use futures_util::{SinkExt, StreamExt};
use rand::RngExt;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_util::sync::CancellationToken;

use dial::Wire;
use listener::{Listener, Notes};

use crate::wire::{Protocol, Stamp};

/// From dialling to the last `sync`; longer means that the server has given the socket up.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an upgrade may take. A gateway that stands still takes connections and answers none: the next one is tried.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);

/// After how long something is asked for again that the server could not do just now.
const SECOND_TRY: Duration = Duration::from_millis(500);

/// How long a write may take before the socket counts as broken.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the other side may take to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause before coming back after the first failure, doubled by each further one, when the server names none.
const BACKOFF: Duration = Duration::from_millis(100);

/// The longest such pause.
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// Sends that may wait for a socket which is away.
pub const QUEUE: usize = 1024;

/// A send that is due, on its way to the socket it goes out on.
#[derive(Clone, Copy, Debug)]
pub struct Posting {
    /// Where; an index.
    pub conversation: usize,
    /// Which.
    pub stamp: Stamp,
}

/// What became of a socket's first attempt: how long it took to get ready, or why it failed.
pub type FirstAttempt = anyhow::Result<Duration>;

/// What a socket brings home.
#[derive(Debug)]
pub struct Outcome {
    /// What it heard.
    pub notes: Notes,
    /// How often it came back.
    pub reconnects: u64,
    /// Whether the server told it not to come back.
    pub gone: bool,
}

/// A socket of the run.
pub struct Socket {
    listener: Listener,
    postings: mpsc::Receiver<Posting>,
    gateways: Vec<String>,
    /// Index of the gateway to dial next; wraps around.
    turn: usize,
    failures: u32,
    reconnects: u64,
    first_attempt: Option<mpsc::Sender<FirstAttempt>>,
}

/// Why a session ended.
enum End {
    /// The run is over.
    Stopped,
    /// The server said not to come back.
    Gone,
    /// Come back, after this long if the server said so.
    Broken(Option<Duration>, anyhow::Error),
}

impl Socket {
    /// Of a listener, dialling `gateways[turn]` first.
    pub fn new(
        listener: Listener,
        postings: mpsc::Receiver<Posting>,
        (gateways, turn): (Vec<String>, usize),
        first_attempt: mpsc::Sender<FirstAttempt>,
    ) -> Self {
        Self {
            listener,
            postings,
            gateways,
            turn,
            failures: 0,
            reconnects: 0,
            first_attempt: Some(first_attempt),
        }
    }

    /// Dials at `start` and stays connected until `stop`. A first attempt that fails ends it: a run with fewer
    /// sockets than asked for would measure something else.
    pub async fn keep(mut self, start: Instant, stop: CancellationToken) -> Outcome {
        sleep_until(start).await;
        let gone = loop {
            let (pause, error) = match self.session(&stop).await {
                End::Stopped => break false,
                End::Gone => break true,
                End::Broken(pause, error) => (pause, error),
            };
            if let Some(first_attempt) = self.first_attempt.take() {
                report(&first_attempt, Err(error)).await;
                break true;
            }
            let pause = pause.unwrap_or_else(|| backoff(self.failures));
            self.failures += 1;
            self.turn += 1;
            tokio::select! {
                () = sleep(pause) => {}
                () = stop.cancelled() => break false,
            }
        };
        Outcome {
            notes: self.listener.into_notes(),
            reconnects: self.reconnects,
            gone,
        }
    }

    async fn session(&mut self, stop: &CancellationToken) -> End {
        let began = Instant::now();
        let opened = tokio::select! {
            opened = timeout(UPGRADE_TIMEOUT, self.open()) => opened,
            () = stop.cancelled() => return End::Stopped,
        };
        let wire = match opened {
            Ok(Ok(wire)) => wire,
            Ok(Err(error)) => return End::Broken(dial::retry_after(&error).map(spread), error),
            Err(_) => return End::Broken(None, anyhow!("no upgrade within {UPGRADE_TIMEOUT:?}")),
        };
        if self.first_attempt.is_none() {
            self.reconnects += 1;
        }
        match self.converse(wire, began, stop).await {
            Ok(end) => end,
            Err(error) => End::Broken(None, error),
        }
    }

    async fn open(&mut self) -> anyhow::Result<Wire> {
        let gateway = &self.gateways[self.turn % self.gateways.len()];
        let url = format!("{gateway}{}", self.listener.door());
        let mut wire = dial::dial(&url, self.listener.bearer())
            .await
            .with_context(|| format!("opening {url}"))?;
        if self.listener.wire() == Protocol::Socketio {
            dial::join_socketio(&mut wire, self.listener.bearer(), None).await?;
        }
        for frame in self.listener.greetings() {
            wire.feed(Message::text(frame)).await?;
        }
        wire.flush().await?;
        Ok(wire)
    }

    async fn converse(
        &mut self,
        mut wire: Wire,
        began: Instant,
        stop: &CancellationToken,
    ) -> anyhow::Result<End> {
        let late = sleep_until(began + READY_TIMEOUT);
        let stopped = stop.cancelled();
        tokio::pin!(late, stopped);
        let mut second_try: Option<Instant> = None;
        loop {
            if second_try.is_none() && self.listener.is_put_off() {
                second_try = Some(Instant::now() + SECOND_TRY);
            }

            tokio::select! {
                frame = wire.next() => match frame.context("the connection broke off")?? {
                    Message::Text(text) => {
                        if let Some(pong) = self.listener.wire().pong(&text) {
                            write(&mut wire, vec![pong.to_owned()]).await?;
                        } else {
                            self.listener.hear(&text);
                            self.note_ready(began).await;
                        }
                    }
                    Message::Close(close) => {
                        say_goodbye(&mut wire, None).await;
                        return Ok(after_close(close));
                    }
                    _ => {}
                },
                Some(posting) = self.postings.recv() => self.post(&mut wire, posting).await?,
                () = sleep_until(second_try.unwrap_or(began)), if second_try.is_some() => {
                    second_try = None;
                    write(&mut wire, self.listener.second_tries()).await?;
                }
                () = &mut late, if self.first_attempt.is_some() => {
                    return Err(anyhow!("not all conversations were in step within {READY_TIMEOUT:?}"));
                }
                () = &mut stopped => {
                    let normal = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                    say_goodbye(&mut wire, Some(normal)).await;
                    return Ok(End::Stopped);
                }
            }
        }
    }

    /// Writes everything that is due in one flush.
    async fn post(&mut self, wire: &mut Wire, first: Posting) -> anyhow::Result<()> {
        let mut frames = vec![self.listener.compose(first)];
        while let Ok(posting) = self.postings.try_recv() {
            frames.push(self.listener.compose(posting));
        }
        write(wire, frames).await
    }

    async fn note_ready(&mut self, began: Instant) {
        if !self.listener.is_ready() {
            return;
        }
        self.failures = 0;
        if let Some(first_attempt) = self.first_attempt.take() {
            report(&first_attempt, Ok(began.elapsed())).await;
        }
    }
}

async fn write(wire: &mut Wire, frames: Vec<String>) -> anyhow::Result<()> {
    let writing = async {
        for frame in frames {
            wire.feed(Message::text(frame)).await?;
        }
        wire.flush().await
    };
    timeout(WRITE_TIMEOUT, writing)
        .await
        .context("the server does not read")??;
    Ok(())
}

async fn report(to: &mpsc::Sender<FirstAttempt>, attempt: FirstAttempt) {
    // Fails only when the run was given up: then there is nobody left to tell.
    let _nobody_left = to.send(attempt).await;
}

/// Closes in style, for a while: whether the other side still answers changes nothing about the run.
async fn say_goodbye(wire: &mut Wire, close: Option<CloseFrame>) {
    let closing = async {
        wire.close(close).await?;
        while let Some(frame) = wire.next().await {
            frame?;
        }
        Ok::<_, tokio_tungstenite::tungstenite::Error>(())
    };
    let _too_late_to_matter = timeout(CLOSE_TIMEOUT, closing).await;
}

fn after_close(close: Option<CloseFrame>) -> End {
    #[derive(Deserialize)]
    struct Reason {
        reconnect_after_ms: Option<u64>,
    }
    let Some(close) = close else {
        return End::Broken(None, anyhow!("closed without a code"));
    };
    let code = u16::from(close.code);
    if code == protocol::close::CloseCode::Normal.number() || (4400..4500).contains(&code) {
        return End::Gone;
    }
    let reason: Option<Reason> = serde_json::from_str(&close.reason).ok();
    let pause = reason.and_then(|reason| reason.reconnect_after_ms);
    End::Broken(
        pause.map(Duration::from_millis),
        anyhow!("closed with {code} {}", close.reason),
    )
}

/// Up to half as long again: what the server tells everybody must not bring everybody back together.
pub(crate) fn spread(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(1.0..=1.5))
}

/// Between half and the whole of the doubled pause, so that sockets that broke together do not come back together.
pub(crate) fn backoff(failures: u32) -> Duration {
    let whole = BACKOFF
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(BACKOFF_MAX);
    whole.mul_f64(rand::rng().random_range(0.5..=1.0))
}
