//! "Everything after N", compacted to the newest state of each row.
//!
//! First the messages born after N, by `seq`; then whatever else changed after N, by `changed_seq`. The head is read
//! before the rows, and the rows are read in whatever state they are by then: one that changes past the head in
//! between is either new, and then shown in its newest state, or left out, and then its change is above the head and
//! comes with the next read or live. So nothing up to the head is missing, and no transaction is needed.

use protocol::frames::{ConversationGone, MessageDeleted, ParticipantChange, ParticipantGone, ServerFrame};
use protocol::models::{Conversation, Message, Participant};
use protocol::{ConversationId, Seq, UserId};
use sqlx::{FromRow, query_as, query_scalar};

use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{Change, ChangePage, Cursor, Place};
use crate::rows::{
    ConversationRow, MessageRow, ParticipantRow, conversation_columns, message_columns, participant_columns,
};

const HEAD: &str = "select last_seq from conversations where id = $1";

const NEW_MESSAGES: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and seq > $2 and seq <= $3 order by seq limit $4"
);

const CHANGED_MESSAGES: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and changed_seq > $2 and changed_seq <= $3 and seq <= $5
     order by changed_seq limit $4"
);

const CHANGED_PARTICIPANTS: &str = concat!(
    "select ",
    participant_columns!(),
    " from participants p join users u on u.id = p.user_id
     where p.conversation_id = $1 and p.changed_seq > $2 and p.changed_seq <= $3
     order by p.changed_seq limit $4"
);

const CHANGED_CONVERSATION: &str = concat!(
    "select ",
    conversation_columns!(),
    ", c.changed_seq, c.deleted_at is not null as is_deleted
     from conversations c where c.id = $1 and c.changed_seq > $2 and c.changed_seq <= $3"
);

/// One answer: what it is about, and the numbers it lies between.
#[derive(Clone, Copy)]
struct Span {
    conversation: ConversationId,
    after: Seq,
    head: Seq,
}

#[derive(FromRow)]
struct ChangedConversationRow {
    #[sqlx(flatten)]
    conversation: ConversationRow,
    changed_seq: i64,
    is_deleted: bool,
}

impl Store {
    /// A page of "everything after N", `limit` changes at most (one at least). Follow [`ChangePage::next`] to its end,
    /// then the reader has everything up to [`ChangePage::head`]. A deleted conversation still answers, and ends in
    /// `conversation:deleted`. `None`: there never was such a conversation.
    pub async fn changes(
        &self,
        conversation: ConversationId,
        cursor: Cursor,
        limit: i64,
    ) -> Result<Option<ChangePage>> {
        let head = match cursor.head {
            Some(head) => Some(head),
            None => self.head(conversation).await?,
        };
        let Some(head) = head else {
            return Ok(None);
        };
        let span = Span {
            conversation,
            // Rows of the beginning stand at 0: below that nothing is a change.
            after: cursor.after.max(Seq::ZERO),
            head,
        };
        let (changes, place) = self.page(span, cursor.place, limit.max(1)).await?;
        let next = place.map(|place| Cursor {
            after: cursor.after,
            head: Some(head),
            place,
        });
        Ok(Some(ChangePage { head, changes, next }))
    }

    /// The changes, and the place reached unless that is the end.
    async fn page(&self, span: Span, place: Place, limit: i64) -> Result<(Vec<Change>, Option<Place>)> {
        let (mut changes, above) = match place {
            Place::OtherChanges(above) => (Vec::new(), above),
            Place::NewMessages(above) => {
                let changes = self.new_messages(span, above, limit).await?;
                if let Some(last) = full(&changes, limit) {
                    return Ok((changes, Some(Place::NewMessages(last))));
                }
                (changes, span.after)
            }
        };
        let room = limit - count(&changes);
        let others = self.other_changes(span, above.max(span.after), room).await?;
        let next = full(&others, room).map(Place::OtherChanges);
        changes.extend(others);
        Ok((changes, next))
    }

    async fn head(&self, conversation: ConversationId) -> Result<Option<Seq>> {
        let head: Option<i64> = on_pool!(&self.pools.read, |pool| query_scalar(HEAD)
            .bind(conversation.0)
            .fetch_optional(pool)
            .await)?;
        Ok(head.map(Seq))
    }

    async fn new_messages(&self, span: Span, above: Seq, limit: i64) -> Result<Vec<Change>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(NEW_MESSAGES)
            .bind(span.conversation.0)
            .bind(above.max(span.after).0)
            .bind(span.head.0)
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        let changes = rows.into_iter().map(|row| {
            let seq = Seq(row.seq);
            span.change(seq, message_frame(row, ServerFrame::MessageNew))
        });
        Ok(changes.collect())
    }

    /// The lowest `limit` of all three kinds.
    async fn other_changes(&self, span: Span, above: Seq, limit: i64) -> Result<Vec<Change>> {
        let mut changes = self.changed_messages(span, above, limit).await?;
        changes.extend(self.changed_participants(span, above, limit).await?);
        changes.extend(self.changed_conversation(span, above).await?);
        changes.sort_by_key(|change| change.seq);
        changes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(changes)
    }

    async fn changed_messages(&self, span: Span, above: Seq, limit: i64) -> Result<Vec<Change>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(CHANGED_MESSAGES)
            .bind(span.conversation.0)
            .bind(above.0)
            .bind(span.head.0)
            .bind(limit)
            .bind(span.after.0)
            .fetch_all(pool)
            .await)?;
        let changes = rows.into_iter().map(|row| {
            let seq = Seq(row.changed_seq);
            span.change(seq, message_frame(row, ServerFrame::MessageEdited))
        });
        Ok(changes.collect())
    }

    async fn changed_participants(&self, span: Span, above: Seq, limit: i64) -> Result<Vec<Change>> {
        let rows: Vec<ParticipantRow> = on_pool!(&self.pools.read, |pool| query_as(CHANGED_PARTICIPANTS)
            .bind(span.conversation.0)
            .bind(above.0)
            .bind(span.head.0)
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        let changes = rows.into_iter().map(|row| {
            let seq = Seq(row.changed_seq);
            span.change(seq, participant_frame(row, span))
        });
        Ok(changes.collect())
    }

    async fn changed_conversation(&self, span: Span, above: Seq) -> Result<Option<Change>> {
        let row: Option<ChangedConversationRow> =
            on_pool!(&self.pools.read, |pool| query_as(CHANGED_CONVERSATION)
                .bind(span.conversation.0)
                .bind(above.0)
                .bind(span.head.0)
                .fetch_optional(pool)
                .await)?;
        Ok(row.map(|row| {
            let frame = if row.is_deleted {
                ServerFrame::ConversationDeleted(ConversationGone {
                    id: span.conversation,
                })
            } else {
                ServerFrame::ConversationUpdated(Conversation::from(row.conversation))
            };
            span.change(Seq(row.changed_seq), frame)
        }))
    }
}

impl Span {
    fn change(self, seq: Seq, frame: ServerFrame) -> Change {
        Change {
            conversation: self.conversation,
            seq,
            frame,
        }
    }
}

fn message_frame(row: MessageRow, alive: impl FnOnce(Message) -> ServerFrame) -> ServerFrame {
    let is_deleted = row.deleted_at.is_some();
    let message = Message::from(row);
    if !is_deleted {
        return alive(message);
    }
    ServerFrame::MessageDeleted(MessageDeleted {
        id: message.id,
        conversation_id: message.conversation_id,
        message_seq: message.seq,
    })
}

fn participant_frame(row: ParticipantRow, span: Span) -> ServerFrame {
    let has_left = row.left_seq.is_some();
    let joined = Seq(row.joined_seq);
    let participant = Participant::from(row);
    let user_id: UserId = participant.user_id;
    let conversation_id = span.conversation;
    if has_left {
        return ServerFrame::ParticipantRemoved(ParticipantGone {
            conversation_id,
            user_id,
        });
    }
    let change = ParticipantChange {
        conversation_id,
        participant,
    };
    if joined > span.after {
        ServerFrame::ParticipantAdded(change)
    } else {
        ServerFrame::ParticipantUpdated(change)
    }
}

/// The last number of a page that has no room left.
fn full(changes: &[Change], limit: i64) -> Option<Seq> {
    let last = changes.last()?;
    (count(changes) >= limit).then_some(last.seq)
}

fn count(changes: &[Change]) -> i64 {
    i64::try_from(changes.len()).unwrap_or(i64::MAX)
}
