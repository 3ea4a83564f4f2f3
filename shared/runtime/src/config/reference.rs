//! `docs/configuration.md`, from the sections themselves.

use super::{
    ApiConfig, ContactsConfig, DatabaseConfig, FilesConfig, GatewayConfig, InternalConfig, LogConfig,
    RedisConfig, Section, ShutdownConfig, TokensConfig,
};

/// Every section, in the order of the page.
pub const SECTIONS: [Section; 10] = [
    DatabaseConfig::SECTION,
    RedisConfig::SECTION,
    TokensConfig::SECTION,
    ApiConfig::SECTION,
    FilesConfig::SECTION,
    GatewayConfig::SECTION,
    ContactsConfig::SECTION,
    InternalConfig::SECTION,
    LogConfig::SECTION,
    ShutdownConfig::SECTION,
];

const PREFACE: &str = "\
# Configuration

Generated from `shared/runtime/src/config`; regenerate with `CHAT_REGENERATE=1 cargo test -p runtime the_page`.

Each layer overrides the one before it:

1. the defaults below (standalone has a few of its own);
2. a TOML file, named by `--config FILE` or `CHAT_CONFIG`: a table a section;
3. the environment: `CHAT__SECTION__KEY=value`, or `CHAT__SECTION__KEY_FILE=path` to take the value from a file, as
   secrets are best given; a list is `a,b` or `[\"a\", \"b\"]`;
4. flags: `--set section.key=value`.

A key that does not exist is refused, wherever it stands. A binary knows only the sections that it uses.
`check-config` prints the effective settings, secrets masked, and exits with 2 when they cannot be used.
";

/// The page of all settings, in Markdown.
pub fn reference() -> Result<String, serde_json::Error> {
    let sections = SECTIONS.iter().map(page_section).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("{PREFACE}\n{}", sections.join("\n")))
}

fn page_section(section: &Section) -> Result<String, serde_json::Error> {
    let defaults = (section.defaults)()?;
    let row = |(key, doc): &(&str, &str)| match &defaults[key] {
        serde_json::Value::String(text) if text.is_empty() => format!("| `{key}` | none | {} |", doc.trim()),
        value => format!("| `{key}` | `{value}` | {} |", doc.trim()),
    };
    let rows = section.fields.iter().map(row).collect::<Vec<_>>().join("\n");
    let (name, doc) = (section.name, section.doc.trim());
    Ok(format!(
        "## {name}\n\n{doc}\n\n| key | default | meaning |\n|---|---|---|\n{rows}\n"
    ))
}
