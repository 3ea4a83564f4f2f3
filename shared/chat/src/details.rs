//! What everybody is shown of a conversation: title, description, link.

use protocol::models::{Conversation, ConversationType, SystemEvent};
use protocol::requests::UpdateConversation;
use protocol::{ConversationId, UserId, limits};
use store::ConversationPatch;

use crate::attachments::is_web_address;
use crate::contention::retried;
use crate::error::Violation;
use crate::{Chat, ChatError, permit, text};

impl Chat {
    /// Renames a conversation, or changes its description or link. What is the same already takes no number.
    /// Where contact details are screened, all three are.
    pub async fn update_conversation(
        &self,
        actor: UserId,
        id: ConversationId,
        request: UpdateConversation,
    ) -> Result<Conversation, ChatError> {
        let patch = checked(request)?;
        let names = self.names(&[actor]).await?;
        retried(|| async {
            let (mut locked, who) = self.lock_as(actor, id).await?;
            permit::describe_conversation(who)?;
            let judged = locked.judge_details(patch.clone()).await?;
            let patch = judged.ok_or(ChatError::ContactData)?;
            if !changes(&patch, locked.conversation()) {
                return Ok(());
            }
            let renaming = renaming(&patch, locked.conversation());
            let mut told = vec![locked.update_conversation(&patch).await?];
            if let Some(event) = renaming {
                let said = names.told(actor, event);
                told.push(locked.say_system(&said, self.clock.now()).await?);
            }
            self.commit(locked, told).await
        })
        .await?;
        self.conversation(actor, id).await
    }
}

/// What is said of a group that gets another title.
fn renaming(patch: &ConversationPatch, now: &Conversation) -> Option<SystemEvent> {
    let title = patch.title.clone()?;
    let is_news = now.kind == ConversationType::Group && title != now.title;
    is_news.then_some(SystemEvent::Renamed { title })
}

fn changes(patch: &ConversationPatch, now: &Conversation) -> bool {
    let differs =
        |new: &Option<Option<String>>, old: &Option<String>| new.as_ref().is_some_and(|new| new != old);
    differs(&patch.title, &now.title)
        || differs(&patch.description, &now.description)
        || differs(&patch.link, &now.link)
}

fn checked(request: UpdateConversation) -> Result<ConversationPatch, ChatError> {
    let mut violations = Vec::new();
    let mut optional = |field, value: Option<Option<String>>, max| {
        value.map(|value| {
            text::optional(field, value, max).unwrap_or_else(|violation| {
                violations.push(violation);
                None
            })
        })
    };
    let title = optional("title", request.title, limits::TITLE_CHARS);
    let description = optional("description", request.description, limits::DESCRIPTION_CHARS);
    let link = optional("link", request.link, limits::URL_CHARS);
    if let Some(Some(address)) = &link
        && !is_web_address(address)
    {
        violations.push(Violation::new("link", "must be an http or https address"));
    }
    if violations.is_empty() {
        return Ok(ConversationPatch {
            title,
            description,
            link,
        });
    }
    Err(ChatError::Invalid(violations))
}
