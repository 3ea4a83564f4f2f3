//! Persistence. (skeleton)
#![expect(clippy::unused_async, missing_docs, clippy::todo, reason = "skeleton")]
pub mod records;
use protocol::models::*;
use protocol::*;
pub use records::*;
use std::path::Path;

#[derive(Clone, Debug)]
pub struct Store;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or has no connection free; nothing was stored.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A unique value is taken.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// Anything else: a defect of ours.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
    /// The migrations could not be run.
    #[error("the database's schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The address is none that this crate can open.
    #[error("not a database address: {0}")]
    Address(String),
}
type Result<T, E = StoreError> = std::result::Result<T, E>;

impl Store {
    /// `postgres://…` or `sqlite:PATH` / `sqlite::memory:`
    pub async fn connect(_url: &str, _max_connections: u32) -> Result<Self> {
        todo!()
    }
    pub async fn migrate(&self) -> Result<()> {
        todo!()
    }
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }
    pub async fn close(&self) {
        todo!()
    }
    pub fn sqlite_url(_path: &Path) -> String {
        todo!()
    }
    // users
    /// Fails with `Taken("username")`.
    pub async fn create_user(&self, _user: &NewUser, _now: Timestamp) -> Result<User> {
        todo!()
    }
    pub async fn user(&self, _id: UserId) -> Result<Option<User>> {
        todo!()
    }
    pub async fn user_by_username(&self, _name: &str) -> Result<Option<User>> {
        todo!()
    }
    /// The first (lowest id) user with a password and this e-mail, compared without case.
    pub async fn user_by_email(&self, _email: &str) -> Result<Option<User>> {
        todo!()
    }
    pub async fn users(&self, _ids: &[UserId]) -> Result<Vec<User>> {
        todo!()
    }
    pub async fn update_profile(&self, _id: UserId, _patch: &ProfilePatch) -> Result<Option<User>> {
        todo!()
    }
    pub async fn set_password_hash(&self, _id: UserId, _hash: &str) -> Result<()> {
        todo!()
    }
    pub async fn set_online(&self, _id: UserId, _online: bool, _now: Timestamp) -> Result<()> {
        todo!()
    }
    /// Substring of username, first or last name, without case (Cyrillic too), by id.
    pub async fn search_users(&self, _query: &str, _except: UserId, _limit: i64) -> Result<Vec<User>> {
        todo!()
    }
    pub async fn list_users(&self, _except: Option<UserId>, _limit: i64) -> Result<Vec<User>> {
        todo!()
    }
    // sessions
    pub async fn create_session(&self, _session: &Session) -> Result<()> {
        todo!()
    }
    pub async fn session(&self, _token_hash: &str) -> Result<Option<Session>> {
        todo!()
    }
    /// True if this call was the first to use it.
    pub async fn use_session(&self, _token_hash: &str, _now: Timestamp) -> Result<bool> {
        todo!()
    }
    pub async fn revoke_family(&self, _family: uuid::Uuid, _now: Timestamp) -> Result<()> {
        todo!()
    }
    pub async fn revoke_sessions_of(&self, _user: UserId, _now: Timestamp) -> Result<()> {
        todo!()
    }
    pub async fn forget_expired_sessions(&self, _now: Timestamp) -> Result<u64> {
        todo!()
    }
    // conversations
    pub async fn create_conversation(&self, _new: &NewConversation, _now: Timestamp) -> Result<Created> {
        todo!()
    }
    /// With last_message and participants. `None` when unknown or deleted.
    pub async fn conversation(&self, _id: ConversationId) -> Result<Option<Conversation>> {
        todo!()
    }
    /// Newest activity first; with last_message, without participants; constant number of queries.
    pub async fn conversations_of(&self, _user: UserId) -> Result<Vec<Conversation>> {
        todo!()
    }
    pub async fn conversation_ids_of(&self, _user: UserId, _limit: i64) -> Result<Vec<ConversationId>> {
        todo!()
    }
    /// `None`: there never was such a conversation.
    pub async fn standing(&self, _conversation: ConversationId, _user: UserId) -> Result<Option<Standing>> {
        todo!()
    }
    pub async fn participants(&self, _conversation: ConversationId) -> Result<Vec<Participant>> {
        todo!()
    }
    pub async fn lock(&self, _id: ConversationId) -> Result<Option<Locked>> {
        todo!()
    }
    // messages
    pub async fn append(
        &self,
        _batch: &[NewMessage],
        _published: &[OutboxId],
        _now: Timestamp,
    ) -> Result<Batch> {
        todo!()
    }
    /// Not deleted.
    pub async fn message(&self, _id: MessageId) -> Result<Option<Message>> {
        todo!()
    }
    pub async fn messages(
        &self,
        _conversation: ConversationId,
        _page: Page,
        _limit: i64,
    ) -> Result<Vec<Message>> {
        todo!()
    }
    pub async fn create_attachment(&self, _new: &NewAttachment, _now: Timestamp) -> Result<Attachment> {
        todo!()
    }
    // changes
    pub async fn changes(
        &self,
        _conversation: ConversationId,
        _cursor: Cursor,
        _limit: i64,
    ) -> Result<Option<ChangePage>> {
        todo!()
    }
    pub async fn heads(&self, _conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>> {
        todo!()
    }
    // outbox
    pub async fn forget_published(&self, _ids: &[OutboxId]) -> Result<()> {
        todo!()
    }
    /// Rows older than `before`, oldest first, claimed so that two sweepers do not take the same (skip locked on Postgres).
    pub async fn unpublished(&self, _before: Timestamp, _limit: i64) -> Result<Vec<Unpublished>> {
        todo!()
    }
}

/// A conversation under its row lock, in a transaction that rolls back when dropped.
#[derive(Debug)]
pub struct Locked;

impl Locked {
    /// Without last_message and participants.
    pub fn conversation(&self) -> &Conversation {
        todo!()
    }
    pub async fn participant(&mut self, _user: UserId) -> Result<Option<Participant>> {
        todo!()
    }
    pub async fn participant_count(&mut self) -> Result<i64> {
        todo!()
    }
    pub async fn message(&mut self, _id: MessageId) -> Result<Option<Message>> {
        todo!()
    }
    pub async fn edit_message(&mut self, _id: MessageId, _text: &str, _now: Timestamp) -> Result<Change> {
        todo!()
    }
    pub async fn delete_message(&mut self, _id: MessageId, _now: Timestamp) -> Result<Change> {
        todo!()
    }
    pub async fn add_participant(&mut self, _user: UserId, _role: Role, _now: Timestamp) -> Result<Change> {
        todo!()
    }
    pub async fn remove_participant(&mut self, _user: UserId, _now: Timestamp) -> Result<Change> {
        todo!()
    }
    pub async fn delete_conversation(&mut self, _now: Timestamp) -> Result<Change> {
        todo!()
    }
    /// Commits; leaves an outbox row when anything changed.
    pub async fn commit(self, _now: Timestamp) -> Result<Option<OutboxId>> {
        todo!()
    }
}
