//! The rules of a join, without the store, the hub or a clock: each step says what to do, and its answer is the next.

use std::cmp::Reverse;
use std::collections::VecDeque;

use protocol::Seq;
use store::{ChangePage, Cursor, Standing};

use super::Refusal;
use crate::hub::channel::{Seating, Standpoint};
use crate::hub::fill::rules::is_altered;
use crate::hub::frame::Frame;
use crate::session::From;
use crate::text::Text;

/// Ready-made frames, in the order in which they are written.
pub type Frames = VecDeque<Text>;

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
    /// The hub had it: nothing was read.
    Ring,
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
    /// The client lacks what comes after this, and the hub may still have it.
    Place(Seq),
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
    recent: Vec<Frame>,
    source: Source,
}

/// The first step of a join.
pub fn begin(from: From) -> Next {
    let first = match from {
        From::Head => Next::Standing(Asking(Why::Head)),
        From::Joining => Next::Standing(Asking(Why::Joining)),
        From::After(after) | From::Dropped(after) => Next::Standing(Asking(Why::Place(after))),
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
                Claiming::of(standpoint, Source::Live)
            }
            Why::Place(after) => {
                // Whoever says to have more than there is has it all.
                let position = after.min(standing.head);
                let source = if position == standing.head {
                    Source::Nothing
                } else {
                    Source::Ring
                };
                let standpoint = Standpoint {
                    position,
                    permitted_at: standing.head,
                };
                Claiming::of(standpoint, source)
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

    /// Whether nothing of it was read yet; then [`Reading::again`] may find it elsewhere.
    pub const fn is_first(&self) -> bool {
        self.0.head.is_none()
    }

    /// Asks the hub once more: somebody else has read meanwhile.
    pub const fn again(&self) -> Next {
        Next::Standing(Asking(Why::Place(self.0.after)))
    }

    /// The store's answer.
    pub fn answered(self, page: Option<ChangePage>) -> Result<Next, Refusal> {
        let page = page.ok_or(Refusal::NoConversation)?;
        Ok(Next::Standing(Asking(Why::Page(page))))
    }
}

impl Claiming {
    fn of(standpoint: Standpoint, source: Source) -> Next {
        Next::Seat(Self {
            standpoint,
            frames: Frames::new(),
            recent: Vec::new(),
            source,
        })
    }

    /// What was read last: ascending and without a gap up to the standpoint, so that the hub can spare others the
    /// same reading. See [`crate::hub::channel::Channel::recall`].
    pub fn recent(&self) -> &[Frame] {
        &self.recent
    }

    /// What the socket has, once the frames are written that come with the answer.
    pub const fn standpoint(&self) -> Standpoint {
        self.standpoint
    }

    /// The hub's answer. Let nothing come between it and the writing of its frames.
    pub fn answered(self, seating: Seating) -> Result<Next, Refusal> {
        match seating {
            Seating::Seated => Ok(Next::Live(self.frames, self.source)),
            Seating::Behind if self.frames.is_empty() => {
                Ok(Next::Page(Reading::after(self.standpoint.position)))
            }
            Seating::Behind => Ok(Next::Write(self.frames, Reading::after(self.standpoint.position))),
            Seating::Removed => Err(Refusal::NotParticipant),
        }
    }
}

/// A page that the person may see, as of `permitted_at`.
fn send(page: &ChangePage, permitted_at: Seq) -> Next {
    let read: Vec<_> = page.changes.iter().map(Frame::read).collect();
    let frames: Frames = read.iter().map(|frame| frame.text.clone()).collect();
    if let Some(next) = page.next {
        return Next::Write(frames, Reading(next));
    }
    let source = if frames.is_empty() {
        Source::Nothing
    } else {
        Source::Store
    };
    Next::Seat(Claiming {
        standpoint: Standpoint {
            position: page.head,
            permitted_at,
        },
        frames,
        recent: unbroken(page, read),
        source,
    })
}

/// The newest changes of a page that are what was once sent live: no number missing, and none altered since.
fn unbroken(page: &ChangePage, read: Vec<Frame>) -> Vec<Frame> {
    let mut newest_first: Vec<_> = page.changes.iter().zip(read).collect();
    newest_first.sort_unstable_by_key(|(_, frame)| Reverse(frame.seq));
    let mut expected = page.head;
    let mut recent: Vec<_> = newest_first
        .into_iter()
        .map_while(|(change, frame)| {
            let is_as_it_was = frame.seq == expected && !is_altered(change);
            expected = Seq(expected.0 - 1);
            is_as_it_was.then_some(frame)
        })
        .collect();
    recent.reverse();
    recent
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
