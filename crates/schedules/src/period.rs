//! Of which days a report is, seen from the day it is due: so one that is caught up is of the days it was due for.

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// Some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The day itself, so far.
    Today,
    /// The day before.
    Yesterday,
    /// The seven days before.
    Last7Days,
    /// The last week that is over, Monday to Sunday.
    LastWeek,
    /// The month up to yesterday: on its first day the whole month before.
    MonthToYesterday,
    /// The month before.
    LastMonth,
}

impl Period {
    /// All of them.
    pub const ALL: [Period; 6] = [
        Period::Today,
        Period::Yesterday,
        Period::Last7Days,
        Period::LastWeek,
        Period::MonthToYesterday,
        Period::LastMonth,
    ];

    /// What people type.
    pub const fn word(self) -> &'static str {
        match self {
            Period::Today => "today",
            Period::Yesterday => "yesterday",
            Period::Last7Days => "last_7_days",
            Period::LastWeek => "last_week",
            Period::MonthToYesterday => "month_to_yesterday",
            Period::LastMonth => "last_month",
        }
    }

    /// The period of a word.
    pub fn from_word(word: &str) -> Option<Period> {
        Period::ALL.into_iter().find(|period| period.word() == word)
    }

    /// The first day, and the first that is not of it any more.
    pub fn days(self, on: NaiveDate) -> (NaiveDate, NaiveDate) {
        let back = |from: NaiveDate, days: u64| from - Days::new(days);
        let first = |of: NaiveDate| of.with_day(1).unwrap_or(of);
        match self {
            Period::Today => (on, on + Days::new(1)),
            Period::Yesterday => (back(on, 1), on),
            Period::Last7Days => (back(on, 7), on),
            Period::LastWeek => {
                let monday = back(on, u64::from(on.weekday().num_days_from_monday()));
                (back(monday, 7), monday)
            }
            Period::MonthToYesterday => (first(back(on, 1)), on),
            Period::LastMonth => (first(on) - Months::new(1), first(on)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_seen_from_the_day_it_is_due() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (word, on, from, to) in [
            ("today", "2026-11-30", "2026-11-30", "2026-12-01"),
            ("yesterday", "2026-03-01", "2026-02-28", "2026-03-01"),
            ("last_7_days", "2026-12-03", "2026-11-26", "2026-12-03"),
            // A Monday, and a Sunday.
            ("last_week", "2026-11-30", "2026-11-23", "2026-11-30"),
            ("last_week", "2026-11-29", "2026-11-16", "2026-11-23"),
            (
                "month_to_yesterday",
                "2026-11-30",
                "2026-11-01",
                "2026-11-30",
            ),
            (
                "month_to_yesterday",
                "2026-12-01",
                "2026-11-01",
                "2026-12-01",
            ),
            ("last_month", "2026-01-15", "2025-12-01", "2026-01-01"),
        ] {
            let period = Period::from_word(word).expect("a period");
            assert_eq!(
                period.days(date(on)),
                (date(from), date(to)),
                "{word} on {on}"
            );
        }
    }
}
