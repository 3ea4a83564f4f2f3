//! Joining everything that a person is in, at once: one call to the bus and two queries, however many there are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chat::Chat;
use protocol::ConversationId;

use crate::hub::Hub;
use crate::hub::channel::{Seat, Seating, Standpoint};
use crate::join::{Joiner, Refusal};

/// What a socket follows already, and how much it may.
#[derive(Clone, Debug)]
pub struct Following {
    /// Its conversations.
    pub known: HashSet<ConversationId>,
    /// How many there may be.
    pub max: usize,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct JoinedAll {
    /// Live from here on, each with its `sync` queued.
    pub seated: Vec<ConversationId>,
    /// Frames passed in between: these have to be joined one by one.
    pub behind: Vec<ConversationId>,
    /// The person is in more conversations than one socket may follow.
    pub is_cut: bool,
}

/// Joins the conversations with the newest activity first, leaving out those that the socket follows already.
pub async fn join_all(
    hub: &Hub,
    chat: &Chat,
    joiner: &Joiner,
    session: &Following,
) -> Result<JoinedAll, Refusal> {
    let Following { known, max } = session;
    let room = max.saturating_sub(known.len());
    // One more than there is room for tells whether there are more; what is known already does not count.
    let limit = i64::try_from(*max + 1).unwrap_or(i64::MAX);
    let listed = chat.store().heads_of(joiner.user, limit).await?;
    let is_cut = listed.len() > *max;
    let fresh: Vec<_> = listed
        .into_iter()
        .map(|(id, _)| id)
        .filter(|id| !known.contains(id))
        .take(room)
        .collect();
    if fresh.is_empty() {
        return Ok(JoinedAll {
            is_cut,
            ..JoinedAll::default()
        });
    }
    let holds = hub.hold(&fresh).await?;
    // Read again now that upstream is confirmed: only from these heads on is nothing missed.
    let mut heads: HashMap<_, _> = chat
        .store()
        .heads_of(joiner.user, limit)
        .await?
        .into_iter()
        .collect();
    let mut outcome = JoinedAll {
        is_cut,
        ..JoinedAll::default()
    };
    for (conversation, hold) in fresh.into_iter().zip(holds) {
        let Some(head) = heads.remove(&conversation) else {
            continue;
        };
        let seat = Seat {
            socket: joiner.socket,
            user: joiner.user,
            outbox: joiner.outbox.clone(),
            ends_with_place: false,
            hold: Arc::new(hold),
        };
        match hub.take_seat(
            conversation,
            seat,
            Standpoint {
                position: head,
                permitted_at: head,
            },
        ) {
            Seating::Seated => outcome.seated.push(conversation),
            Seating::Behind => outcome.behind.push(conversation),
            Seating::Removed => {}
        }
    }
    Ok(outcome)
}
