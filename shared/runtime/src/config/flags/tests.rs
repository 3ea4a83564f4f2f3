use clap::Parser;

use super::*;
use crate::config::{Secret, TokensConfig};

#[derive(Debug, Parser)]
struct Binary {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Option<ConfigCommand>,
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    tokens: TokensConfig,
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), ConfigError> {
        self.tokens.validate()
    }
}

const ASSIGNED: &str = "tokens.secret=a secret that holds an = and is long enough";

#[test]
fn flags_stand_before_or_after_the_subcommand_and_may_be_repeated() {
    let line = [
        "binary",
        "--set",
        ASSIGNED,
        "check-config",
        "--set",
        "tokens.refresh_days=3",
    ];
    let binary = Binary::try_parse_from(line).unwrap();
    assert!(matches!(binary.command, Some(ConfigCommand::CheckConfig)));
    let before =
        Binary::try_parse_from(["binary", "--set", ASSIGNED, "--set", "tokens.refresh_days=3"]).unwrap();
    assert_eq!(before.config.load::<Settings>().unwrap().tokens.refresh_days, 3);
}

#[test]
fn a_flag_that_assigns_nothing_is_refused() {
    let args = ConfigArgs {
        config: None,
        set: vec!["tokens.secret".to_owned()],
    };
    let refused = args.load::<Settings>().unwrap_err().to_string();
    assert_eq!(refused, "--set \"tokens.secret\": write section.key=value");
}

#[test]
fn what_is_shown_is_toml_without_secrets_and_reads_back_but_for_them() {
    let args = ConfigArgs {
        config: None,
        set: vec![ASSIGNED.to_owned()],
    };
    let shown = show(&args.load::<Settings>().unwrap()).unwrap();
    assert!(
        shown.contains("secret = \"***\"") && shown.contains("previous_secret = \"\""),
        "{shown}"
    );
    assert!(!shown.contains("long enough"), "{shown}");
    let back: Settings = toml::from_str(&shown).unwrap();
    assert_eq!(back.tokens.refresh_days, TokensConfig::default().refresh_days);
}

#[test]
fn a_secret_is_masked_in_debug_text() {
    assert!(!format!("{:?}", Secret::from("hunter2")).contains("hunter2"));
}
