//! The unread counter against a model, through everything that moves it, on SQLite and, when `CHAT_TEST_POSTGRES_URL`
//! names a server, on Postgres.

use std::collections::BTreeMap;

use bus::InProcess;
use chat::Chat;
use futures_util::join;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use protocol::limits::{LISTED_CONVERSATIONS, UNREAD_COUNTED};
use protocol::models::{ConversationType, Role};
use protocol::requests::{CreateConversation, SendMessage};
use protocol::{ConversationId, MessageId, Seq, UserId};
use runtime::{Clock, Tasks};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Listing, NewUser, Store};
use uuid::Uuid;

/// The first of them is the groups' admin and stays.
const PEOPLE: usize = 3;
const GROUPS: usize = 2;

/// What a case does; indexes are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Send(usize, usize),
    Flood(usize, usize),
    Edit(usize),
    Delete(usize),
    Join(usize, usize),
    Leave(usize, usize),
    Read(usize, usize, i64),
    ReadAll(usize, usize),
    ReadOnTwoDevices(usize, usize, i64, i64),
    MarkUnread(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (group, person, seq) = (0..GROUPS, 0..PEOPLE, 0..40_i64);
    let step = prop_oneof![
        8 => (group.clone(), person.clone()).prop_map(|(g, p)| Step::Send(g, p)),
        1 => (group.clone(), person.clone()).prop_map(|(g, p)| Step::Flood(g, p)),
        2 => any::<usize>().prop_map(Step::Edit),
        3 => any::<usize>().prop_map(Step::Delete),
        2 => (group.clone(), 1..PEOPLE).prop_map(|(g, p)| Step::Join(g, p)),
        2 => (group.clone(), 1..PEOPLE).prop_map(|(g, p)| Step::Leave(g, p)),
        3 => (group.clone(), person.clone(), seq.clone()).prop_map(|(g, p, s)| Step::Read(g, p, s)),
        1 => (group.clone(), person.clone()).prop_map(|(g, p)| Step::ReadAll(g, p)),
        2 => (group.clone(), person.clone(), seq.clone(), seq)
            .prop_map(|(g, p, one, two)| Step::ReadOnTwoDevices(g, p, one, two)),
        2 => (group, person).prop_map(|(g, p)| Step::MarkUnread(g, p)),
    ];
    prop::collection::vec(step, 1..30)
}

struct Said {
    id: MessageId,
    group: usize,
    sender: usize,
    seq: i64,
    is_deleted: bool,
}

#[derive(Clone, Copy, Default)]
struct Place {
    read: i64,
    is_marked: bool,
}

struct World {
    chat: Chat,
    people: Vec<UserId>,
    groups: Vec<ConversationId>,
    said: Vec<Said>,
    /// Of whoever is in it, by group and person.
    places: BTreeMap<(usize, usize), Place>,
    _tasks: Tasks,
}

impl World {
    async fn new(store: &Store) -> Self {
        let tasks = Tasks::new();
        let (bus, _inbox) = InProcess::new().attach();
        let chat = Chat::start(store.clone(), bus, Clock::system(), &tasks);
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            let new = NewUser {
                username: Uuid::now_v7().to_string(),
                ..NewUser::default()
            };
            people.push(store.create_user(&new, chat.clock().now()).await.unwrap().id);
        }
        let mut groups = Vec::new();
        for _ in 0..GROUPS {
            let request = CreateConversation {
                kind: ConversationType::Group,
                title: None,
                description: None,
                participant_ids: Some(people.clone()),
                service: None,
                service_id: None,
            };
            let opened = chat.create_conversation(people[0], request).await.unwrap();
            groups.push(opened.conversation.id);
        }
        let everybody = (0..GROUPS).flat_map(|group| (0..PEOPLE).map(move |person| (group, person)));
        Self {
            chat,
            people,
            groups,
            said: Vec::new(),
            places: everybody.map(|place| (place, Place::default())).collect(),
            _tasks: tasks,
        }
    }

    async fn head(&self, group: usize) -> i64 {
        self.chat.store().heads(&[self.groups[group]]).await.unwrap()[0]
            .1
            .0
    }

    async fn send(&mut self, group: usize, sender: usize) {
        let request = SendMessage {
            conversation_id: self.groups[group],
            sender_id: None,
            text: Some("hi".into()),
            reply_to: None,
            client_id: None,
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
        };
        let sent = self.chat.send(self.people[sender], request).await;
        if !self.places.contains_key(&(group, sender)) {
            assert!(sent.is_err());
            return;
        }
        let message = sent.unwrap().message;
        self.said.push(Said {
            id: message.id,
            group,
            sender,
            seq: message.seq.0,
            is_deleted: false,
        });
    }

    /// Who is out may not read; a mark never goes back nor beyond the head.
    async fn read(&mut self, group: usize, person: usize, seqs: &[Option<i64>]) {
        let head = self.head(group).await;
        let (user, id) = (self.people[person], self.groups[group]);
        let read = |seq: &Option<i64>| self.chat.mark_read(user, id, seq.map(Seq));
        let is_done = match seqs {
            [one, two] => {
                let (one, two) = join!(read(one), read(two));
                one.is_ok() && two.is_ok()
            }
            [one] => read(one).await.is_ok(),
            _ => unreachable!("one device or two"),
        };
        let Some(place) = self.places.get_mut(&(group, person)) else {
            assert!(!is_done, "a stranger has read");
            return;
        };
        assert!(is_done);
        let furthest = seqs.iter().map(|seq| seq.unwrap_or(i64::MAX)).max().unwrap();
        *place = Place {
            read: place.read.max(furthest.min(head)),
            is_marked: false,
        };
    }

    async fn change(&mut self, index: usize, is_deletion: bool) {
        let alive: Vec<_> = self
            .said
            .iter_mut()
            .filter(|said| !said.is_deleted && self.places.contains_key(&(said.group, said.sender)))
            .collect();
        if alive.is_empty() {
            return;
        }
        let count = alive.len();
        let said = alive.into_iter().nth(index % count).unwrap();
        let author = self.people[said.sender];
        if is_deletion {
            self.chat.delete_message(author, said.id).await.unwrap();
            said.is_deleted = true;
        } else {
            self.chat
                .edit_message(author, said.id, "anew".into())
                .await
                .unwrap();
        }
    }

    async fn join(&mut self, group: usize, person: usize) {
        let before = self.head(group).await;
        let (admin, whom) = (self.people[0], self.people[person]);
        let added = self
            .chat
            .add_participant(admin, self.groups[group], whom, Some(Role::Member));
        let is_new = added.await.unwrap().is_new;
        assert_eq!(is_new, !self.places.contains_key(&(group, person)));
        if is_new {
            let place = Place {
                read: before + 1,
                is_marked: false,
            };
            self.places.insert((group, person), place);
        }
    }

    async fn run(&mut self, step: Step) {
        match step {
            Step::Send(group, person) => self.send(group, person).await,
            Step::Flood(group, person) => {
                for _ in 0..=UNREAD_COUNTED / 2 {
                    self.send(group, person).await;
                }
            }
            Step::Edit(index) => self.change(index, false).await,
            Step::Delete(index) => self.change(index, true).await,
            Step::Join(group, person) => self.join(group, person).await,
            Step::Leave(group, person) => {
                let user = self.people[person];
                let left = self.chat.remove_participant(user, self.groups[group], user).await;
                assert_eq!(left.is_ok(), self.places.remove(&(group, person)).is_some());
            }
            Step::Read(group, person, seq) => self.read(group, person, &[Some(seq)]).await,
            Step::ReadAll(group, person) => self.read(group, person, &[None]).await,
            Step::ReadOnTwoDevices(group, person, one, two) => {
                self.read(group, person, &[Some(one), Some(two)]).await;
            }
            Step::MarkUnread(group, person) => {
                let marked = self
                    .chat
                    .mark_unread(self.people[person], self.groups[group])
                    .await;
                let place = self.places.get_mut(&(group, person));
                assert_eq!(marked.is_ok(), place.is_some());
                if let Some(place) = place {
                    place.is_marked = true;
                }
            }
        }
    }

    fn unread(&self, group: usize, person: usize, place: Place) -> i64 {
        let unread = self.said.iter().filter(|said| {
            said.group == group && said.sender != person && !said.is_deleted && said.seq > place.read
        });
        i64::try_from(unread.count()).unwrap().min(UNREAD_COUNTED)
    }

    async fn check(&self) {
        for (person, &user) in self.people.iter().enumerate() {
            let listing = Listing {
                limit: LISTED_CONVERSATIONS,
                ..Listing::default()
            };
            let page = self.chat.list(user, listing).await.unwrap();
            let seen: BTreeMap<_, _> = page
                .conversations
                .iter()
                .map(|listed| {
                    let my = listed.my.as_ref().unwrap();
                    (listed.id, (listed.unread_count.unwrap(), my.is_marked_unread))
                })
                .collect();
            let mine = self.places.iter().filter(|((_, who), _)| *who == person);
            let expected: BTreeMap<_, _> = mine
                .map(|(&(group, _), &place)| {
                    let unread = self.unread(group, person, place);
                    (self.groups[group], (unread, place.is_marked))
                })
                .collect();
            assert_eq!(seen, expected, "person {person}");
            let total: i64 = expected.values().map(|(unread, _)| unread).sum();
            assert_eq!(self.chat.unread_total(user).await.unwrap(), total);
        }
    }
}

/// Each case in a world of its own, of one database.
fn holds_on(store: &Store, runtime: &tokio::runtime::Runtime, cases: u32) {
    let mut runner = TestRunner::new(Config {
        cases,
        // What a failing case left behind in the database is not in the way of its smaller ones.
        failure_persistence: None,
        ..Config::default()
    });
    let held = runner.run(&steps(), |steps| {
        runtime.block_on(async {
            let mut world = World::new(store).await;
            for step in steps {
                world.run(step).await;
                world.check().await;
            }
        });
        Ok(())
    });
    held.unwrap_or_else(|error| panic!("{error}"));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn the_unread_counter_agrees_with_a_model_on_sqlite() {
    let (runtime, folder) = (runtime(), tempfile::tempdir().unwrap());
    let url = Store::sqlite_url(&folder.path().join("chat.db"));
    let store = runtime.block_on(migrated(&url));
    holds_on(&store, &runtime, 12);
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests find the server by this variable alone"
)]
#[test]
fn the_unread_counter_agrees_with_a_model_on_postgres() {
    let Ok(server) = std::env::var("CHAT_TEST_POSTGRES_URL") else {
        eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run on Postgres");
        return;
    };
    let runtime = runtime();
    let name = format!("chat_unread_{}", Uuid::now_v7().simple());
    let (address, _database) = server.rsplit_once('/').unwrap();
    runtime.block_on(execute(&server, format!("create database {name}")));
    let store = runtime.block_on(migrated(&format!("{address}/{name}")));
    holds_on(&store, &runtime, 12);
    runtime.block_on(store.close());
    runtime.block_on(execute(&server, format!("drop database {name} with (force)")));
}

async fn migrated(url: &str) -> Store {
    let store = Store::connect(url, 8).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn execute(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    // The only part that is not literal is a name made here from a UUID.
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
