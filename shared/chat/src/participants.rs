//! Who is in a conversation, and how that changes.

use protocol::models::{ConversationType, Participant, Role, SystemEvent};
use protocol::requests::UpdateMyState;
use protocol::{ConversationId, UserId, limits};
use store::{Locked, NewSystemMessage};

use crate::contention::retried;
use crate::permit;
use crate::{Chat, ChatError};

/// A person who is in the conversation now.
#[derive(Clone, Debug, PartialEq)]
pub struct Added {
    /// As what.
    pub participant: Participant,
    /// `false`: they were in it already; a role that was asked for is theirs now.
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

    /// Adds a person to a group, as a member unless a role is asked for. Who is in it already gets the role that is
    /// asked for, and is answered as they are now. The last admin stays one.
    pub async fn add_participant(
        &self,
        actor: UserId,
        conversation: ConversationId,
        whom: UserId,
        role: Option<Role>,
    ) -> Result<Added, ChatError> {
        // Before the lock: a second connection asked for under it could wait for one that waits for this lock.
        let names = self.names(&[actor, whom]).await?;
        retried(|| async {
            let (mut locked, actor) = self.lock_as(actor, conversation).await?;
            permit::add_participant(actor, locked.conversation().kind)?;
            if !names.know(whom) {
                return Err(ChatError::NoUser);
            }
            if let Some(present) = locked.participant(whom).await? {
                let participant = match role {
                    Some(role) if role != present.role => self.change_role(locked, whom, role).await?,
                    _ => present,
                };
                return Ok(Added {
                    participant,
                    is_new: false,
                });
            }
            let told = names.told(actor.user, SystemEvent::Added { user_id: whom });
            self.let_in(locked, (whom, role.unwrap_or(Role::Member)), told)
                .await
        })
        .await
    }

    /// Joins a group that is open. Who is in it already stays as they are.
    pub async fn join(&self, actor: UserId, conversation: ConversationId) -> Result<(), ChatError> {
        let names = self.names(&[actor]).await?;
        retried(|| async {
            let (mut locked, actor) = self.lock_as(actor, conversation).await?;
            if actor.role.is_some() {
                return Ok(());
            }
            permit::join(locked.conversation().kind, locked.is_open().await?)?;
            let told = names.told(actor.user, SystemEvent::Joined);
            self.let_in(locked, (actor.user, Role::Member), told)
                .await
                .map(drop)
        })
        .await
    }

    /// Lets somebody in who is not in it, if there is room, and says so in the conversation.
    async fn let_in(
        &self,
        mut locked: Locked,
        (whom, role): (UserId, Role),
        told: NewSystemMessage,
    ) -> Result<Added, ChatError> {
        let count = locked.participant_count().await?;
        if usize::try_from(count).is_ok_and(|count| count >= limits::PARTICIPANTS) {
            let detail = format!("a conversation holds at most {} people", limits::PARTICIPANTS);
            return Err(ChatError::invalid("user_id", detail));
        }
        let now = self.clock.now();
        let change = locked.add_participant(whom, role, now).await?;
        let added = locked
            .participant(whom)
            .await?
            .ok_or(ChatError::NoSuchParticipant)?;
        // As of the change that let them in: what the system says of it comes after.
        let shown = locked.listed().await?;
        let told = locked.say_system(&told, now).await?;
        self.commit_and_tell(locked, vec![change, told], Some((whom, shown)))
            .await?;
        Ok(Added {
            participant: added,
            is_new: true,
        })
    }

    async fn change_role(
        &self,
        mut locked: Locked,
        whom: UserId,
        role: Role,
    ) -> Result<Participant, ChatError> {
        let change = locked.add_participant(whom, role, self.clock.now()).await?;
        if locked.heir().await?.is_some() {
            return Err(ChatError::Conflict(
                "a group needs an admin; make somebody else one first",
            ));
        }
        let changed = locked
            .participant(whom)
            .await?
            .ok_or(ChatError::NoSuchParticipant)?;
        self.commit(locked, vec![change]).await?;
        Ok(changed)
    }

    /// Takes a conversation from the caller's list: they leave a group for good; a private one is hidden until somebody
    /// writes, as nobody can be removed from it.
    pub async fn leave(&self, actor: UserId, conversation: ConversationId) -> Result<(), ChatError> {
        let standing = self.store.standing(conversation, actor).await?;
        let standing = standing.filter(|standing| !standing.is_deleted);
        match standing.ok_or(ChatError::NoConversation)?.kind {
            ConversationType::Group => self.remove_participant(actor, conversation, actor).await,
            ConversationType::Private => {
                let hide = UpdateMyState {
                    is_hidden: Some(true),
                    is_pinned: None,
                    muted_until: None,
                };
                self.update_my_state(actor, conversation, hide).await.map(drop)
            }
        }
    }

    /// Removes a person from a group, or lets the caller leave it. From that change on they see nothing more. When the
    /// last admin leaves, whoever has been in it longest becomes admin: somebody must be able to manage the group.
    pub async fn remove_participant(
        &self,
        actor: UserId,
        conversation: ConversationId,
        whom: UserId,
    ) -> Result<(), ChatError> {
        let names = self.names(&[actor, whom]).await?;
        retried(|| async {
            let (mut locked, actor) = self.lock_as(actor, conversation).await?;
            permit::remove_participant(actor, locked.conversation().kind, whom)?;
            if locked.participant(whom).await?.is_none() {
                return Err(ChatError::NoSuchParticipant);
            }
            let now = self.clock.now();
            let mut changes = vec![locked.remove_participant(whom, now).await?];
            if let Some(heir) = locked.heir().await? {
                changes.push(locked.add_participant(heir, Role::Admin, now).await?);
            }
            let event = if whom == actor.user {
                SystemEvent::Left
            } else {
                SystemEvent::Removed { user_id: whom }
            };
            let told = names.told(actor.user, event);
            changes.push(locked.say_system(&told, now).await?);
            self.commit(locked, changes).await
        })
        .await
    }
}
