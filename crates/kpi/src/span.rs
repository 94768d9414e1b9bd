//! The days, ISO weeks and months of a report, and the time it is compared with. Days are counted from 1970; when they begin
//! is the affair of whoever has a clock.

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// Months told: those of the report and so many before its first.
const MONTHS_BEFORE: u32 = 5;
/// Most days told one by one; of a longer report weeks and months are.
pub const DAYS_TOLD_MAX: i64 = 62;

/// How finely an evolution is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Day by day.
    Day,
    /// By week, Monday to Sunday (ISO 8601).
    Week,
    /// By month of the calendar.
    Month,
}

/// Some days in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// What it is called: `2026-11-03`, `2026-W45`, `2026-11`.
    pub label: String,
    /// The first day.
    pub from: i64,
    /// The first day after it.
    pub to: i64,
    /// Days of that week or month are left out, since they are not of the report.
    pub is_part: bool,
}

fn date_of(day: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(day).unwrap_or_default());
    let date = NaiveDate::default().checked_add_days(days);
    date.unwrap_or_default()
}

fn day_of(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The days, weeks or months of a report from a day to another, which is not included. Weeks are cut where the report begins and
/// ends. Months are told whole, with those before, since one alone shows no evolution; only the last is cut.
pub fn spans(step: Step, from: i64, to: i64) -> Vec<DaySpan> {
    match step {
        Step::Day if to - from > DAYS_TOLD_MAX => Vec::new(),
        Step::Day => (from..to).map(day).collect(),
        Step::Week => weeks(from, to),
        Step::Month => months(from, to),
    }
}

fn day(day: i64) -> DaySpan {
    DaySpan {
        label: date_of(day).to_string(),
        from: day,
        to: day + 1,
        is_part: false,
    }
}

fn weeks(from: i64, to: i64) -> Vec<DaySpan> {
    let mut begin = from - i64::from(date_of(from).weekday().num_days_from_monday());
    let mut weeks = Vec::new();
    while begin < to {
        let week = date_of(begin.max(0)).iso_week();
        let (first, end) = (begin.max(from), (begin + 7).min(to));
        weeks.push(DaySpan {
            label: format!("{}-W{:02}", week.year(), week.week()),
            from: first,
            to: end,
            is_part: end - first < 7,
        });
        begin += 7;
    }
    weeks
}

fn months(from: i64, to: i64) -> Vec<DaySpan> {
    let first = date_of(from).with_day(1).unwrap_or_default();
    let mut begin = first
        .checked_sub_months(Months::new(MONTHS_BEFORE))
        .unwrap_or(first);
    let mut months = Vec::new();
    while day_of(begin) < to {
        let Some(next) = begin.checked_add_months(Months::new(1)) else {
            break;
        };
        let end = day_of(next).min(to);
        months.push(DaySpan {
            label: begin.format("%Y-%m").to_string(),
            from: day_of(begin),
            to: end,
            is_part: end < day_of(next),
        });
        begin = next;
    }
    months.retain(|month| month.from >= 0);
    months
}

/// What a report is compared with: as many whole months before where it is of whole months, else as many days.
pub fn span_before(from: i64, to: i64) -> (i64, i64) {
    let (first, end) = (date_of(from), date_of(to));
    let months = (end.year() - first.year()) * 12 + end.month0() as i32 - first.month0() as i32;
    if first.day() == 1 && end.day() == 1 && months > 0 {
        let before = first.checked_sub_months(Months::new(months.unsigned_abs()));
        return (day_of(before.unwrap_or(first)), from);
    }
    (from - (to - from), from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> i64 {
        day_of(text.parse().expect("a date"))
    }

    fn told(step: Step, from: &str, to: &str) -> Vec<(String, i64, bool)> {
        let row = |span: DaySpan| (span.label, span.to - span.from, span.is_part);
        spans(step, on(from), on(to)).into_iter().map(row).collect()
    }

    #[test]
    fn weeks_are_those_of_iso_and_cut_at_the_ends_of_the_report() {
        // 2026 ends in the middle of the 53rd week of its ISO year.
        let weeks = told(Step::Week, "2026-12-20", "2027-01-06");
        let expected = [
            ("2026-W51", 1, true),
            ("2026-W52", 7, false),
            ("2026-W53", 7, false),
            ("2027-W01", 2, true),
        ];
        assert_eq!(weeks, expected.map(|(w, n, p)| (w.to_owned(), n, p)));
    }

    #[test]
    fn a_month_is_told_with_the_five_before_it() {
        let months = told(Step::Month, "2026-11-01", "2026-11-16");
        assert_eq!(months.len(), 6);
        assert_eq!(months[0], ("2026-06".to_owned(), 30, false));
        assert_eq!(months[5], ("2026-11".to_owned(), 15, true));
    }

    #[test]
    fn days_are_told_of_two_months_at_most() {
        let days = told(Step::Day, "2028-02-28", "2028-03-01");
        let labels: Vec<&str> = days.iter().map(|(label, ..)| label.as_str()).collect();
        assert_eq!(labels, ["2028-02-28", "2028-02-29"]);
        assert_eq!(told(Step::Day, "2026-01-01", "2026-03-05").len(), 0);
    }

    #[test]
    fn what_is_of_days_covers_every_day_of_the_report_once() {
        let (from, to) = (on("2026-10-07"), on("2026-11-30"));
        for step in [Step::Day, Step::Week] {
            let mut next = from;
            for span in spans(step, from, to) {
                assert_eq!(span.from, next, "{step:?}");
                next = span.to;
            }
            assert_eq!(next, to, "{step:?}");
        }
    }

    #[test]
    fn months_are_compared_with_months_and_days_with_days() {
        let before = |from: &str, to: &str| {
            let (from, to) = span_before(on(from), on(to));
            (date_of(from).to_string(), date_of(to).to_string())
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            before("2026-03-01", "2026-04-01"),
            pair("2026-02-01", "2026-03-01")
        );
        assert_eq!(
            before("2026-01-01", "2026-04-01"),
            pair("2025-10-01", "2026-01-01")
        );
        assert_eq!(
            before("2026-03-02", "2026-03-09"),
            pair("2026-02-23", "2026-03-02")
        );
    }
}
