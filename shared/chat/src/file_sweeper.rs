//! Removes files that nobody may have any more: those of deleted messages, those that never got one, and those that a
//! crash left without a row.

use std::time::Duration;

use files::FileKey;
use futures_util::{StreamExt as _, TryStreamExt as _};
use metrics::{counter, describe_counter};
use runtime::Clock;
use store::Store;
use tokio::time::{MissedTickBehavior, interval};

use crate::files::Cabinet;

/// How often a node looks; what was deleted on this node is looked for at once.
const SWEEP_EVERY: Duration = Duration::from_secs(10);

/// Files taken at once: some seconds' work for a slow bucket, well within the time that they are claimed for.
const FILES_PER_SWEEP: i64 = 50;

/// How often one node of all reads the whole list of the store: a crash that leaves a file without a row is rare, and
/// a bucket charges for its list.
const STRAYS_EVERY: Duration = Duration::from_hours(24);

/// The name of that chore in the database.
const STRAYS: &str = "stray files";

/// Files that may fail to go in one turn. One that does keeps none of the others from it, and a store that is away is
/// not asked once for each file.
const FAILURES_MAX: u32 = 16;

/// Names that are looked up at once.
const NAMES_PER_LOOK: usize = 500;

pub(crate) fn start(cabinet: Cabinet, store: Store, clock: Clock) {
    let tasks = cabinet.tasks.clone();
    let stopping = tasks.stopping();
    tasks.spawn_vital("file sweeper", async move {
        let mut tick = interval(SWEEP_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                () = cabinet.deleted.notified() => {}
                _ = tick.tick() => {}
            }
            let swept = tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                swept = turn(&cabinet, &store, &clock) => swept,
            };
            // One line each way, not one a tick.
            match (&swept, failing) {
                (Err(error), false) => tracing::warn!(%error, "files cannot be removed at the moment"),
                (Ok(()), true) => tracing::info!("files are removed again"),
                _ => {}
            }
            failing = swept.is_err();
        }
    });
}

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Files(#[from] files::FilesError),
    #[error("{0} files could not be removed; tried again in some minutes")]
    Left(u32),
}

/// Counts the files of a turn that do not go, and says of each why.
#[derive(Debug, Default)]
struct Failures(u32);

impl Failures {
    /// An error when there were so many that the store must be away.
    fn add(&mut self, key: FileKey, error: &files::FilesError) -> Result<(), SweepError> {
        tracing::warn!(file.key = %key.0, %error, "a file cannot be removed");
        self.0 += 1;
        if self.0 >= FAILURES_MAX {
            return self.end();
        }
        Ok(())
    }

    fn end(&self) -> Result<(), SweepError> {
        match self.0 {
            0 => Ok(()),
            left => Err(SweepError::Left(left)),
        }
    }
}

async fn turn(cabinet: &Cabinet, store: &Store, clock: &Clock) -> Result<(), SweepError> {
    let now = clock.now();
    let orphans_before = now.minus(cabinet.files.rules().orphan_age());
    let orphans = store.doom_orphans(orphans_before, now).await?;
    counter!("chat_files_orphaned_total").increment(orphans);
    let mut failures = Failures::default();
    remove_doomed(cabinet, store, clock, &mut failures).await?;
    if store.take_chore(STRAYS, STRAYS_EVERY, now).await? {
        remove_strays(cabinet, store, clock, &mut failures).await?;
    }
    failures.end()
}

/// The file first, then its row: a crash in between only repeats the removal, and so does a failure, once the claim on
/// the file has run out.
async fn remove_doomed(
    cabinet: &Cabinet,
    store: &Store,
    clock: &Clock,
    failures: &mut Failures,
) -> Result<(), SweepError> {
    loop {
        let doomed = store.doomed_files(clock.now(), FILES_PER_SWEEP).await?;
        if doomed.is_empty() {
            return Ok(());
        }
        for (id, key) in doomed {
            if let Err(error) = cabinet.files.remove(FileKey(key)).await {
                failures.add(FileKey(key), &error)?;
                continue;
            }
            store.forget_files(&[id]).await?;
            counter!("chat_files_removed_total").increment(1);
        }
    }
}

/// Only what is older than an orphan may become: the row of a younger one may not be seen yet by a clock that is behind.
async fn remove_strays(
    cabinet: &Cabinet,
    store: &Store,
    clock: &Clock,
    failures: &mut Failures,
) -> Result<(), SweepError> {
    let before = clock.now().minus(cabinet.files.rules().orphan_age());
    let written = cabinet.files.written_before(before).try_chunks(NAMES_PER_LOOK);
    let mut written = std::pin::pin!(written);
    while let Some(keys) = written.next().await {
        let keys: Vec<_> = keys
            .map_err(|error| error.1)?
            .into_iter()
            .map(|key| key.0)
            .collect();
        for key in store.unknown_files(&keys).await? {
            match cabinet.files.remove(FileKey(key)).await {
                Ok(()) => counter!("chat_files_strays_total").increment(1),
                Err(error) => failures.add(FileKey(key), &error)?,
            }
        }
    }
    Ok(())
}

pub(crate) fn describe_metrics() {
    describe_counter!(
        "chat_files_removed_total",
        "Files removed from the store: of deleted messages, of given up uploads, and orphans"
    );
    describe_counter!(
        "chat_files_orphaned_total",
        "Uploaded files whose message never came within files.orphan_hours"
    );
    describe_counter!(
        "chat_files_strays_total",
        "Files that lay in the store without a row, and were removed"
    );
}
