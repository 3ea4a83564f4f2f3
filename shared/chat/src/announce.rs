//! How a change becomes bytes: the JSON is encoded here, once, for every receiver on every node.

use bus::{Envelope, Kind, Topic};
use bytes::Bytes;
use protocol::frames::ServerFrame;
use protocol::models::Conversation;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use store::Change;

/// The envelope that carries a change to every gateway, live or replayed.
pub fn change(change: &Change, committed_at: Timestamp) -> Envelope {
    Envelope {
        conversation: change.conversation,
        seq: change.seq,
        kind: kind_of(&change.frame),
        committed_at,
        frame: Bytes::from(change.frame.encode(Some(change.seq))),
    }
}

/// Tells a user's sockets that they are in a conversation that they may not know.
pub fn conversation_for(
    user: UserId,
    conversation: &Conversation,
    committed_at: Timestamp,
) -> (Topic, Envelope) {
    let frame = ServerFrame::ConversationNew(conversation.clone());
    let envelope = Envelope {
        conversation: conversation.id,
        seq: conversation.last_seq,
        kind: Kind::Joined(user),
        committed_at,
        frame: Bytes::from(frame.encode(None)),
    };
    (Topic::User(user), envelope)
}

/// Tells every gateway that a conversation has come this far; whoever has less reads the store.
pub fn head(conversation: ConversationId, seq: Seq, at: Timestamp) -> (Topic, Envelope) {
    let envelope = Envelope {
        conversation,
        seq,
        kind: Kind::Head,
        committed_at: at,
        frame: Bytes::new(),
    };
    (Topic::Conversation(conversation), envelope)
}

fn kind_of(frame: &ServerFrame) -> Kind {
    match frame {
        ServerFrame::ParticipantAdded(change) => Kind::Joined(change.participant.user_id),
        ServerFrame::ParticipantRemoved(gone) => Kind::Left(gone.user_id),
        ServerFrame::ConversationDeleted(_) => Kind::Deleted,
        _ => Kind::Change,
    }
}
