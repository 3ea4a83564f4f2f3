//! Everything in one process: API and sockets on one port, SQLite, a bus inside the process. Made to work at once.
//!
//! Module map: `settings` what it can be told; `data` the folder it keeps; `greeting` what it prints when it is up.
//! There is no rule and no route here: this crate only puts `api` and `gateway` together. To add a part, wire it in
//! `serve`, as the daemons do.

mod data;
mod greeting;
mod settings;

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use api::{AppState, WebClient};
use bus::{Bus, InProcess};
use chat::contacts::Policy;
use chat::passwords::{Cost, Passwords};
use chat::{Accounts, Chat};
use clap::{Parser, Subcommand};
use files::Files;
use gateway::{Gateway, Parts};
use runtime::config::{ConfigArgs, ConfigCommand};
use runtime::internal::{self, Readiness};
use runtime::tokens::Tokens;
use runtime::{Clock, Tasks, descriptors, healthcheck, http, lifecycle, telemetry};
use store::Store;
use tokio::net::TcpListener;

use crate::data::DataFolder;
use crate::settings::Settings;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The whole chat in one process, on SQLite: for a laptop, a demo, a small installation.
///
/// Settings: defaults, then --config FILE (TOML), then the environment, then --set: see docs/configuration.md.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Config(ConfigCommand),
    /// Ask the running process on this machine whether it is ready; exit with 0 if it is
    Healthcheck,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Config(ConfigCommand::CheckConfig)) => Ok(arguments.config.check::<Settings>()),
        Some(Command::Healthcheck) => {
            let settings: Settings = arguments.config.load()?;
            telemetry::init(&settings.log)?;
            Ok(healthcheck::run(settings.internal.listen).await)
        }
        None => serve(arguments.config.load()?).await,
    }
}

async fn serve(mut settings: Settings) -> anyhow::Result<ExitCode> {
    let signals = lifecycle::signals()?;
    let metrics = telemetry::init(&settings.log)?;
    describe_metrics();
    let (tasks, clock) = (Tasks::new(), Clock::system());
    metrics.keep_up(&tasks);
    descriptors::provide_for(settings.gateway.max_connections);

    let data = DataFolder::open(&settings.standalone.data)?;
    if settings.tokens.secret.is_empty() {
        settings.tokens.secret = data.secret()?;
    }
    let tokens = Tokens::new(&settings.tokens, clock.clone())?;
    let store = Store::connect(&data.database_url(), settings.database.max_connections).await?;
    store.migrate().await?;
    let store = store.screened_by(Arc::new(Policy::of(&settings.contacts)));
    let (bus, inbox) = InProcess::new().attach();
    if settings.files.store.is_empty() {
        settings.files.store = data.files_url()?;
    }
    let chat = Chat::start(store.clone(), bus.clone(), clock, &tasks);
    let chat = match Files::open(&settings.files, &tasks)? {
        Some(files) => chat.with_files(files, &tasks),
        None => chat,
    };
    chat.revocations().look().await?;

    let internal = bind(settings.internal.listen).await?;
    let public = bind(settings.api.listen).await?;
    let readiness = readiness(&store, &tasks);
    tasks.spawn_vital(
        "internal port",
        internal::serve(internal, readiness, metrics, tasks.clone()),
    );

    let parts = Parts {
        chat: chat.clone(),
        bus: bus.clone(),
        inbox,
        tokens: tokens.clone(),
    };
    let gateway = Gateway::start(parts, &settings.gateway, &tasks);
    let accounts = accounts(&settings, &chat, &tokens)?;
    let state = AppState {
        chat,
        accounts,
        tokens,
        bus: bus as Arc<dyn Bus>,
        web: WebClient::open(&settings.api)?,
    };
    let router = gateway.router().merge(api::router(state, &settings.api));
    let address = public.local_addr()?;
    tasks.spawn_vital("public port", http::serve(public, router, tasks.clone()));
    greeting::print(address, &settings)?;

    let stopped = tasks
        .run_until_stopped(signals, gateway.drain(), &settings.shutdown)
        .await;
    lifecycle::close("database", store.close()).await;
    Ok(stopped.exit_code())
}

fn accounts(settings: &Settings, chat: &Chat, tokens: &Tokens) -> anyhow::Result<Accounts> {
    let cores = NonZeroUsize::new(settings.api.password_hash_concurrency).unwrap_or(NonZeroUsize::MIN);
    let passwords = Passwords::on_cores(Cost::OWASP, cores)?;
    let reuse = settings.tokens.refresh_reuse;
    Ok(Accounts::new(chat, passwords, tokens.clone(), reuse))
}

async fn bind(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    let taken = || format!("cannot listen on {address}; is another one running? See --set api.listen=…");
    TcpListener::bind(address).await.with_context(taken)
}

fn readiness(store: &Store, tasks: &Tasks) -> Readiness {
    let store = store.clone();
    Readiness::new(tasks).vital("database", move || {
        let store = store.clone();
        Box::pin(async move { store.ping().await.map_err(|error| error.to_string()) })
    })
}

fn describe_metrics() {
    bus::describe_metrics();
    chat::describe_metrics();
    api::describe_metrics();
    gateway::describe_metrics();
}
