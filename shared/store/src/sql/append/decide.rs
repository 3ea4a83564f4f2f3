//! What becomes of each message of a batch, decided without I/O.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use protocol::models::{Message, MessageKind, ReplyHead};
use protocol::{AttachmentId, ConversationId, MessageId, Seq, Timestamp};

use crate::records::{Appended, NewMessage};
use crate::screen::Judgement;

/// The least time between two messages of a conversation: the finest that both databases keep.
const TICK: Duration = Duration::from_micros(1);

/// Where a locked conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    pub(super) last_seq: Seq,
    pub(super) last_message_at: Option<Timestamp>,
}

/// What the database says about one message of the batch.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) is_participant: bool,
    /// The message that its sender's `client_id` stands for already.
    pub(super) repeated: Option<MessageId>,
    /// The message that it answers, if that is there.
    pub(super) reply: Option<ReplyHead>,
    /// The first of its mentions that names nobody who is in the conversation.
    pub(super) stranger: Option<usize>,
    /// Its files are its sender's, and wait for a message of this conversation.
    pub(super) has_files: bool,
}

/// What becomes of one message.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is this one of [`Plan::stored`].
    Stored(usize),
    /// An earlier message of this batch has the same `client_id`: this one of [`Plan::stored`].
    RepeatedHere(usize),
    /// An earlier batch stored it as this.
    Repeated(MessageId),
    /// It is not stored.
    Refused(Refusal),
    /// It waits for a decision.
    Held,
}

/// Why one is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no such conversation, or it is deleted.
    NoConversation,
    /// The sender is not in it.
    NotParticipant,
    /// `reply_to` names no message of this conversation.
    NoReplyTarget,
    /// This one of its mentions names somebody who is not in the conversation.
    MentionsStranger(usize),
    /// The screen refused its text.
    Screened,
    /// A file is not the sender's, or waits for no message any more.
    NoFile,
    /// Its `client_id` is that of a held message in another conversation.
    NameTaken,
}

impl From<Refusal> for Appended {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoConversation => Self::NoConversation,
            Refusal::NotParticipant => Self::NotParticipant,
            Refusal::NoReplyTarget => Self::NoReplyTarget,
            Refusal::MentionsStranger(place) => Self::MentionsStranger(place),
            Refusal::Screened => Self::Screened,
            Refusal::NoFile => Self::NoFile,
            Refusal::NameTaken => Self::NameTaken,
        }
    }
}

/// What is to be written and answered.
#[derive(Debug)]
pub(super) struct Plan {
    /// One for each message, in the order given.
    pub(super) verdicts: Vec<Verdict>,
    /// To be inserted; the database gives each its `number`.
    pub(super) stored: Vec<Message>,
    /// Where each changed conversation stands afterwards.
    pub(super) counters: BTreeMap<ConversationId, Counter>,
}

impl Plan {
    pub(super) fn repeated(&self) -> impl Iterator<Item = MessageId> {
        self.verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Repeated(id) => Some(*id),
            _ => None,
        })
    }

    pub(super) fn heads(&self) -> Vec<(ConversationId, Seq)> {
        let heads = self.counters.iter().map(|(&id, counter)| (id, counter.last_seq));
        heads.collect()
    }
}

/// `facts` has one entry for each message of the batch, and so has `judged`, unless nobody judged. A repetition is recognised before anything is refused: the
/// answer to a retry must not change because its sender has left since.
pub(super) fn decide(
    batch: &[NewMessage],
    mut locked: HashMap<ConversationId, Counter>,
    facts: &[Facts],
    judged: &[Judgement],
    now: Timestamp,
) -> Plan {
    let mut plan = Plan {
        verdicts: Vec::with_capacity(batch.len()),
        stored: Vec::with_capacity(batch.len()),
        counters: BTreeMap::new(),
    };
    let mut named = HashMap::new();
    let mut taken: HashSet<AttachmentId> = HashSet::new();
    for (place, (message, facts)) in batch.iter().zip(facts).enumerate() {
        let judgement = judged.get(place).unwrap_or(&Judgement::Pass);
        let name = message
            .client_id
            .as_deref()
            .map(|client_id| (message.sender, client_id));
        let earlier = name.and_then(|name| named.get(&name));
        let verdict = if let Some(id) = facts.repeated {
            Verdict::Repeated(id)
        } else if let Some(&place) = earlier {
            Verdict::RepeatedHere(place)
        } else {
            let is_taken = message.attachments.iter().any(|id| taken.contains(id));
            match (
                locked.get_mut(&message.conversation),
                refusal(message, facts, judgement),
            ) {
                (None, _) => Verdict::Refused(Refusal::NoConversation),
                (Some(_), Some(refused)) => Verdict::Refused(refused),
                (Some(_), None) if is_taken => Verdict::Refused(Refusal::NoFile),
                (Some(_), None) if *judgement == Judgement::Hold => Verdict::Held,
                (Some(counter), None) => {
                    let place = plan.stored.len();
                    plan.stored.push(Message {
                        reply: facts.reply.clone(),
                        ..placed(message, judgement, counter, now)
                    });
                    plan.counters.insert(message.conversation, *counter);
                    named.extend(name.map(|name| (name, place)));
                    taken.extend(&message.attachments);
                    Verdict::Stored(place)
                }
            }
        };
        plan.verdicts.push(verdict);
    }
    plan
}

/// Why a message is not stored although its conversation is there.
fn refusal(message: &NewMessage, facts: &Facts, judgement: &Judgement) -> Option<Refusal> {
    if !facts.is_participant {
        return Some(Refusal::NotParticipant);
    }
    if message.reply_to.is_some() && facts.reply.is_none() {
        return Some(Refusal::NoReplyTarget);
    }
    if !facts.has_files {
        return Some(Refusal::NoFile);
    }
    let stranger = facts.stranger.map(Refusal::MentionsStranger);
    stranger.or((*judgement == Judgement::Refuse).then_some(Refusal::Screened))
}

/// When the next message of a conversation is said: later than the one before it, whatever this node's clock says.
pub(crate) fn moment_after(last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    last.map_or(now, |last| now.max(last.plus(TICK)))
}

fn placed(message: &NewMessage, judgement: &Judgement, counter: &mut Counter, now: Timestamp) -> Message {
    let seq = counter.last_seq.next();
    let created_at = moment_after(counter.last_message_at, now);
    *counter = Counter {
        last_seq: seq,
        last_message_at: Some(created_at),
    };
    Message {
        id: message.id,
        conversation_id: message.conversation,
        sender_id: message.sender,
        text: Some(judgement.text(&message.text).to_owned()),
        reply_to: message.reply_to,
        is_edited: false,
        created_at,
        seq,
        number: 0,
        client_id: message.client_id.clone(),
        kind: MessageKind::Text,
        event: None,
        edited_at: None,
        reply: None,
        // The places of the mentions are those of the text as it was sent.
        mentions: match judgement {
            Judgement::Mask(_) => Vec::new(),
            _ => message.mentions.clone(),
        },
        reactions: Vec::new(),
        attachments: Vec::new(),
        pinned_at: None,
        deleted_at: None,
        is_read: None,
    }
}

#[cfg(test)]
mod tests;
