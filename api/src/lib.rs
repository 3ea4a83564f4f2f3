//! The REST side of the chat: a library that a process mounts, and the thin binary of an API node.
//!
//! A request passes the layers of [`mod@router`] (name it, observe it, answer for what goes wrong inside), is matched to
//! a handler in `routes`, which takes what it needs by the extractors in [`extract`], calls one method of
//! [`chat::Chat`] and says the result in JSON. Every refusal, wherever it arises, becomes an answer in [`error`].
//!
//! Module map: [`mod@router`] the index of paths and the layers; `routes` the handlers, one resource a file; [`extract`]
//! what handlers take; `form` a form with a file in it, read as it comes; [`error`] how refusals are worded; [`drf`] the
//! wording that the clients of `/api/auth` and `/api/chat` expect; `dialects` the chat in those clients' shapes;
//! `polling` cheap answers to those who ask again;
//! [`observe`] what logs and metrics say; [`openapi`] the specification and its page; [`web_client`] what stands at
//! `/`; `polling` and `envelope` how lists are answered to those who poll and to those who turn pages; [`settings`] what an operator may set; [`server`] how a process serves all this.
//!
//! This crate must not know SQL, Redis, or sockets, and holds no rule of the chat: a handler that decides who may do
//! what belongs into `chat::permit`. To add an endpoint: a handler with its `#[utoipa::path]` in the file of its
//! resource, a line in [`mod@router`], and a row in the table of `tests/it/contract.rs`; then write the specification
//! anew with `cargo run -p api -- openapi > docs/openapi.json`.

mod dialects;
pub mod drf;
mod envelope;
pub mod error;
pub mod extract;
mod form;
pub mod observe;
pub mod openapi;
mod page;
mod polling;
pub mod router;
mod routes;
pub mod server;
pub mod settings;
pub mod web_client;

use std::sync::Arc;

use bus::Bus;
use chat::{Accounts, Chat};
use runtime::tokens::Tokens;

pub use observe::describe_metrics;
pub use router::router;
pub use server::serve;
pub use settings::Settings;
pub use web_client::WebClient;

/// What every handler may use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The rules, and all that they guard.
    pub chat: Chat,
    /// Own accounts: sign-up, sign-in, sessions.
    pub accounts: Accounts,
    /// Makes and checks tokens.
    pub tokens: Tokens,
    /// What nodes share for a moment: single-use claims.
    pub bus: Arc<dyn Bus>,
    /// What stands at `/`.
    pub web: WebClient,
}
