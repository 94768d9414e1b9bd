//! Cycles of the calendar, and the days on which something can be due.

use chrono::{Datelike, Days, Months, NaiveDate};
use law::Pack;
use serde::Deserialize;

use crate::model::Model;

/// No span between working days is longer.
const SEARCH_MAX: usize = 400;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each working day.
    Day,
    /// Each week, Monday to Sunday.
    Week,
    /// Each two weeks, counted from a Monday of the model.
    Fortnight,
    /// Each month.
    Month,
    /// January to June, July to December.
    HalfYear,
}

impl Every {
    /// The word used in texts.
    pub const fn word(self) -> &'static str {
        match self {
            Every::Day => "day",
            Every::Week => "week",
            Every::Fortnight => "fortnight",
            Every::Month => "month",
            Every::HalfYear => "half_year",
        }
    }
}

/// A cycle: its first and last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    /// The first day.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
}

/// The week of a day, Monday to Sunday.
pub fn week_of(day: NaiveDate) -> Cycle {
    let first = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    Cycle {
        first,
        last: first + Days::new(6),
    }
}

impl Cycle {
    /// The one that a day belongs to.
    pub fn of(every: Every, day: NaiveDate, model: &Model) -> Cycle {
        match every {
            Every::Day => Cycle {
                first: day,
                last: day,
            },
            Every::Week => week_of(day),
            Every::Fortnight => {
                let from = model.fortnight_from();
                let into = (day - from).num_days().rem_euclid(14);
                let first = day - chrono::Duration::days(into);
                Cycle {
                    first,
                    last: first + Days::new(13),
                }
            }
            Every::Month => months(day, day.month0(), 1),
            Every::HalfYear => months(day, day.month0() / 6 * 6, 6),
        }
    }

    /// Whether a day is in it.
    pub fn has(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

fn months(day: NaiveDate, first_month0: u32, count: u32) -> Cycle {
    let first = day
        .with_day(1)
        .and_then(|day| day.with_month0(first_month0));
    let first = first.unwrap_or(day);
    let next = first.checked_add_months(Months::new(count));
    Cycle {
        first,
        last: next.and_then(|next| next.pred_opt()).unwrap_or(day),
    }
}

/// The days on which something can be due: those of the model that are no holidays of its pack.
#[derive(Clone, Copy, Debug)]
pub struct Workdays<'a> {
    /// Which days of the week.
    pub model: &'a Model,
    /// Which holidays.
    pub pack: &'a Pack,
}

impl Workdays<'_> {
    /// Whether a day is one.
    pub fn is(&self, day: NaiveDate) -> bool {
        self.model.works_on(day.weekday()) && self.pack.holidays().name_of(day).is_none()
    }

    /// The first one on a day or after it.
    pub fn from(&self, day: NaiveDate) -> NaiveDate {
        let mut days = day.iter_days().take(SEARCH_MAX);
        days.find(|day| self.is(*day)).unwrap_or(day)
    }

    /// The one that comes so many after a day; that day itself for none.
    pub fn after(&self, day: NaiveDate, count: u32) -> NaiveDate {
        (0..count).fold(day, |day, _| self.from(day + Days::new(1)))
    }

    /// How many come after a day, up to and with another.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let days = from.iter_days().skip(1).take_while(|day| *day <= to);
        let days = days.filter(|day| self.is(*day)).count();
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// The last one of a cycle: by then what it asks for is to be held. None where it has none.
    pub fn last_of(&self, cycle: Cycle) -> Option<NaiveDate> {
        let days = std::iter::successors(Some(cycle.last), |day| day.pred_opt());
        days.take_while(|day| *day >= cycle.first)
            .find(|day| self.is(*day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn cycles_are_those_of_the_calendar() {
        let model = Model::house();
        let span = |every, text: &str| {
            let cycle = Cycle::of(every, day(text), &model);
            format!("{} {}", cycle.first, cycle.last)
        };
        assert_eq!(span(Every::Week, "2026-12-06"), "2026-11-30 2026-12-06");
        assert_eq!(
            span(Every::Fortnight, "2026-01-18"),
            "2026-01-05 2026-01-18"
        );
        assert_eq!(
            span(Every::Fortnight, "2026-01-04"),
            "2025-12-22 2026-01-04",
            "before the first one too"
        );
        assert_eq!(span(Every::Month, "2028-02-10"), "2028-02-01 2028-02-29");
        assert_eq!(span(Every::HalfYear, "2026-08-31"), "2026-07-01 2026-12-31");
        assert_eq!(span(Every::HalfYear, "2026-06-30"), "2026-01-01 2026-06-30");
    }

    #[test]
    fn holidays_and_weekends_are_no_working_days() {
        let (model, pack) = (Model::house(), Pack::colombia());
        let workdays = Workdays {
            model: &model,
            pack: &pack,
        };
        // 8 December 2026 is a Tuesday and a holiday.
        assert_eq!(workdays.after(day("2026-12-04"), 2), day("2026-12-09"));
        assert_eq!(workdays.between(day("2026-12-04"), day("2026-12-09")), 2);
        assert_eq!(workdays.between(day("2026-12-09"), day("2026-12-04")), 0);
        let week = week_of(day("2026-12-31"));
        assert_eq!(workdays.last_of(week), Some(day("2026-12-31")));
        let holiday = Cycle::of(Every::Day, day("2026-12-08"), &model);
        assert_eq!(workdays.last_of(holiday), None);
    }
}
