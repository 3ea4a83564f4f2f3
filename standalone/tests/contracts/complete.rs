//! No row of the contracts is without a test.

use std::collections::HashSet;

use crate::capabilities::CAPABILITIES;
use crate::defects::{KSTU, MINI, OKO};
use crate::resolutions::RESOLUTIONS;

/// Rows of the table of section 4.
const CAPABILITY_ROWS: usize = 28;

/// Numbers of section 5.
const RESOLUTION_ROWS: usize = 29;

/// Numbers of the first list of section 6; the other two have none and are counted.
const MINI_ROWS: usize = 16;
const OKO_ROWS: usize = 7;
const KSTU_ROWS: usize = 3;

type Table = &'static [(&'static str, &'static str)];

/// The rows of a numbered table are 1, 2, 3…, and each test is called by its number.
fn is_numbered(table: Table, rows: usize, prefix: &str) {
    assert_eq!(table.len(), rows);
    for (index, (row, name)) in table.iter().enumerate() {
        let number = index + 1;
        assert_eq!(*row, number.to_string(), "{name}");
        assert!(name.starts_with(&format!("{prefix}_{number:02}_")), "{name}");
    }
}

#[test]
fn every_row_of_section_4_has_a_test() {
    assert_eq!(CAPABILITIES.len(), CAPABILITY_ROWS);
}

#[test]
fn every_resolution_of_section_5_has_a_test_by_its_number() {
    is_numbered(RESOLUTIONS, RESOLUTION_ROWS, "resolution");
}

#[test]
fn every_defect_of_section_6_has_a_regression_test() {
    is_numbered(MINI, MINI_ROWS, "mini_defect");
    for (table, rows, prefix) in [(OKO, OKO_ROWS, "oko_defect_"), (KSTU, KSTU_ROWS, "kstu_defect_")] {
        assert_eq!(table.len(), rows);
        assert!(
            table.iter().all(|(_, name)| name.starts_with(prefix)),
            "{table:?}"
        );
    }
}

#[test]
fn no_row_and_no_test_stands_twice() {
    for table in [CAPABILITIES, RESOLUTIONS, MINI, OKO, KSTU] {
        let rows: HashSet<_> = table.iter().map(|(row, _)| row).collect();
        let names: HashSet<_> = table.iter().map(|(_, name)| name).collect();
        assert_eq!((rows.len(), names.len()), (table.len(), table.len()));
    }
}
