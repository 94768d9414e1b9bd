//! A catalogue's text as rows. Reads what spreadsheets write: a mark at the beginning, commas or
//! semicolons, columns in any order and some left out.

use std::time::Duration;

use csv::StringRecord;
use domain::{CallBack, Disposition, NextPhone, Occasion, Origin, RetryRule};

use super::{CATALOGUE_COLUMNS, Catalogue, InvalidCatalogue, RowProblem};
use crate::edited_table::{is_blank, line_of, problem, reader};

/// Headings that mean one of the columns, as other lists write them.
const OTHER_NAMES: [(&str, &str); 3] = [
    ("max_times", "times_max"),
    ("next_action_default", "next_action"),
    // 0 and 1 are read as the words for the same and the next.
    ("other_phone", "next_phone"),
];
/// Ten years of minutes: beyond it a typing error.
const WAIT_MIN_MAX: u64 = 5_256_000;
/// The highest rank.
const RANK_MAX: u64 = 100;

/// Rows with the lines they stand on. Every cell that says nothing is told.
pub(super) fn rows(
    text: &str,
    house: Option<&Catalogue>,
) -> Result<Vec<(u64, Disposition)>, InvalidCatalogue> {
    let mut reader = reader(text);
    let headings = Headings::of(reader.headers()?);
    let mut problems = headings.problems();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        if is_blank(&record) {
            continue;
        }
        let mut row = Row {
            headings: &headings,
            line: line_of(&record),
            record: &record,
            house: None,
            problems: Vec::new(),
        };
        row.house = house.and_then(|house| house.get(row.cell("code").unwrap_or_default()));
        rows.push((row.line, row.read()));
        problems.append(&mut row.problems);
    }
    if rows.is_empty() {
        problems.push(problem(1, "code", "", "there is no row at all".to_owned()));
    }
    match problems.is_empty() {
        true => Ok(rows),
        false => Err(InvalidCatalogue::Rows(problems)),
    }
}

/// Where each column stands.
struct Headings {
    places: Vec<(&'static str, usize)>,
    unknown: Vec<String>,
}

impl Headings {
    fn of(record: &StringRecord) -> Headings {
        let (mut places, mut unknown) = (Vec::new(), Vec::new());
        for (place, heading) in record.iter().enumerate() {
            let heading = heading.trim();
            let other = OTHER_NAMES.iter().find(|(other, _)| *other == heading);
            let name = other.map_or(heading, |(_, name)| name);
            match CATALOGUE_COLUMNS.iter().find(|column| **column == name) {
                Some(column) => places.push((*column, place)),
                None if heading.is_empty() => {}
                None => unknown.push(heading.to_owned()),
            }
        }
        Headings { places, unknown }
    }

    fn problems(&self) -> Vec<RowProblem> {
        let unknown = self.unknown.iter().map(|heading| {
            let known = CATALOGUE_COLUMNS.join(", ");
            let words = format!("there is no column \"{heading}\"; there are {known}");
            problem(1, "code", "", words)
        });
        let mut problems: Vec<RowProblem> = unknown.collect();
        if self.place("code").is_none() {
            let words = "there is no column of codes; name it \"code\"".to_owned();
            problems.push(problem(1, "code", "", words));
        }
        problems
    }

    fn place(&self, column: &str) -> Option<usize> {
        let mut places = self.places.iter();
        places.find(|(name, _)| *name == column).map(|(_, at)| *at)
    }
}

/// A flag of a row.
type Of = fn(&Disposition) -> bool;

/// One line with its headings, and what is wrong with it so far.
struct Row<'a> {
    headings: &'a Headings,
    record: &'a StringRecord,
    line: u64,
    house: Option<&'a Disposition>,
    problems: Vec<RowProblem>,
}

impl Row<'_> {
    fn read(&mut self) -> Disposition {
        let flags: [(&'static str, Of); 11] = [
            ("human", |row| row.human),
            ("third_party", |row| row.third_party),
            ("holder", |row| row.holder),
            ("effective_contact", |row| row.effective_contact),
            ("accepted_sale", |row| row.accepted_sale),
            ("closes_record", |row| row.closes_record),
            ("suppresses", |row| row.suppresses),
            ("other_hours", |row| row.retry.other_hours),
            ("invalidates_phone", |row| row.retry.invalidates_phone),
            // A call costs an attempt unless somebody says otherwise.
            ("costs_attempt", |row| row.retry.costs_attempt),
            ("retired", |row| row.retired),
        ];
        let [
            human,
            third,
            holder,
            effective,
            sale,
            closes,
            suppresses,
            hours,
            invalid,
            costs,
            retired,
        ] = flags.map(|(column, of)| self.flag(column, of, column == "costs_attempt"));
        let mut row = Disposition {
            code: self.cell("code").unwrap_or_default().to_owned(),
            levels: ["level1", "level2", "level3"].map(|level| self.words(level)),
            origin: self.origin(),
            occasions: self.occasions(),
            human,
            third_party: third,
            holder,
            effective_contact: effective,
            accepted_sale: sale,
            closes_record: closes,
            suppresses,
            rank: 0,
            call_back: self.call_back(),
            retired,
            retry: RetryRule {
                wait: self.wait(),
                next_phone: self.next_phone(),
                other_hours: hours,
                times_max: self.times_max(),
                invalidates_phone: invalid,
                costs_attempt: costs,
            },
            next_action: self.words("next_action"),
        };
        // The house's row is set by the system too, and nobody said that this one is not.
        let taken_over = self.cell("set_on").is_none() && !row.occasions.is_empty();
        if taken_over && row.origin == Origin::Agent {
            row.origin = Origin::Both;
        }
        row.rank = self.rank().unwrap_or_else(|| row.usual_rank());
        row
    }

    /// The cell under a heading; none where the text has no such column.
    fn cell(&self, column: &str) -> Option<&str> {
        let place = self.headings.place(column)?;
        Some(self.record.get(place).unwrap_or_default().trim())
    }

    fn words(&self, column: &'static str) -> String {
        let house = self.house.map(|row| match column {
            "level1" => row.levels[0].clone(),
            "level2" => row.levels[1].clone(),
            "level3" => row.levels[2].clone(),
            _ => row.next_action.clone(),
        });
        match self.cell(column) {
            Some(text) => text.to_owned(),
            None => house.unwrap_or_default(),
        }
    }

    fn flag(&mut self, column: &'static str, of: fn(&Disposition) -> bool, usual: bool) -> bool {
        match self.cell(column) {
            Some("1") => true,
            Some("0") => false,
            Some("") => usual,
            None => self.house.map_or(usual, of),
            Some(_) => self.cannot(column, "write 1 or 0"),
        }
    }

    fn origin(&mut self) -> Origin {
        match self.cell("origin") {
            None => self.house.map_or(Origin::Agent, |row| row.origin),
            Some("") => Origin::Agent,
            Some(word) => match Origin::from_word(word) {
                Some(origin) => origin,
                None => {
                    self.cannot("origin", "write A (advisor), S (system) or \"S A\"");
                    Origin::Agent
                }
            },
        }
    }

    fn occasions(&mut self) -> Vec<Occasion> {
        let Some(text) = self.cell("set_on").map(str::to_owned) else {
            return self
                .house
                .map(|row| row.occasions.clone())
                .unwrap_or_default();
        };
        let mut occasions = Vec::new();
        for word in text.split_whitespace() {
            match Occasion::from_word(word) {
                Some(occasion) => occasions.push(occasion),
                None => {
                    let words: Vec<_> = Occasion::all().map(Occasion::word).collect();
                    let words = format!("write words out of {}", words.join(", "));
                    self.cannot("set_on", &words);
                }
            }
        }
        occasions
    }

    fn call_back(&mut self) -> Option<CallBack> {
        match self.cell("call_back") {
            None => self.house.and_then(|row| row.call_back),
            Some("") => None,
            Some(word) => {
                let found = CallBack::from_word(word);
                if found.is_none() {
                    self.cannot("call_back", "write personal or anyone, or nothing");
                }
                found
            }
        }
    }

    fn next_phone(&mut self) -> NextPhone {
        match self.cell("next_phone") {
            None => self
                .house
                .map(|row| row.retry.next_phone)
                .unwrap_or_default(),
            Some("" | "0") => NextPhone::Same,
            Some("1") => NextPhone::Next,
            Some(word) => match NextPhone::from_word(word) {
                Some(phone) => phone,
                None => {
                    self.cannot("next_phone", "write same, next or best");
                    NextPhone::Same
                }
            },
        }
    }

    fn wait(&mut self) -> Duration {
        match self.cell("wait_min") {
            None => self.house.map(|row| row.retry.wait).unwrap_or_default(),
            Some(_) => {
                let minutes = self.number("wait_min", 0..=WAIT_MIN_MAX, "write minutes");
                Duration::from_secs(60 * minutes.unwrap_or(0))
            }
        }
    }

    fn times_max(&mut self) -> Option<u8> {
        match self.cell("times_max") {
            None => self.house.and_then(|row| row.retry.times_max),
            Some(_) => {
                let words = "write how often in a row, 1 to 50, or nothing";
                let times = self.number("times_max", 1..=50, words);
                times.and_then(|times| u8::try_from(times).ok())
            }
        }
    }

    fn rank(&mut self) -> Option<u8> {
        match self.cell("rank") {
            None => self.house.map(|row| row.rank),
            Some(_) => {
                let words = "write a number from 0 to 100, or nothing to have it by the flags";
                let rank = self.number("rank", 0..=RANK_MAX, words);
                rank.and_then(|rank| u8::try_from(rank).ok())
            }
        }
    }

    fn number(
        &mut self,
        column: &'static str,
        range: std::ops::RangeInclusive<u64>,
        advice: &str,
    ) -> Option<u64> {
        let text = self.cell(column).unwrap_or_default();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.cannot(column, advice);
        }
        number
    }

    /// Notes that a cell says nothing the column knows.
    fn cannot(&mut self, column: &'static str, advice: &str) -> bool {
        let value = self.cell(column).unwrap_or_default();
        let words = format!("it cannot be \"{value}\"; {advice}");
        let code = self.cell("code").unwrap_or_default();
        let found = problem(self.line, column, code, words);
        self.problems.push(found);
        false
    }
}
