//! The clock by which a campaign counts its days and hours: that of its law pack. What is promised to a person goes by
//! theirs instead (`hours.rs`).

use chrono::{Days, NaiveDate, Timelike as _};
use chrono_tz::Tz;
use domain::Timestamp;

use crate::Pack;
use crate::hours::{instant, local};

/// The clock of a law pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayClock(Tz);

impl Default for DayClock {
    /// Colombia's, the first the product was built for.
    fn default() -> DayClock {
        DayClock(Tz::America__Bogota)
    }
}

impl DayClock {
    /// Of the pack with this id; the default where there is none.
    pub fn of(pack: &str) -> DayClock {
        let packs = Pack::all();
        let found = packs.iter().find(|known| known.id == pack);
        let zone = found.and_then(|pack| pack.zone().parse().ok());
        zone.map_or_else(DayClock::default, DayClock)
    }

    /// The day of an instant; none beyond the calendar.
    pub fn date(self, at: Timestamp) -> Option<NaiveDate> {
        local(at, self.0).map(|local| local.date_naive())
    }

    /// The same counted from 1970.
    pub fn day(self, at: Timestamp) -> i64 {
        let date = self.date(at).unwrap_or_default();
        date.signed_duration_since(NaiveDate::default()).num_days()
    }

    /// When a day counted so begins.
    pub fn begins(self, day: i64) -> Timestamp {
        self.at(day, 0)
    }

    /// When it is so many minutes after midnight on a day counted so: what a change of clock skips is an hour on, what
    /// occurs twice is the second time.
    pub fn at(self, day: i64, minute: u16) -> Timestamp {
        let date = u64::try_from(day).ok().map(Days::new);
        let date = date.and_then(|days| NaiveDate::default().checked_add_days(days));
        let (hour, minute) = (u32::from(minute) / 60, u32::from(minute) % 60);
        date.and_then(|date| instant(date.and_hms_opt(hour, minute, 0)?, self.0))
            .unwrap_or_default()
    }

    /// The hour of an instant, 0 to 23.
    pub fn hour(self, at: Timestamp) -> i64 {
        local(at, self.0).map_or(0, |local| i64::from(local.hour()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn at(text: &str) -> Timestamp {
        let parsed = DateTime::parse_from_rfc3339(text).expect("an instant");
        Timestamp::from_millis(parsed.timestamp_millis())
    }

    #[test]
    fn days_and_hours_are_those_of_the_pack() {
        let (bogota, london) = (DayClock::of("co"), DayClock::of("uk"));
        assert_eq!(bogota, DayClock::default());
        assert_eq!(DayClock::of("nobody's"), DayClock::default());
        let night = at("2026-07-01T23:30:00Z");
        // London is an hour ahead of UTC in summer, Bogotá five behind all year.
        assert_eq!((bogota.hour(night), london.hour(night)), (18, 0));
        assert_eq!(bogota.day(night) + 1, london.day(night));
        assert_eq!(london.begins(london.day(night)), at("2026-07-01T23:00:00Z"));
        assert_eq!(bogota.begins(bogota.day(night)), at("2026-07-01T05:00:00Z"));
        assert_eq!(bogota.day(at("1970-01-02T05:00:00Z")), 1);
    }

    #[test]
    fn an_hour_that_is_skipped_is_the_next_and_one_that_comes_twice_the_second() {
        let london = DayClock::of("uk");
        let spring = london.day(at("2026-03-29T12:00:00Z"));
        assert_eq!(london.at(spring, 90), at("2026-03-29T01:30:00Z"));
        let autumn = london.day(at("2026-10-25T12:00:00Z"));
        assert_eq!(london.at(autumn, 90), at("2026-10-25T01:30:00Z"));
        assert_eq!(london.at(autumn, 0), at("2026-10-24T23:00:00Z"));
    }
}
