//! What can go wrong, and how it is done. Each injection ends when everything is up again.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use crate::cluster::{Cluster, Kind, Server};
use crate::proxy::Mode;
use crate::servers::Ending;

/// How long something is stopped with SIGSTOP, and how long PostgreSQL stays away.
const STOPPED: Duration = Duration::from_secs(10);

/// How long Redis stays away.
const AWAY: Duration = Duration::from_secs(30);

/// How long a proxy misbehaves, and how long Redis takes nobody in.
const IMPAIRED: Duration = Duration::from_secs(5);

/// What a proxy that delays adds, in each direction.
const DELAY: Duration = Duration::from_millis(200);

/// How long a node stays away that was killed.
const DOWN: Duration = Duration::from_secs(1);

/// How far a clock is stepped, in seconds.
const STEP_SECONDS: u32 = 300;

/// How long a clock stays where it was put.
const STEPPED: Duration = Duration::from_secs(4);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// To compare with.
    Nothing,
    Kill(Kind),
    KillGateways,
    Stop(Kind),
    StopServer(Server),
    RedisKill,
    RedisEmpty,
    RedisUnsubscribed,
    RedisSleep,
    RedisAway,
    RedisFull,
    PostgresEnd(Ending),
    PostgresAway,
    Proxy(Server, Mode),
    PausedReader,
    RollingRestart,
    ClockStep,
}

/// A fault by its name, and what is done, for the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) fault: Fault,
}

const fn row(name: &'static str, what: &'static str, fault: Fault) -> Row {
    Row { name, what, fault }
}

/// Every fault.
pub(crate) const ROWS: &[Row] = &[
    row("nothing", "nothing, to compare with", Fault::Nothing),
    row("gateway-kill", "SIGKILL of a gateway", Fault::Kill(Kind::Gateway)),
    row("api-kill", "SIGKILL of an API node", Fault::Kill(Kind::Api)),
    row(
        "gateways-kill",
        "SIGKILL of all gateways at once",
        Fault::KillGateways,
    ),
    row(
        "gateway-stop",
        "SIGSTOP of a gateway, 10 s",
        Fault::Stop(Kind::Gateway),
    ),
    row("api-stop", "SIGSTOP of an API node, 10 s", Fault::Stop(Kind::Api)),
    row(
        "redis-stop",
        "SIGSTOP of Redis, 10 s",
        Fault::StopServer(Server::Redis),
    ),
    row(
        "postgres-stop",
        "SIGSTOP of PostgreSQL with all sessions, 10 s",
        Fault::StopServer(Server::Postgres),
    ),
    row(
        "redis-kill",
        "SIGKILL of Redis, started again with its data",
        Fault::RedisKill,
    ),
    row(
        "redis-empty",
        "SIGKILL of Redis, started again empty",
        Fault::RedisEmpty,
    ),
    row(
        "redis-unsubscribed",
        "CLIENT KILL TYPE pubsub",
        Fault::RedisUnsubscribed,
    ),
    row("redis-sleep", "DEBUG SLEEP 5", Fault::RedisSleep),
    row("redis-away", "Redis away, 30 s", Fault::RedisAway),
    row(
        "redis-full",
        "Redis: connections cut, maxclients reached, 5 s",
        Fault::RedisFull,
    ),
    row(
        "postgres-restart",
        "PostgreSQL restarted, sessions cut off",
        Fault::PostgresEnd(Ending::Fast),
    ),
    row(
        "postgres-crash",
        "PostgreSQL ended as by a crash, recovered",
        Fault::PostgresEnd(Ending::Immediate),
    ),
    row("postgres-away", "PostgreSQL away, 10 s", Fault::PostgresAway),
    row(
        "redis-delay",
        "200 ms each way to Redis, 5 s",
        Fault::Proxy(Server::Redis, Mode::Delay(DELAY)),
    ),
    row(
        "redis-halve",
        "packets to and from Redis cut in half, then the connection, 5 s",
        Fault::Proxy(Server::Redis, Mode::Halve),
    ),
    row(
        "redis-drop",
        "connections to Redis cut and refused, 5 s",
        Fault::Proxy(Server::Redis, Mode::Drop),
    ),
    row(
        "redis-hold",
        "nothing passes to or from Redis, 5 s",
        Fault::Proxy(Server::Redis, Mode::Hold),
    ),
    row(
        "postgres-delay",
        "200 ms each way to PostgreSQL, 5 s",
        Fault::Proxy(Server::Postgres, Mode::Delay(DELAY)),
    ),
    row(
        "postgres-halve",
        "packets to and from PostgreSQL cut in half, then the connection, 5 s",
        Fault::Proxy(Server::Postgres, Mode::Halve),
    ),
    row(
        "postgres-drop",
        "connections to PostgreSQL cut and refused, 5 s",
        Fault::Proxy(Server::Postgres, Mode::Drop),
    ),
    row(
        "postgres-hold",
        "nothing passes to or from PostgreSQL, 5 s",
        Fault::Proxy(Server::Postgres, Mode::Hold),
    ),
    row(
        "paused-reader",
        "three sockets that stop reading for 30 s",
        Fault::PausedReader,
    ),
    row(
        "rolling-restart",
        "SIGTERM and start of every node in turn",
        Fault::RollingRestart,
    ),
    row(
        "clock-step",
        "a node's clock 5 min ahead, then 5 min behind",
        Fault::ClockStep,
    ),
];

impl Fault {
    /// How often it is done in its row; three readers pause side by side.
    pub(crate) fn times(self) -> usize {
        match self {
            Self::PausedReader => 1,
            _ => 3,
        }
    }

    /// What has to be so before the load begins.
    pub(crate) async fn prepare(self, cluster: &mut Cluster) {
        if self == Self::ClockStep {
            put_under_fake_clocks(cluster).await;
        }
    }

    /// Does it once; which node it befalls changes from round to round.
    pub(crate) async fn inject(self, cluster: &mut Cluster, round: usize) {
        match self {
            Self::Nothing => sleep(IMPAIRED).await,
            Self::Kill(kind) => kill_one(cluster, kind, round).await,
            Self::KillGateways => kill_gateways(cluster).await,
            Self::Stop(kind) => {
                cluster.one_of(kind, round).signal("-STOP");
                sleep(STOPPED).await;
                cluster.one_of(kind, round).signal("-CONT");
            }
            Self::StopServer(Server::Redis) => {
                cluster.redis.signal("-STOP");
                sleep(STOPPED).await;
                cluster.redis.signal("-CONT");
            }
            Self::StopServer(Server::Postgres) => {
                cluster.postgres.signal("-STOP");
                sleep(STOPPED).await;
                cluster.postgres.signal("-CONT");
            }
            Self::RedisKill => redis_back_after(cluster, Duration::ZERO).await,
            Self::RedisAway => redis_back_after(cluster, AWAY).await,
            Self::RedisEmpty => {
                cluster.redis.kill();
                cluster.redis.forget();
                cluster.redis.resume().await;
            }
            Self::RedisUnsubscribed => {
                cluster
                    .redis
                    .console()
                    .await
                    .tell("CLIENT KILL TYPE pubsub")
                    .await;
            }
            Self::RedisSleep => cluster.redis.console().await.tell("DEBUG SLEEP 5").await,
            Self::RedisFull => fill_redis(cluster).await,
            Self::PostgresEnd(how) => {
                cluster.postgres.end(how).await;
                cluster.postgres.resume().await;
            }
            Self::PostgresAway => {
                cluster.postgres.end(Ending::Fast).await;
                sleep(STOPPED).await;
                cluster.postgres.resume().await;
            }
            Self::Proxy(server, mode) => impair(cluster, server, (mode, round)).await,
            Self::PausedReader => crate::reader::pause_three(cluster).await,
            Self::RollingRestart => restart_in_turn(cluster).await,
            Self::ClockStep => step_clocks(cluster).await,
        }
        cluster.ready().await;
    }

    /// Puts everything as it was before [`Self::prepare`].
    pub(crate) async fn undo(self, cluster: &mut Cluster) {
        if self == Self::ClockStep {
            restart_in_turn(cluster).await;
        }
    }
}

async fn kill_one(cluster: &mut Cluster, kind: Kind, round: usize) {
    cluster.one_of(kind, round).kill();
    sleep(DOWN).await;
    cluster.one_of(kind, round).start();
}

async fn kill_gateways(cluster: &mut Cluster) {
    for gateway in cluster.gateways() {
        gateway.kill();
    }
    sleep(DOWN).await;
    for gateway in cluster.gateways() {
        gateway.start();
    }
}

async fn redis_back_after(cluster: &mut Cluster, pause: Duration) {
    cluster.redis.kill();
    sleep(pause).await;
    cluster.redis.resume().await;
}

/// The one connection that is left can undo it.
async fn fill_redis(cluster: &mut Cluster) {
    let mut console = cluster.redis.console().await;
    console.tell("CONFIG SET maxclients 1").await;
    for kind in ["normal", "pubsub"] {
        console.tell(&format!("CLIENT KILL TYPE {kind} SKIPME yes")).await;
    }
    sleep(IMPAIRED).await;
    console.tell("CONFIG SET maxclients 10000").await;
}

/// Of one API node, then of one gateway, then of all nodes.
async fn impair(cluster: &mut Cluster, server: Server, (mode, round): (Mode, usize)) {
    let set = |cluster: &mut Cluster, mode| match round % 3 {
        0 => cluster.one_of(Kind::Api, round).set_proxy(server, mode),
        1 => cluster.one_of(Kind::Gateway, round).set_proxy(server, mode),
        _ => cluster.nodes.iter().for_each(|node| node.set_proxy(server, mode)),
    };
    set(cluster, mode);
    sleep(IMPAIRED).await;
    set(cluster, Mode::Forward);
}

async fn restart_in_turn(cluster: &mut Cluster) {
    for node in &mut cluster.nodes {
        node.leave().await;
        node.start();
        node.ready().await;
    }
}

/// The nodes whose clocks are stepped: the first of each kind.
const STEPPED_KINDS: [Kind; 2] = [Kind::Api, Kind::Gateway];

fn clock_file(cluster: &Cluster) -> PathBuf {
    cluster.folder().join("clock")
}

async fn put_under_fake_clocks(cluster: &mut Cluster) {
    let library = faketime();
    let clock = clock_file(cluster);
    std::fs::write(&clock, "+0\n").expect("a file");
    let (library, clock) = (library.to_str().expect("a path"), clock.to_str().expect("a path"));
    let environment = [
        ("LD_PRELOAD", library),
        ("FAKETIME_TIMESTAMP_FILE", clock),
        // How long, in seconds, it takes a step to be seen.
        ("FAKETIME_CACHE_DURATION", "1"),
        // What is awaited is awaited as long as ever: clocks that are set do not move the monotonic one.
        ("DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    for kind in STEPPED_KINDS {
        let node = cluster.one_of(kind, 0);
        node.leave().await;
        node.start_with(&environment);
        node.ready().await;
    }
}

async fn step_clocks(cluster: &mut Cluster) {
    for offset in [
        format!("+{STEP_SECONDS}"),
        format!("-{STEP_SECONDS}"),
        "+0".into(),
    ] {
        std::fs::write(clock_file(cluster), format!("{offset}\n")).expect("a file");
        sleep(STEPPED).await;
    }
}

fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").expect("/usr/lib").flatten();
    let mut libraries = folders.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    let found = libraries.find(|library| library.exists());
    found.expect("libfaketime is installed: deploy/scripts/install.sh faketime")
}
