//! Guests come to conversations and go again, over REST, for as long as a run sends.
//!
//! One task a guest, so that nobody else changes this guest's membership and the requests are in order. A request
//! whose fate is unknown may still be carried out much later, when a node that stood still goes on: the task waits
//! that out before it asks for anything else, or the ledger would accuse the server of what was asked of it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use protocol::ConversationId;
use protocol::models::Conversation;
use protocol::requests::AddParticipant;
use reqwest::header::AUTHORIZATION;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::ledger::guests::Stint;
use crate::plan::SECONDS_PER_GUEST_CHANGE;
use crate::setup::{Apis, Person};
use crate::socket::guest::{GuestNotes, GuestSocket};
use crate::socket::listener::World;

/// Between a guest's coming and going.
const CHANGE_EVERY: Duration = Duration::from_secs(SECONDS_PER_GUEST_CHANGE as u64);

/// For how long a request of unknown fate may still be carried out: longer than nodes and databases are made to
/// stand still by whoever tests with this.
const LIMBO: Duration = Duration::from_secs(15);

/// Before a request is repeated that was surely not carried out.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// How long bringing all guests back in may take after the last send.
const RETURN_TIMEOUT: Duration = Duration::from_mins(2);

/// Guests under way.
#[derive(Debug)]
pub struct Churn {
    changes: JoinSet<(usize, anyhow::Result<Vec<Stint>>)>,
    sockets: JoinSet<(usize, GuestNotes)>,
    over: CancellationToken,
}

impl Churn {
    /// Opens the guests' sockets, which end by `stop`, and begins with the changes.
    pub fn start(world: &Arc<World>, (apis, gateways): (&Apis, &[String]), stop: &CancellationToken) -> Self {
        let mut churn = Self {
            changes: JoinSet::new(),
            sockets: JoinSet::new(),
            over: stop.child_token(),
        };
        let guests = world.plan.guests();
        for number in 0..guests {
            let socket = GuestSocket::new(Arc::clone(world), gateways.to_vec(), number);
            churn.sockets.spawn(socket.keep(stop.clone()));
            let changes = Changes::new(world, apis, number);
            // Evenly over the time between two changes of one guest.
            let delay = CHANGE_EVERY.mul_f64(number as f64 / guests as f64);
            let over = churn.over.clone();
            churn
                .changes
                .spawn(async move { (number, changes.run(delay, over).await) });
        }
        churn
    }

    /// Ends the changes; every guest is in their conversation then. Answers by their memberships, by number.
    pub async fn end(&mut self) -> anyhow::Result<Vec<Vec<Stint>>> {
        self.over.cancel();
        let mut all = vec![Vec::new(); self.changes.len()];
        let ending = async {
            while let Some(ended) = self.changes.join_next().await {
                let (number, stints) = ended.context("a guest's task failed")?;
                all[number] = stints.with_context(|| format!("guest {number}"))?;
            }
            Ok(all)
        };
        timeout(RETURN_TIMEOUT, ending)
            .await
            .context("the guests could not be brought back")?
    }

    /// What the guests' sockets heard, by number, once they were stopped.
    pub async fn heard(mut self) -> anyhow::Result<Vec<GuestNotes>> {
        let mut all = Vec::new();
        while let Some(ended) = self.sockets.join_next().await {
            all.push(ended.context("a guest's socket failed")?);
        }
        all.sort_unstable_by_key(|(number, _)| *number);
        Ok(all.into_iter().map(|(_, notes)| notes).collect())
    }
}

/// One guest's comings and goings.
struct Changes {
    world: Arc<World>,
    apis: Apis,
    conversation: ConversationId,
    admin: Person,
    guest: Person,
    turn: usize,
    stints: Vec<Stint>,
}

impl Changes {
    fn new(world: &Arc<World>, apis: &Apis, number: usize) -> Self {
        let World { plan, cast, .. } = &**world;
        Self {
            conversation: cast.conversations[number],
            admin: cast.people[plan.members(number)[0]].clone(),
            guest: cast.people[plan.users() + number].clone(),
            world: Arc::clone(world),
            apis: apis.clone(),
            turn: number,
            stints: Vec::new(),
        }
    }

    async fn run(mut self, delay: Duration, over: CancellationToken) -> anyhow::Result<Vec<Stint>> {
        let mut pause = delay;
        loop {
            tokio::select! {
                () = sleep(pause) => {}
                () = over.cancelled() => break,
            }
            pause = CHANGE_EVERY;
            if self.is_in() {
                self.remove().await?;
            } else {
                self.add().await?;
            }
        }
        if !self.is_in() {
            self.add().await?;
        }
        Ok(self.stints)
    }

    fn is_in(&self) -> bool {
        self.stints.last().is_some_and(|stint| stint.gone_by.is_none())
    }

    async fn add(&mut self) -> anyhow::Result<()> {
        self.stints.push(Stint {
            asked_us: self.world.meter.now_us(),
            gone_by: None,
        });
        let body = AddParticipant {
            user_id: self.guest.id,
            role: None,
        };
        let path = "participants/".to_owned();
        self.ask((Method::POST, path), |request| request.json(&body))
            .await?;
        Ok(())
    }

    async fn remove(&mut self) -> anyhow::Result<()> {
        let path = format!("participants/{}", self.guest.id);
        self.ask((Method::DELETE, path), |request| request).await?;
        let read = self.ask((Method::GET, String::new()), |request| request).await?;
        let head = read
            .json::<Conversation>()
            .await
            .context("a conversation")?
            .last_seq;
        if let Some(stint) = self.stints.last_mut() {
            stint.gone_by = Some(head);
        }
        Ok(())
    }

    /// Asks for something below the conversation until it is certain that it is so.
    async fn ask(
        &mut self,
        (method, path): (Method, String),
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> anyhow::Result<Response> {
        let path = format!("/api/unet-chat/conversations/{}/{path}", self.conversation);
        loop {
            self.turn += 1;
            let url = self.apis.address(self.turn, &path);
            let request = self.apis.client.request(method.clone(), &url);
            let request = request
                .header(AUTHORIZATION, &self.admin.bearer)
                .timeout(self.world.request_timeout);
            let pause = match fill(request).send().await {
                Ok(answer) if answer.status().is_success() || was_done_before(&method, &answer) => {
                    return Ok(answer);
                }
                Ok(answer) if answer.status().is_client_error() => {
                    bail!("{method} {url} was answered with {}", answer.status());
                }
                Err(error) if error.is_connect() => RETRY_PAUSE,
                _ if method == Method::GET => RETRY_PAUSE,
                Ok(_) | Err(_) => LIMBO,
            };
            sleep(pause).await;
        }
    }
}

/// An earlier request of unknown fate was carried out after all.
fn was_done_before(method: &Method, answer: &Response) -> bool {
    *method == Method::DELETE && answer.status() == StatusCode::NOT_FOUND
}
