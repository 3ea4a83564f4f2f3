//! Notices a web client that is built after this crate was.

use std::path::Path;

/// Debug builds read the folder when they are asked, so that nothing has to be built anew for it.
#[expect(
    clippy::disallowed_methods,
    reason = "Cargo tells build scripts everything by the environment"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.join("index.html").is_file() {
        println!(
            "cargo::warning=web/dist is not there: `/` will show a page that says so (npm --prefix web run build)"
        );
    }
}
