//! Whole gateway nodes on one database and one bus, with real sockets; on SQLite always, and what races
//! also on PostgreSQL when `CHAT_TEST_POSTGRES_URL` names one.

#![cfg(test)]

mod bad_input;
mod client;
mod cluster;
mod contacts;
mod database;
mod doors;
mod drain;
mod everything;
mod first_frame;
mod heartbeat;
mod joining;
mod lossy;
mod membership;
mod messages;
mod needed;
mod notifications;
mod patience;
mod presence;
mod reading;
mod repair;
mod resume;
mod revocations;
mod rooms;
mod slow_reader;
mod talk;
mod typing;
mod without_bus;
