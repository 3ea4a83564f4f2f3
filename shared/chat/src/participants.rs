//! Who is in a conversation, and how that changes.

use protocol::models::{Participant, Role};
use protocol::{ConversationId, UserId, limits};

use crate::permit;
use crate::{Chat, ChatError};

/// A person who is in the conversation now.
#[derive(Clone, Debug, PartialEq)]
pub struct Added {
    /// As what.
    pub participant: Participant,
    /// `false`: they were in it already, and stay as they were.
    pub is_new: bool,
}

impl Chat {
    /// Everybody in a conversation.
    pub async fn participants(
        &self,
        actor: UserId,
        conversation: ConversationId,
    ) -> Result<Vec<Participant>, ChatError> {
        self.require_participant(actor, conversation).await?;
        Ok(self.store.participants(conversation).await?)
    }

    /// Adds a person to a group. Who is in it already is answered as they are.
    pub async fn add_participant(
        &self,
        actor: UserId,
        conversation: ConversationId,
        whom: UserId,
        role: Option<Role>,
    ) -> Result<Added, ChatError> {
        // Before the lock: a second connection asked for under it could wait for one that waits for this lock.
        let is_known = self.store.user(whom).await?.is_some();
        let (mut locked, actor) = self.lock_as(actor, conversation).await?;
        permit::add_participant(actor, locked.conversation().kind)?;
        if !is_known {
            return Err(ChatError::NoUser);
        }
        if let Some(present) = locked.participant(whom).await? {
            return Ok(Added {
                participant: present,
                is_new: false,
            });
        }
        let count = locked.participant_count().await?;
        if usize::try_from(count).is_ok_and(|count| count >= limits::PARTICIPANTS) {
            let detail = format!("a conversation holds at most {} people", limits::PARTICIPANTS);
            return Err(ChatError::invalid("user_id", detail));
        }
        let change = locked
            .add_participant(whom, role.unwrap_or(Role::Member), self.clock.now())
            .await?;
        let added = locked
            .participant(whom)
            .await?
            .ok_or(ChatError::NoSuchParticipant)?;
        self.commit(locked, vec![change]).await?;
        if let Some(shown) = self.store.conversation(conversation).await? {
            self.tell_participants(&shown, &[whom]);
        }
        Ok(Added {
            participant: added,
            is_new: true,
        })
    }

    /// Removes a person from a group, or lets the caller leave it. From that change on they see nothing more.
    pub async fn remove_participant(
        &self,
        actor: UserId,
        conversation: ConversationId,
        whom: UserId,
    ) -> Result<(), ChatError> {
        let (mut locked, actor) = self.lock_as(actor, conversation).await?;
        permit::remove_participant(actor, locked.conversation().kind, whom)?;
        if locked.participant(whom).await?.is_none() {
            return Err(ChatError::NoSuchParticipant);
        }
        let change = locked.remove_participant(whom, self.clock.now()).await?;
        self.commit(locked, vec![change]).await
    }
}
