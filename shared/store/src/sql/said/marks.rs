//! Whether somebody other than its sender has read a message, without looking at every reader for every message.

use protocol::{Seq, UserId};

/// Up to where somebody has read, and since when they could.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) user: UserId,
    pub(super) joined: Seq,
    pub(super) read: Seq,
}

/// The readers of one conversation.
pub(super) struct Marks(Vec<Furthest>);

/// Who has read furthest of those who had joined by then: two, one of whom is not the sender.
struct Furthest {
    joined: Seq,
    first: Mark,
    second: Option<Mark>,
}

impl Marks {
    /// Each reader stands in it once.
    pub(super) fn new(mut readers: Vec<Mark>) -> Self {
        readers.sort_by_key(|reader| reader.joined);
        let mut steps: Vec<Furthest> = Vec::with_capacity(readers.len());
        for reader in readers {
            let (first, second) = match steps.last() {
                None => (reader, None),
                Some(last) if reader.read > last.first.read => (reader, Some(last.first)),
                Some(last) => match last.second {
                    Some(second) if second.read >= reader.read => (last.first, Some(second)),
                    _ => (last.first, Some(reader)),
                },
            };
            steps.push(Furthest {
                joined: reader.joined,
                first,
                second,
            });
        }
        Self(steps)
    }

    /// Who came later than a message has not read it, though their mark stands above it.
    pub(super) fn have_read(&self, seq: Seq, sender: UserId) -> bool {
        let were_there = self.0.partition_point(|step| step.joined < seq);
        let furthest = were_there.checked_sub(1).and_then(|last| self.0.get(last));
        furthest.is_some_and(|furthest| {
            [Some(furthest.first), furthest.second]
                .into_iter()
                .flatten()
                .any(|reader| reader.user != sender && reader.read >= seq)
        })
    }
}
