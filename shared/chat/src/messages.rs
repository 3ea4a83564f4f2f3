//! Sending, changing, deleting and reading messages.

use protocol::models::Message;
use protocol::requests::SendMessage;
use protocol::{AttachmentId, ConversationId, MessageId, UserId, limits};
use store::{Appended, Judgement, Locked, NewMessage, Page, Screening};
use uuid::Uuid;

use crate::permit::{self, Actor};
use crate::{Chat, ChatError, text};

/// A send that is committed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The message, with its place.
    pub message: Message,
    /// The `client_id` had been sent before: this is what it became then.
    pub is_repeated: bool,
}

impl Chat {
    /// Sends a message. Once this returns `Ok` the message is durable and every participant will see it; with a
    /// `client_id` the call may be repeated for ever, on any node, and answers with the same message. The name is the
    /// sender's own, for all their conversations.
    pub async fn send(&self, sender: UserId, request: SendMessage) -> Result<Sent, ChatError> {
        self.send_under(sender, request, Screening::ByPolicy).await
    }

    /// As [`Chat::send`], for a way in that demands that contact details are screened wherever nobody switched it off.
    pub async fn send_screened(&self, sender: UserId, request: SendMessage) -> Result<Sent, ChatError> {
        self.send_under(sender, request, Screening::Demanded).await
    }

    async fn send_under(
        &self,
        sender: UserId,
        request: SendMessage,
        screening: Screening,
    ) -> Result<Sent, ChatError> {
        let attachments = files(request.attachment_ids)?;
        let text = if attachments.is_empty() {
            text::message(request.text)?
        } else {
            text::beside_files(request.text)?
        };
        let message = NewMessage {
            id: MessageId(Uuid::now_v7()),
            conversation: request.conversation_id,
            sender,
            text,
            reply_to: request.reply_to,
            client_id: text::client_id(request.client_id)?,
            attachments,
            screening,
        };
        self.append(message).await
    }

    /// Stores a message that has passed every check that needs no database.
    pub(crate) async fn append(&self, message: NewMessage) -> Result<Sent, ChatError> {
        let (conversation, sender) = (message.conversation, message.sender);
        let (message, is_repeated) = match self.writer.append(message).await? {
            Appended::Stored(message) => (message, false),
            Appended::Repeated(message) if message.conversation_id == conversation => (message, true),
            // Not a repetition but a second message under a used name: answering the first would swallow it.
            Appended::Repeated(_) => {
                return Err(ChatError::Conflict(
                    "this client_id names a message in another conversation",
                ));
            }
            Appended::NoConversation => return Err(ChatError::NoConversation),
            Appended::NotParticipant => return Err(ChatError::NotParticipant),
            Appended::NoFile => {
                return Err(ChatError::invalid(
                    "attachment_ids",
                    "one of these files is not yours, or has its message already",
                ));
            }
            Appended::NoReplyTarget => {
                return Err(ChatError::invalid(
                    "reply_to",
                    "there is no such message in this conversation",
                ));
            }
            Appended::Screened => return Err(ChatError::ContactData),
            Appended::Held => return Err(ChatError::HeldForReview),
        };
        tracing::info!(user.id = %sender, conversation.id = %message.conversation_id, is_repeated, "message sent");
        Ok(Sent { message, is_repeated })
    }

    /// Gives a message of the caller's own a new text.
    pub async fn edit_message(
        &self,
        actor: UserId,
        id: MessageId,
        new_text: String,
    ) -> Result<Message, ChatError> {
        let new_text = text::message(Some(new_text))?;
        let mut locked = self.lock_own_message(actor, id).await?;
        let now = self.clock.now();
        let new_text = match locked.judge_edit(id, &new_text, now).await? {
            Judgement::Pass => new_text,
            Judgement::Mask(masked) => masked,
            // There is no holding an edit: what it would replace is already there.
            Judgement::Refuse | Judgement::Hold => return Err(ChatError::ContactData),
        };
        let change = locked.edit_message(id, &new_text, now).await?;
        let edited = locked.message(id).await?.ok_or(ChatError::NoMessage)?;
        self.commit(locked, vec![change]).await?;
        Ok(edited)
    }

    /// Deletes a message of the caller's own; its place stays, its text does not.
    pub async fn delete_message(&self, actor: UserId, id: MessageId) -> Result<(), ChatError> {
        let mut locked = self.lock_own_message(actor, id).await?;
        let change = locked.delete_message(id, self.clock.now()).await?;
        self.commit(locked, vec![change]).await?;
        self.files_may_be_doomed();
        Ok(())
    }

    /// A page of history, ascending; deleted messages are not on it.
    pub async fn history(
        &self,
        actor: UserId,
        conversation: ConversationId,
        page: Page,
        limit: i64,
    ) -> Result<Vec<Message>, ChatError> {
        if !(1..=limits::PAGE_MAX).contains(&limit) {
            let detail = format!("must be between 1 and {}", limits::PAGE_MAX);
            return Err(ChatError::invalid("limit", detail));
        }
        self.require_participant(actor, conversation).await?;
        Ok(self.store.messages(conversation, page, limit).await?)
    }

    /// The message's conversation, locked, after the checks that editing and deleting share.
    pub(crate) async fn lock_own_message(&self, actor: UserId, id: MessageId) -> Result<Locked, ChatError> {
        let found = self.store.message(id).await?.ok_or(ChatError::NoMessage)?;
        let mut locked = self
            .store
            .lock(found.conversation_id)
            .await?
            .ok_or(ChatError::NoMessage)?;
        let role = locked
            .participant(actor)
            .await?
            .map(|participant| participant.role);
        // Read again: only under the lock does nobody else change it.
        let message = locked.message(id).await?.ok_or(ChatError::NoMessage)?;
        permit::change_message(Actor { user: actor, role }, &message)?;
        Ok(locked)
    }
}

/// The files of a send, each once.
fn files(named: Vec<AttachmentId>) -> Result<Vec<AttachmentId>, ChatError> {
    if named.len() > limits::FILES_PER_SEND {
        let detail = format!("at most {} at once", limits::FILES_PER_SEND);
        return Err(ChatError::invalid("attachment_ids", detail));
    }
    let mut files = Vec::with_capacity(named.len());
    for id in named {
        if !files.contains(&id) {
            files.push(id);
        }
    }
    Ok(files)
}
