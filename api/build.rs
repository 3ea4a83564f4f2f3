//! Notices a web client that is built after this crate was.

use std::path::Path;

/// Debug builds read the folder when they are asked, so that nothing has to be built anew for it.
#[expect(
    clippy::disallowed_methods,
    reason = "Cargo tells build scripts everything by the environment"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Without `..` in it: of a folder that is not there yet, nobody could tell later which files are inside.
    let folder = crate_folder.parent().unwrap_or(crate_folder).join("web/dist");
    println!("cargo::rustc-env=CHAT_WEB_DIST={}", folder.display());
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return;
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.join("index.html").is_file() {
        println!(
            "cargo::warning=web/dist is not there: `/` will show a page that says so (npm --prefix web run build)"
        );
    }
}
