//! A seeded world of clients, gateways, a bus and a database, in virtual time: the real channels, outboxes, sessions,
//! and the real rules of joining and of closing holes, driven by one scheduler that drops, delays, doubles and reorders
//! what the bus carries, cuts connections, kills nodes, and lets commits happen between any two statements.
//!
//! What must hold, at any moment and at the end:
//! - a connected, entitled client is told of every change once, in ascending order; numbers are missing only where a
//!   row in its newest state stands for them, and then a `sync` says how far that goes;
//! - nobody is sent anything, be it a number or a text, from after their removal while they are out;
//! - a client's copy, from whatever point it started, is in the end what a fresh read shows.
//!
//! `CHAT_SIM_SEED=n` runs one seed and prints its whole trace (with `--no-capture`); `CHAT_SIM_SEEDS=n` says how many
//! are run. The same seed is the same world, step for step.

#![cfg(test)]

mod changes;
mod client;
mod copy;
mod database;
mod joining;
mod judge;
mod network;
mod node;
mod plan;
mod query;
mod seeds;
mod socket;
mod traffic;
mod world;
