//! Files that people upload: on their way in, out again, and to their message.

pub(crate) mod places;

use std::ops::Range;
use std::sync::Arc;

use files::sniff::{HEAD_BYTES, Kind, Sniffed};
use files::{FileKey, Files, Picture, Reading, Refusal, Writing};
use metrics::{counter, describe_counter};
use protocol::models::{Attachment, FileType};
use protocol::{AttachmentId, ConversationId, MessageId, UserId, limits, paths};
use runtime::{Clock, Tasks};
use store::{FileStanding, NewUpload, Store, Uploaded};
use tokio::sync::{Notify, OwnedSemaphorePermit};

use self::places::{Place, Places};
use crate::attachments::require_shown;
use crate::contention::retried;
use crate::permit::{self, Actor};
use crate::{Chat, ChatError};

/// What a chat has that keeps files.
#[derive(Clone, Debug)]
pub(crate) struct Cabinet {
    pub(crate) files: Files,
    pub(crate) tasks: Tasks,
    /// Something was deleted or given up: there may be files to remove.
    pub(crate) deleted: Arc<Notify>,
    pub(crate) places: Places,
}

/// What an uploaded file is for. With neither it waits for a message of its sender's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// A message of the sender's own, which gets the file.
    pub message: Option<MessageId>,
    /// Where it will be sent: asked only so that who may not write there learns it before the upload.
    pub conversation: Option<ConversationId>,
}

/// A file that arrives. Dropped before [`Arriving::finish`], it never was.
#[derive(Debug)]
pub struct Arriving {
    label: Label,
    size: u64,
    state: State,
    _room: OwnedSemaphorePermit,
    _place: Place,
}

/// What is known of a file before its first byte, and where it goes.
#[derive(Debug)]
struct Label {
    cabinet: Cabinet,
    store: Store,
    clock: Clock,
    by: UserId,
    name: String,
    declared: String,
}

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "an upload has one, and fills it with its body's first bytes"
)]
enum State {
    /// What it is cannot be told yet: its first bytes.
    Head(Vec<u8>),
    Body(Body),
}

#[derive(Debug)]
struct Body {
    row: Row,
    key: FileKey,
    sniffed: Sniffed,
    writing: Writing,
}

/// The row of a file that has not all come. Dropped so, it is given up, and the sweeper removes what there is.
#[derive(Debug)]
struct Row {
    id: AttachmentId,
    store: Store,
    clock: Clock,
    cabinet: Cabinet,
    has_come: bool,
}

impl Drop for Row {
    fn drop(&mut self) {
        if self.has_come {
            return;
        }
        let (id, store, now) = (self.id, self.store.clone(), self.clock.now());
        let deleted = Arc::clone(&self.cabinet.deleted);
        self.cabinet.tasks.spawn("upload_given_up", async move {
            match store.give_up_upload(id, now).await {
                Ok(()) => deleted.notify_one(),
                // It stays an orphan, and goes when orphans go.
                Err(error) => tracing::warn!(%error, "an upload could not be given up at once"),
            }
        });
    }
}

impl Chat {
    /// Whether the person may upload something for that; the answer may change until it has come.
    pub async fn may_upload(&self, actor: UserId, target: Target) -> Result<(), ChatError> {
        if let Some(id) = target.message {
            let message = self.store.message(id).await?.ok_or(ChatError::NoMessage)?;
            let standing = self.store.standing(message.conversation_id, actor).await?;
            let standing = standing.filter(|standing| !standing.is_deleted);
            let role = standing.ok_or(ChatError::NoMessage)?.role;
            permit::change_message(Actor { user: actor, role }, &message)?;
        }
        match target.conversation {
            Some(conversation) => self.require_participant(actor, conversation).await,
            None => Ok(()),
        }
    }

    /// Begins to take a file. `declared` is the content type that its sender claims, or nothing.
    pub async fn receive_file(&self, by: UserId, name: &str, declared: &str) -> Result<Arriving, ChatError> {
        let cabinet = self.cabinet()?.clone();
        let name = files::name::clean(name).map_err(refused)?;
        if self.store.waiting_files(by).await? >= limits::FILES_WAITING {
            return Err(ChatError::TooMany(
                "too many of your files wait for a message; send them, or wait a day",
            ));
        }
        let place = cabinet.places.take(by).ok_or(ChatError::TooMany(
            "you are uploading too many files at once; wait until one has come",
        ))?;
        let room = cabinet.files.room().ok_or(ChatError::TooMany(
            "too many files are being uploaded at the moment; try again",
        ))?;
        let label = Label {
            cabinet,
            store: self.store.clone(),
            clock: self.clock.clone(),
            by,
            name,
            declared: declared.to_owned(),
        };
        Ok(Arriving {
            label,
            size: 0,
            state: State::Head(Vec::with_capacity(HEAD_BYTES)),
            _room: room,
            _place: place,
        })
    }

    /// Gives a message of the caller's own a file that they have uploaded.
    pub async fn attach_file(
        &self,
        actor: UserId,
        message: MessageId,
        file: Attachment,
    ) -> Result<Attachment, ChatError> {
        let attached = retried(|| self.try_attach(actor, message, &file)).await;
        if attached.is_err() {
            // Nobody learns its id any more.
            self.store.give_up_upload(file.id, self.clock.now()).await?;
            self.files_may_be_doomed();
        }
        attached?;
        Ok(Attachment {
            message_id: Some(message),
            ..file
        })
    }

    async fn try_attach(
        &self,
        actor: UserId,
        message: MessageId,
        file: &Attachment,
    ) -> Result<(), ChatError> {
        let mut locked = self.lock_own_message(actor, message).await?;
        self.require_room_for_a_file(&mut locked, message).await?;
        if let Some(name) = &file.name {
            require_shown(&mut locked, name).await?;
        }
        let change = locked.attach(message, &[file.id], actor).await?;
        self.commit(locked, vec![change.ok_or(ChatError::NoFile)?]).await
    }

    /// An uploaded file that the person may have.
    pub async fn file(&self, user: UserId, id: AttachmentId) -> Result<FileStanding, ChatError> {
        let mut found = self.store.file_standings(&[id], user).await?;
        let file = found.pop().ok_or(ChatError::NoFile)?;
        permit::download(&file)?;
        Ok(file)
    }

    /// Those of the uploaded files that the person may have.
    pub async fn files(&self, user: UserId, ids: &[AttachmentId]) -> Result<Vec<FileStanding>, ChatError> {
        if ids.len() > limits::LINKS_AT_ONCE {
            let detail = format!("at most {} at once", limits::LINKS_AT_ONCE);
            return Err(ChatError::invalid("ids", detail));
        }
        let mut found = self.store.file_standings(ids, user).await?;
        found.retain(|file| permit::download(file).is_ok());
        Ok(found)
    }

    /// The bytes of a file, or a part of them.
    pub async fn read_file(&self, file: &FileStanding, range: Range<u64>) -> Result<Reading, ChatError> {
        let reading = self.cabinet()?.files.read(FileKey(file.key), range).await;
        reading.map_err(ChatError::Files)?.ok_or(ChatError::NoFile)
    }

    /// The rules of the installation for files; an error when it keeps none.
    pub fn file_rules(&self) -> Result<&runtime::config::FilesConfig, ChatError> {
        Ok(self.cabinet()?.files.rules())
    }

    fn cabinet(&self) -> Result<&Cabinet, ChatError> {
        self.cabinet.as_ref().ok_or(ChatError::NoFileStore)
    }

    /// Tells the sweeper of this node, if it has one; another's comes round soon.
    pub(crate) fn files_may_be_doomed(&self) {
        if let Some(cabinet) = &self.cabinet {
            cabinet.deleted.notify_one();
        }
    }
}

impl Arriving {
    /// Takes the next bytes; waits while they are written.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), ChatError> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        self.check_size()?;
        let head = match &mut self.state {
            State::Body(body) => return body.writing.push(bytes).await.map_err(ChatError::Files),
            State::Head(head) => head,
        };
        let room = HEAD_BYTES.saturating_sub(head.len());
        let (now, later) = bytes.split_at(room.min(bytes.len()));
        head.extend_from_slice(now);
        if head.len() < HEAD_BYTES {
            return Ok(());
        }
        let head = std::mem::take(head);
        let mut body = self.label.begin(&head).await?;
        body.writing.push(later).await.map_err(ChatError::Files)?;
        self.state = State::Body(body);
        self.check_size()
    }

    /// Makes the file be there; it waits for its message from now on, in the conversation that it was uploaded for, if
    /// one was named.
    pub async fn finish(mut self, conversation: Option<ConversationId>) -> Result<Attachment, ChatError> {
        if self.size == 0 {
            return Err(refused(Refusal::Empty));
        }
        let body = match std::mem::replace(&mut self.state, State::Head(Vec::new())) {
            State::Body(body) => body,
            State::Head(head) => self.label.begin(&head).await?,
        };
        let Body {
            mut row,
            key,
            sniffed,
            writing,
        } = body;
        writing.finish().await.map_err(ChatError::Files)?;
        let picture = match sniffed.format {
            Some(format) => {
                let cleaned = self.label.cabinet.files.clean(key, format).await;
                Some(cleaned.map_err(ChatError::Files)?.map_err(refused)?)
            }
            None => None,
        };
        let label = &self.label;
        let uploaded = Uploaded {
            conversation,
            ..label.uploaded(row.id, self.size, sniffed, picture)
        };
        let stored = label.store.finish_upload(row.id, &uploaded, label.clock.now());
        let stored = stored.await?;
        let stored = stored.ok_or(ChatError::NoFile)?;
        row.has_come = true;
        counter!("chat_files_uploaded_total").increment(1);
        counter!("chat_files_uploaded_bytes_total").increment(self.size);
        tracing::info!(user.id = %label.by, file.id = %stored.id, bytes = self.size, "file uploaded");
        Ok(stored)
    }

    fn check_size(&self) -> Result<(), ChatError> {
        let rules = self.label.cabinet.files.rules();
        if self.size > rules.max_upload_bytes {
            let max = rules.max_upload_bytes;
            return Err(refused(Refusal::TooLarge { max }));
        }
        match &self.state {
            State::Body(body) if body.sniffed.format.is_some() && self.size > rules.max_image_bytes => {
                let max = rules.max_image_bytes;
                Err(refused(Refusal::ImageTooLarge { max }))
            }
            _ => Ok(()),
        }
    }
}

impl Label {
    /// The row first, then the file: what a crash leaves has a row that says so.
    async fn begin(&self, head: &[u8]) -> Result<Body, ChatError> {
        let sniffed = self.cabinet.files.judge(head, &self.declared).map_err(refused)?;
        let key = FileKey::random();
        let new = NewUpload {
            by: self.by,
            key: key.0,
        };
        let row = Row {
            id: self.store.begin_upload(new, self.clock.now()).await?,
            store: self.store.clone(),
            clock: self.clock.clone(),
            cabinet: self.cabinet.clone(),
            has_come: false,
        };
        let mut writing = self.cabinet.files.write(key).await.map_err(ChatError::Files)?;
        writing.push(head).await.map_err(ChatError::Files)?;
        Ok(Body {
            row,
            key,
            sniffed,
            writing,
        })
    }

    fn uploaded(&self, id: AttachmentId, came: u64, sniffed: Sniffed, picture: Option<Picture>) -> Uploaded {
        let size = picture
            .as_ref()
            .map_or(came, |picture| picture.bytes.len() as u64);
        Uploaded {
            url: paths::file(id, &self.name),
            file_type: match sniffed.kind {
                Kind::Image => FileType::Image,
                Kind::Video => FileType::Video,
                _ => FileType::File,
            },
            // No limit comes near what does not fit.
            size: i64::try_from(size).unwrap_or(i64::MAX),
            name: self.name.clone(),
            content_type: sniffed.content_type,
            pixels: picture
                .as_ref()
                .map(|picture| (i64::from(picture.width), i64::from(picture.height))),
            placeholder: picture.and_then(|picture| picture.placeholder),
            conversation: None,
        }
    }
}

fn refused(refusal: Refusal) -> ChatError {
    counter!("chat_files_refused_total", "reason" => refusal.word()).increment(1);
    ChatError::FileRefused(refusal)
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_files_uploaded_total",
        "Files that came whole and were taken"
    );
    describe_counter!(
        "chat_files_uploaded_bytes_total",
        "Bytes of the files that were taken"
    );
    describe_counter!("chat_files_refused_total", "Files that were not taken, by reason");
}
