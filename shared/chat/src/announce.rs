//! How a change becomes bytes: the JSON is encoded here, once, for every receiver on every node.

use bus::{Envelope, Kind, Topic};
use bytes::Bytes;
use protocol::frames::{ConversationState, MarksMoved, ReadMark, ServerFrame};
use protocol::models::{Conversation, Notification};
use protocol::{ConversationId, Seq, Timestamp, UserId};
use store::{Change, MyConversation};
use uuid::Uuid;

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

/// Tells a user's sockets that they are in a conversation that they may not know. They listen to everything after the
/// `last_seq` it is shown with, so that must be the change that put them in.
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

/// Tells every gateway to look at a user's list again: there may be a conversation that their sockets do not know.
pub fn relist(user: UserId, at: Timestamp) -> (Topic, Envelope) {
    let no_conversation = ConversationId(Uuid::nil());
    let (_, envelope) = head(no_conversation, Seq(0), at);
    (Topic::User(user), envelope)
}

/// Tells the gateways that have sockets of this person that some of their tokens were revoked: they look at the list.
pub fn revoked(user: UserId, at: Timestamp) -> (Topic, Envelope) {
    let (topic, envelope) = relist(user, at);
    let kind = Kind::Revoked;
    (topic, Envelope { kind, ..envelope })
}

/// Shows somebody's sockets a new entry of their list. Nothing brings it again: the list is read over REST.
pub fn notification(user: UserId, entry: Notification, at: Timestamp) -> (Topic, Envelope) {
    let conversation = entry.conversation_id.unwrap_or(ConversationId(Uuid::nil()));
    let frame = ServerFrame::NotificationNew(entry);
    (
        Topic::User(user),
        passing(conversation, Kind::Personal, &frame, at),
    )
}

/// Tells everybody in a conversation up to where these people have read it.
pub fn marks(conversation: ConversationId, marks: Vec<ReadMark>, at: Timestamp) -> (Topic, Envelope) {
    let frame = ServerFrame::MessageRead(MarksMoved {
        conversation_id: conversation,
        marks,
    });
    let kind = Kind::Passing { except: None };
    let envelope = passing(conversation, kind, &frame, at);
    (Topic::Conversation(conversation), envelope)
}

/// Tells a user's own sockets what they have made of a conversation.
pub fn state(
    user: UserId,
    conversation: ConversationId,
    mine: &MyConversation,
    at: Timestamp,
) -> (Topic, Envelope) {
    let frame = ServerFrame::ConversationState(ConversationState {
        conversation_id: conversation,
        unread_count: mine.unread_count,
        my: mine.my.clone(),
    });
    let envelope = passing(conversation, Kind::Personal, &frame, at);
    (Topic::User(user), envelope)
}

/// Something without a place in the order.
fn passing(conversation: ConversationId, kind: Kind, frame: &ServerFrame, at: Timestamp) -> Envelope {
    Envelope {
        conversation,
        seq: Seq::ZERO,
        kind,
        committed_at: at,
        frame: Bytes::from(frame.encode(None)),
    }
}

/// What a gateway must know of a change beside its bytes.
pub fn kind_of(frame: &ServerFrame) -> Kind {
    match frame {
        ServerFrame::ParticipantAdded(change) => Kind::Joined(change.participant.user_id),
        ServerFrame::ParticipantRemoved(gone) => Kind::Left(gone.user_id),
        ServerFrame::ConversationDeleted(_) => Kind::Deleted,
        _ => Kind::Change,
    }
}
