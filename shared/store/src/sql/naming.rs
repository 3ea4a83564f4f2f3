//! Conversations by the names that clients have for them: the UUID, or the integer.

use protocol::ConversationId;
use sqlx::query_as;
use uuid::Uuid;

use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;

const BY_NUMBER: &str = "select id, number from conversations where number = $1";

const BY_ID: &str = "select id, number from conversations where id = $1";

impl Store {
    /// The conversation that a client calls by its integer or by its UUID, with that integer; deleted ones too. `None`
    /// for what is neither, and for what never was.
    pub async fn conversation_named(&self, name: &str) -> Result<Option<(ConversationId, i64)>> {
        let row: Option<(Uuid, i64)> = if let Ok(number) = name.parse::<i64>() {
            on_pool!(&self.pools.read, |pool| query_as(BY_NUMBER)
                .bind(number)
                .fetch_optional(pool)
                .await)?
        } else if let Ok(id) = name.parse::<Uuid>() {
            on_pool!(&self.pools.read, |pool| query_as(BY_ID)
                .bind(id)
                .fetch_optional(pool)
                .await)?
        } else {
            None
        };
        Ok(row.map(|(id, number)| (ConversationId(id), number)))
    }
}
