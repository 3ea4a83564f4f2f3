//! What the tool itself costs, so that a figure can be told from the tool's own limit.

/// Clock ticks per second in `/proc`: fixed at 100 for programs, whatever the kernel's own timer.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor seconds that this process has used so far, user and system; `None` where there is no `/proc`.
pub(crate) fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    ticks(&stat).map(|ticks| f64::from(ticks) / TICKS_PER_SECOND)
}

/// The name in the second field may hold anything, so fields are counted from behind its closing bracket; user and
/// system time are the 14th and 15th field of the line.
fn ticks(stat: &str) -> Option<u32> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_found_behind_any_name() {
        let stat = "77 (a) b (c) S 1 77 77 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 100 1000 10";
        assert_eq!(ticks(stat), Some(300));
    }
}
