//! The API as its clients meet it: a real listener, real HTTP, on SQLite always and on PostgreSQL when
//! `CHAT_TEST_POSTGRES_URL` names one.

#![cfg(test)]

mod administration;
mod app;
mod auth;
mod bad_input;
mod contacts;
mod contract;
mod files;
mod headers;
mod history;
mod line;
mod mini;
mod notifications;
mod oko;
mod outage;
mod polling;
mod problems;
mod reading;
mod search;
mod specification;
mod talk;
mod tokens;
mod web_client;
