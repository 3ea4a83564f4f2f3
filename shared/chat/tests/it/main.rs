//! The use cases on a SQLite file and a bus that writes down what it is given. What the databases do the same is the
//! store's own suite.

#![cfg(test)]

mod announcing;
mod contacts;
mod contention;
#[path = "../contacts/corpus.rs"]
mod corpus;
mod files;
mod marks;
mod node;
mod notifying;
mod roles;
mod unread;
