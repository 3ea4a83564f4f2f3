//! Sending, changing, deleting and reading messages.

use protocol::frames::ServerFrame;
use protocol::models::{Message, MessageEdit};
use protocol::requests::{EditMessage, SendMessage};
use protocol::{AttachmentId, ConversationId, MessageId, UserId, limits};
use store::{Appended, Change, Judgement, Locked, NewMessage, Page, Screening, User};
use uuid::Uuid;

use crate::contention::retried;
use crate::permit::{self, Actor};
use crate::{Chat, ChatError, mentions, text};

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
            mentions: mentions::checked(request.mentions, &text)?,
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
            Appended::Repeated(_) | Appended::NameTaken => {
                return Err(ChatError::Conflict(
                    "this client_id names a message in another conversation",
                ));
            }
            Appended::NoConversation => return Err(ChatError::NoConversation),
            Appended::NotParticipant => return Err(ChatError::NotParticipant),
            Appended::NoFile => {
                return Err(ChatError::invalid(
                    "attachment_ids",
                    "one of these files is not yours, has its message already, or was uploaded for another conversation",
                ));
            }
            Appended::NoReplyTarget => {
                return Err(ChatError::invalid(
                    "reply_to",
                    "there is no such message in this conversation",
                ));
            }
            Appended::MentionsStranger(place) => return Err(mentions::stranger(place)),
            Appended::Screened => return Err(ChatError::ContactData),
            Appended::Held => return Err(ChatError::HeldForReview),
        };
        tracing::info!(user.id = %sender, conversation.id = %message.conversation_id, is_repeated, "message sent");
        Ok(Sent { message, is_repeated })
    }

    /// Gives a message of the caller's own a new text, and new mentions with it.
    pub async fn edit_message(
        &self,
        actor: UserId,
        id: MessageId,
        request: EditMessage,
    ) -> Result<Message, ChatError> {
        let new_text = text::message(Some(request.text))?;
        let mentions = mentions::checked(request.mentions, &new_text)?;
        retried(|| async {
            let mut locked = self.lock_own_message(actor, id).await?;
            mentions::require_present(&mut locked, &mentions).await?;
            let now = self.clock.now();
            let change = match locked.judge_edit(id, &new_text, now).await? {
                Judgement::Pass => locked.edit_message(id, &new_text, &mentions, now).await?,
                // The places of the mentions are those of another text.
                Judgement::Mask(masked) => locked.edit_message(id, &masked, &[], now).await?,
                // There is no holding an edit: what it would replace is already there.
                Judgement::Refuse | Judgement::Hold => return Err(ChatError::ContactData),
            };
            self.commit_message(locked, change).await
        })
        .await
    }

    /// Deletes a message of the caller's own; its place stays, its texts and reactions do not.
    pub async fn delete_message(&self, actor: UserId, id: MessageId) -> Result<(), ChatError> {
        retried(|| async {
            let mut locked = self.lock_own_message(actor, id).await?;
            let change = locked.delete_message(id, self.clock.now()).await?;
            self.commit(locked, vec![change]).await
        })
        .await?;
        self.files_may_be_doomed();
        Ok(())
    }

    /// What a message said before it was changed, the oldest first; for administrators. Of a deleted message nothing
    /// is left.
    pub async fn message_edits(&self, actor: &User, id: MessageId) -> Result<Vec<MessageEdit>, ChatError> {
        permit::read_edits(actor)?;
        self.store.message(id).await?.ok_or(ChatError::NoMessage)?;
        Ok(self.store.message_edits(id).await?)
    }

    /// A page of history, ascending; deleted messages are not on it.
    pub async fn history(
        &self,
        actor: UserId,
        conversation: ConversationId,
        page: Page,
        limit: i64,
    ) -> Result<Vec<Message>, ChatError> {
        page_limit(limit)?;
        self.require_participant(actor, conversation).await?;
        Ok(self.store.messages(conversation, page, limit).await?)
    }

    /// The same with the deleted ones, which say nothing but that they are gone.
    pub async fn history_with_tombstones(
        &self,
        actor: UserId,
        conversation: ConversationId,
        page: Page,
        limit: i64,
    ) -> Result<Vec<Message>, ChatError> {
        page_limit(limit)?;
        self.require_participant(actor, conversation).await?;
        let messages = self.store.messages_and_tombstones(conversation, page, limit);
        Ok(messages.await?)
    }

    /// Commits a change of one message and answers with the message as it is told.
    pub(crate) async fn commit_message(&self, locked: Locked, change: Change) -> Result<Message, ChatError> {
        let ServerFrame::MessageEdited(message) = change.frame.clone() else {
            return Err(ChatError::NoMessage);
        };
        self.commit(locked, vec![change]).await?;
        Ok(message)
    }

    /// A message under its conversation's lock, and what the caller is there.
    pub(crate) async fn lock_message(
        &self,
        actor: UserId,
        id: MessageId,
    ) -> Result<(Locked, Actor, Message), ChatError> {
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
        Ok((locked, Actor { user: actor, role }, message))
    }

    /// The same after the checks that editing and deleting share.
    pub(crate) async fn lock_own_message(&self, actor: UserId, id: MessageId) -> Result<Locked, ChatError> {
        let (locked, actor, message) = self.lock_message(actor, id).await?;
        permit::change_message(actor, &message)?;
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

fn page_limit(limit: i64) -> Result<(), ChatError> {
    if (1..=limits::PAGE_MAX).contains(&limit) {
        return Ok(());
    }
    let detail = format!("must be between 1 and {}", limits::PAGE_MAX);
    Err(ChatError::invalid("limit", detail))
}
