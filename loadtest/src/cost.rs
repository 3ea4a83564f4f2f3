//! What the servers' processes cost: processor time per event, and memory before and after.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;
use serde::Serialize;
use tokio::time::Instant;

/// The name of the processes that `--pid` gives.
const UNNAMED: &str = "servers";

/// Which processes a run watches.
#[derive(Clone, Debug, Default, Args)]
pub struct WatchArgs {
    /// A process of the servers, by its id; repeat it for more. Their processor time over the measured span, divided
    /// by the deliveries in it, and their memory are reported.
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(i32).range(1..))]
    pid: Vec<i32>,
    /// The same, under a name of its own: gateways=4711,4712. Repeat it for more.
    #[arg(long, value_name = "NAME=PID,...")]
    pids_of: Vec<Group>,
}

/// Processes that are reported as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// As on the command line.
    pub name: String,
    /// At least one.
    pub pids: Vec<i32>,
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, pids) = text
            .split_once('=')
            .ok_or("a name, = and process ids are needed")?;
        let pids = pids.split(',').map(|pid| match pid.trim().parse() {
            Ok(pid) if pid > 0 => Ok(pid),
            _ => Err(format!("{pid:?} is no process id")),
        });
        Ok(Self {
            name: name.to_owned(),
            pids: pids.collect::<Result<_, _>>()?,
        })
    }
}

/// The processes of a run.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Watch(Vec<Group>);

impl From<WatchArgs> for Watch {
    fn from(args: WatchArgs) -> Self {
        let mut groups = args.pids_of;
        if !args.pid.is_empty() {
            groups.push(Group {
                name: UNNAMED.to_owned(),
                pids: args.pid,
            });
        }
        Self(groups)
    }
}

/// What the processes had used at a moment, and how many events there had been.
#[derive(Clone, Debug)]
pub struct Look {
    at: Instant,
    events: u64,
    usages: Vec<Usage>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    cpu: Duration,
    rss_bytes: u64,
}

impl Watch {
    /// Whether there is anything to watch.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads what all processes have used so far. An error when one of them is gone.
    pub fn look(&self, events: u64) -> anyhow::Result<Look> {
        let usages = self.0.iter().map(|group| {
            let mut sum = Usage::default();
            for &pid in &group.pids {
                let usage = usage(pid)
                    .with_context(|| format!("process {pid} of {} cannot be watched any more", group.name))?;
                sum.cpu += usage.cpu;
                sum.rss_bytes += usage.rss_bytes;
            }
            Ok(sum)
        });
        Ok(Look {
            at: Instant::now(),
            events,
            usages: usages.collect::<anyhow::Result<_>>()?,
        })
    }

    /// What was used between two looks.
    pub fn costs(&self, (from, to): (&Look, &Look)) -> Costs {
        let events = to.events.saturating_sub(from.events);
        let usages = from.usages.iter().zip(&to.usages);
        let groups = self.0.iter().zip(usages).map(|(group, (before, after))| {
            let cpu = after.cpu.saturating_sub(before.cpu);
            GroupCost {
                name: group.name.clone(),
                pids: group.pids.clone(),
                cpu_seconds: cpu.as_secs_f64(),
                cpu_us_per_event: per_event(cpu, events),
                rss_before_bytes: before.rss_bytes,
                rss_after_bytes: after.rss_bytes,
            }
        });
        let groups: Vec<GroupCost> = groups.collect();
        let cpu = Duration::from_secs_f64(groups.iter().map(|group| group.cpu_seconds).sum());
        Costs {
            span_seconds: (to.at - from.at).as_secs_f64(),
            events,
            cpu_us_per_event: per_event(cpu, events),
            groups,
        }
    }
}

/// Processor time and memory of the watched processes over a span.
#[derive(Clone, Debug, Serialize)]
pub struct Costs {
    /// How long the span was.
    pub span_seconds: f64,
    /// What the costs are divided by; which events they are is the report's to say.
    pub events: u64,
    /// Of all groups together, user and system time; `None` without events.
    pub cpu_us_per_event: Option<f64>,
    /// In the order of the command line.
    pub groups: Vec<GroupCost>,
}

/// A group's share.
#[derive(Clone, Debug, Serialize)]
pub struct GroupCost {
    /// As on the command line.
    pub name: String,
    /// As on the command line.
    pub pids: Vec<i32>,
    /// User and system time within the span.
    pub cpu_seconds: f64,
    /// The same for each event, in microseconds; `None` without events.
    pub cpu_us_per_event: Option<f64>,
    /// Resident memory at the start of the span.
    pub rss_before_bytes: u64,
    /// Resident memory at its end.
    pub rss_after_bytes: u64,
}

impl Costs {
    /// User and system time of all groups within the span.
    pub fn cpu_seconds(&self) -> f64 {
        self.groups.iter().map(|group| group.cpu_seconds).sum()
    }

    /// Resident memory of all groups at the start of the span.
    pub fn rss_before_bytes(&self) -> u64 {
        self.groups.iter().map(|group| group.rss_before_bytes).sum()
    }

    /// Resident memory of all groups at the end of the span.
    pub fn rss_after_bytes(&self) -> u64 {
        self.groups.iter().map(|group| group.rss_after_bytes).sum()
    }
}

fn per_event(cpu: Duration, events: u64) -> Option<f64> {
    (events > 0).then(|| cpu.as_secs_f64() * MICROS_PER_SECOND / events as f64)
}

const MICROS_PER_SECOND: f64 = 1e6;

/// The kernel's own account of a process: to the nanosecond where `/proc` has hundredths of a second, with the threads
/// that have ended.
fn usage(pid: i32) -> anyhow::Result<Usage> {
    let used = clock_getcpuclockid(Pid::from_raw(pid))?.now()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(Usage {
        cpu: used.into(),
        rss_bytes: rss_bytes(&status)?,
    })
}

/// A process that has ended and is not waited for yet has no such line.
fn rss_bytes(status: &str) -> anyhow::Result<u64> {
    let lines = status.lines();
    let mut sizes = lines.filter_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
    let Some(size) = sizes.next() else {
        bail!("it has ended");
    };
    let kibibytes: u64 = size.trim().parse()?;
    Ok(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_a_name_and_process_ids() {
        let group: Group = "gateways=12,34".parse().unwrap();
        assert_eq!(
            group,
            Group {
                name: "gateways".into(),
                pids: vec![12, 34]
            }
        );
        for wrong in ["12", "gateways=", "gateways=0", "gateways=-3", "gateways=a"] {
            assert!(wrong.parse::<Group>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn processor_time_is_divided_by_what_happened_between_the_looks() {
        let watch = Watch(vec!["a=1".parse().unwrap(), "b=2,3".parse().unwrap()]);
        let usage = |millis, rss_bytes| Usage {
            cpu: Duration::from_millis(millis),
            rss_bytes,
        };
        let at = Instant::now();
        let from = Look {
            at,
            events: 500,
            usages: vec![usage(100, 10), usage(1000, 20)],
        };
        let to = Look {
            at: at + Duration::from_secs(2),
            events: 1500,
            usages: vec![usage(130, 11), usage(1010, 19)],
        };
        let costs = watch.costs((&from, &to));
        assert_eq!((costs.events, costs.rss_after_bytes()), (1000, 30));
        let rounded = |figure: Option<f64>| figure.map(|figure| (figure * 1e3).round() / 1e3);
        assert_eq!(rounded(costs.cpu_us_per_event), Some(40.0));
        assert_eq!(rounded(costs.groups[0].cpu_us_per_event), Some(30.0));
        assert_eq!(rounded(costs.groups[1].cpu_us_per_event), Some(10.0));
        assert!((costs.span_seconds - 2.0).abs() < 1e-9);
        assert_eq!(watch.costs((&from, &from)).cpu_us_per_event, None);
    }

    #[test]
    fn this_process_is_watched_and_one_that_ended_is_an_error() {
        let own = i32::try_from(std::process::id()).unwrap();
        let watch = Watch(vec![Group {
            name: "own".into(),
            pids: vec![own],
        }]);
        let look = watch.look(0).unwrap();
        assert!(look.usages[0].rss_bytes > 0);
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        child.wait().unwrap();
        let gone = Watch(vec![Group {
            name: "api".into(),
            pids: vec![pid],
        }]);
        let error = gone.look(0).unwrap_err();
        assert!(
            error.to_string().contains(&format!("process {pid} of api")),
            "{error}"
        );
    }
}
