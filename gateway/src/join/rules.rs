//! The rules of a join, without the store, the hub or a clock: each step says what to do, and its answer is the next.

use std::collections::VecDeque;

use axum::extract::ws::Utf8Bytes;
use protocol::Seq;
use store::{ChangePage, Cursor, Standing};

use super::Refusal;
use crate::hub::channel::{Seating, Standpoint};
use crate::hub::frame::Frame;
use crate::session::From;

/// Ready-made frames, in the order in which they are written.
pub type Frames = VecDeque<Utf8Bytes>;

/// What a join does next. Carry it out and answer it: the answer comes to the next step, or to a refusal.
#[derive(Debug)]
pub enum Next {
    /// Hold the topic upstream; once the bus has confirmed it, this.
    Hold(Box<Next>),
    /// Ask the store how the person stands to the conversation now.
    Standing(Asking),
    /// Read this page of what the client lacks.
    Page(Reading),
    /// Write these, then read on.
    Write(Frames, Reading),
    /// Ask the hub for a seat.
    Seat(Claiming),
    /// The socket is live: write these before anything that the hub has queued for it.
    Live(Frames, Source),
}

/// Where what a joiner lacked was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It asked for nothing: no position was given.
    Live,
    /// It lacked nothing.
    Nothing,
    /// The store was read.
    Store,
}

/// A question to the store: see [`Next::Standing`].
#[derive(Debug)]
pub struct Asking(Why);

/// What the answer is needed for.
#[derive(Debug)]
enum Why {
    /// The client wants only what comes from now on.
    Head,
    /// The client wants everything since the person joined.
    Joining,
    /// What was read may be sent only to somebody who was a participant when it was read: so it is asked afterwards.
    Page(ChangePage),
}

/// A page to be read: see [`Next::Page`].
#[derive(Debug)]
pub struct Reading(Cursor);

/// A seat to be asked for: see [`Next::Seat`].
#[derive(Debug)]
pub struct Claiming {
    standpoint: Standpoint,
    frames: Frames,
    source: Source,
}

/// The first step of a join.
pub fn begin(from: From) -> Next {
    let first = match from {
        From::Head => Next::Standing(Asking(Why::Head)),
        From::Joining => Next::Standing(Asking(Why::Joining)),
        From::After(after) => Next::Page(Reading::after(after)),
    };
    // Before anything is read: whatever is committed after the read then reaches this node.
    Next::Hold(Box::new(first))
}

impl Asking {
    /// The store's answer.
    pub fn answered(self, standing: Option<Standing>) -> Result<Next, Refusal> {
        let standing = permitted(standing)?;
        Ok(match self.0 {
            Why::Head => {
                let standpoint = Standpoint {
                    position: standing.head,
                    permitted_at: standing.head,
                };
                Claiming::of(standpoint, Frames::new(), Source::Live)
            }
            Why::Joining => Next::Page(Reading::after(standing.joined_seq)),
            Why::Page(page) => send(&page, standing.head),
        })
    }
}

impl Reading {
    fn after(position: Seq) -> Self {
        Self(Cursor::after(position))
    }

    /// Which page.
    pub const fn cursor(&self) -> Cursor {
        self.0
    }

    /// The store's answer.
    pub fn answered(self, page: Option<ChangePage>) -> Result<Next, Refusal> {
        let page = page.ok_or(Refusal::NoConversation)?;
        Ok(Next::Standing(Asking(Why::Page(page))))
    }
}

impl Claiming {
    fn of(standpoint: Standpoint, frames: Frames, source: Source) -> Next {
        Next::Seat(Self {
            standpoint,
            frames,
            source,
        })
    }

    /// What the socket has, once the frames are written that come with the answer.
    pub const fn standpoint(&self) -> Standpoint {
        self.standpoint
    }

    /// The hub's answer. Let nothing come between it and the writing of its frames.
    pub fn answered(self, seating: Seating) -> Result<Next, Refusal> {
        match seating {
            Seating::Seated => Ok(Next::Live(self.frames, self.source)),
            Seating::Behind => Ok(Next::Write(self.frames, Reading::after(self.standpoint.position))),
            Seating::Removed => Err(Refusal::NotParticipant),
        }
    }
}

/// A page that the person may see, as of `permitted_at`.
fn send(page: &ChangePage, permitted_at: Seq) -> Next {
    let frames: Frames = page
        .changes
        .iter()
        .map(|change| Frame::read(change).text)
        .collect();
    if let Some(next) = page.next {
        return Next::Write(frames, Reading(next));
    }
    let source = if frames.is_empty() {
        Source::Nothing
    } else {
        Source::Store
    };
    let standpoint = Standpoint {
        position: page.head,
        permitted_at,
    };
    Claiming::of(standpoint, frames, source)
}

fn permitted(standing: Option<Standing>) -> Result<Standing, Refusal> {
    let standing = standing.ok_or(Refusal::NoConversation)?;
    if standing.role.is_none() {
        return Err(Refusal::NotParticipant);
    }
    if standing.is_deleted {
        return Err(Refusal::Deleted);
    }
    Ok(standing)
}
