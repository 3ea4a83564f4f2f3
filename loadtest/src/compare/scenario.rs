//! The scenarios that have a name.

/// What is measured: a kind of run and its options, without addresses and processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) mode: &'static str,
    /// Options, parted by blanks.
    options: &'static str,
    /// Whether the mode takes `--duration` and `--warmup`.
    pub(super) has_span: bool,
}

const fn run(name: &'static str, options: &'static str) -> Scenario {
    Scenario {
        name,
        mode: "run",
        options,
        has_span: true,
    }
}

/// One that has its own spans.
const fn other(name: &'static str, mode: &'static str, options: &'static str) -> Scenario {
    Scenario {
        name,
        mode,
        options,
        has_span: false,
    }
}

pub(super) const SCENARIOS: [Scenario; 10] = [
    run(
        "200x5-rest-200",
        "--conversations 200 --members 5 --rate 200 --via rest",
    ),
    run(
        "200x5-rest-1000",
        "--conversations 200 --members 5 --rate 1000 --via rest",
    ),
    run(
        "200x5-socket-200",
        "--conversations 200 --members 5 --rate 200 --via socket",
    ),
    run(
        "200x5-socket-1000",
        "--conversations 200 --members 5 --rate 1000 --via socket",
    ),
    run(
        "1x1000-socket-20",
        "--conversations 1 --members 1000 --rate 20 --via socket",
    ),
    run(
        "1000x2-socket-500",
        "--conversations 1000 --members 2 --rate 500 --via socket",
    ),
    other(
        "max-200x5",
        "max",
        "--conversations 200 --members 5 --rate 1000 --via socket --duration 6s --warmup 2s",
    ),
    other(
        "max-1x1000",
        "max",
        "--conversations 1 --members 1000 --rate 50 --via socket --duration 6s --warmup 2s",
    ),
    other("idle-10000", "idle", "--sockets 10000 --hold 30s"),
    other("storm-10000", "storm", "--sockets 10000"),
];

impl Scenario {
    pub(super) fn options(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.options.split(' ').filter(|option| !option.is_empty())
    }

    /// By name, for the command line.
    pub(super) fn find(name: &str) -> Result<Self, String> {
        let found = SCENARIOS.iter().find(|scenario| scenario.name == name);
        found.copied().ok_or_else(|| {
            let names: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
            format!("there is no scenario of that name, but {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_scenario_is_a_command_line_that_is_understood() {
        for scenario in SCENARIOS {
            let mut words = vec![
                "loadtest",
                scenario.mode,
                "--api",
                "http://a",
                "--gateway",
                "ws://b",
            ];
            words.extend(scenario.options());
            words.extend(["--json", "-", "--pids-of", "api=1"]);
            if scenario.has_span {
                words.extend(["--duration", "1s", "--warmup", "1s"]);
            }
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{}: {error}", scenario.name);
            }
        }
        assert!(Scenario::find("200x5-rest-200").is_ok());
        assert!(
            Scenario::find("nothing")
                .unwrap_err()
                .contains("1x1000-socket-20")
        );
    }
}
