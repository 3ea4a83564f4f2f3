use std::fs;
use std::path::PathBuf;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::*;

const SECRET: &str = "0123456789012345678901234567890123456789";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    tokens: TokensConfig,
    api: ApiConfig,
    gateway: GatewayConfig,
    redis: RedisConfig,
    shutdown: ShutdownConfig,
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), ConfigError> {
        self.tokens.validate()?;
        self.api.validate()?;
        self.redis.validate()?;
        self.shutdown.validate()
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn loaded(toml: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chat.toml");
    fs::write(&file, toml).unwrap();
    let mut environment = pairs(environment);
    if !environment
        .iter()
        .any(|(key, _)| key.starts_with("CHAT__TOKENS__SECRET"))
    {
        environment.push(("CHAT__TOKENS__SECRET".to_owned(), SECRET.to_owned()));
    }
    load(Some(&file), &environment, pairs(flags))
}

fn refusal(toml: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    loaded(toml, environment, flags).unwrap_err().to_string()
}

#[test]
fn without_a_word_the_defaults_hold() {
    let settings = loaded("", &[], &[]).unwrap();
    assert_eq!(settings.shutdown.grace_seconds, 25);
    assert_eq!(
        settings.tokens.access_lifetime(),
        std::time::Duration::from_hours(1)
    );
}

#[test]
fn each_layer_overrides_the_one_before_it() {
    let file = "[shutdown]\ngrace_seconds = 1\nready_pause_seconds = 1\n[tokens]\naccess_minutes = 1\n";
    let environment = [
        ("CHAT__SHUTDOWN__GRACE_SECONDS", "2"),
        ("CHAT__SHUTDOWN__READY_PAUSE_SECONDS", "2"),
    ];
    let settings = loaded(file, &environment, &[("shutdown.grace_seconds", "3")]).unwrap();
    assert_eq!(settings.tokens.access_minutes, 1, "the file over the default");
    assert_eq!(
        settings.shutdown.ready_pause_seconds, 2,
        "the environment over the file"
    );
    assert_eq!(
        settings.shutdown.grace_seconds, 3,
        "the flag over the environment"
    );
    assert_eq!(settings.tokens.refresh_days, 7, "the default where nobody spoke");
}

#[test]
fn a_secret_can_come_from_a_file_and_loses_its_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, format!("{SECRET}\n")).unwrap();
    let settings = loaded("", &[("CHAT__TOKENS__SECRET_FILE", path.to_str().unwrap())], &[]).unwrap();
    assert_eq!(settings.tokens.secret.expose_secret(), SECRET);
}

#[test]
fn a_variable_and_its_file_together_are_refused() {
    let both = [
        ("CHAT__TOKENS__SECRET", SECRET),
        ("CHAT__TOKENS__SECRET_FILE", "/dev/null"),
    ];
    assert_eq!(
        refusal("", &both, &[]),
        "CHAT__TOKENS__SECRET and CHAT__TOKENS__SECRET_FILE are both set: keep one"
    );
}

#[test]
fn a_file_that_is_not_there_is_told_by_who_named_it() {
    let missing = refusal("", &[("CHAT__TOKENS__SECRET_FILE", "/nowhere/secret")], &[]);
    assert!(
        missing.starts_with("CHAT__TOKENS__SECRET_FILE: /nowhere/secret cannot be read"),
        "{missing}"
    );
    let path = PathBuf::from("/nowhere/chat.toml");
    let missing = load::<Settings>(Some(&path), &[], Vec::new())
        .unwrap_err()
        .to_string();
    assert!(
        missing.starts_with("--config: /nowhere/chat.toml cannot be read"),
        "{missing}"
    );
}

#[test]
fn text_stays_text_though_it_looks_like_a_number_or_a_list() {
    let numeric = "12345678901234567890123456789012";
    let environment = [("CHAT__TOKENS__SECRET", numeric), ("CHAT__REDIS__PREFIX", "007")];
    let settings = loaded("", &environment, &[("tokens.issuer", "[true]")]).unwrap();
    assert_eq!(settings.tokens.secret.expose_secret(), numeric);
    assert_eq!(settings.redis.prefix, "007");
    assert_eq!(settings.tokens.issuer, "[true]");
}

#[test]
fn a_list_is_written_with_commas_or_as_json_and_replaces_the_one_below() {
    let expected = ["https://a.example", "https://b.example:8443"];
    for text in [
        "https://a.example, https://b.example:8443",
        r#"["https://a.example", "https://b.example:8443"]"#,
    ] {
        let file = "[api]\ncors_origins = [\"https://c.example\"]\n";
        let settings = loaded(file, &[("CHAT__API__CORS_ORIGINS", text)], &[]).unwrap();
        assert_eq!(settings.api.cors_origins, expected, "{text}");
    }
}

#[test]
fn an_unknown_key_is_refused_by_name_wherever_it_stands() {
    let flag = refusal("", &[], &[("api.listn", "x")]);
    assert_eq!(flag, "--set api.listn: there is no setting \"api.listn\"");
    let variable = refusal("", &[("CHAT__API__LISTN", "x")], &[]);
    assert_eq!(variable, "CHAT__API__LISTN: there is no setting \"api.listn\"");
    let section = refusal("", &[("CHAT__API", "x")], &[]);
    assert_eq!(section, "CHAT__API: there is no setting \"api\"");
    let file = refusal("[api]\nlistn = \"x\"\n", &[], &[]);
    assert!(
        file.ends_with("chat.toml: there is no setting \"api.listn\""),
        "{file}"
    );
    let section = refusal("[apy]\nlisten = \"x\"\n", &[], &[]);
    assert!(
        section.ends_with("chat.toml: there is no setting \"apy\""),
        "{section}"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_told_by_key_and_place() {
    let variable = refusal("", &[("CHAT__SHUTDOWN__GRACE_SECONDS", "soon")], &[]);
    assert!(
        variable.starts_with("CHAT__SHUTDOWN__GRACE_SECONDS: shutdown.grace_seconds: "),
        "{variable}"
    );
    let file = refusal("[shutdown]\ngrace_seconds = \"soon\"\n", &[], &[]);
    assert!(file.contains("chat.toml: shutdown.grace_seconds: "), "{file}");
    let address = refusal("", &[], &[("api.listen", "everywhere")]);
    assert!(address.starts_with("--set api.listen: api.listen: "), "{address}");
}

#[test]
fn a_broken_file_is_told_by_line_and_no_value_is_quoted() {
    let open = refusal("[tokens]\nsecret = \"hunter2\n", &[], &[]);
    assert!(
        open.contains("chat.toml: line 2: ") && !open.contains("hunter2"),
        "{open}"
    );
    let number = refusal("[tokens]\nsecret = 4711\n", &[], &[]);
    assert!(
        number.contains("chat.toml: tokens.secret: expected ") && !number.contains("4711"),
        "{number}"
    );
}

#[test]
fn a_value_that_makes_no_sense_is_told_by_key() {
    for (key, value, problem) in [
        ("shutdown.grace_seconds", "0", "must be from 1 to 3600, not 0"),
        ("tokens.refresh_days", "366", "must be from 1 to 365, not 366"),
        ("api.max_body_bytes", "0", "must be at least 1"),
        ("api.cors_origins", "https://a.example/", "which is neither"),
        ("redis.prefix", "a:b", "letters, digits"),
        ("tokens.audience", "", "must not be empty"),
        ("tokens.previous_secret", "short", "is shorter than 32 bytes"),
    ] {
        let refused = refusal("", &[], &[(key, value)]);
        assert!(
            refused.starts_with(&format!("{key} ")) && refused.contains(problem),
            "{refused}"
        );
    }
}

#[test]
fn no_secret_has_a_default_and_the_refusal_says_how_to_make_one() {
    let refused = load::<Settings>(None, &[], Vec::new()).unwrap_err().to_string();
    assert_eq!(
        refused,
        "tokens.secret is not set and has no default; make one with `openssl rand -base64 48`"
    );
}

#[test]
fn the_sections_of_both_daemons_check_their_own() {
    let open = GatewayConfig {
        allowed_origins: vec!["*".to_owned()],
        ..GatewayConfig::default()
    };
    assert!(open.validate().is_ok());
    let silent = GatewayConfig {
        heartbeat_seconds: 60,
        ..open.clone()
    };
    assert!(
        silent
            .validate()
            .unwrap_err()
            .to_string()
            .starts_with("gateway.heartbeat_seconds ")
    );
    let tiny = GatewayConfig {
        read_buffer_bytes: 1,
        ..open
    };
    assert!(
        tiny.validate()
            .unwrap_err()
            .to_string()
            .starts_with("gateway.read_buffer_bytes ")
    );
    assert!(
        GatewayConfig::default()
            .validate()
            .unwrap_err()
            .to_string()
            .contains("gateway.allowed_origins")
    );
    assert!(
        DatabaseConfig::default()
            .validate()
            .unwrap_err()
            .to_string()
            .contains("database.url")
    );
    let loud = LogConfig {
        level: "info,=".to_owned(),
        ..LogConfig::default()
    };
    assert!(loud.validate().unwrap_err().to_string().starts_with("log.level "));
}

#[test]
fn the_password_of_a_service_is_not_shown() {
    for (url, shown) in [
        ("postgres://chat:hunter2@db/chat", "postgres://chat:***@db/chat"),
        ("redis://:hunter2@cache:6379", "redis://:***@cache:6379"),
        ("postgres://chat@db/chat", "postgres://chat@db/chat"),
        ("postgres://db/chat?password=hunter2", "***"),
        ("hunter2", "***"),
        ("sqlite://data/chat.db", "sqlite://data/chat.db"),
        ("", ""),
    ] {
        assert_eq!(ServiceUrl::from(url).shown(), shown);
        assert!(!format!("{:?}", ServiceUrl::from(url)).contains("hunter2"));
    }
}

#[test]
fn the_page_of_settings_is_current() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let expected = reference().unwrap();
    if std::env::var_os("CHAT_REGENERATE").is_some() {
        fs::write(&page, &expected).unwrap();
    }
    let written = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        written == expected,
        "run CHAT_REGENERATE=1 cargo test -p runtime the_page"
    );
}

#[test]
fn each_key_of_each_section_is_on_the_page() {
    for section in SECTIONS {
        let defaults = (section.defaults)().unwrap();
        let keys: std::collections::BTreeSet<_> =
            defaults.as_object().unwrap().keys().map(String::as_str).collect();
        let documented = section.fields.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, documented, "{}", section.name);
    }
}
