//! N gateway nodes on one database and one bus, and what tests do with them.

use std::sync::Arc;
use std::time::Duration;

use bus::{InProcess, Inbox, Topic};
use chat::{Chat, ChatError};
use futures_util::future::join_all;
use gateway::{Gateway, Parts};
use protocol::models::{ConversationType, Message};
use protocol::paths::{SOCKET, conversation_socket};
use protocol::requests::{CreateConversation, SendMessage};
use protocol::{ConversationId, Seq, UserId};
use runtime::config::{GatewayConfig, Secret, TokensConfig};
use runtime::tokens::Tokens;
use runtime::{Clock, Tasks, http};
use store::{NewUser, Store};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::client::{Client, Header, in_time};
use crate::database::Database;
use crate::lossy::Lossy;

pub(crate) const OUR_PAGES: &str = "https://lms.example";

pub(crate) struct Setup {
    pub(crate) nodes: usize,
    pub(crate) config: GatewayConfig,
    pub(crate) clock: Clock,
    /// Off only to show what happens then.
    pub(crate) has_sweeper: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            nodes: 2,
            config: GatewayConfig {
                allowed_origins: vec![OUR_PAGES.into()],
                frames_per_minute: 100_000,
                ..GatewayConfig::default()
            },
            clock: Clock::system(),
            has_sweeper: true,
        }
    }
}

pub(crate) struct TestCluster {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    nodes: Vec<Node>,
    exchange: InProcess,
    http: reqwest::Client,
    database: Database,
}

pub(crate) struct Node {
    pub(crate) gateway: Gateway,
    pub(crate) chat: Chat,
    pub(crate) bus: Arc<Lossy>,
    pub(crate) tasks: Tasks,
    address: String,
}

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) token: String,
}

/// Runs a test on each database at hand.
pub(crate) async fn on_each_database(setup: impl Fn() -> Setup, test: impl AsyncFn(&TestCluster)) {
    let databases = [Some(Database::sqlite().await), Database::postgres().await];
    for database in databases.into_iter().flatten() {
        let cluster = TestCluster::on(database, setup()).await;
        test(&cluster).await;
        cluster.stop().await;
    }
}

impl TestCluster {
    /// Two nodes on SQLite.
    pub(crate) async fn new() -> Self {
        Self::start(Setup::default()).await
    }

    pub(crate) async fn start(setup: Setup) -> Self {
        Self::on(Database::sqlite().await, setup).await
    }

    /// Nodes with one setting changed.
    pub(crate) async fn tuned(tune: impl FnOnce(&mut GatewayConfig)) -> Self {
        let mut setup = Setup::default();
        tune(&mut setup.config);
        Self::start(setup).await
    }

    async fn on(database: Database, setup: Setup) -> Self {
        let tokens = Tokens::new(&tokens_config(), setup.clock.clone()).unwrap();
        let exchange = InProcess::new();
        let parts = (&database.store, &tokens, &setup);
        let nodes = join_all((0..setup.nodes).map(|_| Node::start(parts, &exchange))).await;
        Self {
            store: database.store.clone(),
            clock: setup.clock.clone(),
            tokens,
            nodes,
            exchange,
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .build()
                .unwrap(),
            database,
        }
    }

    async fn stop(self) {
        for node in &self.nodes {
            node.tasks.leaving().cancel();
            node.tasks.draining().cancel();
            node.tasks.stopping().cancel();
        }
        self.database.drop().await;
    }

    /// One more end of the bus.
    pub(crate) fn attach(&self, tasks: &Tasks) -> (Arc<Lossy>, Inbox) {
        let (bus, inbox) = self.exchange.attach();
        Lossy::around(bus, inbox, tasks)
    }

    pub(crate) fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    /// A new person, straight into the store.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let user = NewUser {
            username: format!("{name}-{}", Uuid::now_v7()),
            first_name: name.to_owned(),
            ..NewUser::default()
        };
        let id = self.store.create_user(&user, self.clock.now()).await.unwrap().id;
        let (token, _) = self.tokens.access(id);
        Person { id, token }
    }

    /// Two people, Anna and Boris, in a group that Anna made.
    pub(crate) async fn pair(&self) -> (Person, Person, ConversationId) {
        let (anna, boris) = (self.person("anna").await, self.person("boris").await);
        let group = self.group(&anna, &[&boris]).await;
        (anna, boris, group)
    }

    pub(crate) async fn group(&self, admin: &Person, others: &[&Person]) -> ConversationId {
        let request = CreateConversation {
            kind: ConversationType::Group,
            title: Some("Group".into()),
            description: None,
            participant_ids: Some(others.iter().map(|person| person.id).collect()),
            service: None,
            service_id: None,
        };
        let (bus, mut inbox) = self.exchange.attach();
        bus.subscribe(&[Topic::User(admin.id)]).await.unwrap();
        let opened = self.nodes[0].chat.create_conversation(admin.id, request).await;
        // Told on the bus already: a socket that opens from here on does not hear of it as of something new.
        in_time("the announcement", inbox.recv()).await.unwrap();
        opened.unwrap().conversation.id
    }

    /// Says something on the first node.
    pub(crate) async fn say(&self, who: &Person, conversation: ConversationId, text: &str) -> Message {
        self.nodes[0].say(who, conversation, text).await
    }

    /// Says this many things, in few commits.
    pub(crate) async fn say_many(&self, who: &Person, conversation: ConversationId, count: usize) {
        join_all((0..count).map(|_| self.say(who, conversation, "one of many"))).await;
    }

    /// The newest number.
    pub(crate) async fn head(&self, conversation: ConversationId) -> Seq {
        self.store.heads(&[conversation]).await.unwrap()[0].1
    }

    /// At a conversation's door of a node.
    pub(crate) async fn at_door(
        &self,
        node: usize,
        who: &Person,
        conversation: ConversationId,
        after: Option<i64>,
    ) -> Client {
        let query = after.map_or(String::new(), |after| format!("?after={after}"));
        let path = format!("{}{query}", conversation_socket(conversation));
        self.open(node, &path, Some(&who.token)).await
    }

    /// At a conversation's door, live: `hello` and `sync` are read.
    pub(crate) async fn live(&self, node: usize, who: &Person, conversation: ConversationId) -> Client {
        let mut client = self.at_door(node, who, conversation, None).await;
        client.hello().await;
        client.sync(conversation).await;
        client
    }

    /// At the door for everything; `hello` is read.
    pub(crate) async fn at_everything(&self, node: usize, who: &Person, query: &str) -> Client {
        let mut client = self
            .open(node, &format!("{SOCKET}{query}"), Some(&who.token))
            .await;
        client.hello().await;
        client
    }

    /// Opens a socket that must be let in.
    pub(crate) async fn open(&self, node: usize, path: &str, token: Option<&str>) -> Client {
        let headers: Vec<_> = token.map(bearer).into_iter().collect();
        Client::open(&self.nodes[node].address, path, &headers)
            .await
            .unwrap_or_else(|error| panic!("{path} was refused: {error}"))
    }

    pub(crate) fn address(&self, node: usize) -> &str {
        &self.nodes[node].address
    }

    /// A handshake by plain HTTP, to read what a refusal says. An accepted one is hung up at once.
    pub(crate) async fn handshake(&self, node: usize, path: &str, headers: &[Header]) -> reqwest::Response {
        let mut request = self
            .http
            .get(format!("http://{}{path}", self.nodes[node].address))
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.send().await.unwrap()
    }

    /// A plain request.
    pub(crate) async fn get(&self, node: usize, path: &str) -> reqwest::Response {
        let url = format!("http://{}{path}", self.nodes[node].address);
        self.http.get(url).send().await.unwrap()
    }
}

impl Node {
    async fn start((store, tokens, setup): (&Store, &Tokens, &Setup), exchange: &InProcess) -> Self {
        let tasks = Tasks::new();
        let (bus, inbox) = exchange.attach();
        let (bus, inbox) = Lossy::around(bus, inbox, &tasks);
        let start = if setup.has_sweeper {
            Chat::start
        } else {
            Chat::start_without_sweeper
        };
        let chat = start(store.clone(), bus.clone(), setup.clock.clone(), &tasks);
        let parts = Parts {
            chat: chat.clone(),
            bus: bus.clone(),
            inbox,
            tokens: tokens.clone(),
        };
        let gateway = Gateway::start(parts, &setup.config, &tasks);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        // The listener stays while the node drains: what is said at the door then is looked at.
        let serving = http::serve(listener, gateway.router(), Tasks::new());
        let stopping = tasks.stopping();
        tasks.spawn("public port", async move {
            stopping.run_until_cancelled(serving).await;
        });
        Self {
            gateway,
            chat,
            bus,
            tasks,
            address,
        }
    }

    /// Says something, and as a client does, again under the same name while the database has no time: its disk may
    /// stand still for seconds on a busy machine.
    pub(crate) async fn say(&self, who: &Person, conversation: ConversationId, text: &str) -> Message {
        let request = SendMessage {
            conversation_id: conversation,
            sender_id: None,
            text: Some(text.into()),
            reply_to: None,
            client_id: Some(Uuid::now_v7().to_string()),
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
        };
        let sent = async {
            loop {
                match self.chat.send(who.id, request.clone()).await {
                    Err(ChatError::Unavailable) => {}
                    sent => return sent.unwrap().message,
                }
            }
        };
        in_time("the database", sent).await
    }
}

pub(crate) fn bearer(token: &str) -> Header {
    ("authorization", format!("Bearer {token}"))
}

/// How tokens of the nodes under test are made; tests vary it to forge others.
pub(crate) fn tokens_config() -> TokensConfig {
    TokensConfig {
        secret: Secret::from("a secret of a test, long enough for HS256"),
        ..TokensConfig::default()
    }
}
