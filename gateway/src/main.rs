//! A gateway node: wires settings, store, bus and hub together, serves, and leaves in good order.

mod settings;

use std::process::ExitCode;
use std::sync::Arc;

use bus::Bus;
use chat::Chat;
use chat::contacts::Policy;
use clap::{Parser, Subcommand};
use gateway::{Gateway, Parts};
use runtime::config::{ConfigArgs, ConfigCommand};
use runtime::internal::{self, Readiness};
use runtime::tokens::Tokens;
use runtime::{Clock, Tasks, descriptors, healthcheck, http, lifecycle, telemetry};
use secrecy::ExposeSecret;
use store::Store;
use tokio::net::TcpListener;

use crate::settings::Settings;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Holds browsers' WebSockets and delivers what API nodes publish.
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
    /// Ask the running node on this machine whether it is ready; exit with 0 if it is
    Healthcheck,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(Command::Config(ConfigCommand::CheckConfig)) = arguments.command {
        return Ok(arguments.config.check::<Settings>());
    }
    let settings: Settings = arguments.config.load()?;
    let metrics = telemetry::init(&settings.log)?;
    if let Some(Command::Healthcheck) = arguments.command {
        return Ok(healthcheck::run(settings.internal.listen).await);
    }
    serve(settings, metrics).await
}

async fn serve(settings: Settings, metrics: telemetry::Metrics) -> anyhow::Result<ExitCode> {
    let signals = lifecycle::signals()?;
    let (tasks, clock) = (Tasks::new(), Clock::system());
    metrics.keep_up(&tasks);
    descriptors::provide_for(settings.gateway.max_connections);
    bus::describe_metrics();
    chat::describe_metrics();
    gateway::describe_metrics();

    let tokens = Tokens::new(&settings.tokens, clock.clone())?;
    let database = &settings.database;
    let store = Store::connect(database.url.expose_secret(), database.max_connections).await?;
    store.migrate().await?;
    let store = store.screened_by(Arc::new(Policy::of(&settings.contacts)));
    let redis = &settings.redis;
    let (bus, inbox) = bus::redis::connect(redis.url.expose_secret(), &redis.prefix, &tasks).await?;
    let chat = Chat::start(store.clone(), bus.clone(), clock, &tasks);
    chat.revocations().look().await?;

    let internal = TcpListener::bind(settings.internal.listen).await?;
    let public = TcpListener::bind(settings.gateway.listen).await?;
    let readiness = readiness(&store, &bus, &tasks);
    tasks.spawn_vital(
        "internal port",
        internal::serve(internal, readiness, metrics, tasks.clone()),
    );

    let gateway = Gateway::start(
        Parts {
            chat,
            bus,
            inbox,
            tokens,
        },
        &settings.gateway,
        &tasks,
    );
    tracing::info!(listen = %settings.gateway.listen, "gateway serves sockets");
    tasks.spawn_vital(
        "public port",
        http::serve(public, gateway.router(), tasks.clone()),
    );
    let stopped = tasks
        .run_until_stopped(signals, gateway.drain(), &settings.shutdown)
        .await;
    lifecycle::close("database", store.close()).await;
    Ok(stopped.exit_code())
}

/// Without the database nothing can be resumed; without Redis delivery is late, not wrong.
fn readiness(store: &Store, bus: &Arc<dyn Bus>, tasks: &Tasks) -> Readiness {
    let (store, bus) = (store.clone(), bus.clone());
    Readiness::new(tasks)
        .vital("database", move || {
            let store = store.clone();
            Box::pin(async move { store.ping().await.map_err(|error| error.to_string()) })
        })
        .minor("bus", move || {
            let bus = bus.clone();
            Box::pin(async move { bus.ping().await.map_err(|error| error.to_string()) })
        })
}
