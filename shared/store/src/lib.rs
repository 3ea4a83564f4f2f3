//! Persistence: the one place that holds truth, on Postgres or SQLite.
//!
//! Every durable change of a conversation takes the next number of that conversation (`seq`, dense from 1) under the
//! lock of its row, so that the order of numbers is the order of commits. Rows keep the number of their birth and of
//! their newest change; "everything after N" is therefore a read of rows, and no event is stored anywhere.
//!
//! Where to look:
//! - `records`: what goes in and comes out, where the wire's models do not say it already; `error`: what can fail.
//! - `pool`: the two databases, and the macros that run one expression on either. `migrations`: the schema; its text
//!   and the reason for each column are in `migrations/`. `rows`: what the databases hand out.
//! - `screen`: what is asked about texts before they are stored, and by whom it is answered.
//! - `sql`: SQL beside the method that runs it. `append` is the hot path (new messages, many in one commit), `locked`
//!   holds every other change of a conversation, `reading` moves read marks and keeps what each person has made of a
//!   conversation, `listing` is their list, `changes` reads "everything after N", `dialect` holds the few things
//!   that the databases say differently.
//!
//! This crate must not know HTTP, sockets, Redis, permissions or the clock: moments are arguments, and whoever may do
//! what has been decided before a method here is called.
//!
//! To add a query: a constant with the SQL beside its method, `on_pool!(&self.read, ...)` around it, and a case in the
//! conformance suite (`tests/it`), for nothing but the suite checks the SQL on both databases. To add a change of a
//! conversation: a method on [`Locked`], so that it takes a number under the lock, and its kind in `sql/changes`.

mod error;
mod migrations;
mod pool;
mod records;
mod rows;
mod screen;
mod sql;

use std::path::Path;
use std::sync::Arc;

pub use error::StoreError;
pub use records::{
    About, Appended, Batch, Before, Change, ChangePage, ConversationPatch, Created, Cursor, Decision, Edge,
    Ended, FileStanding, Heads, Held, HostNotice, ListPage, ListPlace, ListVersion, Listing, Mark, Members,
    MyConversation, MyPatch, NewAttachment, NewConversation, NewMessage, NewNotice, NewSystemMessage,
    NewUpload, NewUser, Notice, Notified, OutboxId, Page, Place, ProfilePatch, Reader, Readers, Revocation,
    RoomOrder, Said, Search, Session, Stamp, Standing, Sweep, Unpublished, Uploaded, User, Window,
};
pub use screen::{Earlier, Judgement, Screen, Screening, Terms};
pub use sql::locked::Locked;

use error::Result;
use pool::{Pools, on_pool};

/// A database. Cheap to clone; all clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
    screen: Option<Arc<dyn Screen>>,
}

impl Store {
    /// Opens `postgres://…`, `sqlite:PATH` (made when missing) or `sqlite::memory:`, and fails when nobody answers.
    /// A database in memory has one connection: other calls wait while a [`Locked`] is held.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self> {
        let pools = Pools::connect(url, max_connections).await?;
        Ok(Self { pools, screen: None })
    }

    /// The same database, with texts looked at before they are stored.
    pub fn screened_by(self, screen: Arc<dyn Screen>) -> Self {
        Self {
            screen: Some(screen),
            ..self
        }
    }

    /// Whether texts are looked at.
    pub fn is_screened(&self) -> bool {
        self.screen.is_some()
    }

    /// Brings the schema up to date. Any number of nodes may do so at once.
    pub async fn migrate(&self) -> Result<()> {
        self.pools.migrate().await
    }

    /// Asks the database for a sign of life.
    pub async fn ping(&self) -> Result<()> {
        on_pool!(&self.pools.read, |pool| sqlx::query("select 1")
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Waits until all connections are back and closes them; later calls are answered "not available".
    pub async fn close(&self) {
        self.pools.close().await;
    }

    /// The address of a SQLite file.
    pub fn sqlite_url(path: &Path) -> String {
        // What would end the path in an address, or begin an escape in it.
        let path = path
            .to_string_lossy()
            .replace('%', "%25")
            .replace('?', "%3F")
            .replace('#', "%23");
        format!("sqlite:{path}")
    }
}
