//! Time on the wire: UTC, `Z`, always six digits of microseconds.

use std::fmt;

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// Digits of a second that both databases keep.
const MICROSECOND_DIGITS: u16 = 6;

/// A moment in UTC, cut to microseconds so that a value read back equals the value written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, ToSchema)]
#[serde(from = "DateTime<Utc>")]
#[schema(value_type = String, format = DateTime, examples("2026-01-31T09:30:00.000000Z"))]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The moment as the databases take it.
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }

    /// The moment that lies `span` later.
    pub fn plus(self, span: std::time::Duration) -> Self {
        Self(self.0 + span)
    }

    /// The moment that lies `span` earlier.
    pub fn minus(self, span: std::time::Duration) -> Self {
        Self(self.0 - span)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment.trunc_subsecs(MICROSECOND_DIGITS))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_always_has_six_digits_and_a_z() {
        let whole_second = Timestamp::from(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        assert_eq!(whole_second.to_string(), "2023-11-14T22:13:20.000000Z");
    }

    #[test]
    fn nanoseconds_are_cut_so_that_a_round_trip_is_equal() {
        let fine = Timestamp::from(DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap());
        let read: Timestamp = serde_json::from_str(&serde_json::to_string(&fine).unwrap()).unwrap();
        assert_eq!(read, fine);
    }
}
