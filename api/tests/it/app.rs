//! A whole API node on a port of its own, and verbs to talk to it.

use std::sync::Arc;
use std::time::Duration;

use api::{AppState, WebClient};
use bus::InProcess;
use chat::contacts::Policy;
use chat::passwords::{Cost, Passwords};
use chat::{Accounts, Chat};
use files::Files;
use protocol::UserId;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use runtime::config::{ApiConfig, ContactsConfig, FilesConfig, RefreshReuse, Secret, TokensConfig};
use runtime::tokens::Tokens;
use runtime::{Clock, Tasks};
use serde_json::{Value, json};
use store::{NewUser, Store};
use tempfile::TempDir;
use uuid::Uuid;

use crate::line::Line;

/// Connections for a node under test.
const CONNECTIONS: u32 = 4;

/// One API node.
pub(crate) struct TestApp {
    pub(crate) client: Client,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    address: String,
    url: String,
    tasks: Tasks,
    files_folder: TempDir,
    _folder: Option<TempDir>,
}

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) token: String,
}

/// Runs a test on a SQLite file: for what no database has a say in.
pub(crate) async fn on_sqlite(test: impl AsyncFn(&TestApp)) {
    let folder = tempfile::tempdir().unwrap();
    let url = Store::sqlite_url(&folder.path().join("chat.db"));
    let app = TestApp::start(url, Some(folder)).await;
    test(&app).await;
    app.stop().await;
}

/// Runs a test on a SQLite file, with this at `/`.
pub(crate) async fn on_sqlite_with_web(web: WebClient, test: impl AsyncFn(&TestApp)) {
    let folder = tempfile::tempdir().unwrap();
    let url = Store::sqlite_url(&folder.path().join("chat.db"));
    let app = TestApp::start_with(url, Some(folder), &ContactsConfig::default(), web).await;
    test(&app).await;
    app.stop().await;
}

/// Runs a test on each database at hand.
pub(crate) async fn on_each_store(test: impl AsyncFn(&TestApp)) {
    on_sqlite(&test).await;
    on_postgres(test).await;
}

/// Runs a test on PostgreSQL, if there is one: for what can be seen there alone.
pub(crate) async fn on_postgres(test: impl AsyncFn(&TestApp)) {
    let Some(database) = PostgresDatabase::create().await else {
        return;
    };
    let app = TestApp::start(database.url.clone(), None).await;
    test(&app).await;
    app.stop().await;
    database.drop().await;
}

/// As [`on_each_store`], with a contact protection of the test's own.
pub(crate) async fn on_each_store_screened(contacts: ContactsConfig, test: impl AsyncFn(&TestApp)) {
    let folder = tempfile::tempdir().unwrap();
    let url = Store::sqlite_url(&folder.path().join("chat.db"));
    let app = TestApp::start_screened(url, Some(folder), &contacts).await;
    test(&app).await;
    app.stop().await;
    let Some(database) = PostgresDatabase::create().await else {
        return;
    };
    let app = TestApp::start_screened(database.url.clone(), None, &contacts).await;
    test(&app).await;
    app.stop().await;
    database.drop().await;
}

/// Runs a test on PostgreSQL behind a line that can be cut.
pub(crate) async fn on_a_line(test: impl AsyncFn(&TestApp, &mut Line)) {
    let Some(database) = PostgresDatabase::create().await else {
        return;
    };
    let (rest, name) = database.url.rsplit_once('/').unwrap();
    let (user, server) = rest.rsplit_once('@').unwrap();
    let mut line = Line::to(server).await;
    let app = TestApp::start(format!("{user}@{}/{name}", line.address()), None).await;
    test(&app, &mut line).await;
    app.stop().await;
    database.drop().await;
}

impl TestApp {
    async fn start(url: String, folder: Option<TempDir>) -> Self {
        Self::start_screened(url, folder, &ContactsConfig::default()).await
    }

    async fn start_screened(url: String, folder: Option<TempDir>, contacts: &ContactsConfig) -> Self {
        // What stands at `/` must not hang on whether somebody has built the web client on this machine.
        Self::start_with(url, folder, contacts, WebClient::not_built()).await
    }

    async fn start_with(
        url: String,
        folder: Option<TempDir>,
        contacts: &ContactsConfig,
        web: WebClient,
    ) -> Self {
        let store = Store::connect(&url, CONNECTIONS).await.unwrap();
        store.migrate().await.unwrap();
        let store = store.screened_by(Arc::new(Policy::of(contacts)));
        let tasks = Tasks::new();
        let clock = Clock::system();
        let (bus, _inbox) = InProcess::new().attach();
        let tokens = Tokens::new(&tokens_config(), clock.clone()).unwrap();
        let passwords = Passwords::new(Cost::CHEAPEST).unwrap();
        let files_folder = tempfile::tempdir().unwrap();
        let chat = Chat::start(store.clone(), bus.clone(), clock.clone(), &tasks);
        let files = Files::open(&files_config(files_folder.path()), &tasks);
        let chat = chat.with_files(files.unwrap().unwrap(), &tasks);
        let state = AppState {
            accounts: Accounts::new(&chat, passwords, tokens.clone(), RefreshReuse::Lenient),
            chat,
            tokens: tokens.clone(),
            bus,
            web,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = tasks.clone();
        tasks.spawn_vital("public_port", async move {
            api::serve(listener, state, &ApiConfig::default(), server).await;
        });
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self {
            client,
            tokens,
            clock,
            store,
            address,
            url,
            tasks,
            files_folder,
            _folder: folder,
        }
    }

    /// The names of all files in the store of files.
    pub(crate) fn stored_files(&self) -> Vec<std::path::PathBuf> {
        let folders = std::fs::read_dir(self.files_folder.path()).unwrap();
        let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }

    async fn stop(self) {
        self.tasks.draining().cancel();
        self.tasks.stopping().cancel();
        self.store.close().await;
    }

    /// A new person, straight into the store: no password is hashed.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let user = NewUser {
            username: format!("{name}-{}", Uuid::now_v7()),
            email: format!("{name}@example.org"),
            first_name: name.to_owned(),
            last_name: "Tester".to_owned(),
            password_hash: None,
        };
        let user = self.store.create_user(&user, self.clock.now()).await.unwrap();
        self.with_token(user.id)
    }

    /// Makes somebody an administrator: nothing of ours does, so the operator does it in the database.
    pub(crate) async fn promote(&self, who: &Person) {
        use sqlx::Connection as _;

        const SQL: &str = "update users set role = 'admin' where id = $1";
        if self.url.starts_with("sqlite:") {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query(SQL)
                .bind(who.id)
                .execute(&mut connection)
                .await
                .unwrap();
        } else {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
            sqlx::query(SQL)
                .bind(who.id)
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }

    /// Takes a conversation's row lock, on Postgres, and holds it as long as what it answers lives.
    pub(crate) async fn lock(&self, conversation: &str) -> sqlx::PgConnection {
        use sqlx::Connection as _;

        let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql("begin").execute(&mut connection).await.unwrap();
        sqlx::query("select 1 from conversations where id = $1 for update")
            .bind(conversation.parse::<Uuid>().unwrap())
            .execute(&mut connection)
            .await
            .unwrap();
        connection
    }

    /// Whoever has this id, with a good token; they need not exist.
    pub(crate) fn with_token(&self, id: UserId) -> Person {
        let (token, _) = self.tokens.access(id);
        Person { id: id.0, token }
    }

    /// Its address and port, for what no client would send.
    pub(crate) fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// A request without a token.
    pub(crate) fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        self.client
            .request(method.clone(), format!("{}{path}", self.address))
    }

    /// Sends a request as somebody; a body other than null goes with it as JSON.
    pub(crate) async fn send(&self, who: &Person, method: Method, path: &str, body: &Value) -> Response {
        let request = self.request(&method, path).bearer_auth(&who.token);
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        request.send().await.unwrap()
    }

    /// As [`TestApp::send`], for the JSON of an answer with this status.
    pub(crate) async fn ask(&self, who: &Person, call: (Method, &str, Value), expected: StatusCode) -> Value {
        let (method, path, body) = call;
        let response = self.send(who, method.clone(), path, &body).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, expected, "{method} {path}: {text}");
        if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap()
        }
    }

    /// What a GET answers.
    pub(crate) async fn get(&self, who: &Person, path: &str) -> Value {
        self.ask(who, (Method::GET, path, Value::Null), StatusCode::OK)
            .await
    }

    /// A new group of `who` and others; its id.
    pub(crate) async fn group(&self, who: &Person, others: &[&Person]) -> String {
        let others: Vec<_> = others.iter().map(|person| person.id).collect();
        let body = json!({ "type": "group", "title": "Group", "participant_ids": others });
        let made = self
            .ask(
                who,
                (Method::POST, "/api/unet-chat/conversations/", body),
                StatusCode::CREATED,
            )
            .await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// Says something; the message as answered.
    pub(crate) async fn say(&self, who: &Person, conversation: &str, text: &str) -> Value {
        let body = json!({ "conversation_id": conversation, "sender_id": who.id, "text": text });
        self.ask(
            who,
            (Method::POST, "/api/unet-chat/messages/", body),
            StatusCode::CREATED,
        )
        .await
    }

    /// A problem document with what differs between runs made equal.
    pub(crate) async fn problem(&self, request: RequestBuilder) -> Value {
        let request = request.header("x-request-id", "test");
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let status = response.status().as_u16();
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], status);
        problem
    }
}

/// A message as history shows it while nobody else has read it.
pub(crate) fn in_history(message: &Value) -> Value {
    let mut shown = message.clone();
    shown["is_read"] = json!(false);
    shown
}

/// How tokens of the node under test are made; tests vary it to forge others.
pub(crate) fn tokens_config() -> TokensConfig {
    TokensConfig {
        secret: Secret::from("a secret of a test, long enough for HS256"),
        ..TokensConfig::default()
    }
}

/// Small limits, so that tests reach them.
pub(crate) fn files_config(folder: &std::path::Path) -> FilesConfig {
    FilesConfig {
        store: format!("file://{}", folder.display()),
        max_upload_bytes: 2 * 1024 * 1024,
        max_image_bytes: 256 * 1024,
        max_image_pixels: 1_000_000,
        ..FilesConfig::default()
    }
}

/// A database of its own on the server at hand.
struct PostgresDatabase {
    server: String,
    name: String,
    url: String,
}

impl PostgresDatabase {
    async fn create() -> Option<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests find their database server by the environment"
        )]
        let server = std::env::var("CHAT_TEST_POSTGRES_URL");
        let Ok(server) = server else {
            eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run on PostgreSQL");
            return None;
        };
        let name = format!("chat_api_{}", Uuid::now_v7().simple());
        execute(&server, format!("create database {name}")).await;
        let (address, _) = server.rsplit_once('/').unwrap();
        let url = format!("{address}/{name}");
        Some(Self { server, name, url })
    }

    async fn drop(self) {
        execute(&self.server, format!("drop database {} with (force)", self.name)).await;
    }
}

async fn execute(server: &str, statement: String) {
    use sqlx::Connection as _;

    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    // The only part that is not literal is a name made here from a UUID.
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
}
