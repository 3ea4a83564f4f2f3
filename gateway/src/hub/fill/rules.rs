//! What is read to close a hole, and in which order it is passed on. No I/O.

use protocol::Seq;
use protocol::frames::ServerFrame;
use store::{Change, ChangePage, Cursor};

use crate::hub::channel::{Channel, Verdict};
use crate::hub::frame::Frame;

/// Readings in a row, each of which takes milliseconds and shows a row altered since the one before. A conversation
/// that is edited as fast as that is read by each of its listeners instead, who ask afterwards whether they may.
pub const READINGS_MAX: u32 = 8;

/// Everything after a position, as far as it was read.
///
/// Rows come in their newest state, which may be newer than the head: a text changed after somebody's removal must
/// not reach them by a frame from before it. Such rows are followed by one more reading, whose head is not older than
/// they are; if somebody was removed, it says so, and the channel leaves them out. Its own rows may be altered again,
/// so this goes on until a reading has no such row, or [`READINGS_MAX`] were made.
#[derive(Debug)]
pub struct Reading {
    cursor: Cursor,
    changes: Vec<Change>,
    /// The pages up to the head that is being read to have shown an altered row.
    has_altered: bool,
    /// Readings that are over.
    readings: u32,
}

/// What a page came to.
#[derive(Debug)]
pub enum Progress {
    /// Read on.
    Page(Reading),
    /// Nothing is left to be read.
    Whole(Filling),
}

/// What a hole is closed with.
#[derive(Debug)]
pub struct Filling {
    /// The hole is closed up to here.
    pub head: Seq,
    /// Ascending. `None` when no reading came to rest: nobody may be sent what was read.
    pub frames: Option<Vec<Frame>>,
}

impl Filling {
    /// Passes it on to whoever listens.
    pub fn pour_into(self, channel: &mut Channel) -> Verdict {
        match self.frames {
            Some(frames) => channel.fill(self.head, frames),
            None => channel.send_back(self.head),
        }
    }
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
            has_altered: false,
            readings: 0,
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
        self.has_altered |= page.changes.iter().any(is_altered);
        self.changes.extend(page.changes);
        if let Some(next) = page.next {
            self.cursor = next;
            return Progress::Page(self);
        }
        self.readings += 1;
        if self.has_altered && self.readings == READINGS_MAX {
            let (head, frames) = (page.head, None);
            return Progress::Whole(Filling { head, frames });
        }
        if self.has_altered {
            self.cursor = Cursor::after(page.head);
            self.has_altered = false;
            return Progress::Page(self);
        }
        self.whole(page.head)
    }

    fn whole(&self, head: Seq) -> Progress {
        let mut frames: Vec<_> = self.changes.iter().map(Frame::read).collect();
        frames.sort_by_key(|frame| frame.seq);
        let frames = Some(frames);
        Progress::Whole(Filling { head, frames })
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

#[cfg(test)]
mod tests {
    use protocol::frames::{MessageDeleted, ParticipantGone};
    use protocol::{ConversationId, MessageId, UserId};
    use uuid::Uuid;

    use super::*;

    const ROOM: ConversationId = ConversationId(Uuid::nil());

    fn change(seq: i64, frame: ServerFrame) -> Change {
        let (conversation, seq) = (ROOM, Seq(seq));
        Change {
            conversation,
            seq,
            frame,
        }
    }

    fn altered(seq: i64) -> Change {
        let gone = MessageDeleted {
            id: MessageId(Uuid::nil()),
            conversation_id: ROOM,
            message_seq: Seq(1),
        };
        change(seq, ServerFrame::MessageDeleted(gone))
    }

    fn removal(seq: i64) -> Change {
        let gone = ParticipantGone {
            conversation_id: ROOM,
            user_id: UserId(1),
        };
        change(seq, ServerFrame::ParticipantRemoved(gone))
    }

    fn page(head: i64, changes: Vec<Change>) -> ChangePage {
        let (head, next) = (Seq(head), None);
        ChangePage { head, changes, next }
    }

    fn further(progress: Progress, after: i64) -> Reading {
        match progress {
            Progress::Page(reading) => {
                assert_eq!(reading.cursor(), Cursor::after(Seq(after)));
                reading
            }
            Progress::Whole(..) => panic!("{progress:?}"),
        }
    }

    fn filling(progress: Progress) -> (Seq, Option<Vec<Frame>>) {
        match progress {
            Progress::Whole(Filling { head, frames }) => (head, frames),
            Progress::Page(_) => panic!("{progress:?}"),
        }
    }

    #[test]
    fn every_reading_with_altered_rows_is_followed_by_another() {
        let reading = further(
            Reading::after(Seq(4)).answered(Some(page(5, vec![altered(5)]))),
            5,
        );
        // Altered again: it may show what came after a removal above 6.
        let reading = further(reading.answered(Some(page(6, vec![altered(6)]))), 6);
        let whole = reading.answered(Some(page(7, vec![removal(7)])));
        let (head, frames) = filling(whole);
        let frames = frames.unwrap();
        let seqs: Vec<_> = frames.iter().map(|frame| frame.seq.0).collect();
        assert_eq!((head, seqs), (Seq(7), vec![5, 6, 7]));
        assert_eq!(frames[2].effect, crate::hub::frame::Effect::Removes(UserId(1)));
    }

    #[test]
    fn rows_as_they_were_are_the_whole() {
        let whole = Reading::after(Seq(4)).answered(Some(page(5, vec![removal(5)])));
        let (head, frames) = filling(whole);
        assert_eq!((head, frames.unwrap().len()), (Seq(5), 1));
    }

    #[test]
    fn readings_that_do_not_come_to_rest_end_without_frames() {
        let mut reading = Reading::after(Seq(0));
        let last = i64::from(READINGS_MAX);
        for seq in 1..last {
            reading = further(reading.answered(Some(page(seq, vec![altered(seq)]))), seq);
        }
        let (head, frames) = filling(reading.answered(Some(page(last, vec![altered(last)]))));
        assert_eq!((head, frames), (Seq(last), None));
    }
}
