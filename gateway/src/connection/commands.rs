//! Carrying out what takes time, one command of a socket after the other.

use std::mem;
use std::time::Duration;

use chat::ChatError;
use protocol::ConversationId;
use protocol::frames::{EditFrame, ReactFrame};
use protocol::requests::EditMessage;
use rand::RngExt;
use tokio::time::Instant;

use super::{Connection, End};
use crate::gather::Unanswered;
use crate::join::rules::Frames;
use crate::join::{Join, Joiner, Refusal, Step};
use crate::join_all;
use crate::offload::{Gone, offload};
use crate::session::{Asker, Command, Outcome, Task};

/// A task that ended without an answer left nothing behind: the transaction it held was rolled back.
fn known(changed: Result<Result<(), ChatError>, Gone>) -> Result<(), ChatError> {
    changed.unwrap_or(Err(ChatError::Unavailable))
}

/// What a command under way came to.
pub(super) enum Done {
    /// It is over.
    Finished(Outcome, Asker),
    /// A join has something to write before it goes on.
    Page(Join, Frames, Asker),
    /// A join is over; this comes before what is already queued for the socket.
    Seated(Outcome, Frames, Asker),
    /// The store could not serve a join now; it knows how far it is.
    Stalled(Join, Unanswered, Asker),
}

/// What is done once the store may be back.
pub(super) enum Later {
    /// From its beginning.
    Task(Task),
    /// From where it stopped.
    Join(Join, Asker),
}

/// The least pause before something postponed is tried again; up to twice as long, so that ten thousand sockets do
/// not ask at the same moment.
const POSTPONED_FOR: Duration = Duration::from_secs(1);

impl Connection {
    pub(super) fn start_next_command(&mut self) {
        while self.running.is_none()
            && let Some(task) = self.waiting.pop_front()
        {
            if !self.session.is_moot(&task) && !self.is_postponed(&task) {
                self.start(task.command, task.asker);
            }
        }
    }

    /// The client has asked for something else meanwhile.
    fn give_up_postponed(&mut self, conversation: ConversationId) {
        self.later.retain(
            |(_, later)| !matches!(later, Later::Join(join, _) if join.conversation() == conversation),
        );
    }

    /// Whether a join that waits for the store will come to the same: two would repeat each other's pages.
    fn is_postponed(&self, task: &Task) -> bool {
        let Command::Join { conversation, .. } = task.command else {
            return false;
        };
        let mut joins = self.later.iter().filter_map(|(_, later)| match later {
            Later::Join(join, _) => Some(join.conversation()),
            Later::Task(_) => None,
        });
        task.asker == Asker::Server && joins.any(|postponed| postponed == conversation)
    }

    fn start(&mut self, command: Command, asker: Asker) {
        let (chat, hub, user) = (
            self.gateway.chat().clone(),
            self.gateway.hub().clone(),
            self.session.user(),
        );
        self.running = Some(match command {
            Command::Send(send) => {
                Box::pin(async move { Done::Finished(Outcome::Sent(chat.send(user, send).await), asker) })
            }
            Command::Edit(EditFrame {
                message_id,
                text,
                mentions,
            }) => {
                let edit = EditMessage { text, mentions };
                let editing = async move { chat.edit_message(user, message_id, edit).await.map(drop) };
                let edited = offload(self.gateway.tasks(), "edit", editing);
                Box::pin(async move { Done::Finished(Outcome::Changed(known(edited.await)), asker) })
            }
            Command::Delete(id) => {
                let deleting = async move { chat.delete_message(user, id).await };
                let deleted = offload(self.gateway.tasks(), "delete", deleting);
                Box::pin(async move { Done::Finished(Outcome::Changed(known(deleted.await)), asker) })
            }
            Command::React(ReactFrame {
                message_id,
                emoji,
                remove,
            }) => {
                let reacting = async move {
                    let done = if remove {
                        chat.unreact(user, message_id, &emoji).await
                    } else {
                        chat.react(user, message_id, &emoji).await
                    };
                    done.map(drop)
                };
                let reacted = offload(self.gateway.tasks(), "react", reacting);
                Box::pin(async move { Done::Finished(Outcome::Changed(known(reacted.await)), asker) })
            }
            Command::Read(conversation, seq) => {
                let reading = async move { chat.mark_read(user, conversation, Some(seq)).await.map(drop) };
                let read = offload(self.gateway.tasks(), "read", reading);
                Box::pin(async move { Done::Finished(Outcome::Read(conversation, known(read.await)), asker) })
            }
            Command::Relist => {
                let following = self.session.following();
                let found = offload(self.gateway.tasks(), "relist", async move {
                    join_all::unheard_of(&hub, &chat, (user, &following)).await
                });
                Box::pin(async move {
                    // A node that is stopping looks for nothing new.
                    Done::Finished(Outcome::Found(found.await.unwrap_or(Ok(Vec::new()))), asker)
                })
            }
            Command::Join { conversation, from } => {
                self.give_up_postponed(conversation);
                // A seat that it has already would mix live frames into what is repeated.
                hub.leave(conversation, self.place.id());
                let join = Join::new(self.joiner(), conversation, from);
                return self.go_on(join, asker);
            }
            Command::Leave(conversation) => {
                self.session.on_left(conversation);
                self.give_up_postponed(conversation);
                hub.leave(conversation, self.place.id());
                self.note_caught_up();
                return;
            }
            Command::JoinAll => {
                let (joiner, max) = (self.joiner(), self.session.following().max);
                Box::pin(async move {
                    let outcome = join_all::join_all(&hub, &joiner, max).await;
                    Done::Finished(Outcome::JoinedAll(outcome), asker)
                })
            }
        });
    }

    pub(super) async fn on_done(&mut self, done: Done) -> Result<(), End> {
        self.running = None;
        let reactions = match done {
            Done::Finished(outcome, asker) => self.session.on_outcome(outcome, asker),
            Done::Page(join, frames, asker) => {
                self.write_all(frames).await?;
                self.go_on(join, asker);
                return Ok(());
            }
            Done::Stalled(join, error, asker) => {
                if self.session.on_stalled(join.conversation(), &asker) {
                    self.postpone(Later::Join(join, asker));
                    return Ok(());
                }
                let outcome = Outcome::NotJoined(join.conversation(), Refusal::Store(error));
                self.session.on_outcome(outcome, asker)
            }
            Done::Seated(outcome, frames, asker) => {
                // First noted, then written: a write that fails must not leave a seat behind that nobody knows of.
                let reactions = self.session.on_outcome(outcome, asker);
                self.write_all(frames).await?;
                reactions
            }
        };
        self.note_caught_up();
        for reaction in reactions {
            self.react(reaction).await?;
        }
        Ok(())
    }

    pub(super) fn note_caught_up(&self) {
        if self.session.has_caught_up() {
            self.outbox.has_caught_up();
        }
    }

    fn go_on(&mut self, join: Join, asker: Asker) {
        let hub = self.gateway.hub().clone();
        self.running = Some(Box::pin(async move {
            let conversation = join.conversation();
            match join.step(&hub).await {
                Step::Page(join, frames) => Done::Page(join, frames, asker),
                Step::Seated(frames) => Done::Seated(Outcome::Joined(conversation), frames, asker),
                Step::Stalled(join, error) => Done::Stalled(join, error, asker),
                Step::Refused(refusal) => Done::Finished(Outcome::NotJoined(conversation, refusal), asker),
            }
        }));
    }

    pub(super) fn postpone(&mut self, later: Later) {
        let pause = POSTPONED_FOR.mul_f64(rand::rng().random_range(1.0..2.0));
        self.later.push((Instant::now() + pause, later));
    }

    /// What is due goes on; a join only while nothing else is under way.
    pub(super) fn take_up_postponed(&mut self, now: Instant) {
        for (due, postponed) in mem::take(&mut self.later) {
            match postponed {
                _ if due > now => self.later.push((due, postponed)),
                Later::Task(task) => self.waiting.push_back(task),
                // The client has given it up, or another join has come to the same end.
                Later::Join(join, _) if !self.session.owes(join.conversation()) => {}
                Later::Join(join, asker) if self.running.is_none() => self.go_on(join, asker),
                Later::Join(..) => self.later.push((now + POSTPONED_FOR, postponed)),
            }
        }
    }

    async fn write_all(&mut self, frames: Frames) -> Result<(), End> {
        for text in frames {
            self.writing.feed(&text, None).await?;
        }
        self.writing.flush().await
    }

    fn joiner(&self) -> Joiner {
        Joiner {
            socket: self.place.id(),
            user: self.session.user(),
            outbox: self.outbox.clone(),
            ends_with_place: self.session.ends_with_place(),
        }
    }
}
