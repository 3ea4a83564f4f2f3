use futures_util::stream;
use tokio::sync::oneshot;

use super::*;

const LIMITS: fn() -> ShutdownConfig = || ShutdownConfig {
    grace_seconds: 25,
    ready_pause_seconds: 0,
};

fn one_signal() -> impl Stream<Item = &'static str> {
    stream::iter(["SIGTERM"]).chain(stream::pending())
}

fn drained() -> impl Future<Output = ()> {
    std::future::ready(())
}

#[tokio::test(start_paused = true)]
async fn a_signal_goes_through_the_stages_and_ends_cleanly() {
    let tasks = Tasks::new();
    let stopping = tasks.stopping();
    tasks.spawn_vital("server", async move { stopping.cancelled().await });
    let draining = tasks.draining();
    let stopping = tasks.stopping();
    let drain = async move { assert!(draining.is_cancelled() && !stopping.is_cancelled()) };
    assert_eq!(
        tasks.run_until_stopped(one_signal(), drain, &LIMITS()).await,
        Stopped::Cleanly
    );
    assert!(tasks.stopping().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn readiness_fails_a_pause_before_anything_drains() {
    let tasks = Tasks::new();
    let limits = ShutdownConfig {
        ready_pause_seconds: 7,
        ..LIMITS()
    };
    let start = Instant::now();
    let (sender, receiver) = oneshot::channel();
    let (leaving, draining) = (tasks.leaving(), tasks.draining());
    tasks.spawn("witness", async move {
        leaving.cancelled().await;
        let left = start.elapsed();
        draining.cancelled().await;
        sender.send((left, start.elapsed())).unwrap();
    });
    assert_eq!(
        tasks.run_until_stopped(one_signal(), drained(), &limits).await,
        Stopped::Cleanly
    );
    let (left, drained) = receiver.await.unwrap();
    assert_eq!(left, Duration::ZERO);
    assert!(drained >= limits.ready_pause() && drained < limits.ready_pause() + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn the_early_end_of_a_vital_task_brings_the_process_down() {
    let tasks = Tasks::new();
    tasks.spawn_vital("server", async {});
    let stopped = tasks
        .run_until_stopped(stream::pending(), drained(), &LIMITS())
        .await;
    assert_eq!(stopped, Stopped::Crashed("server"));
    assert!(tasks.draining().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_a_vital_task_brings_the_process_down_and_the_first_is_named() {
    let tasks = Tasks::new();
    tasks.spawn_vital("first", async { panic!("on purpose") });
    let draining = tasks.draining();
    tasks.spawn_vital("second", async move {
        draining.cancelled().await;
        panic!("on purpose, later")
    });
    let stopped = tasks
        .run_until_stopped(stream::pending(), drained(), &LIMITS())
        .await;
    assert_eq!(stopped, Stopped::Crashed("first"));
}

#[tokio::test(start_paused = true)]
async fn a_vital_task_that_panics_while_leaving_still_fails_the_process() {
    let tasks = Tasks::new();
    let stopping = tasks.stopping();
    tasks.spawn_vital("server", async move {
        stopping.cancelled().await;
        panic!("on purpose")
    });
    let stopped = tasks.run_until_stopped(one_signal(), drained(), &LIMITS()).await;
    assert_eq!(stopped, Stopped::Crashed("server"));
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_another_task_is_survived() {
    let tasks = Tasks::new();
    tasks.spawn("fragile", async { panic!("on purpose") });
    tasks.spawn("brief", async {});
    while !tasks.0.all.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!tasks.leaving().is_cancelled());
    assert_eq!(
        tasks.run_until_stopped(one_signal(), drained(), &LIMITS()).await,
        Stopped::Cleanly
    );
}

#[tokio::test(start_paused = true)]
async fn a_drain_without_end_is_cut_off_in_time_for_tasks_to_stop() {
    let tasks = Tasks::new();
    let stopping = tasks.stopping();
    tasks.spawn("polite", async move { stopping.cancelled().await });
    let start = Instant::now();
    let stopped = tasks
        .run_until_stopped(one_signal(), std::future::pending(), &LIMITS())
        .await;
    assert_eq!(stopped, Stopped::Cleanly);
    assert!(
        start.elapsed() >= LIMITS().grace().saturating_sub(STOP_RESERVE)
            && start.elapsed() < LIMITS().grace()
    );
}

#[tokio::test(start_paused = true)]
async fn work_that_is_held_is_waited_for_before_stopping() {
    let tasks = Tasks::new();
    let (hold, stopping) = (tasks.hold(), tasks.stopping());
    let request = Duration::from_secs(5);
    tasks.spawn("request", async move {
        tokio::time::sleep(request).await;
        assert!(!stopping.is_cancelled());
        drop(hold);
    });
    let start = Instant::now();
    assert_eq!(
        tasks.run_until_stopped(one_signal(), drained(), &LIMITS()).await,
        Stopped::Cleanly
    );
    assert!(start.elapsed() >= request && tasks.0.crashed.get().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_stop_is_given_up_at_the_deadline() {
    let tasks = Tasks::new();
    tasks.spawn("stubborn", std::future::pending());
    let start = Instant::now();
    assert_eq!(
        tasks.run_until_stopped(one_signal(), drained(), &LIMITS()).await,
        Stopped::Overdue
    );
    assert!(start.elapsed() >= LIMITS().grace());
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_aborts_at_once() {
    let tasks = Tasks::new();
    tasks.spawn("stubborn", std::future::pending());
    let start = Instant::now();
    let second = stream::once(async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        "SIGINT"
    });
    let signals = stream::iter(["SIGTERM"]).chain(second).chain(stream::pending());
    let stopped = tasks
        .run_until_stopped(signals, std::future::pending(), &LIMITS())
        .await;
    assert_eq!(stopped, Stopped::Aborted);
    assert!(start.elapsed() < Duration::from_secs(4));
}
