//! Who is owed an entry for what happened in a conversation, decided without I/O. Who of them is still in it, has read
//! it by now, has muted it or turned it off, the statements know that write the entries.

use std::collections::{BTreeMap, BTreeSet};

use protocol::models::{ConversationType, SystemEvent};
use protocol::{ConversationId, MessageId, Seq, UserId};

/// What is looked at of one conversation: what it has gone through since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) conversation: ConversationId,
    /// Below zero: it has just been made.
    pub(super) after: Seq,
    pub(super) head: Seq,
    pub(super) kind: ConversationType,
    pub(super) created_by: UserId,
}

/// A message of a window that is not deleted.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    pub(super) conversation: ConversationId,
    pub(super) seq: Seq,
    pub(super) id: MessageId,
    pub(super) sender: UserId,
    /// Somebody said it; otherwise somebody did it.
    pub(super) is_text: bool,
    pub(super) event: Option<SystemEvent>,
    pub(super) mentions: Vec<UserId>,
    /// Who said what it answers.
    pub(super) answers: Option<UserId>,
}

/// Somebody who came in within a window, and is still there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joined {
    pub(super) conversation: ConversationId,
    pub(super) user: UserId,
    pub(super) seq: Seq,
}

/// Everybody in a conversation but whoever said everything of it is owed an entry of kind `message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) conversation: ConversationId,
    pub(super) newest: Seq,
    pub(super) newest_by: UserId,
    /// The newest that somebody else than `newest_by` said; zero: nobody did.
    pub(super) by_others: Seq,
}

/// One person is owed an entry of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Direct {
    pub(super) person: UserId,
    pub(super) kind: &'static str,
    pub(super) conversation: ConversationId,
    pub(super) message: Option<MessageId>,
    pub(super) seq: Seq,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) plain: Vec<Plain>,
    pub(super) direct: Vec<Direct>,
    /// As far as they have been looked at.
    pub(super) windows: Vec<Window>,
}

/// `spoken` is in the order of `windows`, then of `seq`. `is_cut`: there may be more messages than these; the last
/// conversation is then done up to the last of them, and the ones behind it are not.
pub(super) fn decide(windows: &[Window], spoken: &[Spoken], joined: &[Joined], is_cut: bool) -> Plan {
    let windows = looked_at(windows, spoken, is_cut);
    let mut plan = Plan::default();
    for window in windows {
        let said: Vec<_> = of(window.conversation, spoken).collect();
        plan.plain.extend(plain(window.conversation, &said));
        for message in said.iter().filter(|message| message.is_text) {
            plan.direct.extend(named(message));
        }
        let came = joined
            .iter()
            .filter(|joined| joined.conversation == window.conversation && joined.seq <= window.head);
        plan.direct
            .extend(came.filter_map(|came| added(&window, came, &said)));
        plan.windows.push(window);
    }
    plan
}

fn looked_at(windows: &[Window], spoken: &[Spoken], is_cut: bool) -> Vec<Window> {
    let Some(last) = spoken.last().filter(|_| is_cut) else {
        return windows.to_vec();
    };
    let up_to = windows
        .iter()
        .take_while(|window| window.conversation <= last.conversation);
    let cut = up_to.map(|window| Window {
        head: if window.conversation == last.conversation {
            last.seq
        } else {
            window.head
        },
        ..*window
    });
    cut.collect()
}

fn of(conversation: ConversationId, spoken: &[Spoken]) -> impl Iterator<Item = &Spoken> {
    // Sorted by conversation: its messages stand together.
    let start = spoken.partition_point(|message| message.conversation < conversation);
    spoken[start..]
        .iter()
        .take_while(move |message| message.conversation == conversation)
}

fn plain(conversation: ConversationId, said: &[&Spoken]) -> Option<Plain> {
    let mut newest_first = said.iter().rev().filter(|message| message.is_text);
    let newest = newest_first.next()?;
    let by_others = newest_first.find(|message| message.sender != newest.sender);
    Some(Plain {
        conversation,
        newest: newest.seq,
        newest_by: newest.sender,
        by_others: by_others.map_or(Seq::ZERO, |message| message.seq),
    })
}

/// Whoever is mentioned is told of that and not of the answer that it may be besides.
fn named(message: &Spoken) -> Vec<Direct> {
    let mut told = BTreeMap::new();
    if let Some(answered) = message.answers {
        told.insert(answered, "reply");
    }
    for &mentioned in message.mentions.iter().collect::<BTreeSet<_>>() {
        told.insert(mentioned, "mention");
    }
    told.remove(&message.sender);
    let direct = told.into_iter().map(|(person, kind)| Direct {
        person,
        kind,
        conversation: message.conversation,
        message: Some(message.id),
        seq: message.seq,
    });
    direct.collect()
}

/// Nobody is told that they made a conversation or came by themself, and a private one is told by its first message.
fn added(window: &Window, came: &Joined, said: &[&Spoken]) -> Option<Direct> {
    let made_it = came.seq <= Seq::ZERO && came.user == window.created_by;
    let came_alone = said
        .iter()
        .any(|message| message.sender == came.user && matches!(message.event, Some(SystemEvent::Joined)));
    if window.kind == ConversationType::Private || made_it || came_alone {
        return None;
    }
    Some(Direct {
        person: came.user,
        kind: "added",
        conversation: window.conversation,
        message: None,
        seq: came.seq,
    })
}

#[cfg(test)]
mod tests;
