//! What a screen says of the messages of a batch, and keeping those that it holds.

use std::collections::{HashMap, HashSet};

use protocol::{ConversationId, Timestamp, UserId};
use sqlx::query_scalar;
use sqlx::types::Json;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::There;
use super::decide::{Facts, Plan, Refusal, Verdict};
use crate::error::Result;
use crate::pool::{Tx, on_tx};
use crate::records::NewMessage;
use crate::screen::{Judgement, Screen, Terms};
use crate::sql::contacts::{Author, texts_of};
use crate::sql::locked::files::Waiting;

/// A retry of what is held already holds nothing more, and is told where that is.
const HOLD: &str = "insert into held_messages (id, conversation_id, sender_id, client_id, message, held_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (sender_id, client_id) do update set client_id = excluded.client_id
     returning conversation_id";

/// What is known about a batch when it is judged.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) batch: &'a [NewMessage],
    pub(super) facts: &'a [Facts],
    pub(super) locked: &'a HashMap<ConversationId, There>,
    pub(super) files: &'a Waiting,
    pub(super) now: Timestamp,
}

/// Judges each message in turn, so that what one of the batch begins the next may complete.
pub(super) async fn judge(tx: &mut Tx, screen: &dyn Screen, asked: Asked<'_>) -> Result<Vec<Judgement>> {
    let Asked {
        batch,
        facts,
        locked,
        files,
        now,
    } = asked;
    let applies = |message: &&NewMessage| {
        locked.get(&message.conversation).is_some_and(|there| {
            screen.applies(&Terms {
                service: there.service.as_deref(),
                policy: there.contact_policy,
                screening: message.screening,
            })
        })
    };
    let authors: HashSet<_> = batch.iter().filter(applies).map(author).collect();
    if authors.is_empty() {
        return Ok(Vec::new());
    }
    let mut written: HashMap<Author, Vec<String>> = HashMap::new();
    if let Some(earlier) = screen.earlier() {
        for (conversation, user) in authors {
            let Some(there) = locked.get(&conversation) else {
                continue;
            };
            let head = there.counter.last_seq;
            let texts = texts_of(tx, (conversation, user), head, (earlier, now)).await?;
            let texts = texts.into_iter().map(|(_, text)| text).collect();
            written.insert((conversation, user), texts);
        }
    }
    let judged = batch.iter().zip(facts).map(|(message, facts)| {
        // A repetition is answered whatever it says. One of this batch may be of a message that is refused, so it is
        // judged as any other.
        if facts.repeated.is_some() || !facts.is_participant || !applies(&message) {
            return Judgement::Pass;
        }
        if labels(message, files).any(|label| screen.judge(label, &[]) != Judgement::Pass) {
            return Judgement::Refuse;
        }
        let earlier = written.entry(author(message)).or_default();
        let texts: Vec<_> = earlier.iter().map(String::as_str).collect();
        let judgement = screen.judge(&message.text, &texts);
        if matches!(judgement, Judgement::Pass | Judgement::Mask(_)) {
            earlier.push(judgement.text(&message.text).to_owned());
        }
        judgement
    });
    Ok(judged.collect())
}

/// What everybody is shown beside a message's text. It can be neither masked nor held: a file goes by its name, and a
/// sender knows the message by the name that they gave it.
fn labels<'a>(message: &'a NewMessage, files: &'a Waiting) -> impl Iterator<Item = &'a str> {
    let files = message.attachments.iter().filter_map(|id| files.get(id));
    let names = files.filter_map(|waiter| waiter.file.name.as_deref());
    let client_id = message.client_id.as_deref().filter(|name| !is_uuid(name));
    names.chain(client_id)
}

/// Whether a `client_id` is what most clients choose. One in a few dozen holds a row of nine digits by chance.
fn is_uuid(name: &str) -> bool {
    name.len() == Hyphenated::LENGTH && Uuid::try_parse(name).is_ok()
}

/// Keeps what waits for a decision. What has the name of one that waits elsewhere is refused.
pub(super) async fn hold(tx: &mut Tx, batch: &[NewMessage], plan: &mut Plan, now: Timestamp) -> Result<()> {
    let held = batch.iter().zip(&mut plan.verdicts);
    for (message, verdict) in held.filter(|(_, verdict)| **verdict == Verdict::Held) {
        let named = NewMessage {
            client_id: Some(name(message)),
            ..message.clone()
        };
        let place: Uuid = on_tx!(tx, |connection| query_scalar(HOLD)
            .bind(named.id.0)
            .bind(named.conversation.0)
            .bind(named.sender.0)
            .bind(&named.client_id)
            .bind(Json(&named))
            .bind(now.utc())
            .fetch_one(connection)
            .await)?;
        if place != named.conversation.0 {
            *verdict = Verdict::Refused(Refusal::NameTaken);
        }
    }
    Ok(())
}

/// Whoever approves it twice must not send it twice, so it needs a name.
fn name(message: &NewMessage) -> String {
    message
        .client_id
        .clone()
        .unwrap_or_else(|| message.id.0.to_string())
}

const fn author(message: &NewMessage) -> (ConversationId, UserId) {
    (message.conversation, message.sender)
}
