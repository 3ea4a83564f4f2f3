//! The handlers, one resource a file. A handler takes, calls one method of the chat, and says the result.

pub(crate) mod admin;
pub(crate) mod attachments;
pub(crate) mod auth;
pub(crate) mod contacts;
pub(crate) mod conversations;
pub(crate) mod directory;
pub(crate) mod files;
pub(crate) mod listing;
pub(crate) mod messages;
pub(crate) mod notifications;
pub(crate) mod participants;
pub(crate) mod reactions;
pub(crate) mod reading;
pub(crate) mod search;
pub(crate) mod tickets;
