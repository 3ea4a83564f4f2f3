//! What contact protection needs: who wrote what just before, a conversation's own policy, and what waits for a
//! decision.

use chrono::{DateTime, Utc};
use protocol::models::{ContactPolicy, Conversation};
use protocol::{ConversationId, MessageId, Seq, Timestamp, UserId};
use sqlx::types::Json;
use sqlx::{FromRow, query, query_as, query_scalar};

use crate::Store;
use crate::error::Result;
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::{Decision, Held, NewMessage};
use crate::rows::contact_policy;
use crate::screen::{Earlier, Judgement, Screen, Screening, Terms, shown_label};

/// A person in a conversation.
pub(super) type Author = (ConversationId, UserId);

/// How far back from the newest change an author's texts are looked for: a bound for what is read under the lock.
const LOOKED_AT: i64 = 100;

const TEXTS: &str = "select seq, text from messages
     where conversation_id = $1 and seq > $2 and sender_id = $3 and created_at > $4
        and deleted_at is null and kind = 'text'
     order by seq desc limit $5";

const EDITED: &str = "select c.contact_policy, m.sender_id, m.seq from messages m
     join conversations c on c.id = m.conversation_id where m.id = $1";

const POLICY_OF: &str = "select contact_policy from conversations where id = $1";

const POLICY: &str = "update conversations set contact_policy = $2 where id = $1 and deleted_at is null
     returning number";

const WAITING: &str =
    "select message, held_at from held_messages where decision is null order by held_at, id limit $1";

/// Whoever decides the same again changes nothing.
const DECIDE: &str = "update held_messages set decision = $2, decided_by = coalesce(decided_by, $3),
        decided_at = coalesce(decided_at, $4)
     where id = $1 and (decision is null or decision = $2)
     returning message, held_at";

const REOPEN: &str =
    "update held_messages set decision = null, decided_by = null, decided_at = null where id = $1";

#[derive(FromRow)]
struct HeldRow {
    message: Json<NewMessage>,
    held_at: DateTime<Utc>,
}

impl From<HeldRow> for Held {
    fn from(row: HeldRow) -> Self {
        Self {
            message: row.message.0,
            held_at: row.held_at.into(),
        }
    }
}

/// The newest texts of a person in a locked conversation, the oldest first.
pub(super) async fn texts_of(
    tx: &mut Tx,
    (conversation, user): Author,
    head: Seq,
    (earlier, now): (Earlier, Timestamp),
) -> Result<Vec<(Seq, String)>> {
    let mut rows: Vec<(i64, String)> = on_tx!(tx, |connection| query_as(TEXTS)
        .bind(conversation.0)
        .bind(head.0 - LOOKED_AT)
        .bind(user.0)
        .bind(now.utc() - earlier.within)
        .bind(earlier.count)
        .fetch_all(connection)
        .await)?;
    rows.reverse();
    Ok(rows.into_iter().map(|(seq, text)| (Seq(seq), text)).collect())
}

/// A text that a message is to have.
#[derive(Clone, Copy)]
pub(super) struct Edit<'a> {
    pub(super) id: MessageId,
    pub(super) text: &'a str,
}

/// Judges an edit where it will stand: after what its author wrote before it, and before what they wrote since.
pub(super) async fn judge_edit(
    tx: &mut Tx,
    screen: &dyn Screen,
    conversation: &Conversation,
    (edit, now): (Edit<'_>, Timestamp),
) -> Result<Judgement> {
    let (policy, sender, seq): (Option<String>, i64, i64) = on_tx!(tx, |connection| query_as(EDITED)
        .bind(edit.id.0)
        .fetch_one(connection)
        .await)?;
    let terms = Terms {
        service: conversation.service.as_deref(),
        policy: contact_policy(policy.as_deref()),
        screening: Screening::ByPolicy,
    };
    if !screen.applies(&terms) {
        return Ok(Judgement::Pass);
    }
    let texts = match screen.earlier() {
        Some(earlier) => {
            let author = (conversation.id, UserId(sender));
            texts_of(tx, author, conversation.last_seq, (earlier, now)).await?
        }
        None => Vec::new(),
    };
    let side = |is_wanted: fn(&i64, &i64) -> bool| {
        let side = texts.iter().filter(|(other, _)| is_wanted(&other.0, &seq));
        side.map(|(_, text)| text.as_str()).collect::<Vec<_>>()
    };
    let (mut before, after) = (side(i64::lt), side(i64::gt));
    let judgement = screen.judge(edit.text, &before);
    before.push(edit.text);
    for later in after {
        // What a later text gives away by itself is no fault of this one.
        let completes =
            screen.judge(later, &[]) == Judgement::Pass && screen.judge(later, &before) != Judgement::Pass;
        if completes {
            return Ok(Judgement::Refuse);
        }
        before.push(later);
    }
    Ok(judgement)
}

/// What decides about a locked conversation whether something is judged there.
pub(super) async fn terms_of<'a>(tx: &mut Tx, conversation: &'a Conversation) -> Result<Terms<'a>> {
    let policy: Option<String> = on_tx!(tx, |connection| query_scalar(POLICY_OF)
        .bind(conversation.id.0)
        .fetch_one(connection)
        .await)?;
    Ok(Terms {
        service: conversation.service.as_deref(),
        policy: contact_policy(policy.as_deref()),
        screening: Screening::ByPolicy,
    })
}

/// The title and the description of a conversation as they may be shown, judged by themselves and beside each other.
/// `None`: they give contact details away.
pub(super) fn shown_details(
    screen: &dyn Screen,
    title: Option<&str>,
    description: Option<&str>,
) -> Option<(Option<String>, Option<String>)> {
    let title = match title {
        Some(title) => Some(shown_label(screen.judge(title, &[]), title)?),
        None => None,
    };
    let description = match description {
        Some(description) => {
            let judgement = screen.judge(description, title.as_deref().as_slice());
            Some(shown_label(judgement, description)?)
        }
        None => None,
    };
    Some((title, description))
}

impl Store {
    /// Says whether contact details are screened in a conversation; `None`: as the installation says. Sends that come
    /// later obey it. `false`: there is no such conversation.
    pub async fn set_contact_policy(
        &self,
        id: ConversationId,
        policy: Option<ContactPolicy>,
    ) -> Result<bool> {
        let number: Option<i64> = on_pool!(&self.pools.write, |pool| query_scalar(POLICY)
            .bind(id.0)
            .bind(policy.map(ContactPolicy::as_str))
            .fetch_optional(pool)
            .await)?;
        Ok(number.is_some())
    }

    /// Messages that wait for a decision, the oldest first.
    pub async fn held_messages(&self, limit: i64) -> Result<Vec<Held>> {
        let rows: Vec<HeldRow> = on_pool!(&self.pools.read, |pool| query_as(WAITING)
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Held::from).collect())
    }

    /// Decides about a held message. `None`: there is none, or the opposite was decided before.
    pub async fn decide_held(
        &self,
        id: MessageId,
        decision: Decision,
        by: UserId,
        now: Timestamp,
    ) -> Result<Option<Held>> {
        let row: Option<HeldRow> = on_pool!(&self.pools.write, |pool| query_as(DECIDE)
            .bind(id.0)
            .bind(decision.as_str())
            .bind(by.0)
            .bind(now.utc())
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Held::from))
    }

    /// Lets a decided message wait again: it could not be sent.
    pub async fn reopen_held(&self, id: MessageId) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(REOPEN)
            .bind(id.0)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
