//! A client's own copy of a conversation, kept as `docs/protocol.md` says, and what the numbers promise about it.

use std::collections::{BTreeMap, BTreeSet};

use protocol::UserId;
use protocol::frames::ServerFrame;

use crate::database::{Row, View};

/// How new a row is, and what it says.
type Versioned<T> = (i64, T);

#[derive(Debug)]
pub(crate) struct Copy {
    /// What the client says it has.
    pub(crate) position: i64,
    /// Up to here every change was found in the copy.
    pub(crate) checked: i64,
    pub(crate) stream: Stream,
    messages: BTreeMap<i64, Versioned<Option<i64>>>,
    people: BTreeMap<i64, Versioned<bool>>,
    title: i64,
    deleted: bool,
    /// Read fresh up to here: rows may go back in time for a moment until the stream has come so far.
    fresh: i64,
    /// The conversation was shown as new: to be read afresh once its stream has begun.
    pub(crate) is_stale: bool,
    /// What a join under way may repeat lies above this.
    floor: i64,
    repeated: BTreeSet<i64>,
    /// Its own requests that are not answered yet.
    requests: usize,
}

/// What the client knows of the frames that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Nothing was asked for, or the answer has not begun.
    None,
    /// What was missing is being sent, in an order of its own.
    Joining,
    /// Each number follows the one before.
    Live,
    /// The client was told that it is out.
    Gone,
}

impl Copy {
    pub(crate) fn of(view: View, head: i64) -> Self {
        let messages = view
            .messages
            .into_iter()
            .map(|(birth, text)| (birth, (head, text)));
        let people = view.people.into_iter().map(|user| (user, (head, true)));
        Self {
            position: head,
            checked: head,
            stream: Stream::None,
            messages: messages.collect(),
            people: people.collect(),
            title: view.titled,
            deleted: view.deleted,
            fresh: head,
            is_stale: false,
            floor: head,
            repeated: BTreeSet::new(),
            requests: 0,
        }
    }

    /// Read anew, while frames go on coming.
    pub(crate) fn reload(&mut self, view: View, head: i64, synced: i64) {
        let is_waiting = self.requests > 0;
        let stream = if is_waiting { Stream::None } else { Stream::Live };
        *self = Self {
            position: synced,
            checked: synced,
            stream,
            requests: self.requests,
            ..Self::of(view, head)
        };
    }

    pub(crate) fn view(&self) -> View {
        let here = self.people.iter().filter(|(_, (_, is_in))| *is_in);
        View {
            messages: self
                .messages
                .iter()
                .map(|(birth, (_, text))| (*birth, *text))
                .collect(),
            people: here.map(|(user, _)| *user).collect(),
            titled: self.title,
            deleted: self.deleted,
        }
    }

    pub(crate) fn on_disconnected(&mut self) {
        self.stream = Stream::None;
        self.requests = 0;
    }

    /// The number to resume from; it stands still from here on.
    pub(crate) fn ask(&mut self) -> i64 {
        self.stream = Stream::None;
        self.requests += 1;
        self.position
    }

    /// `conversation:new`: what the client has of it, it may have from before it was out.
    pub(crate) fn on_shown(&mut self, user: UserId) {
        let is_followed = matches!(self.stream, Stream::Live | Stream::Joining);
        self.is_stale |= !is_followed || self.is_out(user);
    }

    /// Frames of a join begin here; `asked` is what the client itself wanted to have repeated.
    pub(crate) fn on_join(&mut self, asked: Option<i64>) {
        self.requests -= usize::from(asked.is_some());
        if self.requests > 0 {
            // Not yet what the client waits for.
            return;
        }
        self.stream = Stream::Joining;
        self.floor = match asked {
            Some(after) => after,
            None if self.is_stale => 0,
            None => self.position,
        };
        self.repeated.clear();
    }

    /// What it asked to follow it may not follow.
    pub(crate) fn on_refused(&mut self) {
        if self.requests == 0 {
            self.stream = Stream::Gone;
        }
    }

    /// Its own removal: nothing follows, unless it comes back.
    pub(crate) fn on_removed(&mut self) {
        if self.stream == Stream::Live {
            self.stream = Stream::Gone;
        }
    }

    /// The conversation is no more, says the close.
    pub(crate) fn on_gone(&mut self) {
        self.stream = Stream::Gone;
        self.deleted = true;
    }

    pub(crate) fn is_out(&self, user: UserId) -> bool {
        self.deleted || self.people.get(&user.0).is_none_or(|(_, is_in)| !is_in)
    }

    /// Applies a change. An error says what the numbers promised and did not keep.
    pub(crate) fn apply(&mut self, seq: i64, frame: &ServerFrame) -> Result<(), String> {
        match self.stream {
            Stream::Live if seq <= self.position => {
                return Err(format!("{seq} comes again, or too late, after {}", self.position));
            }
            Stream::Live => self.position = seq,
            Stream::Joining => {
                if seq <= self.floor || !self.repeated.insert(seq) {
                    return Err(format!("{seq} is repeated by a join after {}", self.floor));
                }
            }
            Stream::None | Stream::Gone => {}
        }
        self.put(seq, frame);
        Ok(())
    }

    /// Everything up to `head` was sent. Answers whether the client is live from here on.
    pub(crate) fn on_sync(&mut self, head: i64) -> Result<bool, String> {
        if matches!(self.stream, Stream::None | Stream::Gone) {
            return Ok(false);
        }
        if head < self.position && self.stream == Stream::Live {
            return Err(format!("sync says {head}, but {} was here", self.position));
        }
        self.stream = Stream::Live;
        self.position = head;
        Ok(true)
    }

    /// The first change up to the position that the copy does not have, of those that were not checked yet.
    pub(crate) fn first_missing(&mut self, log: &[Row]) -> Option<i64> {
        while self.checked < self.position {
            let seq = self.checked + 1;
            let row = log[usize::try_from(seq - 1).unwrap()];
            let version = match row {
                Row::Message(birth) => self.messages.get(&birth).map(|row| row.0),
                Row::Person(user) => self.people.get(&user).map(|row| row.0),
                Row::Conversation => Some(self.title),
            };
            let has_it = version.is_some_and(|version| version.max(self.fresh) >= seq);
            // A row that has changed since comes with that change.
            if !has_it && log.iter().rposition(|other| *other == row) == usize::try_from(seq - 1).ok() {
                return Some(seq);
            }
            self.checked = seq;
        }
        None
    }

    /// A change whose number is the next: nothing may be missing below it, for no `sync` will follow.
    pub(crate) fn is_dense(&self) -> bool {
        self.position == self.checked + 1
    }

    fn put(&mut self, seq: i64, frame: &ServerFrame) {
        match frame {
            ServerFrame::MessageNew(message) | ServerFrame::MessageEdited(message) => {
                let written = message.text.as_ref().and_then(|text| text.parse().ok());
                let version = written.unwrap_or(seq).max(seq);
                self.messages.insert(message.seq.0, (version, written));
            }
            ServerFrame::MessageDeleted(gone) => {
                // Nothing comes after a deletion.
                self.messages.insert(gone.message_seq.0, (i64::MAX, None));
            }
            ServerFrame::ParticipantAdded(change) | ServerFrame::ParticipantUpdated(change) => {
                self.people.insert(change.participant.user_id.0, (seq, true));
            }
            ServerFrame::ParticipantRemoved(gone) => {
                self.people.insert(gone.user_id.0, (seq, false));
            }
            ServerFrame::ConversationUpdated(conversation) => {
                let written = conversation.title.as_ref().and_then(|title| title.parse().ok());
                self.title = written.unwrap_or(seq);
            }
            ServerFrame::ConversationDeleted(_) => {
                self.title = self.title.max(seq);
                self.deleted = true;
            }
            _ => {}
        }
    }

    /// A frame without a number that says that the person is out.
    pub(crate) fn farewell(&mut self, frame: &ServerFrame) {
        let (title, position) = (self.title, self.position);
        self.put(position, frame);
        self.title = title;
        self.stream = Stream::Gone;
    }
}
