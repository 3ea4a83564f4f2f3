//! The floor: the least that a server can do and still be measured by the same run. What a chat costs above it is the
//! price of its promises.
//!
//! It answers the part of the protocol that `loadtest run` speaks, and does the same durable work: a token is verified
//! at every request and every socket, every message is a row in Postgres that is committed before anybody hears of it,
//! and two processes deliver to each other's sockets through Redis. It promises nothing more: whoever has a token may
//! read and write everywhere, a repeated send is another message, numbers stand in Redis and not in the rows, nothing
//! has a bound, nobody is told what was said while they were away, no ping is sent, and a lost Redis or Postgres
//! connection ends the process.
//!
//! A message's way: `http` or `session` reads it, `writer` gathers, inserts and publishes, `hub` hears it from
//! Redis, makes one frame of it and hands that to each `peer`, which writes it to the socket there and then.

mod database;
mod frame;
mod http;
mod hub;
mod peer;
mod session;
mod tokens;
mod writer;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpSocket;
use tokio_util::task::TaskTracker;

use database::Database;
use hub::Hub;
use tokens::Tokens;
use writer::Writer;

/// Connections that may wait to be accepted: what Linux allows at most by default.
const LISTEN_BACKLOG: u32 = 4096;

/// What `loadtest baseline` takes.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Address and port to listen on, for requests and sockets both.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// The database; its schema `baseline` is made when it is not there.
    #[arg(long, value_name = "URL")]
    database_url: String,
    /// The Redis that all processes of one floor share.
    #[arg(long, value_name = "URL")]
    redis_url: String,
    /// What every key and channel begins with.
    #[arg(long, default_value = "baseline", value_name = "PREFIX")]
    redis_prefix: String,
    /// Writes everything that has gathered for a socket in one call, instead of each message in its own.
    #[arg(long)]
    coalesce: bool,
}

/// What all connections of a process share.
struct Floor {
    database: Database,
    hub: Arc<Hub>,
    tokens: Tokens,
    writer: Writer,
    tasks: TaskTracker,
}

/// Serves until Ctrl-C or SIGTERM, or until Redis or Postgres is lost.
pub async fn baseline(args: BaselineArgs) -> anyhow::Result<ExitCode> {
    // As many sockets as the system lets this process have; with fewer, accepting says so.
    rlimit::increase_nofile_limit(rlimit::INFINITY).context("the limit of open files")?;
    let database = Database::open(&args.database_url).await?;
    let tokens = Tokens::new(&database.secret().await?);
    let redis = redis::Client::open(args.redis_url.as_str()).context("the address of Redis")?;
    let tasks = TaskTracker::new();
    let (hub, delivering) = Hub::start(&redis, &args.redis_prefix, args.coalesce).await?;
    let (writer, writing) = Writer::start(&args.database_url, &redis, &args.redis_prefix).await?;
    let floor = Arc::new(Floor {
        database,
        hub,
        tokens,
        writer,
        tasks: tasks.clone(),
    });

    let socket = match args.listen {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket
        .bind(args.listen)
        .with_context(|| format!("listening on {}", args.listen))?;
    let listener = socket.listen(LISTEN_BACKLOG)?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        end = tasks.spawn(delivering) => end.context("the task that delivers failed")??,
        end = tasks.spawn(writing) => end.context("the task that writes failed")??,
        end = http::accept(listener, floor) => end?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(ExitCode::SUCCESS)
}
