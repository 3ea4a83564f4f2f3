//! Two API nodes and two gateways over one PostgreSQL and one Redis, and the people who use them.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;

use crate::accounts::PASSWORD;
use crate::person::Person;
use crate::processes::Node;
use crate::services::Services;

/// Nodes of each kind.
const NODES: usize = 2;

/// The secret of every cluster of the tests.
const SECRET: &str = "a secret of the tests, which is long enough to be one";

/// The name and value of a setting.
pub(crate) type Setting<'a> = (&'static str, &'a str);

pub(crate) struct Cluster {
    pub(crate) apis: Vec<Node>,
    pub(crate) gateways: Vec<Node>,
    /// People so far: each next one lives at the next node.
    people: AtomicUsize,
    /// Of every node.
    shared: Vec<(&'static str, String)>,
    services: Services,
    folder: TempDir,
}

/// Runs a test on a cluster of its own, or not at all without PostgreSQL and Redis.
pub(crate) async fn on_a_cluster(test: impl AsyncFn(&Cluster)) {
    if let Some(cluster) = Cluster::start(&[]).await {
        test(&cluster).await;
    }
}

impl Cluster {
    /// With settings for the API nodes beside the defaults; those of contact protection are the gateways' too.
    pub(crate) async fn start(for_apis: &[Setting<'_>]) -> Option<Self> {
        let services = Services::find()?;
        let mut cluster = Self {
            apis: Vec::new(),
            gateways: Vec::new(),
            people: AtomicUsize::new(0),
            shared: vec![
                ("database.url", services.database_url.clone()),
                ("redis.url", services.redis_url.clone()),
                ("redis.prefix", services.prefix.clone()),
                ("tokens.secret", SECRET.to_owned()),
            ],
            services,
            folder: tempfile::tempdir().expect("a folder"),
        };
        let mut for_gateways = vec![("gateway.allowed_origins", r#"["*"]"#)];
        for_gateways.extend(for_apis.iter().filter(|(key, _)| key.starts_with("contacts.")));
        for number in 0..NODES {
            cluster.apis.push(cluster.node("api", number, for_apis));
            cluster
                .gateways
                .push(cluster.node("gateway", number, &for_gateways));
        }
        for node in cluster.apis.iter().chain(&cluster.gateways) {
            node.ready().await;
        }
        Some(cluster)
    }

    fn node(&self, kind: &str, number: usize, own: &[Setting<'_>]) -> Node {
        let mut settings: Vec<(&str, String)> = self.shared.clone();
        settings.extend(own.iter().map(|&(key, value)| (key, value.to_owned())));
        let log = self.folder.path().join(format!("{kind}-{number}.log"));
        Node::start(kind, &format!("{kind}.listen"), &settings, &log)
    }

    /// One more API node, with the defaults, beside those that have run for a while.
    pub(crate) async fn late_api(&self) -> Node {
        let node = self.node("api", self.apis.len(), &[]);
        node.ready().await;
        node
    }

    /// Somebody new, by the name that they sign in with. Their requests go to one API node and their sockets to one
    /// gateway; the next person's go to the others, so that whatever two people do passes between nodes.
    pub(crate) async fn person(&self, username: &str) -> Person {
        let node = self.people.fetch_add(1, Ordering::Relaxed) % NODES;
        let anybody = Person::nobody(&self.apis[node].public, &self.gateways[node].public);
        let body = json!({
            "username": username, "password": PASSWORD, "password_confirm": PASSWORD,
            "email": format!("{username}@example.org"), "first_name": name_of(username), "last_name": "Тестова",
        });
        let made = anybody.post("/api/auth/register/", &body).await.json_of(201);
        anybody.signed_in(&made)
    }

    /// Anna and Boris, who live at different nodes.
    pub(crate) async fn pair(&self) -> (Person, Person) {
        (self.person("anna").await, self.person("boris").await)
    }

    /// Anna, Boris and Vera.
    pub(crate) async fn three(&self) -> (Person, Person, Person) {
        let (anna, boris) = self.pair().await;
        (anna, boris, self.person("vera").await)
    }

    /// Makes somebody an administrator: the operator does it in the database.
    pub(crate) fn promote(&self, who: &Person) {
        let statement = format!("update users set role = 'admin' where id = {}", who.id);
        let status = Command::new("psql")
            .args([&self.services.database_url, "--quiet", "-c", &statement])
            .status()
            .expect("psql starts");
        assert!(status.success(), "{statement}");
    }

    /// The database of this cluster, for programs that an operator runs beside it.
    pub(crate) fn database_url(&self) -> &str {
        &self.services.database_url
    }
}

/// The first name of somebody: their username with a capital.
pub(crate) fn name_of(username: &str) -> String {
    let mut letters = username.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
