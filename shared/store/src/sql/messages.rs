//! Messages as history shows them: deleted ones never.

use protocol::models::Message;
use protocol::{ConversationId, MessageId, Seq};
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

const LATEST: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and deleted_at is null order by seq desc limit $2 offset $3"
);

const BELOW: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and deleted_at is null and seq < $3 order by seq desc limit $2"
);

const ABOVE: &str = concat!(
    "select ",
    message_columns!(),
    " from messages where conversation_id = $1 and deleted_at is null and seq > $3 order by seq limit $2"
);

impl Store {
    /// One message that is not deleted.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>> {
        let row: Option<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(BY_ID)
            .bind(id.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Message::from))
    }

    /// A page of history, ascending by `seq`.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        page: Page,
        limit: i64,
    ) -> Result<Vec<Message>> {
        let limit = limit.max(0);
        match page {
            Page::Latest { offset } => {
                self.newest_first(conversation, LATEST, limit, offset.max(0))
                    .await
            }
            Page::Before(seq) => self.newest_first(conversation, BELOW, limit, seq.0).await,
            Page::After(seq) => self.slice(conversation, ABOVE, limit, seq.0).await,
            Page::Around(Seq(seq)) => {
                let older = limit / 2;
                let mut around = self.newest_first(conversation, BELOW, older, seq).await?;
                let from_here = seq.saturating_sub(1);
                around.extend(self.slice(conversation, ABOVE, limit - older, from_here).await?);
                Ok(around)
            }
        }
    }

    async fn newest_first(
        &self,
        conversation: ConversationId,
        sql: &'static str,
        limit: i64,
        bound: i64,
    ) -> Result<Vec<Message>> {
        let mut messages = self.slice(conversation, sql, limit, bound).await?;
        messages.reverse();
        Ok(messages)
    }

    async fn slice(
        &self,
        conversation: ConversationId,
        sql: &'static str,
        limit: i64,
        bound: i64,
    ) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(sql)
            .bind(conversation.0)
            .bind(limit)
            .bind(bound)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }
}
