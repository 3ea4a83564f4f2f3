//! What people feel about a message: one emoji each, as many as they like.

use protocol::models::{Message, Reaction};
use protocol::{MessageId, UserId, limits};

use crate::contention::retried;
use crate::permit::{self, Actor};
use crate::{Chat, ChatError};

impl Chat {
    /// Adds the caller's reaction. One that they have already changes nothing and takes no number.
    pub async fn react(&self, actor: UserId, id: MessageId, emoji: &str) -> Result<Message, ChatError> {
        let emoji = known(emoji)?;
        retried(|| async {
            let (mut locked, actor, message) = self.lock_message(actor, id).await?;
            permit::react(actor, &message)?;
            let is_new = !message.reactions.iter().any(|reaction| reaction.emoji == emoji);
            if is_new && message.reactions.len() >= limits::REACTION_KINDS {
                let detail = format!(
                    "a message has at most {} different reactions",
                    limits::REACTION_KINDS
                );
                return Err(ChatError::invalid("emoji", detail));
            }
            match locked
                .react(&message, actor.user, emoji, self.clock.now())
                .await?
            {
                Some(change) => self.commit_message(locked, change).await,
                None => Ok(message),
            }
        })
        .await
    }

    /// Takes the caller's reaction back. One that they have not changes nothing and takes no number.
    pub async fn unreact(&self, actor: UserId, id: MessageId, emoji: &str) -> Result<Message, ChatError> {
        let emoji = known(emoji)?;
        retried(|| async {
            let (mut locked, actor, message) = self.lock_message(actor, id).await?;
            permit::react(actor, &message)?;
            match locked
                .unreact(&message, actor.user, emoji, self.clock.now())
                .await?
            {
                Some(change) => self.commit_message(locked, change).await,
                None => Ok(message),
            }
        })
        .await
    }

    /// Everybody's reactions to a message, with all names, for its participants.
    pub async fn reactions(&self, actor: UserId, id: MessageId) -> Result<Vec<Reaction>, ChatError> {
        let message = self.store.message(id).await?.ok_or(ChatError::NoMessage)?;
        let standing = self.store.standing(message.conversation_id, actor).await?;
        let standing = standing
            .filter(|standing| !standing.is_deleted)
            .ok_or(ChatError::NoMessage)?;
        permit::read(Actor {
            user: actor,
            role: standing.role,
        })?;
        Ok(self.store.reactions(id).await?)
    }
}

/// One emoji in its full spelling, so that ❤ with and without its variation sign is one reaction.
fn known(emoji: &str) -> Result<&'static str, ChatError> {
    match emojis::get(emoji) {
        Some(emoji) => Ok(emoji.as_str()),
        None => Err(ChatError::invalid("emoji", "must be one emoji")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_taken_in_its_full_spelling() {
        for emoji in ["👍", "👍🏽", "❤️", "👨‍👩‍👧", "🇰🇬", "1️⃣"] {
            assert_eq!(known(emoji).unwrap(), emoji);
        }
        assert_eq!(known("❤").unwrap(), "❤️");
    }

    #[test]
    fn anything_else_is_refused() {
        for other in ["", "a", "1", "ok", "👍👍", "👍 ", "<b>", "\u{200d}", "\u{fe0f}"] {
            assert!(known(other).is_err(), "{other:?}");
        }
    }
}
