//! The programs of the workspace, and addresses for them, which they take a moment after.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Below the ports that the kernel gives to outgoing connections (32768 on): one of those could take a server's place
/// before it starts, or while it is away.
const FIRST_PORT: u32 = 10_240;
const PORTS: u32 = 21_760;

/// Ports between the beginnings of two processes whose ids are neighbours: more than a test asks for.
const STRIDE: u32 = 16;

/// How many addresses this process has been given.
static GIVEN: AtomicU32 = AtomicU32::new(0);

/// An address nobody listens on: never one that this process was given before, and not by chance one of the tests
/// beside it, each of which is a process that begins elsewhere.
pub(crate) fn free_address() -> String {
    let start = std::process::id().wrapping_mul(STRIDE) % PORTS;
    loop {
        let offset = start.wrapping_add(GIVEN.fetch_add(1, Relaxed)) % PORTS;
        let address = format!("127.0.0.1:{}", FIRST_PORT + offset);
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

/// Where cargo puts the binaries of the workspace.
pub(crate) fn binary(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_standalone")).with_file_name(name);
    assert!(
        path.exists(),
        "{} is missing: cargo build --workspace --bins",
        path.display()
    );
    path
}
