//! One node, its people, and everything it says on its bus.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bus::in_process::Leases;
use bus::{Bus, BusError, Envelope, Presence, Topic};
use chat::Chat;
use protocol::models::{ConversationType, Participant, Role};
use protocol::requests::{CreateConversation, SendMessage};
use protocol::{ConversationId, Timestamp, UserId};
use runtime::{Clock, Tasks};
use store::{NewUser, Store};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// More than any case says.
const PUBLISHES: usize = 1_024;

/// A sweep comes every half second.
const PATIENCE: Duration = Duration::from_secs(20);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One call of the bus.
pub(crate) struct Publish {
    pub(crate) was_taken: bool,
    pub(crate) frames: Vec<(Topic, Envelope)>,
}

/// Takes everything, or nothing while it is away.
#[derive(Debug)]
struct Wire {
    is_away: Arc<AtomicBool>,
    calls: mpsc::Sender<Publish>,
    leases: Leases,
}

#[async_trait::async_trait]
impl Bus for Wire {
    async fn publish(&self, frames: Vec<(Topic, Envelope)>) -> Result<(), BusError> {
        let was_taken = !self.is_away.load(Ordering::SeqCst);
        self.calls.try_send(Publish { was_taken, frames }).unwrap();
        if was_taken {
            Ok(())
        } else {
            Err(BusError::Unavailable("away".into()))
        }
    }

    async fn subscribe(&self, _topics: &[Topic]) -> Result<(), BusError> {
        Ok(())
    }

    async fn unsubscribe(&self, _topics: &[Topic]) -> Result<(), BusError> {
        Ok(())
    }

    fn is_up(&self) -> bool {
        !self.is_away.load(Ordering::SeqCst)
    }

    async fn claim(&self, _key: &str, _ttl: Duration) -> Result<bool, BusError> {
        Ok(true)
    }

    fn presence(&self) -> &dyn Presence {
        &self.leases
    }

    async fn ping(&self) -> Result<(), BusError> {
        Ok(())
    }
}

pub(crate) struct Node {
    pub(crate) chat: Chat,
    is_away: Arc<AtomicBool>,
    calls: mpsc::Receiver<Publish>,
    tasks: Tasks,
    /// Its database.
    pub(crate) url: String,
    /// Of a database that is a file; gone with the node.
    _folder: Option<TempDir>,
}

impl Node {
    /// Its clock stands still, so nothing is swept before [`Node::later`].
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = Store::sqlite_url(&folder.path().join("chat.db"));
        Self {
            _folder: Some(folder),
            ..Self::on(&url).await
        }
    }

    /// The same on a database that is there already.
    pub(crate) async fn on(url: &str) -> Self {
        let store = Store::connect(url, 4).await.unwrap();
        store.migrate().await.unwrap();
        let is_away = Arc::new(AtomicBool::new(false));
        let (sender, calls) = mpsc::channel(PUBLISHES);
        let wire = Wire {
            is_away: is_away.clone(),
            calls: sender,
            leases: Leases::default(),
        };
        let tasks = Tasks::new();
        Self {
            chat: Chat::start(store, Arc::new(wire), Clock::fixed(beginning()), &tasks),
            is_away,
            calls,
            tasks,
            url: url.to_owned(),
            _folder: None,
        }
    }

    pub(crate) async fn people<const N: usize>(&self) -> [UserId; N] {
        let mut ids = [UserId(0); N];
        for (place, id) in ids.iter_mut().enumerate() {
            let new = NewUser {
                username: format!("person{place}"),
                ..NewUser::default()
            };
            *id = self.chat.store().create_user(&new, beginning()).await.unwrap().id;
        }
        ids
    }

    /// A group of which the first is the admin.
    pub(crate) async fn group(&self, people: &[UserId]) -> ConversationId {
        let request = CreateConversation {
            kind: ConversationType::Group,
            title: None,
            description: None,
            participant_ids: Some(people.to_vec()),
            service: None,
            service_id: None,
        };
        let opened = self.chat.create_conversation(people[0], request).await.unwrap();
        opened.conversation.id
    }

    pub(crate) async fn add(&self, admin: UserId, group: ConversationId, whom: UserId) {
        let added = self.chat.add_participant(admin, group, whom, None).await.unwrap();
        assert!(added.is_new);
    }

    pub(crate) async fn say(&self, sender: UserId, group: ConversationId, text: &str) {
        let message = SendMessage {
            conversation_id: group,
            sender_id: None,
            text: Some(text.into()),
            reply_to: None,
            client_id: None,
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
        };
        self.chat.send(sender, message).await.unwrap();
    }

    /// Waits until no commit is left unpublished.
    pub(crate) async fn outbox_is_empty(&self) {
        let emptied = async {
            let mut before = beginning();
            loop {
                // Each look claims what it sees; the next one is made after that claim has run out.
                before = before.plus(Duration::from_secs(2));
                if self.chat.store().unpublished(before, 1).await.unwrap().is_empty() {
                    return;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        timeout(PATIENCE, emptied).await.unwrap();
    }

    pub(crate) async fn role_of(&self, group: ConversationId, whom: UserId) -> Option<Role> {
        let everybody: Vec<Participant> = self.chat.store().participants(group).await.unwrap();
        let found = everybody
            .into_iter()
            .find(|participant| participant.user_id == whom);
        found.map(|participant| participant.role)
    }

    pub(crate) fn bus_is_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    /// Asks all of its tasks to end.
    pub(crate) fn stop(&self) {
        self.tasks.leaving().cancel();
        self.tasks.stopping().cancel();
    }

    /// Time enough for other nodes, and this one, to sweep what is unpublished.
    pub(crate) fn later(&self) {
        self.chat.clock().advance(Duration::from_secs(10));
    }

    pub(crate) async fn next_publish(&mut self) -> Publish {
        timeout(PATIENCE, self.calls.recv()).await.unwrap().unwrap()
    }

    /// The next that the bus takes.
    pub(crate) async fn next_taken(&mut self) -> Vec<(Topic, Envelope)> {
        loop {
            let publish = self.next_publish().await;
            if publish.was_taken {
                return publish.frames;
            }
        }
    }
}

fn beginning() -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().into()
}
