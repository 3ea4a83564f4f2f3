//! Reactions under the conversation's lock: a row for each, and the summary in the message's own row.

use protocol::frames::ServerFrame;
use protocol::models::{Message, Reaction};
use protocol::{MessageId, Timestamp, UserId, limits};
use sqlx::types::Json;
use sqlx::{query, query_as, query_scalar};

use super::Locked;
use crate::error::Result;
use crate::pool::on_tx;
use crate::records::Change;
use crate::rows::{MessageRow, message_columns};

const ADD: &str = "insert into reactions (message_id, user_id, emoji, created_at) values ($1, $2, $3, $4)
     on conflict do nothing";

const REMOVE: &str = "delete from reactions where message_id = $1 and user_id = $2 and emoji = $3";

const FIRST: &str = "select user_id from reactions where message_id = $1 and emoji = $2
     order by created_at, user_id limit $3";

const SUMMARISE: &str = concat!(
    "update messages set changed_seq = $3, reactions = $4
     where conversation_id = $1 and id = $2 and deleted_at is null
     returning ",
    message_columns!()
);

impl Locked {
    /// Adds somebody's reaction to a message that [`Locked::message`] has just read. `None`: they had it already.
    pub async fn react(
        &mut self,
        to: &Message,
        user: UserId,
        emoji: &str,
        now: Timestamp,
    ) -> Result<Option<Change>> {
        let added = on_tx!(&mut self.tx, |connection| query(ADD)
            .bind(to.id.0)
            .bind(user.0)
            .bind(emoji)
            .bind(now.utc())
            .execute(connection)
            .await
            .map(|done| done.rows_affected()))?;
        if added == 0 {
            return Ok(None);
        }
        let mut reactions = to.reactions.clone();
        match reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => {
                reaction.count += 1;
                if reaction.user_ids.len() < limits::REACTION_USERS {
                    reaction.user_ids.push(user);
                }
            }
            None => reactions.push(Reaction {
                emoji: emoji.to_owned(),
                count: 1,
                user_ids: vec![user],
            }),
        }
        self.summarise(to.id, &reactions, now).await.map(Some)
    }

    /// Takes somebody's reaction away from a message that [`Locked::message`] has just read. `None`: they had none.
    pub async fn unreact(
        &mut self,
        from: &Message,
        user: UserId,
        emoji: &str,
        now: Timestamp,
    ) -> Result<Option<Change>> {
        let removed = on_tx!(&mut self.tx, |connection| query(REMOVE)
            .bind(from.id.0)
            .bind(user.0)
            .bind(emoji)
            .execute(connection)
            .await
            .map(|done| done.rows_affected()))?;
        if removed == 0 {
            return Ok(None);
        }
        let mut reactions = from.reactions.clone();
        if let Some(reaction) = reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            reaction.count -= 1;
            let listed = reaction.user_ids.len();
            reaction.user_ids.retain(|&one| one != user);
            let has_room = reaction.user_ids.len() < listed;
            if has_room && reaction.count >= i64::try_from(listed).unwrap_or(i64::MAX) {
                reaction.user_ids = self.first_of(from.id, emoji).await?;
            }
        }
        reactions.retain(|reaction| reaction.count > 0);
        self.summarise(from.id, &reactions, now).await.map(Some)
    }

    async fn first_of(&mut self, message: MessageId, emoji: &str) -> Result<Vec<UserId>> {
        let limit = i64::try_from(limits::REACTION_USERS).unwrap_or(i64::MAX);
        let users: Vec<i64> = on_tx!(&mut self.tx, |connection| query_scalar(FIRST)
            .bind(message.0)
            .bind(emoji)
            .bind(limit)
            .fetch_all(connection)
            .await)?;
        Ok(users.into_iter().map(UserId).collect())
    }

    async fn summarise(&mut self, id: MessageId, reactions: &[Reaction], now: Timestamp) -> Result<Change> {
        let (conversation, seq, _) = self.next(now);
        let row: MessageRow = on_tx!(&mut self.tx, |connection| query_as(SUMMARISE)
            .bind(conversation.0)
            .bind(id.0)
            .bind(seq.0)
            .bind(Json(reactions))
            .fetch_one(connection)
            .await)?;
        Ok(self.took(seq, ServerFrame::MessageEdited(row.into())))
    }
}
