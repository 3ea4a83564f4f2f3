//! A contender: which processes make it up, and where they are spoken to. Read from a small TOML file, filled in anew
//! for every repetition.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

/// Definitions that need no file, by the name that `--contender` takes.
const KNOWN: [(&str, &str); 3] = [
    ("floor", include_str!("../../contenders/floor.toml")),
    ("coalescing", include_str!("../../contenders/coalescing.toml")),
    ("ours", include_str!("../../contenders/ours.toml")),
];

/// A contender as its file says. In all texts `{bin}`, `{here}`, `{folder}`, `{database_url}`, `{redis_url}`,
/// `{redis_prefix}`, `{secret}` and `{port.NAME}` stand for what the repetition fills in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contender {
    /// What the tables call it.
    pub name: String,
    /// Bases for `--api`.
    pub api: Vec<String>,
    /// Bases for `--gateway`.
    pub gateway: Vec<String>,
    /// More options for every `loadtest` that drives it, such as another wire.
    #[serde(default)]
    pub options: Vec<String>,
    /// What to start.
    pub process: Vec<Program>,
    /// `{bin}`: where the binaries are.
    #[serde(skip)]
    pub bin: PathBuf,
    /// `{here}`: where the definition is.
    #[serde(skip)]
    pub here: PathBuf,
}

/// A process of a contender.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Processes of one group are watched as one; see `loadtest run --pids-of`.
    pub group: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What its environment has besides.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

impl Contender {
    /// Reads what `--contender` says: a known name or a file, `NAME=` in front to call it otherwise, `@FOLDER` behind
    /// for the binaries.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let (what, bin) = match text.split_once('@') {
            Some((what, folder)) => (what, PathBuf::from(folder)),
            None => (text, own_folder()?),
        };
        let (name, what) = match what.split_once('=') {
            Some((name, what)) => (Some(name), what),
            None => (None, what),
        };
        let known = KNOWN.iter().find(|(known, _)| *known == what);
        let (definition, here) = if let Some((_, definition)) = known {
            ((*definition).to_owned(), bin.clone())
        } else {
            let path = Path::new(what);
            let names = KNOWN.map(|(name, _)| name).join(", ");
            let definition = std::fs::read_to_string(path)
                .with_context(|| format!("{what} is neither one of {names} nor a file"))?;
            let folder = path.canonicalize()?;
            let folder = folder.parent().context("a file without a folder")?;
            (definition, folder.to_owned())
        };
        let mut contender: Self = toml::from_str(&definition).with_context(|| format!("reading {what}"))?;
        contender.name = name.map_or(contender.name, str::to_owned);
        contender.bin = bin.canonicalize().with_context(|| format!("{}", bin.display()))?;
        contender.here = here;
        Ok(contender)
    }

    /// The same with every placeholder filled in. Ports are free ones, the same for the same name.
    pub fn filled(&self, values: &BTreeMap<&str, String>) -> anyhow::Result<Self> {
        let mut filling = Filling {
            values,
            ports: BTreeMap::new(),
        };
        let mut all = |texts: &[String]| -> anyhow::Result<Vec<String>> {
            texts.iter().map(|text| filling.fill(text)).collect()
        };
        let (api, gateway, options) = (all(&self.api)?, all(&self.gateway)?, all(&self.options)?);
        let process = self.process.iter().map(|program| {
            let mut environment = BTreeMap::new();
            for (key, value) in &program.environment {
                environment.insert(key.clone(), filling.fill(value)?);
            }
            let command = program.command.iter().map(|word| filling.fill(word));
            Ok(Program {
                group: program.group.clone(),
                command: command.collect::<anyhow::Result<_>>()?,
                environment,
            })
        });
        Ok(Self {
            api,
            gateway,
            options,
            process: process.collect::<anyhow::Result<_>>()?,
            ..self.clone()
        })
    }
}

/// Where this program lies: the servers of the same build lie beside it.
fn own_folder() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.parent().context("a program without a folder")?.to_owned())
}

struct Filling<'a> {
    values: &'a BTreeMap<&'a str, String>,
    ports: BTreeMap<String, Port>,
}

/// A port that the system gave, kept until all names have theirs, so that no two names get one port.
struct Port {
    number: u16,
    _held: TcpListener,
}

impl Filling<'_> {
    fn fill(&mut self, text: &str) -> anyhow::Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, after) = behind
                .split_once('}')
                .with_context(|| format!("{text}: a placeholder without its end"))?;
            filled.push_str(before);
            filled.push_str(&self.value(name).with_context(|| text.to_owned())?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&mut self, name: &str) -> anyhow::Result<String> {
        if let Some(port) = name.strip_prefix("port.") {
            if let Some(known) = self.ports.get(port) {
                return Ok(known.number.to_string());
            }
            let held = TcpListener::bind("127.0.0.1:0")?;
            let number = held.local_addr()?.port();
            self.ports.insert(port.to_owned(), Port { number, _held: held });
            return Ok(number.to_string());
        }
        match self.values.get(name) {
            Some(value) => Ok(value.clone()),
            None => bail!("nothing is called {{{name}}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<&'static str, String> {
        let names = [
            "bin",
            "here",
            "folder",
            "database_url",
            "redis_url",
            "redis_prefix",
            "secret",
        ];
        names
            .into_iter()
            .map(|name| (name, format!("<{name}>")))
            .collect()
    }

    #[test]
    fn every_known_contender_is_sound() {
        for (name, _) in KNOWN {
            let contender = Contender::read(name).unwrap().filled(&values()).unwrap();
            assert_eq!(contender.name, name);
            assert_eq!(contender.api.len(), 2);
            assert_eq!(contender.gateway.len(), 2);
        }
    }

    #[test]
    fn a_port_is_the_same_everywhere_and_another_name_is_another_port() {
        let contender = Contender::read("floor").unwrap().filled(&values()).unwrap();
        let port = |base: &str| base.rsplit_once(':').unwrap().1.to_owned();
        let ports: Vec<_> = contender.api.iter().map(|base| port(base)).collect();
        assert_ne!(ports[0], ports[1]);
        assert_eq!(port(&contender.gateway[0]), ports[0]);
        let command = &contender.process[0].command;
        assert!(
            command.contains(&format!("127.0.0.1:{}", ports[0])),
            "{command:?}"
        );
        assert!(command.contains(&"<database_url>".to_owned()));
        assert_eq!(command[0], "<bin>/loadtest");
    }

    #[test]
    fn a_contender_can_be_called_otherwise_and_have_other_binaries() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("before=ours@{}", folder.path().display());
        let contender = Contender::read(&text).unwrap();
        assert_eq!(contender.name, "before");
        assert_eq!(contender.bin, folder.path().canonicalize().unwrap());
        assert!(Contender::read("nobody").is_err());
    }

    #[test]
    fn a_placeholder_that_nobody_fills_is_an_error() {
        let mut contender = Contender::read("floor").unwrap();
        contender.options = vec!["{who}".to_owned()];
        let error = contender.filled(&values()).unwrap_err();
        assert!(format!("{error:#}").contains("{who}"), "{error:#}");
        contender.options = vec!["{bin".to_owned()];
        assert!(contender.filled(&values()).is_err());
    }
}
