//! Messages as history shows them, and what belongs to them. Deleted ones are shown only when asked for.

use chrono::{DateTime, Utc};
use protocol::models::{Message, MessageEdit, Reaction};
use protocol::{ConversationId, MessageId, Seq, UserId, limits};
use sqlx::query_as;

use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::Page;
use crate::rows::{MessageRow, message_columns};

pub(super) const BY_ID: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where id = $1 and deleted_at is null"
);

/// `$4`: with the deleted ones.
const LATEST: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and (deleted_at is null or $4)
     order by seq desc limit $2 offset $3"
);

const BELOW: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and (deleted_at is null or $4) and seq < $3
     order by seq desc limit $2"
);

const ABOVE: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and (deleted_at is null or $4) and seq > $3
     order by seq limit $2"
);

const PINNED: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and pinned_at is not null and deleted_at is null
     order by pinned_at desc, seq desc limit $2"
);

const EDITS: &str = "select text, replaced_at from message_edits where message_id = $1 order by id limit $2";

const REACTIONS: &str = "select emoji, user_id from reactions where message_id = $1
     order by created_at, user_id, emoji limit $2";

/// Old texts of one message that are answered at most, the oldest first.
const EDITS_LISTED: i64 = 1_000;

/// Reactions of one message that are answered at most, the oldest first: every person of the largest group twice.
const REACTIONS_LISTED: i64 = 10_000;

impl Store {
    /// One message that is not deleted.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>> {
        let row: Option<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(BY_ID)
            .bind(id.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Message::from))
    }

    /// A page of history, ascending by `seq`, without the deleted ones.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        page: Page,
        limit: i64,
    ) -> Result<Vec<Message>> {
        self.history(conversation, page, limit, false).await
    }

    /// The same with the deleted ones, which have no text.
    pub async fn messages_and_tombstones(
        &self,
        conversation: ConversationId,
        page: Page,
        limit: i64,
    ) -> Result<Vec<Message>> {
        self.history(conversation, page, limit, true).await
    }

    /// What is pinned in a conversation, the newest pin first.
    pub async fn pinned_messages(&self, conversation: ConversationId) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(PINNED)
            .bind(conversation.0)
            .bind(limits::PINS)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// The texts that a message had before, the oldest first.
    pub async fn message_edits(&self, id: MessageId) -> Result<Vec<MessageEdit>> {
        let rows: Vec<(String, DateTime<Utc>)> = on_pool!(&self.pools.read, |pool| query_as(EDITS)
            .bind(id.0)
            .bind(EDITS_LISTED)
            .fetch_all(pool)
            .await)?;
        let edits = rows.into_iter().map(|(text, replaced_at)| MessageEdit {
            text,
            replaced_at: replaced_at.into(),
        });
        Ok(edits.collect())
    }

    /// Everybody's reactions to a message, in the order in which the emoji came.
    pub async fn reactions(&self, id: MessageId) -> Result<Vec<Reaction>> {
        let rows: Vec<(String, i64)> = on_pool!(&self.pools.read, |pool| query_as(REACTIONS)
            .bind(id.0)
            .bind(REACTIONS_LISTED)
            .fetch_all(pool)
            .await)?;
        let mut reactions: Vec<Reaction> = Vec::new();
        for (emoji, user) in rows {
            let user = UserId(user);
            match reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
                Some(reaction) => {
                    reaction.count += 1;
                    reaction.user_ids.push(user);
                }
                None => reactions.push(Reaction {
                    emoji,
                    count: 1,
                    user_ids: vec![user],
                }),
            }
        }
        Ok(reactions)
    }

    async fn history(
        &self,
        conversation: ConversationId,
        page: Page,
        limit: i64,
        tombstones: bool,
    ) -> Result<Vec<Message>> {
        let limit = limit.max(0);
        let of = (conversation, tombstones);
        match page {
            Page::Latest { offset } => self.newest_first(of, LATEST, limit, offset.max(0)).await,
            Page::Before(seq) => self.newest_first(of, BELOW, limit, seq.0).await,
            Page::After(seq) => self.slice(of, ABOVE, limit, seq.0).await,
            Page::Around(Seq(seq)) => {
                let older = limit / 2;
                let mut around = self.newest_first(of, BELOW, older, seq).await?;
                let from_here = seq.saturating_sub(1);
                around.extend(self.slice(of, ABOVE, limit - older, from_here).await?);
                Ok(around)
            }
        }
    }

    async fn newest_first(
        &self,
        of: (ConversationId, bool),
        sql: &'static str,
        limit: i64,
        bound: i64,
    ) -> Result<Vec<Message>> {
        let mut messages = self.slice(of, sql, limit, bound).await?;
        messages.reverse();
        Ok(messages)
    }

    async fn slice(
        &self,
        (conversation, tombstones): (ConversationId, bool),
        sql: &'static str,
        limit: i64,
        bound: i64,
    ) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(sql)
            .bind(conversation.0)
            .bind(limit)
            .bind(bound)
            .bind(tombstones)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }
}
