//! The newest changes of a conversation, so that a join or a resume just behind needs no read of the store.

use std::collections::VecDeque;

use protocol::Seq;

use crate::hub::frame::Frame;

/// Frames kept for each live conversation: more than a busy one gets while a client changes networks.
pub(super) const FRAMES: usize = 128;

/// What those may take, in bytes of JSON: a hundred and twenty-eight ordinary messages are well below it.
const BYTES: usize = 256 * 1024;

/// Changes without a gap, oldest first.
#[derive(Debug, Default)]
pub(super) struct Ring {
    frames: VecDeque<Frame>,
    bytes: usize,
}

impl Ring {
    /// What came after a position, as far as it is here.
    pub(super) fn after(&self, position: Seq) -> Vec<&Frame> {
        self.frames.iter().filter(|frame| frame.seq > position).collect()
    }

    /// The next change; the oldest ones go when there is no room.
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.text.bytes();
        self.frames.push_back(frame);
        while (self.frames.len() > FRAMES || self.bytes > BYTES)
            && let Some(oldest) = self.frames.pop_front()
        {
            self.bytes -= oldest.text.bytes();
        }
    }

    /// Puts older changes before what is here, as far as they join on without a gap and there is room. `older` is
    /// ascending; `end` is the number after the newest change that was passed on.
    pub(super) fn extend_back(&mut self, older: &[Frame], end: Seq) {
        for frame in older.iter().rev() {
            let follower = self.frames.front().map_or(end, |oldest| oldest.seq);
            if frame.seq >= follower {
                continue;
            }
            let bytes = self.bytes + frame.text.bytes();
            if frame.seq.next() != follower || self.frames.len() == FRAMES || bytes > BYTES {
                return;
            }
            self.bytes = bytes;
            self.frames.push_front(frame.clone());
        }
    }

    /// Numbers are missing from here on.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::frame::Effect;

    fn frame(seq: i64, bytes: usize) -> Frame {
        Frame {
            seq: Seq(seq),
            effect: Effect::None,
            text: "x".repeat(bytes).into(),
            committed_at: None,
        }
    }

    fn numbers(ring: &Ring) -> Vec<i64> {
        ring.after(Seq::ZERO).iter().map(|frame| frame.seq.0).collect()
    }

    #[test]
    fn it_keeps_the_newest_by_number_and_by_bytes() {
        let mut ring = Ring::default();
        for seq in 1..=256 {
            ring.push(frame(seq, 1));
        }
        assert_eq!(numbers(&ring).len(), FRAMES);
        assert_eq!(ring.after(Seq(253)).len(), 3);
        ring.push(frame(257, BYTES - 1));
        assert_eq!(numbers(&ring), [256, 257]);
        ring.push(frame(258, 2));
        assert_eq!(numbers(&ring), [258]);
        ring.push(frame(259, BYTES + 1));
        assert!(numbers(&ring).is_empty());
    }

    #[test]
    fn what_somebody_read_goes_before_it_without_a_gap() {
        let mut ring = Ring::default();
        let read: Vec<_> = (3..=6).map(|seq| frame(seq, 1)).collect();
        ring.extend_back(&read, Seq(9));
        assert!(numbers(&ring).is_empty(), "7 and 8 are missing");
        ring.extend_back(&read, Seq(7));
        assert_eq!(numbers(&ring), [3, 4, 5, 6]);
        ring.push(frame(7, 1));
        ring.extend_back(&[frame(1, 1)], Seq(8));
        assert_eq!(numbers(&ring), [3, 4, 5, 6, 7], "2 is missing");
        ring.extend_back(&[frame(1, 1), frame(2, 1), frame(3, 1)], Seq(8));
        assert_eq!(numbers(&ring), [1, 2, 3, 4, 5, 6, 7]);
        ring.extend_back(&[frame(0, BYTES)], Seq(8));
        assert_eq!(numbers(&ring).len(), 7);
    }
}
