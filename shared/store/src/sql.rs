//! The methods of [`crate::Store`], a subject a file, each with its SQL beside it.

pub(crate) mod append;
mod changes;
mod contacts;
mod conversations;
pub(crate) mod dialect;
mod figures;
mod files;
mod listing;
pub(crate) mod locked;
mod messages;
mod naming;
mod notification_settings;
mod notifications;
mod notifying;
mod outbox;
mod participants;
mod presence;
mod reading;
mod revocations;
mod rooms;
mod said;
mod search;
mod sessions;
mod stamps;
mod sweep;
mod users;
