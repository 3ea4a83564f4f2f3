//! Files that belong to messages.

use protocol::Timestamp;
use protocol::models::Attachment;
use sqlx::query_as;

use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::NewAttachment;
use crate::rows::AttachmentRow;

const INSERT: &str = "insert into attachments (message_id, file_url, file_type, file_size, created_at)
     values ($1, $2, $3, $4, $5)
     returning id, message_id, file_url, file_type, file_size, created_at";

impl Store {
    /// Adds a file to a message that exists.
    pub async fn create_attachment(&self, new: &NewAttachment, now: Timestamp) -> Result<Attachment> {
        let row: AttachmentRow = on_pool!(&self.pools.write, |pool| query_as(INSERT)
            .bind(new.message.0)
            .bind(&new.file_url)
            .bind(new.file_type.as_str())
            .bind(new.file_size)
            .bind(now.utc())
            .fetch_one(pool)
            .await)?;
        Ok(row.into())
    }
}
