//! Proves under load what the chat promises: every message once, in order, to everybody who is entitled; and says
//! how long that took.
//!
//! A run has stages: settle who talks to whom ([`plan`]), make the accounts and conversations over REST ([`setup`]),
//! open the sockets ([`socket`]), send at a fixed rate whatever the answers do ([`sender`]), wait for the rest to
//! arrive, compare everything heard with everything said ([`ledger`]), report ([`report`]). [`run`] strings them
//! together; [`churn`] lets members come and go meanwhile; [`wire`] reads and writes the frames; [`meter`] keeps the clock, the counters and the histograms;
//! [`cli`] is the command line; [`talk`] is no run but one socket at a terminal.
//!
//! Latency counts from the moment a message *should* have been sent by the schedule, so a server (or this tool)
//! that stalls cannot hide the sends that waited meanwhile. One process holds both ends: one clock.
//!
//! This crate must not know how the servers are built: it speaks to them over REST and sockets alone, and imports
//! `protocol` for the shapes. To add another kind of run: a variant of [`cli::Command`], a module of its own beside
//! [`run`], and as much of the other modules as it can use; none of them knows `run`.

pub mod baseline;
pub mod churn;
pub mod cli;
pub mod compare;
pub mod cost;
pub mod ledger;
pub mod max;
pub mod meter;
pub mod plan;
mod process;
mod progress;
pub mod report;
pub mod run;
pub mod sender;
pub mod setup;
pub mod socket;
pub mod talk;
pub mod wire;
