//! Files: those that lie elsewhere, and those that people upload.

use std::time::Duration;

use protocol::frames::ServerFrame;
use protocol::models::{Attachment, FileType, Message};
use protocol::{AttachmentId, ConversationId, MessageId, UserId};
use store::{Appended, Change, NewAttachment, NewMessage, NewUpload, Store, Uploaded};
use uuid::Uuid;

use crate::database::Database;
use crate::given::{Do, append, at, change, group, message, named, people, send, stored};

fn picture() -> Uploaded {
    Uploaded {
        url: "/somewhere/a.png".into(),
        file_type: FileType::Image,
        size: 5_000_000_000,
        name: "фото.png".into(),
        content_type: "image/png".into(),
        pixels: Some((640, 480)),
        placeholder: Some("abc=".into()),
        conversation: None,
    }
}

async fn begin(store: &Store, by: UserId) -> (AttachmentId, Uuid) {
    let key = Uuid::new_v4();
    (
        store.begin_upload(NewUpload { by, key }, at(10)).await.unwrap(),
        key,
    )
}

pub(crate) async fn upload(store: &Store, by: UserId) -> Attachment {
    let (id, _) = begin(store, by).await;
    store
        .finish_upload(id, &picture(), at(11))
        .await
        .unwrap()
        .expect("not given up")
}

fn with_files(conversation: ConversationId, sender: UserId, files: &[AttachmentId]) -> NewMessage {
    NewMessage {
        attachments: files.to_vec(),
        ..message(conversation, sender, "look")
    }
}

/// Gives a message files, and commits.
async fn attach(store: &Store, to: &Message, files: &[AttachmentId], by: UserId) -> Option<Change> {
    let mut locked = store.lock(to.conversation_id).await.unwrap().unwrap();
    let change = locked.attach(to.id, files, by).await.unwrap()?;
    locked.commit(at(12)).await.unwrap();
    Some(change)
}

pub(crate) async fn doomed(store: &Store, at_second: i64) -> Vec<AttachmentId> {
    let doomed = store.doomed_files(at(at_second), 100).await.unwrap();
    let mut ids: Vec<_> = doomed.into_iter().map(|(id, _)| id).collect();
    ids.sort_by_key(|id| id.0);
    ids
}

fn edited(change: Change) -> Message {
    match change.frame {
        ServerFrame::MessageEdited(message) => message,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn an_attachment_belongs_to_its_message_and_is_a_change_of_it(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let message = send(store, conversation, ann, "look").await;
    let mut noted = Vec::new();
    for (turn, file_type) in (1..).zip([FileType::Image, FileType::Video, FileType::File]) {
        let new = NewAttachment {
            message: message.id,
            file_url: "https://example.org/a".into(),
            file_type,
            file_size: 5_000_000_000,
        };
        let mut locked = store.lock(conversation).await.unwrap().unwrap();
        let (made, change) = locked.note_attachment(&new, at(4)).await.unwrap();
        locked.commit(at(4)).await.unwrap();
        assert_eq!(
            (made.message_id, made.file_type, made.file_size),
            (Some(message.id), file_type, new.file_size)
        );
        assert_eq!((&made.file_url, made.created_at), (&new.file_url, at(4)));
        noted.push(made);
        assert_eq!(change.seq.0, message.seq.0 + turn);
        let shown = edited(change);
        assert_eq!(shown.attachments, noted);
        assert!(!shown.is_edited);
        assert_eq!(store.message(message.id).await.unwrap().unwrap(), shown);
    }
    let nowhere = NewAttachment {
        message: MessageId(Uuid::now_v7()),
        file_url: "https://example.org/a".into(),
        file_type: FileType::File,
        file_size: 1,
    };
    let mut locked = store.lock(conversation).await.unwrap().unwrap();
    assert!(locked.note_attachment(&nowhere, at(4)).await.is_err());
}

pub(crate) async fn an_upload_waits_for_its_message_and_is_given_once(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let conversation = group(store, &[ann, bob]).await;
    let message = send(store, conversation, ann, "look").await;
    let file = upload(store, ann).await;
    assert_eq!(file.message_id, None);
    assert_eq!((file.width, file.height), (Some(640), Some(480)));
    assert_eq!(
        (file.name.as_deref(), file.file_size),
        (Some("фото.png"), 5_000_000_000)
    );
    assert_eq!(store.waiting_files(ann).await.unwrap(), 1);
    let (unfinished, _) = begin(store, ann).await;

    assert!(attach(store, &message, &[file.id], bob).await.is_none());
    assert!(
        attach(store, &message, &[file.id, unfinished], ann)
            .await
            .is_none()
    );
    let shown = edited(attach(store, &message, &[file.id], ann).await.unwrap());
    let expected = Attachment {
        message_id: Some(message.id),
        ..file.clone()
    };
    assert_eq!(shown.attachments, [expected]);
    assert!(attach(store, &message, &[file.id], ann).await.is_none());
    assert_eq!(store.waiting_files(ann).await.unwrap(), 1);
}

pub(crate) async fn a_send_takes_its_files_along_or_is_not_stored(database: &Database) {
    let store = &database.store;
    let [ann, bob] = people(store).await;
    let conversation = group(store, &[ann, bob]).await;
    let (first, second) = (upload(store, ann).await, upload(store, ann).await);
    let unknown = AttachmentId(i64::MAX);
    for files in [&[first.id, unknown][..], &[unknown]] {
        let refused = append(store, with_files(conversation, ann, files)).await;
        assert_eq!(refused, Appended::NoFile);
    }
    let foreign = append(store, with_files(conversation, bob, &[first.id])).await;
    assert_eq!(foreign, Appended::NoFile);

    let new = NewMessage {
        client_id: Some("once".into()),
        ..with_files(conversation, ann, &[second.id, first.id])
    };
    let sent = stored(append(store, new.clone()).await);
    assert_eq!(sent.seq.0, 1);
    let ids: Vec<_> = sent.attachments.iter().map(|file| file.id).collect();
    assert_eq!(ids, [second.id, first.id]);
    assert!(
        sent.attachments
            .iter()
            .all(|file| file.message_id == Some(sent.id))
    );
    assert_eq!(store.message(sent.id).await.unwrap().unwrap(), sent);
    assert_eq!(append(store, new).await, Appended::Repeated(sent));
    assert_eq!(store.waiting_files(ann).await.unwrap(), 0);
}

pub(crate) async fn two_sends_of_one_file_store_one_message(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let file = upload(store, ann).await;
    let batch = [
        with_files(conversation, ann, &[file.id]),
        with_files(conversation, ann, &[file.id]),
        named(conversation, ann, "another"),
    ];
    let outcomes = store.append(&batch, &[], at(12)).await.unwrap().outcomes;
    assert!(matches!(&outcomes[0], Appended::Stored(_)));
    assert_eq!(outcomes[1], Appended::NoFile);
    assert!(matches!(&outcomes[2], Appended::Stored(message) if message.seq.0 == 2));

    let file = upload(store, ann).await;
    let sends = (0..8).map(|_| append(store, with_files(conversation, ann, &[file.id])));
    let outcomes = futures_util::future::join_all(sends).await;
    let kept = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Appended::Stored(_)));
    assert_eq!(kept.count(), 1);
}

pub(crate) async fn only_the_uploader_and_then_the_participants_stand_well_to_a_file(database: &Database) {
    let store = &database.store;
    let [ann, bob, eve] = people(store).await;
    let conversation = group(store, &[ann, bob]).await;
    let message = send(store, conversation, ann, "look").await;
    let file = upload(store, ann).await;
    let standing = async |user| {
        let found = store
            .file_standings(&[file.id, AttachmentId(i64::MAX)], user)
            .await
            .unwrap();
        let [standing] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((standing.id, standing.size), (file.id, 5_000_000_000));
        assert_eq!(standing.name, "фото.png");
        (standing.is_uploader, standing.is_waiting, standing.is_participant)
    };
    assert_eq!(standing(ann).await, (true, true, false));
    assert_eq!(standing(bob).await, (false, true, false));
    attach(store, &message, &[file.id], ann).await.unwrap();
    assert_eq!(standing(ann).await, (true, false, true));
    assert_eq!(standing(bob).await, (false, false, true));
    assert_eq!(standing(eve).await, (false, false, false));
    change(store, conversation, Do::Remove(bob)).await;
    assert_eq!(standing(bob).await, (false, false, false));
    let (unfinished, _) = begin(store, ann).await;
    assert!(store.file_standings(&[unfinished], ann).await.unwrap().is_empty());
}

pub(crate) async fn what_is_given_up_or_waits_too_long_is_doomed(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let message = send(store, conversation, ann, "look").await;
    let (given_up, _) = begin(store, ann).await;
    store.give_up_upload(given_up, at(11)).await.unwrap();
    let late = store.finish_upload(given_up, &picture(), at(12)).await.unwrap();
    assert_eq!(late, None);
    let (kept, orphan) = (upload(store, ann).await, upload(store, ann).await);
    attach(store, &message, &[kept.id], ann).await.unwrap();
    store.give_up_upload(kept.id, at(12)).await.unwrap();

    assert_eq!(store.doom_orphans(at(10), at(20)).await.unwrap(), 0);
    assert_eq!(doomed(store, 20).await, [given_up]);
    assert_eq!(store.doom_orphans(at(11), at(21)).await.unwrap(), 1);
    assert!(attach(store, &message, &[orphan.id], ann).await.is_none());
    assert!(store.file_standings(&[orphan.id], ann).await.unwrap().is_empty());
    assert_eq!(doomed(store, 21).await, [orphan.id]);
    assert_eq!(store.waiting_files(ann).await.unwrap(), 0);
}

pub(crate) async fn the_end_of_a_message_or_a_conversation_dooms_its_files(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let conversation = group(store, &[ann]).await;
    let (one, other) = (upload(store, ann).await, upload(store, ann).await);
    let named = NewMessage {
        client_id: Some("deleted".into()),
        ..with_files(conversation, ann, &[one.id])
    };
    let deleted = stored(append(store, named.clone()).await);
    stored(append(store, with_files(conversation, ann, &[other.id])).await);
    change(store, conversation, Do::Delete(deleted.id)).await;
    assert_eq!(doomed(store, 20).await, [one.id]);
    match append(store, named).await {
        Appended::Repeated(message) => assert!(message.attachments.is_empty()),
        outcome => panic!("{outcome:?}"),
    }
    change(store, conversation, Do::DeleteConversation).await;
    assert_eq!(doomed(store, 20).await, [other.id]);
    assert!(
        store
            .file_standings(&[one.id, other.id], ann)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn doomed_files_are_claimed_once_and_forgotten(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let mut given_up = Vec::new();
    for second in 0..3 {
        let (id, key) = begin(store, ann).await;
        store.give_up_upload(id, at(20 + second)).await.unwrap();
        given_up.push((id, key));
    }
    let first = store.doomed_files(at(30), 2).await.unwrap();
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|claimed| given_up[..2].contains(claimed)));
    assert_eq!(store.doomed_files(at(31), 2).await.unwrap(), given_up[2..]);
    assert!(doomed(store, 32).await.is_empty());
    store.forget_files(&[given_up[0].0]).await.unwrap();
    // The sweeper that took them is given up in its turn.
    assert_eq!(doomed(store, 1_000).await, [given_up[1].0, given_up[2].0]);
    let waiting = upload(store, ann).await;
    store.forget_files(&[waiting.id]).await.unwrap();
    assert_eq!(store.file_standings(&[waiting.id], ann).await.unwrap().len(), 1);
}

pub(crate) async fn names_without_a_row_are_told(database: &Database) {
    let store = &database.store;
    let [ann] = people(store).await;
    let (_, known) = begin(store, ann).await;
    let unknown = Uuid::new_v4();
    assert_eq!(store.unknown_files(&[known, unknown]).await.unwrap(), [unknown]);
    assert!(store.unknown_files(&[]).await.unwrap().is_empty());
}

pub(crate) async fn a_chore_is_taken_once_in_its_time(database: &Database) {
    let store = &database.store;
    let take = async |second| {
        let every = Duration::from_secs(100);
        store.take_chore("stray files", every, at(second)).await.unwrap()
    };
    assert!(take(1_000).await);
    assert!(!take(1_000).await);
    assert!(!take(1_099).await);
    assert!(take(1_100).await);
    assert!(!take(1_199).await);
    // Begun by a clock that was a century ahead.
    assert!(take(4_000_000_000).await);
    assert!(take(1_200).await);
    assert!(
        !store
            .take_chore("unknown", Duration::ZERO, at(1_300))
            .await
            .unwrap()
    );
}
