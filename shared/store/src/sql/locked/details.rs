//! What everybody is shown of a conversation, title, description, link, and what the screen says of it.

use protocol::frames::ServerFrame;
use protocol::models::Conversation;
use sqlx::query;

use super::Locked;
use crate::error::Result;
use crate::pool::on_tx;
use crate::records::{Change, ConversationPatch};
use crate::screen::Judgement;
use crate::sql::contacts;
use crate::sql::conversations::search_text;

const UPDATE: &str = "update conversations set changed_seq = $2, title = $3, description = $4, link = $5,
        search_text = $6
     where id = $1";

impl Locked {
    /// A patch as it may be carried out where contact details are screened: what it changes of title and description
    /// may be masked. `None`: it gives contact details away.
    pub async fn judge_details(&mut self, patch: ConversationPatch) -> Result<Option<ConversationPatch>> {
        let Some(screen) = self.screen.clone() else {
            return Ok(Some(patch));
        };
        let terms = contacts::terms_of(&mut self.tx, &self.conversation).await?;
        if !screen.applies(&terms) {
            return Ok(Some(patch));
        }
        // What was there before is nobody's fault now.
        let changed = |change: &Option<Option<String>>, old: &Option<String>| {
            change.clone().filter(|new| new != old).flatten()
        };
        let title = changed(&patch.title, &self.conversation.title);
        let description = changed(&patch.description, &self.conversation.description);
        let link = changed(&patch.link, &self.conversation.link);
        // Half an address is of no use to anybody.
        if link.is_some_and(|link| screen.judge(&link, &[]) != Judgement::Pass) {
            return Ok(None);
        }
        let shown = contacts::shown_details(screen.as_ref(), title.as_deref(), description.as_deref());
        Ok(shown.map(|(title, description)| ConversationPatch {
            title: title.map(Some).or(patch.title),
            description: description.map(Some).or(patch.description),
            link: patch.link,
        }))
    }

    /// Whether something short may stand beside the messages here: an address, the name of a file. It is judged by
    /// itself.
    pub async fn may_show(&mut self, label: &str) -> Result<bool> {
        let Some(screen) = self.screen.clone() else {
            return Ok(true);
        };
        let terms = contacts::terms_of(&mut self.tx, &self.conversation).await?;
        Ok(!screen.applies(&terms) || screen.judge(label, &[]) == Judgement::Pass)
    }

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
