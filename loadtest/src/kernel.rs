//! What the kernel holds for sockets, on the whole machine.

/// Bytes of a page, in which network buffers are counted: Linux's on the common machines.
const PAGE_BYTES: u64 = 4096;

const BYTES_PER_KIBIBYTE: u64 = 1024;

/// A reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kernel {
    /// Buffers of TCP sockets.
    buffers: u64,
    /// All kernel objects, those of sockets among them.
    slab: u64,
}

impl Kernel {
    /// `None` where there is no `/proc`.
    pub(crate) fn look() -> Option<Self> {
        let sockstat = std::fs::read_to_string("/proc/net/sockstat").ok()?;
        let meminfo = std::fs::read_to_string("/proc/meminfo").ok()?;
        Self::read(&sockstat, &meminfo)
    }

    fn read(sockstat: &str, meminfo: &str) -> Option<Self> {
        let tcp = sockstat.lines().find_map(|line| line.strip_prefix("TCP:"))?;
        let mut words = tcp.split_ascii_whitespace();
        words.find(|word| *word == "mem")?;
        let pages: u64 = words.next()?.parse().ok()?;
        let slab = meminfo.lines().find_map(|line| line.strip_prefix("Slab:"))?;
        let kibibytes: u64 = slab.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(Self {
            buffers: pages * PAGE_BYTES,
            slab: kibibytes * BYTES_PER_KIBIBYTE,
        })
    }

    /// Bytes that it has grown by; what else the machine does is in them.
    pub(crate) fn more_than(self, before: Self) -> f64 {
        let sum = |kernel: Self| (kernel.buffers + kernel.slab) as f64;
        sum(self) - sum(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_and_objects_are_found() {
        let sockstat = "sockets: used 9\nTCP: inuse 5 orphan 0 tw 2 alloc 6 mem 7\nUDP: inuse 1 mem 3\n";
        let meminfo = "MemTotal:  1000 kB\nSlab:        20 kB\nSReclaimable: 5 kB\n";
        let before = Kernel::read(sockstat, meminfo).unwrap();
        assert_eq!(before.buffers, 7 * 4096);
        assert_eq!(before.slab, 20 * 1024);
        let after = Kernel {
            buffers: before.buffers + 100,
            slab: before.slab - 40,
        };
        assert!((after.more_than(before) - 60.0).abs() < f64::EPSILON);
        assert_eq!(Kernel::read("", meminfo), None);
    }
}
