//! A spreadsheet's cell as the text a person sees in it: whole numbers without
//! exponent or decimals, dates as dates.

use calamine::{DataRef, ExcelDateTime};
use chrono::{Days, NaiveDate};

/// Whole numbers beyond this were rounded by the spreadsheet (15 digits).
const EXACT_MAX: f64 = 1e15;
/// 9999-12-31, the last day a spreadsheet knows.
const LAST_SERIAL: f64 = 2_958_465.0;

pub(crate) fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(true) => "VERDADERO".to_owned(),
        DataRef::Bool(false) => "FALSO".to_owned(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
    }
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT_MAX {
        format!("{number:.0}")
    } else if number.abs() >= EXACT_MAX {
        // Kept in scientific notation, so that nobody takes it for exact.
        format!("{number:.5E}").replace('E', "E+")
    } else {
        number.to_string()
    }
}

fn date_text(date: &ExcelDateTime) -> String {
    let serial = date.as_f64();
    // A phone in a column formatted as date is still a phone.
    if date.is_duration() || !(0.0..=LAST_SERIAL).contains(&serial) {
        return number_text(serial);
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if serial < 1.0 {
        clock
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }
}

/// A day left as a bare serial under a heading that says date; days of 1954 to
/// 2119, counted from 30-Dec-1899 as spreadsheets do.
pub(crate) fn serial_date(text: &str) -> Option<String> {
    let days: u64 = text.parse().ok()?;
    if text.len() != 5 || !(20_000..80_000).contains(&days) {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    Some(epoch.checked_add_days(Days::new(days))?.to_string())
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn date(serial: f64) -> String {
        let kind = ExcelDateTimeType::DateTime;
        cell_text(&DataRef::DateTime(ExcelDateTime::new(serial, kind, false)))
    }

    #[test]
    fn a_phone_kept_as_a_number_shows_its_digits() {
        assert_eq!(cell_text(&DataRef::Float(3_001_234_567.0)), "3001234567");
        assert_eq!(
            cell_text(&DataRef::Float(573_001_234_567.0)),
            "573001234567"
        );
        assert_eq!(cell_text(&DataRef::Float(12.5)), "12.5");
        assert_eq!(cell_text(&DataRef::Float(1.5e20)), "1.50000E+20");
    }

    #[test]
    fn dates_are_dates_and_phones_are_not() {
        assert_eq!(date(46_023.0), "2026-01-01");
        assert_eq!(date(46_023.5), "2026-01-01 12:00:00");
        assert_eq!(date(3_001_234_567.0), "3001234567");
        assert_eq!(serial_date("46023").as_deref(), Some("2026-01-01"));
        assert_eq!(serial_date("3001234567"), None);
        assert_eq!(serial_date("+4602"), None);
    }
}
