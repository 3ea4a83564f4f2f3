//! An API node: reads its settings, opens what it needs, serves, and leaves when asked to.

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use api::{AppState, Settings, WebClient};
use bus::Bus;
use chat::contacts::Policy;
use chat::passwords::{Cost, Passwords};
use chat::{Accounts, Chat};
use clap::{Parser, Subcommand};
use files::Files;
use runtime::config::ConfigArgs;
use runtime::internal::{self, Readiness};
use runtime::lifecycle::{self, Stopped};
use runtime::tokens::Tokens;
use runtime::{Clock, Tasks, healthcheck, telemetry};
use secrecy::ExposeSecret as _;
use store::Store;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The REST side of the chat
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, Subcommand)]
enum Command {
    /// Bring the schema up to date and serve (the default)
    Serve,
    /// Bring the database's schema up to date and exit
    Migrate,
    /// Print the effective settings as TOML, secrets masked, and exit; with 2 if they cannot be used
    CheckConfig,
    /// Ask the node on this machine whether it is ready; exit with 1 if it is not
    Healthcheck,
    /// Print the OpenAPI document and exit
    Openapi,
    /// Print the AsyncAPI document of the sockets and exit
    Asyncapi,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Arguments { config, command } = Arguments::parse();
    match command.unwrap_or(Command::Serve) {
        Command::CheckConfig => return Ok(config.check::<Settings>()),
        Command::Openapi => io::stdout().write_all(api::openapi::document()?.as_bytes())?,
        Command::Asyncapi => io::stdout().write_all(protocol::asyncapi::text().as_bytes())?,
        Command::Migrate => open(&config.load()?).await?.close().await,
        Command::Healthcheck => {
            let settings: Settings = config.load()?;
            telemetry::init(&settings.log)?;
            return Ok(healthcheck::run(settings.internal.listen).await);
        }
        Command::Serve => return Ok(serve(config.load()?).await?.exit_code()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<Stopped> {
    let metrics = telemetry::init(&settings.log)?;
    api::describe_metrics();
    chat::describe_metrics();
    bus::describe_metrics();
    let signals = lifecycle::signals()?;
    let tasks = Tasks::new();
    metrics.keep_up(&tasks);

    let store = open(&settings).await?;
    // The inbox stays empty, for nothing is subscribed to; closed, it would mean that this node is leaving.
    let (bus, _inbox) =
        bus::redis::connect(settings.redis.url.expose_secret(), &settings.redis.prefix, &tasks).await?;
    let store = store.screened_by(Arc::new(Policy::of(&settings.contacts)));
    let files = Files::open(&settings.files, &tasks)?;
    let mut state = state(&settings, store.clone(), bus.clone(), &tasks)?;
    if let Some(files) = &files {
        state.chat = state.chat.with_files(files.clone(), &tasks);
    }
    state.chat.revocations().look().await?;

    let port = TcpListener::bind(settings.internal.listen)
        .await
        .context("internal.listen")?;
    let readiness = readiness(&tasks, &store, &bus, files);
    tasks.spawn_vital(
        "internal_port",
        internal::serve(port, readiness, metrics, tasks.clone()),
    );
    let port = TcpListener::bind(settings.api.listen)
        .await
        .context("api.listen")?;
    tracing::info!(address = %settings.api.listen, "serving");
    let (config, server) = (settings.api.clone(), tasks.clone());
    tasks.spawn_vital("public_port", async move {
        api::serve(port, state, &config, server).await;
    });

    let stopped = tasks
        .run_until_stopped(signals, async {}, &settings.shutdown)
        .await;
    lifecycle::close("database", store.close()).await;
    Ok(stopped)
}

/// The database, with its schema up to date.
async fn open(settings: &Settings) -> anyhow::Result<Store> {
    let database = &settings.database;
    let store = Store::connect(database.url.expose_secret(), database.max_connections).await?;
    store.migrate().await?;
    Ok(store)
}

fn state(settings: &Settings, store: Store, bus: Arc<dyn Bus>, tasks: &Tasks) -> anyhow::Result<AppState> {
    let clock = Clock::system();
    let tokens = Tokens::new(&settings.tokens, clock.clone())?;
    let cores = NonZeroUsize::new(settings.api.password_hash_concurrency).unwrap_or(NonZeroUsize::MIN);
    let chat = Chat::start(store, bus.clone(), clock, tasks);
    let accounts = Accounts::new(
        &chat,
        Passwords::on_cores(Cost::OWASP, cores)?,
        tokens.clone(),
        settings.tokens.refresh_reuse,
    );
    Ok(AppState {
        chat,
        accounts,
        tokens,
        bus,
        web: WebClient::open(&settings.api)?,
    })
}

/// Without its database a node can do nothing; without the bus it still stores, and gateways read what they missed;
/// without the store of files it still carries messages.
fn readiness(tasks: &Tasks, store: &Store, bus: &Arc<dyn Bus>, files: Option<Files>) -> Readiness {
    let (store, bus) = (store.clone(), bus.clone());
    let readiness = Readiness::new(tasks)
        .vital("database", move || {
            let store = store.clone();
            Box::pin(async move { store.ping().await.map_err(|error| error.to_string()) })
        })
        .minor("bus", move || {
            let bus = bus.clone();
            Box::pin(async move { bus.ping().await.map_err(|error| error.to_string()) })
        });
    match files {
        Some(files) => readiness.minor("files", move || {
            let files = files.clone();
            Box::pin(async move { files.ping().await.map_err(|error| error.to_string()) })
        }),
        None => readiness,
    }
}
