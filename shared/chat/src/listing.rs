//! A person's list of conversations, and one of them as they have it.

use protocol::limits;
use protocol::models::Conversation;
use protocol::{ConversationId, UserId};
use store::{ListPage, Listing};

use crate::{Chat, ChatError, text};

impl Chat {
    /// A page of the caller's list: the pinned first, then by newest activity.
    pub async fn list(&self, actor: UserId, listing: Listing) -> Result<ListPage, ChatError> {
        let max = limits::LISTED_CONVERSATIONS;
        if !(1..=max).contains(&listing.limit) {
            return Err(ChatError::invalid(
                "limit",
                format!("must be between 1 and {max}"),
            ));
        }
        let search = text::optional("q", listing.search, limits::TITLE_CHARS);
        let listing = Listing {
            search: search.map_err(|violation| ChatError::Invalid(vec![violation]))?,
            ..listing
        };
        Ok(self.store.list(actor, &listing).await?)
    }

    /// One conversation as the caller has it, with its participants.
    pub async fn conversation(&self, actor: UserId, id: ConversationId) -> Result<Conversation, ChatError> {
        if let Some(found) = self.store.my_conversation(id, actor).await? {
            return Ok(found);
        }
        self.require_participant(actor, id).await?;
        // They came in between the two questions.
        Err(ChatError::Unavailable)
    }
}
