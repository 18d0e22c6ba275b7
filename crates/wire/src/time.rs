//! Times on the wire: ISO-8601 in UTC with milliseconds, `2026-11-24T15:12:16.042Z`.

use domain::Timestamp;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment as ISO-8601 text; what no calendar has becomes its nearest end.
pub fn iso(at: Timestamp) -> String {
    // From year 0 to the end of 9999: what four digits can say.
    let millis = at.0.clamp(-62_167_219_200_000, 253_402_300_799_999);
    let moment =
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second(),
        moment.millisecond()
    )
}

/// The moment that an ISO-8601 text with an offset names.
pub fn from_iso(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Timestamp)
}

/// A moment that serializes as [`iso`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iso(pub Timestamp);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&iso(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_their_texts() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_764_000_736_042, "2025-11-24T16:12:16.042Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(iso(Timestamp(millis)), text);
            assert_eq!(from_iso(text), Some(Timestamp(millis)));
        }
        assert_eq!(iso(Timestamp(i64::MAX)), "9999-12-31T23:59:59.999Z");
        assert_eq!(iso(Timestamp(i64::MIN)), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in ["", "2025", "2025-13-01T00:00:00Z", "yesterday", "2025-01-01T00:00:00"] {
            assert_eq!(from_iso(text), None, "{text}");
        }
    }
}
