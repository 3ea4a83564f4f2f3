//! Messages that stand at the top of a conversation for everybody in it.

use protocol::models::Message;
use protocol::{ConversationId, MessageId, UserId, limits};

use crate::contention::retried;
use crate::permit;
use crate::{Chat, ChatError};

impl Chat {
    /// Pins a message, or with `false` takes it down. What is so already changes nothing and takes no number.
    pub async fn pin_message(
        &self,
        actor: UserId,
        id: MessageId,
        is_pinned: bool,
    ) -> Result<Message, ChatError> {
        retried(|| async {
            let (mut locked, actor, message) = self.lock_message(actor, id).await?;
            permit::pin_message(actor, locked.conversation().kind, &message)?;
            if message.pinned_at.is_some() == is_pinned {
                return Ok(message);
            }
            if is_pinned && locked.pinned_count().await? >= limits::PINS {
                let detail = format!("a conversation has at most {} pinned messages", limits::PINS);
                return Err(ChatError::invalid("message_id", detail));
            }
            let change = locked.pin_message(id, is_pinned, self.clock.now()).await?;
            self.commit_message(locked, change).await
        })
        .await
    }

    /// What is pinned in a conversation, the newest pin first.
    pub async fn pinned_messages(
        &self,
        actor: UserId,
        conversation: ConversationId,
    ) -> Result<Vec<Message>, ChatError> {
        self.require_participant(actor, conversation).await?;
        Ok(self.store.pinned_messages(conversation).await?)
    }
}
