//! The rules: who may do what, and what happens when they do. Permit, write, publish, in that order.
//!
//! A send, read top to bottom: [`Chat::send`] checks the text ([`text`]), hands it to the writer (`writer`), which
//! gathers what arrives while a commit is in flight and commits it in one transaction that also checks membership
//! under the conversation's lock, answers the sender, and passes the encoded frames to the publisher (`publisher`).
//! What a killed node committed but did not publish, the sweeper (`sweeper`) of any node announces again.
//!
//! Module map: [`error`] every refusal and what it is on the wire; [`permit`] the rules as plain functions; [`text`]
//! what may be said; `conversations`, `details`, `listing`, `participants`, `messages`, `reactions`, `pins`, `reading`,
//! `attachments`, `files`, `search` the use cases, one a file; `mentions` who is named in a text; `system` what the system
//! says; `contention` what is run again because it collided; `indexing` keeps the search fast; `file_sweeper` removes the files that nobody may have any more; `rooms` those
//! of the clients that speak integers and poll; `usernames` who is called what; [`contacts`] what gives contact details
//! away and where that is looked for, `held` what administrators do about it; `notifications` people's lists of those,
//! `notifier` who is told what; `figures` what the installation counts; [`accounts`] and [`passwords`] own accounts;
//! [`revocations`] which tokens ended early; [`presence`] who is online, `typing` who is writing; [`announce`] how a
//! change becomes bytes for the bus.
//!
//! This crate must not know SQL, Redis, HTTP or sockets. Rules never live in a route or in a socket handler. To add
//! a use case: a method on [`Chat`] in the file of its noun, its rule in [`permit`], and if it changes a
//! conversation a method on `store::Locked`, so that it takes a `seq` under the lock.

pub mod accounts;
pub mod announce;
mod attachments;
pub mod contacts;
mod contention;
mod conversations;
mod details;
pub mod error;
mod figures;
mod file_sweeper;
mod files;
mod held;
mod indexing;
mod listing;
mod mentions;
mod messages;
mod notifications;
mod notifier;
mod participants;
pub mod passwords;
pub mod permit;
mod pins;
pub mod presence;
mod publisher;
mod reactions;
mod reading;
pub mod revocations;
mod rooms;
mod search;
mod sweeper;
mod system;
pub mod text;
mod typing;
mod usernames;
mod writer;

use std::sync::Arc;

use ::files::Files;
use bus::Bus;
use runtime::{Clock, Tasks};
use store::Store;

pub use accounts::Accounts;
pub use conversations::Opened;
pub use error::{ChatError, Violation};
pub use files::{Arriving, Target};
pub use messages::Sent;
use notifier::Notifier;
pub use participants::Added;
pub use presence::Presence;
use publisher::Publisher;
use reading::Marker;
pub use revocations::Revocations;
pub use rooms::{NewRoom, RoomList, RoomPeople, Rooms, Said};
pub use usernames::Usernames;
use writer::Writer;

/// The chat of one node: every use case that reads or changes conversations. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chat {
    store: Store,
    clock: Clock,
    writer: Writer,
    marker: Marker,
    publisher: Publisher,
    revocations: Revocations,
    presence: Presence,
    cabinet: Option<files::Cabinet>,
    usernames: Usernames,
}

impl Chat {
    /// Texts are screened by what `store` brings with it ([`Store::screened_by`]), or else as the contract says.
    /// Starts the node's writer, marker, publisher, notifier and outbox sweeper, its figures, what keeps its search fast,
    /// and its looks at the list of revoked tokens; they end with `tasks`.
    pub fn start(store: Store, bus: Arc<dyn Bus>, clock: Clock, tasks: &Tasks) -> Self {
        sweeper::start(store.clone(), bus.clone(), clock.clone(), tasks);
        indexing::start(store.clone(), tasks);
        Self::start_without_sweeper(store, bus, clock, tasks)
    }

    /// The same without the sweeper. It exists only so that a test can prove that the sweeper is needed: no node is
    /// ever started so.
    pub fn start_without_sweeper(store: Store, bus: Arc<dyn Bus>, clock: Clock, tasks: &Tasks) -> Self {
        let store = if store.is_screened() {
            store
        } else {
            store.screened_by(Arc::new(contacts::Policy::default()))
        };
        let presence = Presence::start(store.clone(), bus.clone(), clock.clone(), tasks);
        let notifier = Notifier::start(store.clone(), bus.clone(), clock.clone(), tasks);
        figures::start(store.clone(), bus.clone(), clock.clone(), tasks);
        let publisher = Publisher::start(store.clone(), bus, notifier, tasks);
        let writer = Writer::start(store.clone(), publisher.clone(), clock.clone(), tasks);
        let marker = Marker::start(store.clone(), publisher.clone(), clock.clone(), tasks);
        let revocations = Revocations::start(store.clone(), publisher.clone(), clock.clone(), tasks);
        let usernames = Usernames::new(store.clone());
        Self {
            store,
            clock,
            writer,
            marker,
            publisher,
            revocations,
            presence,
            usernames,
            cabinet: None,
        }
    }

    /// The same chat with a place for people's files. Starts the sweeper that removes those that nobody may have any
    /// more; it ends with `tasks`.
    pub fn with_files(self, files: Files, tasks: &Tasks) -> Self {
        let cabinet = files::Cabinet {
            files,
            tasks: tasks.clone(),
            deleted: Arc::default(),
            places: files::places::Places::default(),
        };
        file_sweeper::start(cabinet.clone(), self.store.clone(), self.clock.clone());
        Self {
            cabinet: Some(cabinet),
            ..self
        }
    }

    /// What the store holds, for reads that need no rule: resumes and readiness.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Which tokens ended before they ran out: to ask at every door.
    pub fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    /// Who is online, and who is told.
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Who is called what.
    pub fn usernames(&self) -> &Usernames {
        &self.usernames
    }

    /// The node's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// Says what each metric of this crate counts; call it once the recorder is installed.
pub fn describe_metrics() {
    figures::describe_metrics();
    notifier::describe_metrics();
    writer::describe_metrics();
    publisher::describe_metrics();
    reading::describe_metrics();
    sweeper::describe_metrics();
    files::describe_metrics();
    file_sweeper::describe_metrics();
    revocations::describe_metrics();
    presence::describe_metrics();
}
