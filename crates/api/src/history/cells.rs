//! Cells of another system's tables: texts, telephones, times, words of ours. What is wrong with those of a row is gathered, so
//! that all of it is told.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use domain::{Outcome, PhoneNumber, Timestamp};

use super::rows::Meaning;
use super::table::{FileProblem, Row, Table};

/// Longest key, name or note.
pub(super) const TEXT_MAX: usize = 200;
const PHONES_MAX: usize = 10;

/// A row being read: what is wrong with it is gathered, so that all of it is told.
pub(super) struct Reading<'a> {
    table: &'a Table,
    meaning: &'a Meaning,
    pub(super) row: &'a Row,
    pub(super) problems: Vec<FileProblem>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(table: &'a Table, meaning: &'a Meaning, row: &'a Row) -> Reading<'a> {
        Reading {
            table,
            meaning,
            row,
            problems: Vec::new(),
        }
    }

    pub(super) fn done<T>(&mut self, value: T) -> Result<T, Vec<FileProblem>> {
        match self.problems.is_empty() {
            true => Ok(value),
            false => Err(std::mem::take(&mut self.problems)),
        }
    }

    pub(super) fn wrong(&mut self, column: usize, words: impl Into<String>) {
        let problem = self.table.wrong(self.row.line, column, words);
        self.problems.push(problem);
    }

    pub(super) fn some<T>(
        &mut self,
        column: usize,
        value: Option<T>,
        words: impl FnOnce() -> String,
    ) -> Option<T> {
        if value.is_none() {
            self.wrong(column, words());
        }
        value
    }

    pub(super) fn text(&mut self, column: usize, longest: usize) -> Option<String> {
        let cell = self.row.cell(column);
        let text = (cell.chars().count() <= longest).then(|| cell.to_owned());
        self.some(column, text, || format!("more than {longest} characters"))
    }

    /// What must be there.
    pub(super) fn name(&mut self, column: usize) -> Option<String> {
        let text = self.text(column, TEXT_MAX)?;
        let name = Some(text).filter(|text| !text.is_empty());
        self.some(column, name, || "this cell must not be empty".to_owned())
    }

    pub(super) fn optional_name(&mut self, column: usize) -> Option<Option<String>> {
        let text = self.text(column, TEXT_MAX)?;
        Some(Some(text).filter(|text| !text.is_empty()))
    }

    pub(super) fn phone(&mut self, column: usize) -> Option<Option<PhoneNumber>> {
        match self.row.cell(column) {
            "" => Some(None),
            text => {
                let words = || format!("\"{text}\" is no telephone number; write +573001234567");
                self.some(column, number(text), words).map(Some)
            }
        }
    }

    pub(super) fn phones(&mut self, column: usize) -> Option<Vec<PhoneNumber>> {
        let mut phones: Vec<PhoneNumber> = Vec::new();
        for text in self.row.cell(column).split('|') {
            let words = || {
                format!(
                    "\"{}\" is no telephone number; write +573001234567, several parted by |",
                    text.trim()
                )
            };
            let phone = self.some(column, number(text.trim()), words)?;
            if !phones.contains(&phone) {
                phones.push(phone);
            }
        }
        let phones = Some(phones).filter(|phones| phones.len() <= PHONES_MAX);
        self.some(column, phones, || format!("more than {PHONES_MAX} numbers"))
    }

    pub(super) fn instant(&mut self, column: usize) -> Option<Option<Timestamp>> {
        let text = self.row.cell(column);
        if text.is_empty() {
            return Some(None);
        }
        let at = self.some(column, instant(text, &self.meaning.zone), || {
            format!("\"{text}\" is no time; write 2026-10-01T08:00:05-05:00, or 2026-10-01 08:00:05 by the clock of the campaign")
        })?;
        let past = Some(at).filter(|at| *at <= self.meaning.now && at.as_millis() > 0);
        self.some(column, past, || {
            format!("{text} is yet to come; a history is over")
        })
        .map(Some)
    }

    pub(super) fn must(&mut self, column: usize) -> Option<Timestamp> {
        let at = self.instant(column)?;
        self.some(column, at, || "this time must be there".to_owned())
    }

    pub(super) fn outcome(&mut self, column: usize) -> Option<Outcome> {
        const NEVER_LEFT: [Outcome; 3] =
            [Outcome::Refused, Outcome::Unserved, Outcome::UnknownCrash];
        let word = self.row.cell(column).to_lowercase();
        let mut all = Outcome::ALL.iter().copied();
        let may = |outcome: &Outcome| !NEVER_LEFT.contains(outcome);
        let found = all.find(|outcome| outcome.word() == word).filter(may);
        self.some(column, found, || {
            let all = Outcome::ALL.iter().filter(|outcome| may(outcome));
            let words: Vec<_> = all.map(|outcome| outcome.word()).collect();
            format!(
                "\"{word}\" is no end of a call; one of {}",
                words.join(", ")
            )
        })
    }

    pub(super) fn code(&mut self, column: usize) -> Option<Option<String>> {
        let theirs = self.row.cell(column);
        if theirs.is_empty() {
            return Some(None);
        }
        let ours = self.meaning.codes.get(theirs);
        let ours = ours.map_or(theirs, String::as_str);
        let known = self.meaning.catalogue.get(ours).map(|row| row.code.clone());
        self.some(column, known, || {
            format!(
                "the typifications of the campaign have no code \"{ours}\"; say which it is with --code {theirs}=CODE, or put \
                 it in with `cadencia typifications import`"
            )
        })
        .map(Some)
    }

    pub(super) fn sip_status(&mut self, column: usize) -> Option<Option<u16>> {
        match self.row.cell(column) {
            "" => Some(None),
            text => {
                let status = text
                    .parse()
                    .ok()
                    .filter(|status| (100..700).contains(status));
                let words = || format!("\"{text}\" is no SIP status; 100 to 699");
                self.some(column, status, words).map(Some)
            }
        }
    }
}

fn number(text: &str) -> Option<PhoneNumber> {
    match text.starts_with('+') {
        true => PhoneNumber::from_e164(text).ok(),
        false => intake::number(text),
    }
}

/// A time with an offset; one by the clock of a zone; or milliseconds since 1970.
fn instant(text: &str, zone: &str) -> Option<Timestamp> {
    if text.len() >= 10
        && let Ok(ms) = text.parse::<i64>()
    {
        return Some(Timestamp::from_millis(ms));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp::from_millis(at.timestamp_millis()));
    }
    let forms = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
    ];
    let local = forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local.or_else(|| {
        let days = ["%Y-%m-%d", "%d/%m/%Y"];
        let day = days
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
        day.and_hms_opt(0, 0, 0)
    })?;
    let seconds = law::instant_in(zone, &local.format("%Y-%m-%dT%H:%M:%S").to_string())?;
    let ms = u64::from(local.and_utc().timestamp_subsec_millis());
    Some(seconds + std::time::Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_an_offset_or_by_the_clock_of_the_campaign() {
        let at = |text| instant(text, "America/Bogota").map(Timestamp::as_millis);
        let eight = at("2026-10-01T13:00:05Z").expect("a time");
        let in_ms = eight.to_string();
        for same in [
            "2026-10-01T08:00:05-05:00",
            "2026-10-01 08:00:05",
            "01/10/2026 08:00:05",
            &in_ms,
        ] {
            assert_eq!(at(same), Some(eight), "{same}");
        }
        assert_eq!(at("2026-10-01 08:00:05.250"), Some(eight + 250));
        assert_eq!(at("2026-10-01"), at("2026-10-01T00:00:00-05:00"));
        for no in ["", "ayer", "2026-13-01", "5"] {
            assert_eq!(at(no), None, "{no}");
        }
    }
}
