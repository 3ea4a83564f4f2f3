//! Who has read what, and what each person makes of a conversation for themself.
//!
//! A mark goes through the node's one marking task ([`marker`]): it writes many at once and tells them. What a person
//! has made of a conversation is told to their own sockets alone, as `conversation:state`.

mod crowds;
mod marker;

use protocol::models::Message;
use protocol::requests::UpdateMyState;
use protocol::{ConversationId, Seq, UserId};
use store::{Mark, MyConversation, MyPatch, Reader, Readers};

pub(crate) use self::marker::{Marker, describe_metrics};
use crate::publisher::Commit;
use crate::{Chat, ChatError, announce};

impl Chat {
    /// The caller has read a conversation up to here, or all of it. A mark never goes back, and never beyond the head.
    /// Returns once it is written: what they have not read by then.
    pub async fn mark_read(
        &self,
        user: UserId,
        conversation: ConversationId,
        up_to: Option<Seq>,
    ) -> Result<MyConversation, ChatError> {
        let seq = up_to.unwrap_or(Mark::EVERYTHING);
        if seq < Seq::ZERO {
            return Err(ChatError::invalid("seq", "must not be negative"));
        }
        let mark = Mark {
            conversation,
            user,
            seq,
        };
        match self.marker.mark(mark).await? {
            Some(mine) => Ok(mine),
            // Nothing has moved: it was read already, or is not the caller's to read.
            None => self.mine(user, conversation).await,
        }
    }

    /// The same for what was read without anybody asking for an answer: waits for nothing and tells no failure. The
    /// next mark makes good for one that is lost.
    pub fn note_read(&self, user: UserId, conversation: ConversationId, up_to: Seq) {
        self.marker.note(Mark {
            conversation,
            user,
            seq: up_to,
        });
    }

    /// Shows a conversation as unread to the caller until they read in it again.
    pub async fn mark_unread(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<MyConversation, ChatError> {
        let patch = MyPatch {
            is_marked_unread: Some(true),
            ..MyPatch::default()
        };
        self.change_mine(user, conversation, &patch).await
    }

    /// Hides, pins or mutes a conversation for the caller alone.
    pub async fn update_my_state(
        &self,
        user: UserId,
        conversation: ConversationId,
        request: UpdateMyState,
    ) -> Result<MyConversation, ChatError> {
        let patch = MyPatch {
            is_hidden: request.is_hidden,
            is_pinned: request.is_pinned,
            muted_until: request.muted_until,
            is_marked_unread: None,
        };
        self.change_mine(user, conversation, &patch).await
    }

    /// What the caller has not read in all conversations that their list shows, muted ones too: the sum of its counts.
    pub async fn unread_total(&self, user: UserId) -> Result<i64, ChatError> {
        Ok(self.store.unread_total(user).await?)
    }

    /// A page of [`Chat::history`] as those see it who ask for history, ascending by `seq`: each message says whether
    /// somebody other than its sender has read it. With `is_marking` the caller has read its newest message and
    /// everything before it then.
    pub async fn read_page(
        &self,
        actor: UserId,
        conversation: ConversationId,
        mut messages: Vec<Message>,
        is_marking: bool,
    ) -> Result<Vec<Message>, ChatError> {
        let readers = self.show_read(actor, conversation, &mut messages).await?;
        let Some(newest) = messages.last().map(|message| message.seq) else {
            return Ok(messages);
        };
        let is_news = readers
            .mine
            .is_some_and(|(read, is_marked)| newest > read || is_marked);
        if is_marking
            && is_news
            && let Err(error) = self.mark_read(actor, conversation, Some(newest)).await
        {
            // The page is an answer all the same.
            tracing::debug!(%error, "a page was read, and the mark could not be moved");
        }
        Ok(messages)
    }

    /// Fills in [`Message::is_read`] of a page of one conversation, ascending by `seq`, and answers what the asker has
    /// read. For the callers who ask for history without reading it.
    pub async fn show_read(
        &self,
        asker: UserId,
        conversation: ConversationId,
        messages: &mut [Message],
    ) -> Result<Readers, ChatError> {
        let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
            return Ok(Readers::default());
        };
        let span = (first.seq, last.seq);
        let readers = self.store.readers((conversation, asker), span).await?;
        for message in messages {
            message.is_read = Some(is_read(message, &readers.others));
        }
        Ok(readers)
    }

    async fn change_mine(
        &self,
        user: UserId,
        conversation: ConversationId,
        patch: &MyPatch,
    ) -> Result<MyConversation, ChatError> {
        let now = self.clock.now();
        let place = (conversation, user);
        let is_changed = self.store.update_my_conversation(place, patch, now).await?;
        let mine = self.mine(user, conversation).await?;
        if is_changed {
            let told = announce::state(user, conversation, &mine, now);
            self.publisher.publish(Commit {
                frames: vec![told],
                outbox: None,
            });
        }
        Ok(mine)
    }

    /// A conversation as the caller has it: 404 for what does not exist, 403 for what is not theirs.
    async fn mine(&self, user: UserId, conversation: ConversationId) -> Result<MyConversation, ChatError> {
        let mut found = self.store.my_conversations(&[(conversation, user)]).await?;
        if let Some(mine) = found.pop().flatten() {
            return Ok(mine);
        }
        self.require_participant(user, conversation).await?;
        // They came in between the two questions.
        Err(ChatError::Unavailable)
    }
}

/// Who came later has not read what was said before, though their mark stands above it.
fn is_read(message: &Message, readers: &[Reader]) -> bool {
    readers.iter().any(|reader| {
        reader.user != message.sender_id
            && reader.joined_seq < message.seq
            && message.seq <= reader.last_read_seq
    })
}
