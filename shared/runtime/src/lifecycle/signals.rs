//! How the system asks a process to leave.

use std::io;

use futures_util::{Stream, stream};

/// Each SIGTERM and SIGINT from now on, by name. From the call on, neither ends the process by itself.
#[cfg(unix)]
pub fn signals() -> io::Result<impl Stream<Item = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};

    let state = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(stream::unfold(state, async |(mut terminate, mut interrupt)| {
        let name = tokio::select! {
            Some(()) = terminate.recv() => "SIGTERM",
            Some(()) = interrupt.recv() => "SIGINT",
            else => return None,
        };
        Some((name, (terminate, interrupt)))
    }))
}

/// Each Ctrl-C from now on.
#[cfg(not(unix))]
pub fn signals() -> io::Result<impl Stream<Item = &'static str>> {
    Ok(stream::unfold((), async |()| {
        tokio::signal::ctrl_c().await.ok()?;
        Some(("Ctrl-C", ()))
    }))
}
