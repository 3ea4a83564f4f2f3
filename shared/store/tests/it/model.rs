//! "Everything after N" against a model, through random changes, from every N, in pages of every small size.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use protocol::frames::ServerFrame;
use protocol::models::Role;
use protocol::{ConversationId, MessageId, Seq, UserId};
use store::{Change, Cursor, Store};

use crate::database::Database;
use crate::given::{Do, change, group, person, send};

/// A change in one comparable line: its number, its kind, and what it is about.
pub(crate) type Line = (i64, &'static str, String);

pub(crate) fn line(change: &Change) -> Line {
    let (kind, about) = match &change.frame {
        ServerFrame::MessageNew(message) => ("new", said(message.id, message.text.as_deref())),
        ServerFrame::MessageEdited(message) => ("edited", said(message.id, message.text.as_deref())),
        ServerFrame::MessageDeleted(gone) => ("deleted", said(gone.id, None)),
        ServerFrame::ParticipantAdded(one) => ("added", is(one.participant.user_id, one.participant.role)),
        ServerFrame::ParticipantUpdated(one) => {
            ("updated", is(one.participant.user_id, one.participant.role))
        }
        ServerFrame::ParticipantRemoved(gone) => ("removed", gone.user_id.to_string()),
        ServerFrame::ConversationDeleted(_) => ("conversation deleted", String::new()),
        other => panic!("{other:?}"),
    };
    (change.seq.0, kind, about)
}

pub(crate) fn said(id: MessageId, text: Option<&str>) -> String {
    format!("{id} {text:?}")
}

pub(crate) fn is(user: UserId, role: Role) -> String {
    format!("{user} {role:?}")
}

/// All pages, and the head that they are true for.
pub(crate) async fn read(store: &Store, id: ConversationId, after: Seq, limit: i64) -> (Vec<Line>, Seq) {
    let mut cursor = Cursor::after(after);
    let mut lines = Vec::new();
    loop {
        let page = store.changes(id, cursor, limit).await.unwrap().unwrap();
        assert!(i64::try_from(page.changes.len()).unwrap() <= limit.max(1));
        lines.extend(page.changes.iter().map(line));
        match page.next {
            Some(next) => cursor = next,
            None => return (lines, page.head),
        }
    }
}

/// What a test case does; indexes are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Send,
    Edit(usize),
    Delete(usize),
    Add(usize, Role),
    Remove(usize),
}

#[derive(Default)]
struct Model {
    head: i64,
    messages: Vec<ModelMessage>,
    participants: BTreeMap<UserId, ModelParticipant>,
}

struct ModelMessage {
    id: MessageId,
    text: Option<String>,
    seq: i64,
    changed: i64,
}

struct ModelParticipant {
    role: Role,
    is_in: bool,
    joined: i64,
    changed: i64,
}

impl Model {
    fn after(&self, after: i64) -> Vec<Line> {
        let state = |message: &ModelMessage, alive| match &message.text {
            Some(text) => (alive, said(message.id, Some(text))),
            None => ("deleted", said(message.id, None)),
        };
        let mut lines = Vec::new();
        let mut others = Vec::new();
        for message in &self.messages {
            if message.seq > after {
                let (kind, about) = state(message, "new");
                lines.push((message.seq, kind, about));
            } else if message.changed > after {
                let (kind, about) = state(message, "edited");
                others.push((message.changed, kind, about));
            }
        }
        for (&user, one) in self.participants.iter().filter(|(_, one)| one.changed > after) {
            others.push(match one {
                ModelParticipant { is_in: false, .. } => (one.changed, "removed", user.to_string()),
                one if one.joined > after => (one.changed, "added", is(user, one.role)),
                one => (one.changed, "updated", is(user, one.role)),
            });
        }
        others.sort();
        lines.extend(others);
        lines
    }

    fn sent(&mut self, id: MessageId, text: Option<String>) {
        self.head += 1;
        self.messages.push(ModelMessage {
            id,
            text,
            seq: self.head,
            changed: self.head,
        });
    }

    fn edit<'a>(&mut self, place: usize, text: &'a str) -> Option<Do<'a>> {
        let changed = self.head + 1;
        let message = self.nth_alive(place)?;
        (message.text, message.changed) = (Some(text.into()), changed);
        Some(Do::Edit(message.id, text))
    }

    fn delete(&mut self, place: usize) -> Option<Do<'static>> {
        let changed = self.head + 1;
        let message = self.nth_alive(place)?;
        (message.text, message.changed) = (None, changed);
        Some(Do::Delete(message.id))
    }

    fn add(&mut self, user: UserId, role: Role) -> Do<'static> {
        let next = self.head + 1;
        let before = self.participants.get(&user).filter(|one| one.is_in);
        let now = ModelParticipant {
            role,
            is_in: true,
            joined: before.map_or(next, |one| one.joined),
            changed: next,
        };
        self.participants.insert(user, now);
        Do::Add(user, role)
    }

    fn remove(&mut self, place: usize) -> Option<Do<'static>> {
        let mut present: Vec<_> = self
            .participants
            .iter_mut()
            .filter(|(_, one)| one.is_in)
            .collect();
        let place = place.checked_rem(present.len())?;
        let (&user, one) = present.swap_remove(place);
        (one.is_in, one.changed) = (false, self.head + 1);
        Some(Do::Remove(user))
    }

    fn nth_alive(&mut self, place: usize) -> Option<&mut ModelMessage> {
        let mut alive: Vec<_> = self
            .messages
            .iter_mut()
            .filter(|message| message.text.is_some())
            .collect();
        let place = place.checked_rem(alive.len())?;
        Some(alive.swap_remove(place))
    }
}

async fn take(store: &Store, id: ConversationId, model: &mut Model, everybody: &[UserId], step: &Step) {
    let next = model.head + 1;
    let what = match *step {
        Step::Send => {
            let message = send(store, id, everybody[0], &format!("said {next}")).await;
            assert_eq!(message.seq, Seq(next));
            return model.sent(message.id, message.text);
        }
        Step::Edit(place) => model.edit(place, "edited"),
        Step::Delete(place) => model.delete(place),
        Step::Add(place, role) => Some(model.add(everybody[1 + place % (everybody.len() - 1)], role)),
        Step::Remove(place) => model.remove(place),
    };
    if let Some(what) = what {
        assert_eq!(change(store, id, what).await.seq, Seq(next));
        model.head = next;
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let role = prop_oneof![Just(Role::Admin), Just(Role::Member)];
    let step = prop_oneof![
        4 => Just(Step::Send),
        3 => any::<usize>().prop_map(Step::Edit),
        2 => any::<usize>().prop_map(Step::Delete),
        2 => (any::<usize>(), role).prop_map(|(place, role)| Step::Add(place, role)),
        2 => any::<usize>().prop_map(Step::Remove),
    ];
    prop::collection::vec(step, 0..25)
}

async fn agrees(
    store: &Store,
    everybody: &[UserId],
    steps: &[Step],
    limit: i64,
) -> Result<(), TestCaseError> {
    let id = group(store, &everybody[..1]).await;
    let mut model = Model::default();
    for step in steps {
        take(store, id, &mut model, everybody, step).await;
    }
    for after in 0..=model.head {
        let (lines, head) = read(store, id, Seq(after), limit).await;
        prop_assert_eq!(head.0, model.head);
        prop_assert_eq!(lines, model.after(after), "after {}", after);
    }
    Ok(())
}

/// Each case is a conversation of its own in one database, so that a failing one can be shrunk.
fn changes_agree_with_the_model(database: impl Future<Output = Option<Database>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let Some(database) = runtime.block_on(database) else {
        return;
    };
    let everybody = runtime.block_on(async {
        [
            person(&database.store, "a").await,
            person(&database.store, "b").await,
            person(&database.store, "c").await,
            person(&database.store, "d").await,
        ]
    });
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&(steps(), 1..6_i64), |(steps, limit)| {
        runtime.block_on(agrees(&database.store, &everybody, &steps, limit))
    });
    runtime.block_on(database.drop());
    outcome.unwrap();
}

#[test]
fn changes_agree_with_the_model_on_sqlite() {
    changes_agree_with_the_model(async { Some(Database::sqlite().await) });
}

#[test]
fn changes_agree_with_the_model_on_postgres() {
    changes_agree_with_the_model(Database::postgres());
}
