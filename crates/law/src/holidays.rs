//! Public holidays computed from rules: fixed days, days that move to the next
//! Monday (in Colombia Ley 51 de 1983, "Ley Emiliani") and days counted from
//! Easter. The rules are the packs' data; only the arithmetic is here.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::Pack;

/// When in the year a holiday falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Falls {
    /// Always on this month and day.
    On {
        /// 1 to 12.
        month: u32,
        /// Day of the month.
        day: u32,
    },
    /// On this month and day if a Monday, else the Monday after.
    MondayFrom {
        /// 1 to 12.
        month: u32,
        /// Day of the month.
        day: u32,
    },
    /// Days after Easter Sunday, negative before.
    Easter(i64),
}

/// A holiday with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayRule {
    /// Its name.
    pub name: String,
    /// Its day.
    pub falls: Falls,
    /// First day on which it counts.
    pub valid_from: NaiveDate,
    /// Last day on which it counts.
    pub valid_to: Option<NaiveDate>,
    /// Where it is written.
    pub source: String,
}

impl HolidayRule {
    /// The date it falls on in that year, if in force on it.
    pub fn date_in(&self, year: i32) -> Option<NaiveDate> {
        let date = match self.falls {
            Falls::On { month, day } => NaiveDate::from_ymd_opt(year, month, day)?,
            Falls::MondayFrom { month, day } => {
                monday_from(NaiveDate::from_ymd_opt(year, month, day)?)
            }
            Falls::Easter(offset) => easter(year)? + chrono::Duration::days(offset),
        };
        let in_force = self.valid_from <= date && self.valid_to.is_none_or(|last| date <= last);
        in_force.then_some(date)
    }
}

/// The holidays of a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    pub(crate) rules: Vec<HolidayRule>,
}

impl Calendar {
    /// The rules it is computed from.
    pub fn rules(&self) -> &[HolidayRule] {
        &self.rules
    }

    /// The name of the holiday on that date. A date on which two meet has both.
    pub fn name_of(&self, date: NaiveDate) -> Option<String> {
        // A day moved to Monday may cross the end of the year.
        let years = [date.year() - 1, date.year()];
        let names: Vec<&str> = self
            .rules
            .iter()
            .filter(|rule| years.iter().any(|&year| rule.date_in(year) == Some(date)))
            .map(|rule| rule.name.as_str())
            .collect();
        (!names.is_empty()).then(|| names.join(" y "))
    }

    /// Every holiday date of a year, in order, with its name.
    pub fn of_year(&self, year: i32) -> BTreeMap<NaiveDate, String> {
        let mut dates = BTreeMap::new();
        for rule in &self.rules {
            for date in [year - 1, year].into_iter().filter_map(|y| rule.date_in(y)) {
                if date.year() == year {
                    dates
                        .entry(date)
                        .and_modify(|names: &mut String| {
                            names.push_str(" y ");
                            names.push_str(&rule.name);
                        })
                        .or_insert_with(|| rule.name.clone());
                }
            }
        }
        dates
    }
}

/// Colombia's holidays of a year: Ley 51 de 1983 and, from 2026, Ley 2578 de 2026.
pub fn colombia(year: i32) -> BTreeMap<NaiveDate, String> {
    Pack::colombia().holidays().of_year(year)
}

fn monday_from(date: NaiveDate) -> NaiveDate {
    let ahead = (7 - date.weekday().days_since(Weekday::Mon)) % 7;
    date + Days::new(u64::from(ahead))
}

/// Easter Sunday of the Gregorian calendar (the Meeus/Jones/Butcher algorithm);
/// none outside the years of that calendar.
pub fn easter(year: i32) -> Option<NaiveDate> {
    if !(1583..=9999).contains(&year) {
        return None;
    }
    let (golden, century, in_century) = (year % 19, year / 100, year % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let month_shift = (golden + 11 * epact + 22 * weekday) / 451;
    let day_of_march = epact + weekday - 7 * month_shift + 114;
    let (month, day) = (day_of_march / 31, day_of_march % 31 + 1);
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect_dates(year: i32, expected: &str) {
        let found: Vec<String> = colombia(year)
            .keys()
            .map(|date| date.format("%m-%d").to_string())
            .collect();
        assert_eq!(found.join(" "), expected, "{year}");
    }

    #[test]
    fn in_2025_two_holidays_meet_and_july_has_none_of_its_own_yet() {
        expect_dates(
            2025,
            "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 07-20 08-07 08-18 10-13 11-03 11-17 12-08 12-25",
        );
        let met = NaiveDate::from_ymd_opt(2025, 6, 30).expect("a date");
        let name = colombia(2025).remove(&met).expect("a holiday");
        assert!(name.contains("Pedro") && name.contains("Sagrado"), "{name}");
    }

    #[test]
    fn from_2026_the_ninth_of_july_moves_to_monday() {
        expect_dates(
            2026,
            "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 11-02 11-16 12-08 12-25",
        );
        expect_dates(
            2027,
            "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 07-12 07-20 08-07 08-16 10-18 11-01 11-15 12-08 12-25",
        );
    }

    #[test]
    fn a_movable_day_that_is_a_monday_stays() {
        expect_dates(
            2029,
            "01-01 01-08 03-19 03-29 03-30 05-01 05-14 06-04 06-11 07-02 07-09 07-20 08-07 08-20 10-15 11-05 11-12 12-08 12-25",
        );
    }

    #[test]
    fn in_2030_two_meet_on_the_first_of_july() {
        expect_dates(
            2030,
            "01-01 01-07 03-25 04-18 04-19 05-01 06-03 06-24 07-01 07-15 07-20 08-07 08-19 10-14 11-04 11-11 12-08 12-25",
        );
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in [
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2024, 3, 31),
            (2026, 4, 5),
            (2038, 4, 25),
        ] {
            assert_eq!(
                easter(year),
                NaiveDate::from_ymd_opt(year, month, day),
                "{year}"
            );
        }
        assert_eq!(easter(0), None);
    }
}
