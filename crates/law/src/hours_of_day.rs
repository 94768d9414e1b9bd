//! Parts of the day, by the clock of the person called: whoever does not answer in the morning may at
//! noon. Which parts there are is a campaign's to say; whether a call may leave in them is the law's.

use std::fmt;

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;
use domain::{Purpose, Timestamp};

use crate::Pack;
use crate::hours::{instant, local};

/// The longest way to the next part of a day: over a week of closed days.
const ROUNDS_MAX: usize = 64;

/// A part of the day: minutes from midnight, the first included and the last not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoursOfDay {
    /// It begins.
    pub from: u16,
    /// It is over; 1,440 for midnight.
    pub to: u16,
}

impl HoursOfDay {
    /// Whether a minute of the day lies in it.
    pub const fn has(self, minute: u16) -> bool {
        self.from <= minute && minute < self.to
    }
}

impl fmt::Display for HoursOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        write!(f, "{}-{}", time(self.from), time(self.to))
    }
}

/// Whether the IANA data base knows a zone of this name.
pub fn is_zone(name: &str) -> bool {
    name.parse::<Tz>().is_ok()
}

/// The instant at which it is a local time, such as `2026-12-01T09:30`, in an IANA zone; none where there
/// is no such time or zone.
pub fn instant_in(zone: &str, text: &str) -> Option<Timestamp> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M");
    let local = local.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"));
    instant(local.ok()?, zone.parse().ok()?)
}

/// An instant as RFC 3339 by the clock of an IANA zone; none where there is no such zone.
pub fn text_in(zone: &str, at: Timestamp) -> Option<String> {
    let local = local(at, zone.parse().ok()?)?;
    Some(local.to_rfc3339_opts(chrono::SecondsFormat::Secs, false))
}

impl Pack {
    /// The minute of the person's day that it is at an instant; none beyond the calendar.
    pub fn minute_of_day(&self, at: Timestamp, zone: Option<&str>) -> Option<u16> {
        minute(&local(at, self.clock(zone))?)
    }

    /// The first instant from `from` on that lies in one of these parts of the person's day and at which
    /// such a call may leave; none within weeks.
    pub fn next_in(
        &self,
        parts: &[HoursOfDay],
        purpose: Purpose,
        from: Timestamp,
        zone: Option<&str>,
    ) -> Option<Timestamp> {
        let (tz, clocks) = (self.clock(zone), self.clocks(zone)?);
        let mut at = from;
        for _ in 0..ROUNDS_MAX {
            at = self.opening(purpose, at, &clocks);
            let now = local(at, tz)?;
            let minute = minute(&now)?;
            if parts.iter().any(|part| part.has(minute)) {
                return Some(at);
            }
            at = next_begins(parts, &now, minute, tz)?;
        }
        None
    }

    /// Whose clock says what part of the day it is.
    fn clock(&self, zone: Option<&str>) -> Tz {
        let known = zone.and_then(|zone| zone.parse().ok());
        known.unwrap_or_else(|| self.main_zone())
    }
}

fn minute(local: &DateTime<Tz>) -> Option<u16> {
    u16::try_from(local.hour() * 60 + local.minute()).ok()
}

/// When the next of the parts begins: today, else tomorrow.
fn next_begins(parts: &[HoursOfDay], now: &DateTime<Tz>, minute: u16, tz: Tz) -> Option<Timestamp> {
    let today = now.date_naive();
    let later = parts.iter().filter(|part| part.from > minute).min();
    let (day, part) = match later {
        Some(part) => (today, part),
        None => (today.checked_add_days(Days::new(1))?, parts.iter().min()?),
    };
    let time = NaiveTime::from_hms_opt(u32::from(part.from) / 60, u32::from(part.from) % 60, 0)?;
    instant(day.and_time(time), tz)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: HoursOfDay = HoursOfDay { from: 660, to: 900 };
    const EVENING: HoursOfDay = HoursOfDay {
        from: 900,
        to: 1_440,
    };

    fn at(text: &str) -> Timestamp {
        let parsed = DateTime::parse_from_rfc3339(text).expect("an instant");
        Timestamp::from_millis(parsed.timestamp_millis())
    }

    fn next(parts: &[HoursOfDay], from: &str) -> Option<Timestamp> {
        Pack::colombia().next_in(parts, Purpose::Commercial, at(from), None)
    }

    #[test]
    fn the_next_part_of_the_day_is_waited_for_and_of_the_law_too() {
        // Wednesday morning: noon begins at eleven.
        assert_eq!(
            next(&[NOON], "2026-11-25T09:00:00-05:00"),
            Some(at("2026-11-25T11:00:00-05:00"))
        );
        // Within it already.
        assert_eq!(
            next(&[NOON, EVENING], "2026-11-25T14:30:00-05:00"),
            Some(at("2026-11-25T14:30:00-05:00"))
        );
        // Friday night: Saturday closes at three, Sunday is closed, so that evening is Monday's.
        assert_eq!(
            next(&[EVENING], "2026-11-27T20:00:00-05:00"),
            Some(at("2026-11-30T15:00:00-05:00"))
        );
        assert_eq!(next(&[], "2026-11-25T09:00:00-05:00"), None);
    }

    #[test]
    fn the_clock_is_the_persons_where_their_zone_is_known() {
        let pack = Pack::colombia();
        let morning = at("2026-11-25T09:00:00-05:00");
        assert_eq!(pack.minute_of_day(morning, None), Some(540));
        assert_eq!(
            pack.minute_of_day(morning, Some("Europe/Madrid")),
            Some(900)
        );
    }
}
