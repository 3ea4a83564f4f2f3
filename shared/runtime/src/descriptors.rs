//! File descriptors: every connection takes one, and the usual soft limit of 1 024 is soon reached.

/// Descriptors beside the sockets: databases, Redis, logs, probes.
const RESERVE: u64 = 256;

/// Raises this process' soft limit as far as the hard one allows, and says so in the log when that is too few for
/// `connections`.
pub fn provide_for(connections: usize) {
    let wanted = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(RESERVE);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(limit) if limit >= wanted => {}
        Ok(limit) => tracing::warn!(
            limit,
            wanted,
            "too few file descriptors for that many connections; raise the hard limit (ulimit -n)"
        ),
        Err(error) => tracing::warn!(%error, "the limit of file descriptors could not be raised"),
    }
}
