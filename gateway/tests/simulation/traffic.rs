//! What people do, and how the API's nodes tell of it: commit, publish, and the sweeper for what was not published.

use bus::{Envelope, Topic};
use chat::announce;
use protocol::UserId;
use store::Change;

use crate::database::{OutboxRow, Room, epoch};
use crate::world::{Event, MS, World};

/// How often the sweeper looks, and what it leaves to the node that committed it.
const SWEEP_EVERY: u64 = 500 * MS;
const PATIENCE: u64 = 1_000 * MS;

/// How late a node may come from its commit to its publishing.
const COMMIT_TO_PUBLISH: u64 = 10 * MS;

impl World {
    pub(crate) fn act(&mut self) {
        if self.now >= self.plan.end {
            return;
        }
        let room = self.pick(self.plan.rooms);
        if !self.database.rooms[room].deleted
            && let Some((change, newcomer)) = self.change_something(room)
        {
            self.note(|| format!("commit {} in {room}: {}", change.seq, short(&change)));
            self.commit(room, &change, newcomer);
        }
        // Bursts and lulls.
        let pause = if self.perhaps(0.5) { MS } else { self.plan.pause };
        let pause = self.within(pause);
        self.after(pause, Event::Act);
    }

    fn change_something(&mut self, room: Room) -> Option<(Change, Option<UserId>)> {
        let user = self.chance_user();
        let what = self.pick(100);
        let births = self.database.rooms[room].messages.iter();
        let births: Vec<i64> = births
            .filter(|(_, row)| !row.deleted)
            .map(|(birth, _)| *birth)
            .collect();
        let some_message = (!births.is_empty()).then(|| births[self.pick(births.len())]);
        let table = &mut self.database.rooms[room];
        let is_in = table.is_in(UserId(user));
        let change = match what {
            0..55 => table.say(),
            55..74 => table.alter(some_message?, false),
            74..79 => table.alter(some_message?, true),
            79..82 => table.rename(),
            82..91 if is_in => table.remove(user),
            82..99 if !is_in => return Some((table.add(user), Some(UserId(user)))),
            99 if table.head > 20 => table.delete(),
            _ => return None,
        };
        Some((change, None))
    }

    fn chance_user(&mut self) -> i64 {
        let users = usize::try_from(self.plan.users).unwrap();
        i64::try_from(self.pick(users)).unwrap() + 1
    }

    fn commit(&mut self, room: Room, change: &Change, newcomer: Option<UserId>) {
        self.database.commits += 1;
        let (id, at, head) = (self.database.commits, self.now, (room, change.seq.0));
        self.database.outbox.push(OutboxRow {
            id,
            at,
            head,
            newcomer,
        });
        if self.fault(self.plan.unpublished) {
            return self.note(|| format!("the node that committed {} in {room} dies", change.seq));
        }
        let topic = Topic::Conversation(change.conversation);
        let mut frames = vec![(topic, announce::change(change, epoch()))];
        if let Some(user) = newcomer {
            let conversation = self.database.rooms[room].conversation();
            frames.push(announce::conversation_for(user, &conversation, epoch()));
        }
        let pause = self.within(COMMIT_TO_PUBLISH);
        self.after(pause, Event::Publish(frames, id));
    }

    pub(crate) fn publish(&mut self, frames: Vec<(Topic, Envelope)>, rows: &[u64]) {
        if !self.bus_is_up {
            return;
        }
        for (topic, envelope) in frames {
            self.spread(topic, &envelope);
        }
        // A node may also die after publishing, and before it has forgotten.
        if !self.fault(self.plan.unpublished) {
            self.database.outbox.retain(|row| !rows.contains(&row.id));
        }
    }

    pub(crate) fn sweep(&mut self) {
        self.after(SWEEP_EVERY, Event::Sweep);
        let old = |row: &&OutboxRow| row.at + PATIENCE <= self.now;
        let rows: Vec<_> = self.database.outbox.iter().filter(old).collect();
        if rows.is_empty() {
            return;
        }
        let heads = rows.iter().map(|row| {
            let (room, head) = row.head;
            announce::head(crate::database::id_of(room), protocol::Seq(head), epoch())
        });
        let newcomers = rows.iter().filter_map(|row| row.newcomer);
        let frames: Vec<_> = heads
            .chain(newcomers.map(|user| announce::relist(user, epoch())))
            .collect();
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        self.note(|| format!("the sweeper announces {} commits", ids.len()));
        self.publish(frames, &ids);
    }
}

pub(crate) fn short(change: &Change) -> String {
    use protocol::frames::ServerFrame as F;
    match &change.frame {
        F::MessageNew(message) => format!("new {}", message.seq),
        F::MessageEdited(message) => format!("edit of {}", message.seq),
        F::MessageDeleted(gone) => format!("deletion of {}", gone.message_seq),
        F::ParticipantAdded(change) => format!("{} is added", change.participant.user_id),
        F::ParticipantUpdated(change) => format!("{} is changed", change.participant.user_id),
        F::ParticipantRemoved(gone) => format!("{} is removed", gone.user_id),
        F::ConversationUpdated(_) => "new title".into(),
        F::ConversationDeleted(_) => "conversation deleted".into(),
        other => format!("{other:?}"),
    }
}
