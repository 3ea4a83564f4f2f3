//! What becomes of files that nobody may have any more.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bus::InProcess;
use chat::{Chat, ChatError};
use files::{FileKey, Files};
use protocol::models::{Attachment, ConversationType};
use protocol::requests::CreateConversation;
use protocol::{Timestamp, UserId};
use runtime::config::FilesConfig;
use runtime::{Clock, Tasks};
use store::{NewUpload, NewUser, Store};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// A sweep comes every ten seconds, and at once after a deletion.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longer than a file may wait for its message.
const TOO_LONG: Duration = Duration::from_hours(25);

/// Not yet.
const NOT_TOO_LONG: Duration = Duration::from_hours(23);

struct House {
    chat: Chat,
    files: Files,
    tasks: Tasks,
    folder: TempDir,
    anna: UserId,
}

impl House {
    /// Nothing is swept yet.
    async fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = Store::sqlite_url(&folder.path().join("chat.db"));
        let store = Store::connect(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        let new = NewUser {
            username: "anna".into(),
            ..NewUser::default()
        };
        let now = Clock::system().now();
        let anna = store.create_user(&new, now).await.unwrap().id;
        let tasks = Tasks::new();
        let config = FilesConfig {
            store: format!("file://{}", folder.path().join("files").display()),
            ..FilesConfig::default()
        };
        let files = Files::open(&config, &tasks).unwrap().unwrap();
        let (bus, _inbox) = InProcess::new().attach();
        Self {
            chat: Chat::start(store, bus, Clock::fixed(now), &tasks),
            files,
            tasks,
            folder,
            anna,
        }
    }

    fn sweep(mut self) -> Self {
        self.chat = self.chat.with_files(self.files.clone(), &self.tasks);
        self
    }

    fn now(&self) -> Timestamp {
        self.chat.clock().now()
    }

    fn lying(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.folder.path().join("files")).unwrap();
        let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }

    async fn wait_for(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.lying().len() != count {
            assert!(Instant::now() < deadline, "{:?}", self.lying());
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn put(&self) -> FileKey {
        let key = FileKey::random();
        let mut writing = self.files.write(key).await.unwrap();
        writing.push(b"words").await.unwrap();
        writing.finish().await.unwrap();
        key
    }

    /// A file with a row that stays.
    async fn keep(&self) -> FileKey {
        let key = self.put().await;
        let new = NewUpload {
            by: self.anna,
            key: key.0,
        };
        // Begun by a clock that is ahead: it waits, and is no orphan yet.
        let begun = self.now().plus(TOO_LONG);
        self.chat.store().begin_upload(new, begun).await.unwrap();
        key
    }

    async fn upload(&self) -> Attachment {
        let mut file = self.chat.receive_file(self.anna, "a.txt", "").await.unwrap();
        file.push(b"words").await.unwrap();
        file.finish(None).await.unwrap()
    }

    /// A deletion: the sweeper looks at once.
    async fn nudge(&self) {
        let request = CreateConversation {
            kind: ConversationType::Group,
            title: None,
            description: None,
            participant_ids: None,
            service: None,
            service_id: None,
        };
        let opened = self.chat.create_conversation(self.anna, request).await.unwrap();
        let id = opened.conversation.id;
        self.chat.delete_conversation(self.anna, id).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_is_never_sent_goes_after_a_day_and_no_sooner() {
    let house = House::build().await.sweep();
    let early = house.upload().await;
    house.chat.clock().advance(NOT_TOO_LONG);
    let late = house.upload().await;
    assert_eq!(house.lying().len(), 2);
    house.chat.clock().advance(TOO_LONG.saturating_sub(NOT_TOO_LONG));
    house.nudge().await;
    house.wait_for(1).await;
    assert!(house.chat.file(house.anna, early.id).await.is_err());
    assert!(house.chat.file(house.anna, late.id).await.is_ok());
}

#[tokio::test]
async fn a_person_uploads_four_files_at_a_time_to_a_node() {
    let house = House::build().await.sweep();
    let mut running = Vec::new();
    for _ in 0..4 {
        running.push(house.chat.receive_file(house.anna, "a.txt", "").await.unwrap());
    }
    let fifth = house.chat.receive_file(house.anna, "a.txt", "").await;
    assert!(matches!(fifth, Err(ChatError::TooMany(_))));
    let other = house
        .chat
        .receive_file(UserId(house.anna.0 + 1), "a.txt", "")
        .await;
    assert!(other.is_ok());
    running.pop();
    house.upload().await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let house = House::build().await.sweep();
    let mut file = house.chat.receive_file(house.anna, "a.txt", "").await.unwrap();
    file.push(&vec![b'a'; 1_000_000]).await.unwrap();
    assert_eq!(house.chat.store().waiting_files(house.anna).await.unwrap(), 1);
    drop(file);
    house.wait_for(0).await;
    let deadline = Instant::now() + PATIENCE;
    while house.chat.store().waiting_files(house.anna).await.unwrap() > 0 {
        assert!(Instant::now() < deadline, "the row still waits");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_a_crash_left_half_removed_is_removed_to_the_end() {
    let house = House::build().await;
    let store = house.chat.store().clone();
    // One whose file went before its row, one whose upload was cut off, one that nobody touched yet.
    let mut keys = Vec::new();
    for has_file in [false, true, true] {
        let key = if has_file {
            house.put().await
        } else {
            FileKey::random()
        };
        let new = NewUpload {
            by: house.anna,
            key: key.0,
        };
        let id = store.begin_upload(new, house.now()).await.unwrap();
        store.give_up_upload(id, house.now()).await.unwrap();
        keys.push(key.0);
    }
    assert_eq!(house.lying().len(), 2);
    let house = house.sweep();
    house.wait_for(0).await;
    let deadline = Instant::now() + PATIENCE;
    while store.unknown_files(&keys).await.unwrap().len() < 3 {
        assert!(Instant::now() < deadline, "rows are left");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_removed_keeps_no_other_from_it() {
    let house = House::build().await;
    let store = house.chat.store().clone();
    let mut keys = Vec::new();
    for later in 0..3 {
        let key = house.put().await;
        let new = NewUpload {
            by: house.anna,
            key: key.0,
        };
        let doomed_at = house.now().plus(Duration::from_secs(later));
        let id = store.begin_upload(new, house.now()).await.unwrap();
        store.give_up_upload(id, doomed_at).await.unwrap();
        keys.push(key.0);
    }
    // In place of the one that was doomed first stands what no removal of a file removes.
    let first = house
        .lying()
        .into_iter()
        .find(|path| is_of(path, keys[0]))
        .unwrap();
    std::fs::remove_file(&first).unwrap();
    std::fs::create_dir(&first).unwrap();
    let house = house.sweep();
    house.wait_for(1).await;
    let deadline = Instant::now() + PATIENCE;
    while store.unknown_files(&keys).await.unwrap() != keys[1..] {
        assert!(
            Instant::now() < deadline,
            "the rows are not those of what was removed"
        );
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(house.lying(), [first]);
}

fn is_of(path: &Path, key: Uuid) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().replace('-', "");
    name.contains(&key.simple().to_string())
}

#[tokio::test]
async fn a_file_without_a_row_goes_once_it_is_old_and_what_is_not_ours_stays() {
    let house = House::build().await;
    let kept = house.keep().await;
    house.put().await;
    let strange = house.folder.path().join("files").join("somebody");
    std::fs::create_dir(&strange).unwrap();
    std::fs::write(strange.join("elses.txt"), "not ours").unwrap();
    house.chat.clock().advance(TOO_LONG);
    let house = house.sweep();
    house.wait_for(2).await;
    assert!(strange.join("elses.txt").exists());
    assert!(house.files.read(kept, 0..1).await.unwrap().is_some());
}

#[tokio::test]
async fn a_young_file_without_a_row_may_still_get_one() {
    let house = House::build().await;
    house.put().await;
    let house = house.sweep();
    // The list is read once a day by one node of all: once the chore is taken, it has been, or soon is.
    let file = house.upload().await;
    house
        .chat
        .store()
        .give_up_upload(file.id, house.now())
        .await
        .unwrap();
    house.nudge().await;
    house.wait_for(1).await;
}
