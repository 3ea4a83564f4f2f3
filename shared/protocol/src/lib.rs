//! What every part of the house, and every client, must agree on: ids, models, frames, bodies, problems, close
//! codes and limits.
//!
//! A conversation over the wire, in the order it happens:
//!
//! 1. A client opens a socket at one of two doors ([`paths`]) and shows its token. It gets `hello`, or is refused.
//! 2. It says what it already has (`?after=N`, or `subscribe {after}`) and gets everything newer, closed by `sync`,
//!    which names the head that the answer is true for ([`frames`]).
//! 3. From then on each change of the conversation arrives once, in order, stamped with the next [`Seq`].
//! 4. It sends with `message:new`; with a `client_id` the send may be repeated for ever and is answered by
//!    `message:ack`.
//! 5. When the server hangs up, the code says whether and when to come back ([`close`]).
//!
//! Module map: [`ids`] and [`time`] are the small types; [`models`] what is read; [`requests`] what is written;
//! [`frames`] the sockets; [`problem`] and [`close`] the ways to say no; [`limits`] every public number;
//! [`paths`] the doors; [`asyncapi`] the sockets described for programs.
//!
//! This crate must not know how anything is stored, carried or served: no I/O, no async, no clock. To add a frame:
//! a variant in [`frames::ServerFrame`] or [`frames::ClientFrame`], its payload beside it, an example in `asyncapi`, and a
//! line in `docs/protocol.md`; then write the document anew with `cargo run -p api -- asyncapi > docs/asyncapi.json`.

pub mod asyncapi;
pub mod close;
pub mod frames;
pub mod ids;
pub mod limits;
pub mod models;
pub mod paths;
pub mod problem;
pub mod requests;
pub mod time;

pub use ids::{AttachmentId, ConversationId, MessageId, NotificationId, RevocationId, Seq, UserId};
pub use time::Timestamp;
