//! Hours of business: a term of so many of them runs only while the floor works, and not on holidays, which the law pack
//! of the campaign knows.

use std::time::Duration;

use chrono::{Datelike, NaiveDate, Weekday};
use domain::Timestamp;
use law::{Pack, instant_in};
use serde::Deserialize;

/// No term is longer than this many days, closed ones included.
const DAYS_MAX: usize = 800;

/// When business is done in a week.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// Windows of its days.
    pub windows: Vec<Window>,
    /// Business is done on holidays too.
    #[serde(default)]
    pub on_holidays: bool,
}

/// A window.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// `mon` to `sun`.
    pub days: Vec<String>,
    /// `08:00`.
    pub opens: String,
    /// `18:00`.
    pub closes: String,
}

impl BusinessHours {
    /// What is wrong with it.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.windows.is_empty() {
            said.push("hours: say when business is done".to_owned());
        }
        for window in &self.windows {
            let strange = window.days.iter().filter(|day| weekday(day).is_none());
            said.extend(strange.map(|day| format!("hours: \"{day}\" is no day; write mon to sun")));
            if window.days.is_empty() {
                said.push("hours: name the days of a window".to_owned());
            }
            match (time(&window.opens), time(&window.closes)) {
                (Some(opens), Some(closes)) if opens < closes => {}
                _ => said.push(format!(
                    "hours: {} to {} is no span of a day; write 08:00 and 18:00",
                    window.opens, window.closes
                )),
            }
        }
        said
    }

    /// When a term of business hours that begins at `from` is over; none beyond the calendar.
    pub fn after(&self, from: Timestamp, term: Duration, pack: &Pack) -> Option<Timestamp> {
        let mut left = term;
        let first = pack.today(from)?;
        for day in first.iter_days().take(DAYS_MAX) {
            for (opens, closes) in self.open_on(day, pack) {
                let begins = opens.max(from);
                let open = closes.since(begins);
                if closes <= begins {
                    continue;
                }
                if left <= open {
                    return Some(begins + left);
                }
                left -= open;
            }
        }
        None
    }

    /// The windows of a day as instants, in order.
    fn open_on(&self, day: NaiveDate, pack: &Pack) -> Vec<(Timestamp, Timestamp)> {
        if !self.on_holidays && pack.holidays().name_of(day).is_some() {
            return Vec::new();
        }
        let at = |time: &str| instant_in(pack.zone(), &format!("{day}T{time}"));
        let today = |window: &&Window| {
            window
                .days
                .iter()
                .any(|name| weekday(name) == Some(day.weekday()))
        };
        let windows = self.windows.iter().filter(today);
        let mut spans: Vec<_> = windows
            .filter_map(|window| at(&window.opens).zip(at(&window.closes)))
            .collect();
        spans.sort();
        spans
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .contains(&name)
        .then(|| name.parse().ok())?
}

fn time(text: &str) -> Option<chrono::NaiveTime> {
    chrono::NaiveTime::parse_from_str(text, "%H:%M").ok()
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
    fn a_term_runs_only_while_business_is_done() {
        let hours = crate::Queues::house().hours;
        let pack = Pack::colombia();
        let due = |from: &str, hours_of: u64| {
            hours.after(at(from), Duration::from_secs(hours_of * 3_600), &pack)
        };
        // Wednesday morning; Friday evening into Saturday; over Sunday and the holiday of 8 December 2026, a Tuesday.
        assert_eq!(
            due("2026-12-02T09:00:00-05:00", 4),
            Some(at("2026-12-02T13:00:00-05:00"))
        );
        assert_eq!(
            due("2026-12-04T17:00:00-05:00", 4),
            Some(at("2026-12-05T11:00:00-05:00"))
        );
        assert_eq!(
            due("2026-12-07T17:00:00-05:00", 2),
            Some(at("2026-12-09T09:00:00-05:00"))
        );
        assert_eq!(
            due("2026-12-06T10:00:00-05:00", 0),
            Some(at("2026-12-07T08:00:00-05:00"))
        );
        assert_eq!(
            due("2026-12-02T02:00:00-05:00", 1),
            Some(at("2026-12-02T09:00:00-05:00"))
        );
    }
}
