//! What is read to close a hole, and in which order it is passed on. No I/O.

use protocol::Seq;
use protocol::frames::ServerFrame;
use store::{Change, ChangePage, Cursor};

use crate::hub::channel::Channel;
use crate::hub::frame::Frame;

/// Everything after a position, as far as it was read.
///
/// Rows come in their newest state, which may be newer than the head: a text changed after somebody's removal must
/// not reach them by a frame from before it. Such rows are followed by one more reading, whose head is not older than
/// they are; if somebody was removed, it says so, and the channel leaves them out.
#[derive(Debug)]
pub struct Reading {
    cursor: Cursor,
    changes: Vec<Change>,
    /// The reading that follows altered rows.
    is_second: bool,
}

/// What a page came to.
#[derive(Debug)]
pub enum Progress {
    /// Read on.
    Page(Reading),
    /// Everything up to this head, ascending: ready for [`Channel::fill`].
    Whole(Seq, Vec<Frame>),
}

/// Where a channel whose hole is being closed reads from; `None`, and the claim given back, when nothing is missing
/// or nobody misses it.
pub fn still_missing(channel: &mut Channel) -> Option<Seq> {
    if channel.has_hole() && !channel.is_empty() {
        return channel.next_round();
    }
    channel.end_fill();
    None
}

impl Reading {
    /// Nothing is read yet.
    pub const fn after(position: Seq) -> Self {
        Self {
            cursor: Cursor::after(position),
            changes: Vec::new(),
            is_second: false,
        }
    }

    /// The page to read next.
    pub const fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The store's answer.
    pub fn answered(mut self, page: Option<ChangePage>) -> Progress {
        let Some(page) = page else {
            return self.whole(self.cursor.after);
        };
        self.changes.extend(page.changes);
        if let Some(next) = page.next {
            self.cursor = next;
            return Progress::Page(self);
        }
        if !self.is_second && self.changes.iter().any(is_altered) {
            self.cursor = Cursor::after(page.head);
            self.is_second = true;
            return Progress::Page(self);
        }
        self.whole(page.head)
    }

    fn whole(&self, head: Seq) -> Progress {
        let mut frames: Vec<_> = self.changes.iter().map(Frame::read).collect();
        frames.sort_by_key(|frame| frame.seq);
        Progress::Whole(head, frames)
    }
}

/// Whether a change shows a row in a later state than the one that its number gave it.
pub(crate) fn is_altered(change: &Change) -> bool {
    match &change.frame {
        ServerFrame::MessageNew(message) => message.is_edited,
        ServerFrame::MessageEdited(_) | ServerFrame::MessageDeleted(_) => true,
        _ => false,
    }
}
