//! A guest's receiver: one socket that follows everything its user is in, which is one conversation or none.
//!
//! It never says from where it wants to go on: what the gateway does by itself, when its user is removed and added
//! again, is what is tried here. After a break it comes back on the next gateway, as all sockets do.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use protocol::{ConversationId, paths};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::listener::{Removed, Strays, World};
use super::{End, UPGRADE_TIMEOUT, after_close, backoff, dial, say_goodbye, spread};
use crate::ledger::guests::GuestTrack;
use crate::meter::{add, subtract};
use crate::wire::{self, Heard};

/// What a guest's socket brings home.
#[derive(Debug, Default)]
pub struct GuestNotes {
    /// What it heard of its conversation.
    pub track: GuestTrack,
    /// Its own removals.
    pub removals: Vec<Removed>,
    /// Frames that it should never have got: unreadable, or of another conversation.
    pub strays: Strays,
    /// How often it came back.
    pub reconnects: u64,
}

/// A guest's socket.
#[derive(Debug)]
pub struct GuestSocket {
    world: Arc<World>,
    gateways: Vec<String>,
    number: usize,
    /// Index of the gateway to dial next; wraps around.
    turn: usize,
    failures: u32,
    opened: u64,
    notes: GuestNotes,
}

impl GuestSocket {
    /// Of a guest of the plan, by number.
    pub fn new(world: Arc<World>, gateways: Vec<String>, number: usize) -> Self {
        Self {
            world,
            gateways,
            number,
            turn: number,
            failures: 0,
            opened: 0,
            notes: GuestNotes::default(),
        }
    }

    /// Stays connected until `stop`. Answers with its number and with what it heard.
    pub async fn keep(mut self, stop: CancellationToken) -> (usize, GuestNotes) {
        while !stop.is_cancelled() {
            let pause = self.session(&stop).await;
            if stop.is_cancelled() {
                break;
            }
            self.note(GuestTrack::broke);
            self.turn += 1;
            self.failures += 1;
            tokio::select! {
                () = sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
        self.notes.reconnects = self.opened.saturating_sub(1);
        (self.number, self.notes)
    }

    /// One connection. Answers by how long to wait before the next.
    async fn session(&mut self, stop: &CancellationToken) -> Duration {
        let gateway = &self.gateways[self.turn % self.gateways.len()];
        let url = format!("{gateway}{}?subscribe=all", paths::SOCKET);
        let person = &self.world.cast.people[self.world.plan.users() + self.number];
        let dialled = tokio::select! {
            dialled = timeout(UPGRADE_TIMEOUT, dial::dial(&url, &person.bearer)) => dialled,
            () = stop.cancelled() => return Duration::ZERO,
        };
        let mut wire = match dialled {
            Ok(Ok(wire)) => wire,
            Ok(Err(error)) => {
                let asked = dial::retry_after(&error).map(spread);
                return asked.unwrap_or_else(|| backoff(self.failures));
            }
            Err(_) => return backoff(self.failures),
        };
        self.opened += 1;
        loop {
            let frame = tokio::select! {
                frame = wire.next() => frame,
                () = stop.cancelled() => {
                    say_goodbye(&mut wire, None).await;
                    return Duration::ZERO;
                }
            };
            match frame {
                Some(Ok(Message::Text(text))) => self.hear(&text),
                Some(Ok(Message::Close(close))) => {
                    say_goodbye(&mut wire, None).await;
                    return match after_close(close) {
                        End::Broken(Some(pause), _) => pause,
                        _ => backoff(self.failures),
                    };
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return backoff(self.failures),
            }
        }
    }

    fn hear(&mut self, text: &str) {
        self.failures = 0;
        let now_us = self.world.meter.now_us();
        match wire::read(text) {
            Heard::Message {
                conversation,
                seq,
                stamp: Some(stamp),
            } if self.is_mine(conversation) => {
                self.world.meter.heard(now_us);
                self.notes.track.arrived(now_us, seq, stamp.send);
            }
            Heard::Sync { conversation, head } if self.is_mine(conversation) => {
                self.note(|track| track.synced(head));
            }
            Heard::Removed {
                conversation,
                user,
                seq,
            } if self.is_mine(conversation) => {
                self.notes
                    .removals
                    .extend(seq.map(|seq| (conversation, user, seq)));
                if let Some(seq) = seq {
                    self.notes.track.changed(now_us, seq);
                }
                if user == self.world.cast.people[self.world.plan.users() + self.number].id {
                    self.note(GuestTrack::removed);
                }
            }
            Heard::Change { conversation, seq } if self.is_mine(conversation) => {
                self.notes.track.changed(now_us, seq);
            }
            // The conversation's own frames name it otherwise, and errors are the server's to say.
            Heard::Other | Heard::Refused { .. } => {}
            _ => self.notes.strays.add(text),
        }
    }

    fn is_mine(&self, conversation: ConversationId) -> bool {
        self.world.cast.conversations[self.number] == conversation
    }

    /// Changes the track, and with it the count of guests that are in step.
    fn note(&mut self, change: impl FnOnce(&mut GuestTrack)) {
        let track = &mut self.notes.track;
        let following = &self.world.meter.counts.following;
        let before = track.is_following();
        change(track);
        match (before, track.is_following()) {
            (false, true) => add(following, 1),
            (true, false) => subtract(following, 1),
            _ => {}
        }
    }
}
