//! What everybody is shown of a conversation: title, description, link.

use protocol::frames::ServerFrame;
use protocol::models::Conversation;
use sqlx::query;

use super::Locked;
use crate::error::Result;
use crate::pool::on_tx;
use crate::records::{Change, ConversationPatch};
use crate::sql::conversations::search_text;

const UPDATE: &str = "update conversations set changed_seq = $2, title = $3, description = $4, link = $5,
        search_text = $6
     where id = $1";

impl Locked {
    /// Changes what the patch names.
    pub async fn update_conversation(&mut self, patch: &ConversationPatch) -> Result<Change> {
        let before = &self.conversation;
        let (id, seq) = (before.id, before.last_seq.next());
        let new =
            |change: &Option<Option<String>>, old: &Option<String>| change.as_ref().unwrap_or(old).clone();
        let after = Conversation {
            title: new(&patch.title, &before.title),
            description: new(&patch.description, &before.description),
            link: new(&patch.link, &before.link),
            last_seq: seq,
            ..before.clone()
        };
        on_tx!(&mut self.tx, |connection| query(UPDATE)
            .bind(id.0)
            .bind(seq.0)
            .bind(&after.title)
            .bind(&after.description)
            .bind(&after.link)
            .bind(search_text(after.title.as_deref()))
            .execute(connection)
            .await
            .map(drop))?;
        self.conversation = after.clone();
        Ok(self.took(seq, ServerFrame::ConversationUpdated(after)))
    }
}
