//! Times on the wire: ISO-8601 in UTC with milliseconds, `2026-11-24T15:12:16.042Z`.

use domain::Timestamp;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment as ISO-8601 text; what no calendar has becomes its nearest end.
pub fn iso(at: Timestamp) -> String {
    text(&written(at)).to_owned()
}

const TEMPLATE: [u8; 24] = *b"0000-00-00T00:00:00.000Z";

fn text(written: &[u8; 24]) -> &str {
    std::str::from_utf8(written).unwrap_or_default()
}

/// Every message carries a time, twice over by the time it is answered and delivered: this allocates nothing and asks no
/// calendar.
fn written(at: Timestamp) -> [u8; 24] {
    // From year 0 to the end of 9999: what four digits can say.
    let millis = at.0.clamp(-62_167_219_200_000, 253_402_300_799_999);
    let (days, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let mut written = TEMPLATE;
    for (place, width, mut number) in [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, of_day / 3_600_000),
        (14, 2, of_day / 60_000 % 60),
        (17, 2, of_day / 1000 % 60),
        (20, 3, of_day % 1000),
    ] {
        for digit in written[place..place + width].iter_mut().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
    }
    written
}

/// Year, month and day of a day counted from 1970, in the Gregorian calendar: years begin in March, so that the leap day
/// is their last, and 400 of them have 146,097 days.
const fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
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
        serializer.serialize_str(text(&written(self.0)))
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
    fn every_day_of_five_centuries_is_read_back() {
        for day in -91_000..91_000_i64 {
            let at = Timestamp(day * 86_400_000 + 86_399_999);
            assert_eq!(from_iso(&iso(at)), Some(at), "{}", iso(at));
        }
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in ["", "2025", "2025-13-01T00:00:00Z", "yesterday", "2025-01-01T00:00:00"] {
            assert_eq!(from_iso(text), None, "{text}");
        }
    }
}
