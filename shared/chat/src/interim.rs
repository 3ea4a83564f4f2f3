//! Gone with the merge of `reading`.
use crate::{Chat, ChatError};
use protocol::models::Conversation;
use protocol::{ConversationId, Seq, UserId};

/// As on `reading`.
#[derive(Default)]
pub struct UpdateConversation {
    /// T.
    pub title: Option<Option<String>>,
    /// D.
    pub description: Option<Option<String>>,
    /// L.
    pub link: Option<Option<String>>,
}

impl Chat {
    /// As on `reading`.
    pub async fn mark_read(&self, u: UserId, c: ConversationId, _: Option<Seq>) -> Result<(), ChatError> {
        self.require_participant(u, c).await
    }
    /// As on `reading`.
    pub async fn update_conversation(&self, u: UserId, c: ConversationId, _: UpdateConversation) -> Result<Conversation, ChatError> {
        self.conversation(u, c).await
    }
    /// As on `reading`.
    pub async fn unread_total(&self, user: UserId) -> Result<i64, ChatError> {
        Ok(self.store.unread_in_all(user).await?)
    }
}
