//! The load generator's command; everything is in the library.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

// The servers' own allocator: the floor must not lose, nor win, by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The run could not be done; clap answers a wrong command line by the same.
const COULD_NOT: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    match loadtest::cli::execute(loadtest::cli::Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            // Without a stderr there is nobody to read it; the exit code still tells.
            let _unread = writeln!(std::io::stderr(), "loadtest: {error:#}");
            ExitCode::from(COULD_NOT)
        }
    }
}
