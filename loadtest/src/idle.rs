//! `loadtest idle`: what a socket costs that nobody uses.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::time::sleep;

use crate::cli::publish;
use crate::cli::run::span;
use crate::cost::{Costs, Look, Watch, WatchArgs};
use crate::held::{Crowd, HeldArgs};
use crate::kernel::Kernel;
use crate::progress::say;
use crate::report::figures::{Figure, cost_lines};

/// What `loadtest idle` takes.
#[derive(Debug, Args)]
pub struct IdleArgs {
    #[command(flatten)]
    held: HeldArgs,
    /// How long to wait between the last socket and the first reading.
    #[arg(long, default_value = "5s", value_parser = span)]
    settle: Duration,
    /// How long to hold the sockets and watch the processor time: several of the servers' heartbeats.
    #[arg(long, default_value = "60s", value_parser = span)]
    hold: Duration,
    #[command(flatten)]
    watch: WatchArgs,
    /// Also writes the report as JSON to a file; `-` writes it to standard output instead of the table.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
struct Held {
    parameters: HeldArgs,
    /// From before the first socket to the settled crowd; an event is a socket.
    opening: Costs,
    /// While nothing happened; an event is a socket.
    holding: Costs,
    /// Memory of the whole machine's network buffers and kernel objects, both ends of each socket.
    kernel_bytes_per_socket: Option<f64>,
    figures: Vec<Figure>,
}

/// Holds sockets, and answers with success when all of them stayed.
pub async fn idle(args: IdleArgs) -> anyhow::Result<ExitCode> {
    rlimit::increase_nofile_limit(rlimit::INFINITY)?;
    let watch = Watch::from(args.watch);
    let mut crowd = Crowd::prepare(&args.held).await?;
    let sockets = args.held.sockets as u64;
    let (empty, kernel_before) = (watch.look(0)?, Kernel::look());
    crowd.open(args.held.connect_rate).await?;
    sleep(args.settle).await;
    let (full, kernel_after) = (watch.look(sockets)?, Kernel::look());
    say(&format!(
        "{sockets} sockets are open; holding them for {:?}",
        args.hold
    ));
    sleep(args.hold).await;
    let held = watch.look(2 * sockets)?;
    // Whoever lost a socket would have counted fewer of them.
    crowd.all_in_step(|_| {}).await?;
    crowd.close().await?;

    let kernel = kernel_before.zip(kernel_after);
    let report = Held::new(args.held, &watch, (&empty, &full, &held), kernel);
    publish(&report, &report.table(), args.json.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

const BYTES_PER_KIBIBYTE: f64 = 1024.0;

impl Held {
    fn new(
        parameters: HeldArgs,
        watch: &Watch,
        (empty, full, held): (&Look, &Look, &Look),
        kernel: Option<(Kernel, Kernel)>,
    ) -> Self {
        let sockets = parameters.sockets as f64;
        let (opening, holding) = (watch.costs((empty, full)), watch.costs((full, held)));
        let kernel = kernel.map(|(before, after)| after.more_than(before) / sockets);
        let mut figures = Vec::new();
        if !watch.is_empty() {
            let grown = opening.rss_after_bytes() as f64 - opening.rss_before_bytes() as f64;
            figures.push(Figure::new(
                "memory per socket",
                "KiB",
                grown / sockets / BYTES_PER_KIBIBYTE,
            ));
            let each = holding.cpu_us_per_event.unwrap_or(0.0) / holding.span_seconds;
            figures.push(Figure::new("CPU per socket and second", "µs", each));
            let each = opening.cpu_us_per_event.unwrap_or(0.0);
            figures.push(Figure::new("CPU per socket opened", "µs", each));
        }
        figures.extend(
            kernel.map(|bytes| Figure::new("kernel memory, both ends", "KiB", bytes / BYTES_PER_KIBIBYTE)),
        );
        Self {
            parameters,
            opening,
            holding,
            kernel_bytes_per_socket: kernel,
            figures,
        }
    }

    fn table(&self) -> String {
        let mut lines = vec![format!("{} sockets", self.parameters.sockets)];
        lines.extend(self.figures.iter().map(Figure::line));
        lines.push("opening them:".to_owned());
        lines.extend(cost_lines(&self.opening, "socket"));
        lines.push("holding them:".to_owned());
        lines.extend(cost_lines(&self.holding, "socket"));
        lines.join("\n")
    }
}
