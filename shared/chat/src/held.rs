//! What administrators do about contact details: where they are screened, and what becomes of held messages.

use protocol::models::{ContactPolicy, HeldMessage};
use protocol::{ConversationId, MessageId};
use store::{Decision, Held, NewMessage, Screening, User};

use crate::messages::Sent;
use crate::permit;
use crate::{Chat, ChatError};

/// Held messages that one look shows; the next come up when these are decided.
const SHOWN: i64 = 200;

impl Chat {
    /// Says whether contact details are screened in a conversation; `None`: as the installation says. What is there
    /// already stays.
    pub async fn set_contact_policy(
        &self,
        actor: &User,
        conversation: ConversationId,
        policy: Option<ContactPolicy>,
    ) -> Result<(), ChatError> {
        permit::oversee_contacts(actor)?;
        if !self.store.set_contact_policy(conversation, policy).await? {
            return Err(ChatError::NoConversation);
        }
        tracing::info!(user.id = %actor.id, conversation.id = %conversation, "contact policy changed");
        Ok(())
    }

    /// Messages that wait for a decision, the oldest first, 200 at most.
    pub async fn held_messages(&self, actor: &User) -> Result<Vec<HeldMessage>, ChatError> {
        permit::oversee_contacts(actor)?;
        let held = self.store.held_messages(SHOWN).await?;
        Ok(held.into_iter().map(shown).collect())
    }

    /// Sends a held message as its sender, unscreened. It takes its place now, not when it was written. Doing so again
    /// answers with the same message.
    pub async fn approve_held(&self, actor: &User, id: MessageId) -> Result<Sent, ChatError> {
        let held = self.decide(actor, id, Decision::Approved).await?;
        let sent = self
            .append(NewMessage {
                screening: Screening::Waived,
                ..held.message
            })
            .await;
        // Its sender has left, or the database went away: it is not sent, so it is not decided.
        if sent.is_err() {
            self.store.reopen_held(id).await?;
        }
        sent
    }

    /// A held message is never sent.
    pub async fn reject_held(&self, actor: &User, id: MessageId) -> Result<(), ChatError> {
        self.decide(actor, id, Decision::Rejected).await.map(drop)
    }

    async fn decide(&self, actor: &User, id: MessageId, decision: Decision) -> Result<Held, ChatError> {
        permit::oversee_contacts(actor)?;
        let decided = self.store.decide_held(id, decision, actor.id, self.clock.now());
        let held = decided.await?.ok_or(ChatError::NothingHeld)?;
        tracing::info!(user.id = %actor.id, message.id = %id, ?decision, "held message decided");
        Ok(held)
    }
}

fn shown(held: Held) -> HeldMessage {
    let NewMessage {
        id,
        conversation,
        sender,
        text,
        reply_to,
        ..
    } = held.message;
    HeldMessage {
        id,
        conversation_id: conversation,
        sender_id: sender,
        text,
        reply_to,
        held_at: held.held_at,
    }
}
