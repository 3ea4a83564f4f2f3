//! "Everything after N" as `shared/store/src/sql/changes.rs` reads it: the head, then each kind of row, each statement
//! at a moment of its own. The scheduler lets commits happen between them.

use protocol::Seq;
use protocol::frames::ServerFrame;
use store::{Change, ChangePage, Cursor, Place};

use crate::database::{Room, Table};

/// One page being read.
#[derive(Debug)]
pub(crate) struct PageRead {
    pub(crate) room: Room,
    cursor: Cursor,
    limit: usize,
    next: Statement,
    head: i64,
    /// Where the other changes begin, and how many of them fit.
    others: (i64, usize),
    born: Vec<Change>,
    changed: Vec<Change>,
}

#[derive(Clone, Copy, Debug)]
enum Statement {
    Head,
    NewMessages,
    ChangedMessages,
    ChangedPeople,
    ChangedConversation,
}

impl PageRead {
    pub(crate) fn new(room: Room, cursor: Cursor, limit: usize) -> Self {
        Self {
            room,
            cursor,
            limit,
            next: Statement::Head,
            head: 0,
            others: (0, 0),
            born: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// Carries out the next statement; the page after the last one.
    pub(crate) fn step(&mut self, table: &Table) -> Option<ChangePage> {
        let after = self.cursor.after.0.max(0);
        match self.next {
            Statement::Head => {
                self.head = self.cursor.head.map_or(table.head, |head| head.0);
                self.next = Statement::NewMessages;
            }
            Statement::NewMessages => return self.new_messages(table, after),
            Statement::ChangedMessages => {
                let (above, room) = self.others;
                let mut rows: Vec<_> = table
                    .messages
                    .iter()
                    .filter(|(birth, row)| {
                        row.changed > above && row.changed <= self.head && **birth <= after
                    })
                    .map(|(birth, row)| {
                        table.change(
                            row.changed,
                            table.message_frame(*birth, ServerFrame::MessageEdited),
                        )
                    })
                    .collect();
                rows.sort_by_key(|change| change.seq);
                rows.truncate(room);
                self.changed = rows;
                self.next = Statement::ChangedPeople;
            }
            Statement::ChangedPeople => {
                let (above, room) = self.others;
                let mut rows: Vec<_> = table
                    .people
                    .iter()
                    .filter(|(_, place)| place.changed > above && place.changed <= self.head)
                    .map(|(user, place)| table.change(place.changed, table.person_frame(*user, after)))
                    .collect();
                rows.sort_by_key(|change| change.seq);
                rows.truncate(room);
                self.changed.append(&mut rows);
                self.next = Statement::ChangedConversation;
            }
            Statement::ChangedConversation => return Some(self.end(table)),
        }
        None
    }

    fn new_messages(&mut self, table: &Table, after: i64) -> Option<ChangePage> {
        self.next = Statement::ChangedMessages;
        let above = match self.cursor.place {
            Place::OtherChanges(above) => {
                self.others = (above.0.max(after), self.limit);
                return None;
            }
            Place::NewMessages(above) => above.0.max(after),
        };
        if above < self.head {
            let born = table.messages.range(above + 1..=self.head).take(self.limit);
            self.born = born
                .map(|(birth, _)| table.change(*birth, table.message_frame(*birth, ServerFrame::MessageNew)))
                .collect();
        }
        if self.born.len() < self.limit {
            self.others = (after, self.limit - self.born.len());
            return None;
        }
        let last = self.born.last().map_or(Seq(above), |change| change.seq);
        Some(self.page(Some(Place::NewMessages(last))))
    }

    fn end(&mut self, table: &Table) -> ChangePage {
        let (above, room) = self.others;
        if table.titled > above && table.titled <= self.head {
            self.changed
                .push(table.change(table.titled, table.conversation_frame()));
        }
        self.changed.sort_by_key(|change| change.seq);
        self.changed.truncate(room);
        let full = self.changed.last().filter(|_| self.changed.len() >= room);
        let next = full.map(|last| Place::OtherChanges(last.seq));
        self.page(next)
    }

    fn page(&mut self, place: Option<Place>) -> ChangePage {
        let head = Seq(self.head);
        let mut changes = std::mem::take(&mut self.born);
        changes.append(&mut self.changed);
        let next = place.map(|place| Cursor {
            after: self.cursor.after,
            head: Some(head),
            place,
        });
        ChangePage { head, changes, next }
    }
}
