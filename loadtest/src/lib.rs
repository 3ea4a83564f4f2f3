//! Proves under load what the chat promises: every message once, in order, to everybody who is entitled; and says
//! how long that took.
//!
//! A run has stages: settle who talks to whom ([`plan`]), make the accounts and conversations over REST ([`setup`]),
//! open the sockets ([`socket`]), send at a fixed rate whatever the answers do ([`sender`]), wait for the rest to
//! arrive, compare everything heard with everything said ([`ledger`]), report ([`report`]). [`run`] strings them
//! together; [`churn`] lets members come and go meanwhile; [`wire`] reads and writes the frames; [`meter`] keeps the clock, the counters and the histograms;
//! [`cli`] is the command line; [`talk`] is no run but one socket at a terminal.
//!
//! What the servers' processes use meanwhile is [`cost`]. Other kinds of run: [`max`] and [`scale`] repeat [`run`] at
//! other rates and sizes; [`idle`] and [`storm`] hold sockets rather than use them. [`compare`] drives any of them against
//! several servers in turns, by what their reports share ([`report::figures`]). [`baseline`] is a server of its own, the
//! least that can be measured so.
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
mod held;
pub mod idle;
mod kernel;
pub mod ledger;
pub mod max;
pub mod meter;
pub mod plan;
mod process;
mod progress;
pub mod report;
pub mod run;
pub mod scale;
pub mod sender;
pub mod setup;
pub mod socket;
pub mod storm;
pub mod talk;
pub mod wire;
