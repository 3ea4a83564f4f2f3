//! What must hold, whatever happens: see `main.rs` for the list.

use std::rc::Rc;

use gateway::text::Text;
use protocol::frames::{Received, ServerFrame};
use protocol::{ConversationId, UserId};

use crate::client::Kind;
use crate::copy::Stream;
use crate::database::{Room, room_of};
use crate::traffic::short;
use crate::world::World;

impl World {
    fn parse(&mut self, text: &Text) -> Rc<Received> {
        if let Some(known) = self.parsed.get(text.as_str()) {
            return known.clone();
        }
        let received = Rc::new(serde_json::from_str::<Received>(text.as_str()).unwrap());
        self.parsed.insert(text.as_str().to_owned(), received.clone());
        received
    }

    /// Nobody is sent what happened while they were out.
    pub(crate) fn may_hear(&mut self, user: UserId, text: &Text) {
        let received = self.parse(text);
        let Received { frame, seq } = &*received;
        let (Some(seq), Some(id)) = (seq, conversation_of(frame)) else {
            return;
        };
        let table = self.table(id);
        let newest = seq.0.max(written(frame));
        let left = table.people.get(&user.0).map(|place| place.left);
        let is_allowed = match left {
            None => false,
            Some(None) => true,
            Some(Some(left)) => newest <= left,
        };
        if !is_allowed {
            self.violate(format!(
                "user {user} is sent {seq} of {}, with what was written at {newest}, but left at {left:?}",
                room_of(id)
            ));
        }
    }

    /// A client reads a frame.
    pub(crate) fn hear(&mut self, index: usize, text: &Text) {
        let received = self.parse(text);
        let Received { frame, seq } = &*received;
        if self.clients[index].socket.is_none() {
            return;
        }
        match (frame, seq) {
            (ServerFrame::Sync(sync), _) => {
                self.synced(index, room_of(sync.conversation_id), sync.head.0);
            }
            (ServerFrame::ConversationNew(new), _) => {
                self.note(|| format!("client {index} is shown {} at {}", room_of(new.id), new.last_seq));
                let client = &mut self.clients[index];
                let copy = client.copies.get_mut(&room_of(new.id)).unwrap();
                if client.kind != Kind::Manual {
                    copy.on_shown(client.user);
                } else if copy.stream != Stream::Live && client.wanted.contains(&room_of(new.id)) {
                    self.resume(index, room_of(new.id));
                }
            }
            (ServerFrame::Error(error), _) => {
                self.note(|| format!("client {index} hears: {}", error.message));
                if let Some(room) = error.reference.as_ref().and_then(serde_json::Value::as_u64) {
                    self.refused_to(index, Room::try_from(room).unwrap(), error.retryable);
                }
            }
            (_, None) => {
                if let Some(id) = conversation_of(frame) {
                    self.note(|| format!("client {index} is told that it is out of {}", room_of(id)));
                    self.clients[index]
                        .copies
                        .get_mut(&room_of(id))
                        .unwrap()
                        .farewell(frame);
                }
            }
            (_, Some(seq)) => {
                let Some(id) = conversation_of(frame) else { return };
                self.changed(index, room_of(id), seq.0, frame);
            }
        }
    }

    /// What the client asked to follow it may not follow, or not now.
    fn refused_to(&mut self, index: usize, room: Room, may_retry: bool) {
        if may_retry {
            self.resume(index, room);
        } else {
            self.clients[index].copies.get_mut(&room).unwrap().on_refused();
        }
    }

    fn changed(&mut self, index: usize, room: Room, seq: i64, frame: &ServerFrame) {
        self.note(|| {
            let change = store::Change {
                conversation: crate::database::id_of(room),
                seq: protocol::Seq(seq),
                frame: frame.clone(),
            };
            format!(
                "client {index} reads {seq} of {room}: {}, {}",
                short(&change),
                written(frame)
            )
        });
        let copy = self.clients[index].copies.get_mut(&room).unwrap();
        if let Err(broken) = copy.apply(seq, frame) {
            return self.violate(format!("client {index}, conversation {room}: {broken}"));
        }
        if copy.stream == Stream::Live && copy.is_dense() {
            self.look_for_holes(index, room);
        }
        let client = &mut self.clients[index];
        if matches!(frame, ServerFrame::ParticipantRemoved(gone) if gone.user_id == client.user) {
            client.copies.get_mut(&room).unwrap().on_removed();
        }
    }

    fn synced(&mut self, index: usize, room: Room, head: i64) {
        self.note(|| format!("client {index} reads sync {head} of {room}"));
        let client = &mut self.clients[index];
        let copy = client.copies.get_mut(&room).unwrap();
        // A socket for everything begins wherever the conversation is: the client asks for what it lacks.
        let begins = copy.stream == Stream::None && client.kind == Kind::Everything;
        if copy.is_stale || (begins && head > copy.position) {
            return self.load_or_resume(index, room, head);
        }
        if begins {
            copy.on_join(None);
        }
        match copy.on_sync(head) {
            Ok(true) => self.look_for_holes(index, room),
            Ok(false) => {}
            Err(broken) => self.violate(format!("client {index}, conversation {room}: {broken}")),
        }
    }

    /// Half of the clients keep what they have and ask for the rest, half read afresh.
    fn load_or_resume(&mut self, index: usize, room: Room, head: i64) {
        let is_stale = self.clients[index].copies[&room].is_stale;
        if !is_stale && self.perhaps(0.5) {
            self.note(|| format!("client {index} resumes {room}"));
            return self.resume(index, room);
        }
        let table = &self.database.rooms[room];
        let (view, now) = (table.view(), table.head);
        self.note(|| format!("client {index} reads {room} afresh, at {now}"));
        self.clients[index]
            .copies
            .get_mut(&room)
            .unwrap()
            .reload(view, now, head);
    }

    fn look_for_holes(&mut self, index: usize, room: Room) {
        let copy = self.clients[index].copies.get_mut(&room).unwrap();
        if let Some(seq) = copy.first_missing(&self.database.rooms[room].log) {
            let row = self.database.rooms[room].log[usize::try_from(seq - 1).unwrap()];
            let position = copy.position;
            self.violate(format!(
                "client {index} has {room} up to {position}, it was told, but not change {seq} of {row:?}"
            ));
        }
    }

    /// Everything has settled: who is entitled and connected has what a fresh read shows.
    pub(crate) fn judge_the_end(&mut self) {
        for index in 0..self.clients.len() {
            for room in 0..self.plan.rooms {
                if let Err(broken) = self.judge(index, room) {
                    self.violate(format!(
                        "at the end, client {index}, conversation {room}: {broken}"
                    ));
                }
            }
        }
    }

    fn judge(&self, index: usize, room: Room) -> Result<(), String> {
        let (client, table) = (&self.clients[index], &self.database.rooms[room]);
        if !client.follows(room) {
            return Ok(());
        }
        let Some(copy) = client.copies.get(&room) else {
            return Ok(());
        };
        let is_entitled = table.is_in(client.user) && !table.deleted;
        if !is_entitled {
            return if copy.stream == Stream::Live && !copy.is_out(client.user) {
                Err("nobody told the client that it is out".into())
            } else {
                Ok(())
            };
        }
        if client.socket.is_none() {
            return Err("not connected".into());
        }
        // Who was out while it asked has to ask again.
        if client.kind == Kind::Manual && copy.stream != Stream::Live {
            return Ok(());
        }
        if copy.stream != Stream::Live || copy.position != table.head {
            return Err(format!(
                "{:?} at {} of {}",
                copy.stream, copy.position, table.head
            ));
        }
        let (view, fresh) = (copy.view(), table.view());
        if view != fresh {
            return Err(format!("the copy is not a fresh read: {view:?}, {fresh:?}"));
        }
        Ok(())
    }
}

fn conversation_of(frame: &ServerFrame) -> Option<ConversationId> {
    Some(match frame {
        ServerFrame::MessageNew(message) | ServerFrame::MessageEdited(message) => message.conversation_id,
        ServerFrame::MessageDeleted(gone) => gone.conversation_id,
        ServerFrame::ParticipantAdded(change) | ServerFrame::ParticipantUpdated(change) => {
            change.conversation_id
        }
        ServerFrame::ParticipantRemoved(gone) => gone.conversation_id,
        ServerFrame::ConversationUpdated(conversation) => conversation.id,
        ServerFrame::ConversationDeleted(gone) => gone.id,
        _ => return None,
    })
}

/// The change that wrote what the frame shows.
fn written(frame: &ServerFrame) -> i64 {
    let text = match frame {
        ServerFrame::MessageNew(message) | ServerFrame::MessageEdited(message) => message.text.as_ref(),
        ServerFrame::ConversationUpdated(conversation) => conversation.title.as_ref(),
        _ => None,
    };
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
