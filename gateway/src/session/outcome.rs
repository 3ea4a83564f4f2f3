//! What is answered once a command is done.

use chat::{ChatError, Sent};
use protocol::ConversationId;
use protocol::close::CloseCode;
use protocol::frames::{ConversationGone, MessageAck, ParticipantGone, ServerFrame};
use protocol::models::Conversation;
use protocol::problem::ProblemCode;

use super::on_frame::error_reply;
use super::{Asker, Command, From, Reaction, Session, Task};
use crate::gather::Unanswered;
use crate::join::Refusal;
use crate::join_all::JoinedAll;

/// How a command ended.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives from an answer to its frame, never in a queue"
)]
pub enum Outcome {
    /// A send.
    Sent(Result<Sent, ChatError>),
    /// An edit, a deletion or a mark: the change itself comes back as a frame, to everybody.
    Changed(Result<(), ChatError>),
    /// A mark: it comes back as a frame too, if it moved.
    Read(ConversationId, Result<(), ChatError>),
    /// A join that got its seat.
    Joined(ConversationId),
    /// A join that did not.
    NotJoined(ConversationId, Refusal),
    /// A join of everything.
    JoinedAll(Result<JoinedAll, Refusal>),
    /// Conversations that this socket had not heard of.
    Found(Result<Vec<Conversation>, Unanswered>),
}

impl Session {
    /// A command is done.
    pub fn on_outcome(&mut self, outcome: Outcome, asker: Asker) -> Vec<Reaction> {
        match outcome {
            Outcome::Sent(Ok(sent)) => acknowledged(sent, asker),
            Outcome::Sent(Err(error)) | Outcome::Changed(Err(error)) | Outcome::Read(_, Err(error)) => {
                vec![failed(&error, asker)]
            }
            Outcome::Read(conversation, Ok(())) => {
                self.on_has_read(conversation, &asker).into_iter().collect()
            }
            Outcome::Changed(Ok(())) => Vec::new(),
            Outcome::Joined(conversation) => {
                self.followed.insert(conversation);
                self.seats.insert(conversation);
                self.owed.remove(&conversation);
                Vec::new()
            }
            Outcome::NotJoined(conversation, refusal) => {
                let was_owed = self.owes(conversation) && asker == Asker::Server;
                self.on_left(conversation);
                let mut reactions = vec![Reaction::Leave(conversation)];
                reactions.extend(self.on_refusal(&refusal, asker));
                if was_owed && !self.ends_with_place() {
                    reactions.extend(self.farewell(conversation, &refusal));
                }
                reactions
            }
            Outcome::JoinedAll(Ok(joined)) => self.on_joined_all(joined),
            Outcome::JoinedAll(Err(refusal)) => self.on_refusal(&refusal, asker).into_iter().collect(),
            Outcome::Found(Ok(found)) => self.on_found(found),
            Outcome::Found(Err(error)) => {
                tracing::debug!(%error, "a list of conversations could not be read yet");
                vec![Reaction::Later(Task::of(Command::Relist))]
            }
        }
    }

    /// Its own frame was dropped with the queue, and whoever is out reads nothing any more.
    fn farewell(&self, conversation_id: ConversationId, refusal: &Refusal) -> Option<Reaction> {
        let frame = match refusal {
            Refusal::NotParticipant => ServerFrame::ParticipantRemoved(ParticipantGone {
                conversation_id,
                user_id: self.user(),
            }),
            Refusal::Deleted | Refusal::NoConversation => {
                ServerFrame::ConversationDeleted(ConversationGone { id: conversation_id })
            }
            Refusal::Store(_) | Refusal::Unfinished(_) => return None,
        };
        Some(Reaction::Reply(frame))
    }

    fn on_joined_all(&mut self, joined: JoinedAll) -> Vec<Reaction> {
        self.followed.extend(&joined.seated);
        self.seats.extend(joined.seated);
        let rest = joined.behind.into_iter();
        let mut reactions: Vec<_> = rest
            .map(|conversation| {
                Reaction::Do(Task::of(Command::Join {
                    conversation,
                    from: From::Head,
                }))
            })
            .collect();
        if joined.is_cut {
            let max = self.limits.subscriptions;
            let message = format!("only the {max} conversations with the newest activity are followed");
            reactions.push(error_reply(ProblemCode::Invalid, message, Asker::Server));
        }
        reactions
    }

    /// As if the bus had told: shown first, then followed from where the person joined.
    fn on_found(&self, found: Vec<Conversation>) -> Vec<Reaction> {
        let mut reactions = Vec::new();
        for conversation in found
            .into_iter()
            .filter(|found| !self.followed.contains(&found.id) && !self.declined.contains(&found.id))
        {
            let join = Command::Join {
                conversation: conversation.id,
                from: From::Joining,
            };
            reactions.push(Reaction::Reply(ServerFrame::ConversationNew(conversation)));
            reactions.push(Reaction::Do(Task::of(join)));
        }
        reactions
    }

    /// Whoever asked is told. A socket that follows by itself what it cannot follow now is closed, so that the
    /// client comes back and resumes; one that only lost a race against a removal goes on.
    fn on_refusal(&self, refusal: &Refusal, asker: Asker) -> Option<Reaction> {
        let (code, close) = match refusal {
            Refusal::NoConversation | Refusal::Deleted => (ProblemCode::NotFound, CloseCode::Deleted),
            Refusal::NotParticipant => (ProblemCode::NotParticipant, CloseCode::NotParticipant),
            Refusal::Store(_) | Refusal::Unfinished(_) => (ProblemCode::Unavailable, CloseCode::Overload),
        };
        match asker {
            _ if self.ends_with_place() => Some(Reaction::Close(close)),
            Asker::Client { .. } => Some(error_reply(code, refusal.to_string(), asker)),
            Asker::Server if close.may_resume() => Some(Reaction::Close(close)),
            Asker::Server => None,
        }
    }
}

fn acknowledged(sent: Sent, asker: Asker) -> Vec<Reaction> {
    // Without a name for the send there is nothing to acknowledge it by: the echo is the answer.
    let Asker::Client {
        client_id: Some(client_id),
        ..
    } = asker
    else {
        return Vec::new();
    };
    let message = sent.message;
    vec![Reaction::Reply(ServerFrame::MessageAck(MessageAck {
        client_id,
        id: message.id,
        conversation_id: message.conversation_id,
        seq: message.seq,
        created_at: message.created_at,
    }))]
}

fn failed(error: &ChatError, asker: Asker) -> Reaction {
    if let ChatError::Internal(source) = error {
        tracing::error!(
            error = source as &dyn std::error::Error,
            "a frame could not be carried out"
        );
    }
    error_reply(error.code(), error.to_string(), asker)
}
