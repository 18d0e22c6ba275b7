//! The practice's time zone: old clients say an appointment's day and time without one.

use std::fmt;

use domain::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use wire::appointment::{Day, SaidDay, day_from_text, time_from_text};

/// A time zone by the names of the IANA's database, which is inside the program.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl Zone {
    /// That of this machine; UTC where it has none.
    pub fn of_this_machine() -> Self {
        let zone = TimeZone::try_system().ok().filter(|zone| zone.iana_name().is_some());
        Self(zone.unwrap_or(TimeZone::UTC))
    }

    /// The zone of that name, `Europe/Berlin`.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// The moment of a day and a time there. A time that the clocks skip is as much later; of one that comes twice it is the
    /// first.
    pub fn moment(&self, (year, month, day): Day, (hour, minute): (i8, i8)) -> Option<Timestamp> {
        let civil = Date::new(year, month, day).ok()?.at(hour, minute, 0, 0);
        self.of_civil(civil)
    }

    /// The moment that a day and a time are there, and that day: a day is `2026-11-30` or a moment of it.
    pub fn said(&self, day: &str, time: &str) -> Option<(Timestamp, Day, (i8, i8))> {
        let day = match day_from_text(day)? {
            SaidDay::Day(day) => day,
            SaidDay::Moment(moment) => self.civil(moment)?.0,
        };
        let time = time_from_text(time)?;
        Some((self.moment(day, time)?, day, time))
    }

    fn of_civil(&self, civil: DateTime) -> Option<Timestamp> {
        let zoned = self.0.to_ambiguous_zoned(civil).compatible().ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()))
    }

    /// The day and the time of a moment there.
    pub fn civil(&self, at: Timestamp) -> Option<(Day, (i8, i8))> {
        let there = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.0.clone());
        Some(((there.year(), there.month(), there.day()), (there.hour(), there.minute())))
    }

    /// When a day begins and when it has ended.
    pub fn day(&self, (year, month, day): Day) -> Option<[Timestamp; 2]> {
        let date = Date::new(year, month, day).ok()?;
        let begins = self.of_civil(date.at(0, 0, 0, 0))?;
        Some([begins, self.of_civil(date.tomorrow().ok()?.at(0, 0, 0, 0))?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::time::from_iso;

    #[test]
    fn a_day_and_a_time_are_a_moment() {
        for (zone, day, time, expected) in [
            ("UTC", (2026, 11, 30), (14, 30), "2026-11-30T14:30:00Z"),
            ("Europe/Berlin", (2026, 11, 30), (14, 30), "2026-11-30T13:30:00Z"),
            ("Europe/Berlin", (2026, 7, 1), (14, 30), "2026-07-01T12:30:00Z"),
            ("Asia/Kolkata", (2026, 11, 30), (9, 0), "2026-11-30T03:30:00Z"),
            // The clocks go from two to three, and from three to two.
            ("Europe/Berlin", (2026, 3, 29), (2, 30), "2026-03-29T01:30:00Z"),
            ("Europe/Berlin", (2026, 10, 25), (2, 30), "2026-10-25T00:30:00Z"),
        ] {
            let moment = Zone::named(zone).unwrap().moment(day, time);
            assert_eq!(moment, from_iso(expected), "{zone} {day:?} {time:?}");
        }
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.moment((2026, 2, 30), (9, 0)), None);
        assert_eq!(berlin.civil(from_iso("2026-11-29T23:00:00Z").unwrap()), Some(((2026, 11, 30), (0, 0))));
        let [begins, ended] = berlin.day((2026, 10, 25)).unwrap();
        assert_eq!(ended.0 - begins.0, 25 * 3_600_000);
        assert!(Zone::named("Europe/Atlantis").is_none());
    }
}
