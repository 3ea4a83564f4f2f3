//! The methods of [`crate::Store`], a subject a file, each with its SQL beside it.

pub(crate) mod append;
mod changes;
mod contacts;
mod conversations;
pub(crate) mod dialect;
mod files;
mod listing;
pub(crate) mod locked;
mod messages;
mod naming;
mod outbox;
mod participants;
mod presence;
mod reading;
mod revocations;
mod sessions;
mod users;
