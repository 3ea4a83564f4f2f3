//! The leases on Redis, by its own clock. Every change is one script, so that an edge is told to one caller only; the
//! scripts stand in the folder beside this file. They name keys that they make themselves, which a cluster of Redis
//! servers would not take: this bus speaks to one server.

use std::sync::LazyLock;
use std::time::Duration;

use ::redis::{Pipeline, Script, ScriptInvocation, pipe};
use chrono::DateTime;
use deadpool_redis::Pool;
use protocol::{Timestamp, UserId};
use uuid::Uuid;

use super::channels::Channels;
use super::is_open;
use super::publisher::Publisher;
use crate::presence::SILENCE_PER_LEASE;
use crate::{Among, BusError, Presence, Turned};

/// People that one script serves: Redis does nothing else meanwhile, for about a millisecond.
const PEOPLE_PER_SCRIPT: usize = 256;

/// Scripts sent at once. A tenth of what Redis can do within the time that an answer may take.
const SCRIPTS_PER_PIPELINE: usize = 32;

/// The holder that is a login; all others are UUIDs.
const LOGIN: &str = "login";

macro_rules! script {
    ($name:literal) => {
        LazyLock::new(|| {
            Script::new(concat!(
                include_str!("presence/prelude.lua"),
                include_str!(concat!("presence/", $name, ".lua"))
            ))
        })
    };
}

static HOLD: LazyLock<Script> = script!("hold");
static RELEASE: LazyLock<Script> = script!("release");
static SIGN_OUT: LazyLock<Script> = script!("sign_out");
static LAPSED: LazyLock<Script> = script!("lapsed");
static AMONG: LazyLock<Script> = script!("among");

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Leases {
    commands: Pool,
    publisher: Publisher,
    online: String,
    whole: String,
    base: String,
}

impl Leases {
    pub(super) fn new(commands: Pool, publisher: Publisher, channels: &Channels) -> Self {
        Self {
            commands,
            publisher,
            online: channels.presence("online"),
            whole: channels.presence("leases"),
            base: channels.presence("of:"),
        }
    }

    fn invoke<'a>(&self, script: &'a Script) -> ScriptInvocation<'a> {
        let mut invocation = script.prepare_invoke();
        invocation.key(&self.online).key(&self.whole).arg(&self.base);
        invocation
    }

    /// The script runs once for every chunk of the people, all in few round trips. Answers what each answered.
    async fn run(
        &self,
        script: &Script,
        before: &[String],
        people: &[UserId],
    ) -> Result<Vec<Vec<i64>>, BusError> {
        let mut answers = Vec::new();
        let chunks: Vec<_> = people.chunks(PEOPLE_PER_SCRIPT).collect();
        for some in chunks.chunks(SCRIPTS_PER_PIPELINE) {
            let mut batch = pipe();
            batch.load_script(script).ignore();
            for chunk in some {
                let mut invocation = self.invoke(script);
                for argument in before {
                    invocation.arg(argument);
                }
                for person in *chunk {
                    invocation.arg(person.0);
                }
                batch.invoke_script(&invocation);
            }
            answers.extend(self.send(&batch).await?);
        }
        Ok(answers)
    }

    async fn once(&self, script: &Script, arguments: &[String]) -> Result<Turned, BusError> {
        let mut invocation = self.invoke(script);
        for argument in arguments {
            invocation.arg(argument);
        }
        let mut batch = pipe();
        batch.load_script(script).ignore().invoke_script(&invocation);
        turned(self.send(&batch).await?)
    }

    async fn send(&self, batch: &Pipeline) -> Result<Vec<Vec<i64>>, BusError> {
        // Nobody shall wait for a Redis that is known to be away: a login asks too.
        is_open(self.publisher.gate())?;
        let mut connection = self.commands.get().await.map_err(BusError::unavailable)?;
        batch
            .query_async(&mut connection)
            .await
            .map_err(BusError::unavailable)
    }

    async fn hold_as(&self, holder: String, people: &[UserId], lease: Duration) -> Result<Turned, BusError> {
        turned(self.run(&HOLD, &[holder, micros(lease)], people).await?)
    }
}

#[async_trait::async_trait]
impl Presence for Leases {
    async fn hold(&self, holder: Uuid, people: &[UserId], lease: Duration) -> Result<Turned, BusError> {
        self.hold_as(holder.to_string(), people, lease).await
    }

    async fn release(&self, holder: Uuid, people: &[UserId], grace: Duration) -> Result<(), BusError> {
        let before = [holder.to_string(), micros(grace)];
        self.run(&RELEASE, &before, people).await.map(drop)
    }

    async fn sign_in(&self, person: UserId, lease: Duration) -> Result<Turned, BusError> {
        self.hold_as(LOGIN.to_owned(), &[person], lease).await
    }

    async fn sign_out(&self, person: UserId) -> Result<Turned, BusError> {
        self.once(&SIGN_OUT, &[person.0.to_string()]).await
    }

    async fn lapsed(&self, lease: Duration, limit: usize) -> Result<Turned, BusError> {
        let silence = lease / SILENCE_PER_LEASE;
        let arguments = [micros(lease), micros(silence), limit.to_string()];
        self.once(&LAPSED, &arguments).await
    }

    async fn among(&self, people: &[UserId], lease: Duration) -> Result<Among, BusError> {
        let answers = self.run(&AMONG, &[micros(lease)], people).await?;
        let mut among = Among {
            at: DateTime::UNIX_EPOCH.into(),
            online: Vec::new(),
            is_settled: true,
        };
        for answer in answers {
            let [at, is_settled, online @ ..] = &answer[..] else {
                return Err(unreadable());
            };
            // The first chunk's: a later one may have seen somebody come after it, which does no harm.
            if among.at == DateTime::UNIX_EPOCH.into() {
                among.at = moment(*at)?;
            }
            among.is_settled &= *is_settled == 1;
            among.online.extend(online.iter().copied().map(UserId));
        }
        Ok(among)
    }
}

/// What all scripts found together; the moment is the last one's, when all of it was so.
fn turned(answers: Vec<Vec<i64>>) -> Result<Turned, BusError> {
    let mut turned = Turned {
        at: DateTime::UNIX_EPOCH.into(),
        people: Vec::new(),
    };
    for answer in answers {
        let (at, people) = answer.split_first().ok_or_else(unreadable)?;
        turned.at = moment(*at)?;
        turned.people.extend(people.iter().copied().map(UserId));
    }
    Ok(turned)
}

fn moment(micros: i64) -> Result<Timestamp, BusError> {
    DateTime::from_timestamp_micros(micros)
        .map(Timestamp::from)
        .ok_or_else(unreadable)
}

fn unreadable() -> BusError {
    BusError::unavailable("a script of the leases answered what it cannot")
}

/// A script's spelling of a span, at least one.
fn micros(span: Duration) -> String {
    span.as_micros().max(1).to_string()
}
