//! Joining everything that a person is in, at once: one call to the bus and two reads, however many there are, which
//! go together with those of others who come at the same time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chat::Chat;
use protocol::models::Conversation;
use protocol::{ConversationId, Seq, UserId};

use crate::gather::Unanswered;
use crate::hub::Hub;
use crate::hub::channel::{Seat, Seating, Standpoint};
use crate::hub::subscriptions::Hold;
use crate::join::{Joiner, Refusal};
use crate::offload::offload;

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

/// Topics that the bus has confirmed, each with a head read afterwards.
struct Opened {
    heads: Vec<(ConversationId, Seq, Hold)>,
    is_cut: bool,
}

/// Joins up to `max` conversations, those with the newest activity, from now on.
pub async fn join_all(hub: &Hub, joiner: &Joiner, max: usize) -> Result<JoinedAll, Refusal> {
    let (listener, user) = (hub.clone(), joiner.user);
    let opening = async move { open_all(&listener, user, max).await };
    let opened = offload(hub.tasks(), "join all", opening).await??;
    // Nothing is awaited from here on: every seat that is taken is answered for.
    let mut outcome = JoinedAll {
        is_cut: opened.is_cut,
        ..JoinedAll::default()
    };
    for (conversation, head, hold) in opened.heads {
        let seat = Seat {
            socket: joiner.socket,
            user,
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

async fn open_all(hub: &Hub, user: UserId, max: usize) -> Result<Opened, Refusal> {
    // One more than there is room for tells whether there are more.
    let limit = max + 1;
    let listed = hub.reads().heads_of(user, limit).await?;
    let is_cut = listed.len() > max;
    let ids: Vec<_> = listed.into_iter().map(|(id, _)| id).take(max).collect();
    let holds = hub.hold(&ids).await?;
    // Read again now that upstream is confirmed: only from these heads on is nothing missed.
    let mut heads: HashMap<_, _> = hub.reads().heads_of(user, limit).await?.into_iter().collect();
    let held = ids.into_iter().zip(holds);
    let heads = held
        .filter_map(|(id, hold)| Some((id, heads.remove(&id)?, hold)))
        .collect();
    Ok(Opened { heads, is_cut })
}

/// Conversations that the person is in and the socket does not follow, as far as there is room.
pub async fn unheard_of(
    hub: &Hub,
    chat: &Chat,
    (user, following): (UserId, &Following),
) -> Result<Vec<Conversation>, Unanswered> {
    let Following { known, max } = following;
    let listed = hub.reads().heads_of(user, *max).await?;
    let room = max.saturating_sub(known.len());
    let mut found = Vec::new();
    for (id, _) in listed
        .into_iter()
        .filter(|(id, _)| !known.contains(id))
        .take(room)
    {
        if let Some(conversation) = chat.store().conversation(id).await? {
            found.push(Conversation {
                participants: None,
                ..conversation
            });
        }
    }
    Ok(found)
}
