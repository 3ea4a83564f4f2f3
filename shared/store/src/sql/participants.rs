//! Who is in a conversation.

use protocol::models::Participant;
use protocol::{ConversationId, Seq, UserId};
use sqlx::query_as;

use super::dialect::{Numbers, Spelled, Uuids, of_pairs};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::Standing;
use crate::rows::{ParticipantRow, kind, participant_columns, role};

/// People that a list of participants holds at most: twice what the public limit lets into one conversation.
const LISTED: i64 = 10_000;

const ACTIVE: &str = concat!(
    "select ",
    participant_columns!(),
    " from participants p join users u on u.id = p.user_id
     where p.conversation_id = $1 and p.left_seq is null
     order by p.joined_seq, p.user_id limit $2"
);

const STANDINGS: Spelled = of_pairs!(
    "select asked.place, c.last_seq, c.kind, p.role, coalesce(p.joined_seq, 0), c.deleted_at is not null from ",
    "asked
     join conversations c on c.id = asked.conversation_id
     left join participants p on p.conversation_id = c.id and p.user_id = asked.user_id and p.left_seq is null"
);

/// `place`, `last_seq`, `kind`, `role`, `joined_seq`, `is_deleted`.
type StandingRow = (i64, i64, String, Option<String>, i64, bool);

impl Store {
    /// Who is in it now, in the order of joining.
    pub async fn participants(&self, conversation: ConversationId) -> Result<Vec<Participant>> {
        let rows: Vec<ParticipantRow> = on_pool!(&self.pools.read, |pool| query_as(ACTIVE)
            .bind(conversation.0)
            .bind(LISTED)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Participant::from).collect())
    }

    /// How a user stands to a conversation, deleted ones too. `None`: there never was such a conversation.
    pub async fn standing(&self, conversation: ConversationId, user: UserId) -> Result<Option<Standing>> {
        let mut standings = self.standings(&[(conversation, user)]).await?;
        Ok(standings.pop().flatten())
    }

    /// [`Store::standing`] of many pairs, in their order, by one statement.
    pub async fn standings(&self, of: &[(ConversationId, UserId)]) -> Result<Vec<Option<Standing>>> {
        let conversations = of.iter().map(|(conversation, _)| conversation.0).collect();
        let users = of.iter().map(|(_, user)| user.0).collect();
        let rows: Vec<StandingRow> =
            on_pool!(&self.pools.read, |pool| query_as(STANDINGS.on(&self.pools.read))
                .bind(Uuids(conversations))
                .bind(Numbers(users))
                .fetch_all(pool)
                .await)?;
        let mut standings = vec![None; of.len()];
        for (place, last_seq, kind_word, role_word, joined_seq, is_deleted) in rows {
            let standing = usize::try_from(place)
                .ok()
                .and_then(|place| standings.get_mut(place));
            if let Some(standing) = standing {
                *standing = Some(Standing {
                    head: Seq(last_seq),
                    kind: kind(&kind_word),
                    role: role_word.as_deref().map(role),
                    joined_seq: Seq(joined_seq),
                    is_deleted,
                });
            }
        }
        Ok(standings)
    }
}
