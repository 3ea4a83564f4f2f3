//! Who may import whom.

use std::process::Command;

use serde::Deserialize;

use super::{assert_none, root};

/// Each crate of the house with the crates of the house that it may import, in tests too.
const ARROWS: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("runtime", &["protocol"]),
    ("store", &["protocol"]),
    ("bus", &["protocol", "runtime"]),
    ("files", &["protocol", "runtime"]),
    ("chat", &["protocol", "runtime", "store", "bus", "files"]),
    ("api", &["protocol", "runtime", "store", "bus", "files", "chat"]),
    ("gateway", &["protocol", "runtime", "store", "bus", "chat"]),
    (
        "standalone",
        &[
            "protocol", "runtime", "store", "bus", "files", "chat", "api", "gateway",
        ],
    ),
    ("loadtest", &["protocol"]),
];

/// Libraries that are a crate's own secret, with the crates that know it. Tests may look behind the curtain.
const SECRETS: &[(&str, &[&str])] = &[
    // loadtest: its baseline is a server of its own, which others are measured against.
    ("sqlx", &["store", "loadtest"]),
    ("redis", &["bus", "loadtest"]),
    ("deadpool-redis", &["bus"]),
    ("axum", &["runtime", "api", "gateway", "standalone"]),
    ("object_store", &["files"]),
    ("image", &["files"]),
    ("argon2", &["chat"]),
    ("jsonwebtoken", &["runtime", "loadtest"]),
    // Typed errors everywhere else: anyhow is for a `main`.
    ("anyhow", &["api", "gateway", "standalone", "loadtest"]),
];

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: std::path::PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or nothing for what ends up in the product.
    kind: Option<String>,
    /// Where a crate of the house lies.
    path: Option<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice::<Metadata>(&output.stdout)
        .unwrap()
        .packages
}

fn allowed<'table>(table: &[(&str, &'table [&'table str])], name: &str) -> Option<&'table [&'table str]> {
    table
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, allowed)| *allowed)
}

fn broken_arrows(package: &Package) -> Vec<String> {
    let name = &package.name;
    let Some(friends) = allowed(ARROWS, name) else {
        return vec![format!("{name} is new in the house: give it a line in ARROWS")];
    };
    let neighbours = package.dependencies.iter().filter(|it| it.path.is_some());
    neighbours
        .filter(|it| !friends.contains(&it.name.as_str()))
        .map(|it| format!("{name} must not import {}", it.name))
        .collect()
}

fn told_secrets(package: &Package) -> Vec<String> {
    let shipped = package.dependencies.iter().filter(|it| it.kind.is_none());
    shipped
        .filter(|it| {
            allowed(SECRETS, &it.name).is_some_and(|knowing| !knowing.contains(&package.name.as_str()))
        })
        .map(|it| format!("{} must not know {}", package.name, it.name))
        .collect()
}

#[test]
fn every_import_follows_the_arrows() {
    assert_none(&packages().iter().flat_map(broken_arrows).collect::<Vec<_>>());
}

#[test]
fn each_library_is_known_to_its_own_crates_only() {
    assert_none(&packages().iter().flat_map(told_secrets).collect::<Vec<_>>());
}

#[test]
fn every_crate_follows_the_lints_of_the_workspace() {
    let strays = packages().into_iter().filter(|package| {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        !manifest.contains("[lints]\nworkspace = true\n")
    });
    assert_none(
        &strays
            .map(|it| format!("{} has lints of its own", it.name))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_gateway_that_imports_the_api_or_sql_is_found() {
    let gateway = Package {
        name: "gateway".into(),
        manifest_path: "gateway/Cargo.toml".into(),
        dependencies: vec![
            Dependency {
                name: "api".into(),
                kind: Some("dev".into()),
                path: Some("api".into()),
            },
            Dependency {
                name: "chat".into(),
                kind: None,
                path: Some("shared/chat".into()),
            },
            Dependency {
                name: "sqlx".into(),
                kind: None,
                path: None,
            },
            Dependency {
                name: "redis".into(),
                kind: Some("dev".into()),
                path: None,
            },
        ],
    };
    assert_eq!(broken_arrows(&gateway), ["gateway must not import api"]);
    assert_eq!(told_secrets(&gateway), ["gateway must not know sqlx"]);
}
