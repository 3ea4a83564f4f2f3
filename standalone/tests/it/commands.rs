//! What the binaries say for themselves.

use std::process::{Command, Output};

use crate::programs::binary;

fn run(name: &str, arguments: &[&str]) -> Output {
    Command::new(binary(name))
        .args(arguments)
        .output()
        .expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_binary_explains_itself() {
    for name in ["api", "gateway", "standalone", "loadtest"] {
        let help = run(name, &["--help"]);
        assert!(help.status.success(), "{name}");
        assert!(text(&help.stdout).contains("Usage:"), "{name}");
    }
}

#[test]
fn a_daemon_refuses_to_start_without_a_secret_and_says_how_to_make_one() {
    for name in ["api", "gateway"] {
        let settings = [
            "database.url=postgres://127.0.0.1/none",
            "redis.url=redis://127.0.0.1:1",
        ];
        let refused = run(name, &["--set", settings[0], "--set", settings[1]]);
        assert!(!refused.status.success(), "{name}");
        let said = text(&refused.stderr);
        assert!(
            said.contains("tokens.secret") && said.contains("openssl"),
            "{name}: {said}"
        );
    }
}

#[test]
fn an_unknown_setting_is_refused_by_its_name() {
    for name in ["api", "gateway", "standalone"] {
        let refused = run(name, &["check-config", "--set", "gateway.hartbeat=5"]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
        assert!(
            text(&refused.stderr).contains("hartbeat") || name == "api",
            "{}",
            text(&refused.stderr)
        );
    }
}

#[test]
fn check_config_shows_the_effective_settings_without_secrets() {
    let secret = "a secret that must not be shown anywhere at all";
    let shown = run(
        "standalone",
        &["check-config", "--set", &format!("tokens.secret={secret}")],
    );
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let shown = text(&shown.stdout);
    assert!(
        shown.contains("heartbeat_seconds = 25") && !shown.contains(secret),
        "{shown}"
    );
}
