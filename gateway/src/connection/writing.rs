//! The socket itself: coalesced writes with a time limit, and the closing handshake.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use metrics::counter;
use protocol::Timestamp;
use protocol::close::CloseCode;
use protocol::frames::ServerFrame;
use rand::RngExt;
use runtime::Clock;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::End;
use crate::dialects::Dialect;
use crate::meters::Meters;
use crate::outbox::Outbox;
use crate::text::Text;
use crate::wire::{Ear, FRAMES_AT_ONCE, Wire, frames};

/// Clients of one node that are told to come back do so spread over this long.
const COME_BACK_WITHIN: Duration = Duration::from_secs(3);

/// The least pause before a client comes back.
const COME_BACK_AFTER: Duration = Duration::from_millis(100);

/// How long the other side has to answer our close frame before the connection is simply dropped.
const CLOSE_ANSWER: Duration = Duration::from_secs(2);

pub(crate) struct Writing {
    /// Reads, answers pings, and closes; frames go past it to the wire.
    socket: WebSocketStream<Ear>,
    dialect: Dialect,
    /// What came in could not be read: nothing that follows it can be.
    is_unreadable: bool,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    /// When so much has gathered, it is written.
    write_bytes: usize,
    oldest_commit: Option<Timestamp>,
    pace: Pace,
    meters: Meters,
    clock: Clock,
}

/// How long a write may take, and what cuts it short.
struct Pace {
    patience: Duration,
    outbox: Option<Outbox>,
}

impl Writing {
    /// `patience`: a write that takes longer finds a reader that does not read at all. `write_bytes`: when so much has
    /// gathered, it is written.
    pub(crate) fn new(
        socket: WebSocketStream<Ear>,
        dialect: Dialect,
        (patience, write_bytes): (Duration, usize),
        (meters, clock): (Meters, Clock),
    ) -> Self {
        let pace = Pace {
            patience,
            outbox: None,
        };
        Self {
            pace,
            socket,
            dialect,
            is_unreadable: false,
            gathered: Vec::new(),
            gathered_bytes: 0,
            write_bytes,
            oldest_commit: None,
            meters,
            clock,
        }
    }

    /// From now on [`Outbox::close`] ends a write that is under way.
    pub(super) fn obey(&mut self, outbox: &Outbox) {
        self.pace.outbox = Some(outbox.clone());
    }

    /// Where this socket's frames go.
    pub(super) fn wire(&self) -> &Wire {
        self.socket.get_ref().wire()
    }

    /// Whether frames go out as they are.
    pub(super) const fn is_canonical(&self) -> bool {
        matches!(self.dialect, Dialect::Canonical)
    }

    /// The next message from the client. Cancel-safe.
    pub(crate) async fn receive(&mut self) -> Result<Message, End> {
        match self.socket.next().await {
            Some(Ok(message)) => Ok(message),
            // A frame over the size limit, or none of this protocol; a broken connection ends here too, and the
            // close that follows finds nobody.
            Some(Err(error)) => {
                tracing::debug!(%error, "a socket could not be read");
                self.is_unreadable = true;
                Err(End::Closed(CloseCode::Protocol))
            }
            None => Err(End::ByClient),
        }
    }

    /// Says one thing to this client.
    pub(crate) async fn answer(&mut self, frame: &ServerFrame) -> Result<(), End> {
        if let Some(frame) = self.dialect.answer(frame) {
            self.gather(frame).await?;
        }
        self.flush().await
    }

    /// Takes one frame to be written with others, and writes when that is enough.
    pub(super) async fn feed(&mut self, text: &Text, committed_at: Option<Timestamp>) -> Result<(), End> {
        self.oldest_commit = self.oldest_commit.or(committed_at);
        if self.is_canonical() {
            return self.gather(text.frame().clone()).await;
        }
        for frame in self.dialect.spell(text).await {
            self.gather(frame).await?;
        }
        Ok(())
    }

    async fn gather(&mut self, frame: Bytes) -> Result<(), End> {
        self.meters.frames.increment(1);
        self.gathered_bytes += frame.len();
        self.gathered.push(frame);
        if self.gathered_bytes >= self.write_bytes || self.gathered.len() >= FRAMES_AT_ONCE {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// Writes what has gathered, and what others have begun.
    pub(super) async fn flush(&mut self) -> Result<(), End> {
        let frames = std::mem::take(&mut self.gathered);
        self.gathered_bytes = 0;
        let wire = self.wire();
        let written = async {
            wire.write(&frames).await?;
            wire.finish().await
        };
        self.pace.in_time(written).await?;
        if let Some(committed_at) = self.oldest_commit.take() {
            self.meters
                .delivery
                .record(self.clock.now().since(committed_at).as_secs_f64());
        }
        Ok(())
    }

    pub(super) async fn ping(&mut self) -> Result<(), End> {
        self.pace.in_time(self.wire().write(&[frames::ping()])).await
    }

    /// Ends the socket in good order: whoever closes first is answered.
    pub(crate) async fn end(&mut self, end: End) {
        let word = match end {
            End::Closed(code) => {
                self.close(code).await;
                code.word()
            }
            End::ByClient => {
                self.finish_close().await;
                "client"
            }
        };
        counter!("chat_gateway_disconnects_total", "code" => word).increment(1);
    }

    /// Hangs up with a code, and gives the client a moment to answer.
    async fn close(&mut self, code: CloseCode) {
        let reason = code.reason(code.may_resume().then(come_back_after));
        let frame = CloseFrame {
            code: code.number().into(),
            reason: reason.into(),
        };
        // A client that is gone already needs no goodbye.
        if timeout(CLOSE_ANSWER, self.socket.send(Message::Close(Some(frame))))
            .await
            .is_ok_and(|sent| sent.is_ok())
        {
            self.finish_close().await;
        }
    }

    /// Reads on until the closing handshake is over: the library sends its part while it is being read from.
    async fn finish_close(&mut self) {
        if self.is_unreadable {
            // To drop a connection with unread bytes resets it, and a reset may overtake our close frame.
            sleep(CLOSE_ANSWER).await;
            return;
        }
        let handshake = async { while let Some(Ok(_)) = self.socket.next().await {} };
        // Whoever does not answer in time is dropped: that is what the limit is for.
        let _over = timeout(CLOSE_ANSWER, handshake).await;
    }
}

impl Pace {
    async fn in_time<E>(&self, write: impl Future<Output = Result<(), E>>) -> Result<(), End>
    where
        E: std::fmt::Display,
    {
        let cut = async {
            match &self.outbox {
                Some(outbox) => outbox.cut().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            written = timeout(self.patience, write) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "a socket could not be written");
                    Err(End::ByClient)
                }
                Err(_elapsed) => Err(End::Closed(CloseCode::SlowReader)),
            },
            code = cut => Err(End::Closed(code)),
        }
    }
}

fn come_back_after() -> Duration {
    rand::rng().random_range(COME_BACK_AFTER..COME_BACK_WITHIN)
}
