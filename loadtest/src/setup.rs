//! Makes the accounts and the conversations of a run over REST. Everything is new in every run: the heads start
//! where the run starts, and no message of another run can be mistaken for one of this.

use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::models::ConversationType;
use protocol::requests::CreateConversation;
use protocol::{ConversationId, UserId};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::plan::Plan;

/// How long any one request may take, password hashing on a busy machine included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a request of the setup is repeated when the server asks for patience (429, 503).
const PATIENCE: u32 = 20;

/// How long to wait then, when the server does not say.
const PAUSE: Duration = Duration::from_secs(1);

/// An account of the run.
#[derive(Clone, Debug)]
pub struct Person {
    /// The server's id.
    pub id: UserId,
    /// The whole `Authorization` value.
    pub bearer: HeaderValue,
}

/// Everybody, and every conversation, in the order of the plan's indices.
#[derive(Clone, Debug)]
pub struct Cast {
    /// By user index; the guests come after the users.
    pub people: Vec<Person>,
    /// By conversation index.
    pub conversations: Vec<ConversationId>,
}

/// A client for load: no proxy from the environment stands between the tool and the server.
pub fn client() -> anyhow::Result<Client> {
    let builder = Client::builder().no_proxy().timeout(REQUEST_TIMEOUT);
    builder.build().context("building the HTTP client")
}

/// The REST side of the servers, used round robin.
#[derive(Clone, Debug)]
pub struct Apis {
    /// Shared by everything that speaks REST.
    pub client: Client,
    /// Bases without a slash at the end; at least one.
    pub bases: Vec<String>,
}

impl Apis {
    /// The address of a path on the target whose turn it is.
    pub fn address(&self, turn: usize, path: &str) -> String {
        format!("{}{path}", self.bases[turn % self.bases.len()])
    }
}

#[derive(Serialize)]
struct Register<'a> {
    username: &'a str,
    password: &'a str,
    password_confirm: &'a str,
}

#[derive(Deserialize)]
struct Registered {
    user: RegisteredUser,
    tokens: Tokens,
}

#[derive(Deserialize)]
struct RegisteredUser {
    id: UserId,
}

#[derive(Deserialize)]
struct Tokens {
    access: String,
}

#[derive(Deserialize)]
struct Opened {
    id: ConversationId,
}

/// Registers the plan's users and then its guests, `concurrency` at a time; `done` is called after each.
pub async fn register(
    apis: &Apis,
    plan: &Plan,
    concurrency: usize,
    done: impl Fn(),
) -> anyhow::Result<Vec<Person>> {
    let run = Uuid::new_v4().simple().to_string();
    let done = &done;
    let run = run.as_str();
    stream::iter(0..plan.users() + plan.guests())
        .map(|user| async move {
            let person = register_one(apis, user, run).await;
            done();
            person
        })
        .buffered(concurrency)
        .try_collect()
        .await
}

async fn register_one(apis: &Apis, user: usize, run: &str) -> anyhow::Result<Person> {
    let username = format!("load-{run}-{user}");
    let body = Register {
        username: &username,
        password: run,
        password_confirm: run,
    };
    let url = apis.address(user, "/api/auth/register/");
    let registered: Registered = post(apis, &url, None, &body).await?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", registered.tokens.access))
        .context("the access token does not fit into a header")?;
    bearer.set_sensitive(true);
    Ok(Person {
        id: registered.user.id,
        bearer,
    })
}

/// Opens the plan's conversations, each by its first member, `concurrency` at a time; `done` is called after each.
pub async fn open_conversations(
    apis: &Apis,
    (plan, people): (&Plan, &[Person]),
    concurrency: usize,
    done: impl Fn(),
) -> anyhow::Result<Vec<ConversationId>> {
    let done = &done;
    stream::iter(0..plan.conversations())
        .map(|conversation| async move {
            let opened = open_one(apis, (plan, people), conversation).await;
            done();
            opened
        })
        .buffered(concurrency)
        .try_collect()
        .await
}

async fn open_one(
    apis: &Apis,
    (plan, people): (&Plan, &[Person]),
    conversation: usize,
) -> anyhow::Result<ConversationId> {
    let members: Vec<&Person> = plan
        .members(conversation)
        .iter()
        .map(|&user| &people[user])
        .collect();
    let body = CreateConversation {
        kind: ConversationType::Group,
        title: Some(format!("Load {conversation}")),
        description: None,
        participant_ids: Some(members.iter().map(|person| person.id).collect()),
        service: None,
        service_id: None,
    };
    let url = apis.address(conversation, "/api/unet-chat/conversations/");
    let opened: Opened = post(apis, &url, Some(&members[0].bearer), &body).await?;
    Ok(opened.id)
}

async fn post<T: for<'de> Deserialize<'de>>(
    apis: &Apis,
    url: &str,
    bearer: Option<&HeaderValue>,
    body: &impl Serialize,
) -> anyhow::Result<T> {
    for _ in 0..PATIENCE {
        let mut request = apis.client.post(url).json(body);
        if let Some(bearer) = bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        let answer = request.send().await.with_context(|| format!("POST {url}"))?;
        let status = answer.status();
        if status.is_success() {
            return answer
                .json()
                .await
                .with_context(|| format!("the answer of {url}"));
        }
        if !matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            bail!("POST {url} was answered with {status}");
        }
        tokio::time::sleep(pause_asked(&answer)).await;
    }
    bail!("POST {url} asked for patience {PATIENCE} times")
}

fn pause_asked(answer: &Response) -> Duration {
    retry_after(answer.headers()).unwrap_or(PAUSE)
}

/// When to ask again, if the server said so.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}
