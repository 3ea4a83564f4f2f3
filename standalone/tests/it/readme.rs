//! The walk of the README, run as it stands there.

use std::process::Command;

use crate::processes::Node;
use crate::programs::binary;

/// What stands before the walk's code blocks.
const MARK: &str = "<!-- walk:";

/// The section behind the walk.
const NEXT: &str = "## The cluster";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_walk_in_the_readme_works_by_copy_and_paste() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let log = folder.path().join("log");
    let node = Node::start("standalone", "api.listen", &[("standalone.data", data)], &log);
    node.ready().await;

    // Only the address, and the cargo that would build what is built already, are replaced.
    let script = walk().replace("127.0.0.1:8000", &node.public).replace(
        "cargo run --quiet --package loadtest --",
        &binary("loadtest").display().to_string(),
    );
    let run = move || {
        Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}\n{complained}\n{}", node.log());

    let heard: Vec<_> = said
        .lines()
        .filter(|line| line.contains(r#""type":"message:new""#))
        .collect();
    let count = |text: &str| heard.iter().filter(|line| line.contains(text)).count();
    // Anna's socket hears her own second message; Boris hears both, and after his absence the second again.
    assert_eq!(count("over REST"), 1, "{said}");
    assert_eq!(count("over the socket"), 3, "{said}");
}

fn walk() -> String {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once(MARK).expect("the README marks its walk");
    let (walk, _) = rest.split_once(NEXT).expect("the walk ends before the cluster");
    let mut blocks = Vec::new();
    for part in walk.split("```bash\n").skip(1) {
        let (block, _) = part.split_once("```").expect("a closed block");
        blocks.push(block);
    }
    assert_eq!(blocks.len(), 3);
    blocks.join("\n")
}
