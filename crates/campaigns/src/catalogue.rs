//! The catalogue of typifications: rows of data, each with the flags the KPIs
//! count and the rule for calling again. The house's own is compiled in
//! (`data/typifications-es.csv`, columns in its first line); a campaign may
//! carry another version.

use std::collections::BTreeMap;
use std::time::Duration;

use csv::StringRecord;
use domain::{Disposition, Origin, RetryRule};
use thiserror::Error;

const SPANISH: &str = include_str!("../data/typifications-es.csv");

/// Set by the system when wrap-up ran out without a typification.
pub const UNTYPIFIED: &str = "ST01";

/// Typifications by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    rows: Vec<Disposition>,
    by_code: BTreeMap<String, usize>,
}

/// A catalogue nobody could read.
#[derive(Debug, Error)]
pub enum InvalidCatalogue {
    /// Not a table.
    #[error("cannot read the catalogue as CSV")]
    Csv(#[from] csv::Error),
    /// A cell says nothing the column knows.
    #[error("line {line} of the catalogue: column {column} cannot be \"{value}\"")]
    Cell {
        /// Line of the text, the heading being 1.
        line: u64,
        /// Heading.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// Two rows with one code.
    #[error("the catalogue has {0} twice; codes are unique")]
    Twice(String),
}

impl Default for Catalogue {
    fn default() -> Catalogue {
        Catalogue::spanish()
    }
}

impl Catalogue {
    /// The house's own.
    pub fn spanish() -> Catalogue {
        Catalogue::parse(SPANISH).expect("the catalogue compiled in is read by this crate's tests")
    }

    /// From rows a store kept. A code that comes twice keeps its last row.
    pub fn from_rows(rows: Vec<Disposition>) -> Catalogue {
        let by_code = rows
            .iter()
            .enumerate()
            .map(|(place, row)| (row.code.clone(), place))
            .collect();
        Catalogue { rows, by_code }
    }

    /// From its text.
    pub fn parse(text: &str) -> Result<Catalogue, InvalidCatalogue> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings = reader.headers()?.clone();
        let mut rows: Vec<Disposition> = Vec::new();
        for record in reader.records() {
            let record = record?;
            let row = Row {
                headings: &headings,
                record: &record,
            }
            .read()?;
            if rows.iter().any(|known| known.code == row.code) {
                return Err(InvalidCatalogue::Twice(row.code));
            }
            rows.push(row);
        }
        Ok(Catalogue::from_rows(rows))
    }

    /// The typification with this code.
    pub fn get(&self, code: &str) -> Option<&Disposition> {
        self.by_code.get(code).map(|&place| &self.rows[place])
    }

    /// All of them, in the order of the tree.
    pub fn rows(&self) -> &[Disposition] {
        &self.rows
    }
}

/// One line with its headings.
struct Row<'a> {
    headings: &'a StringRecord,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn read(&self) -> Result<Disposition, InvalidCatalogue> {
        let code = self.cell("code");
        if code.is_empty() {
            return Err(self.wrong("code"));
        }
        Ok(Disposition {
            code: code.to_owned(),
            levels: ["level1", "level2", "level3"].map(|level| self.cell(level).to_owned()),
            origin: match self.cell("origin") {
                "S" => Origin::System,
                "A" => Origin::Agent,
                "S A" => Origin::Both,
                _ => return Err(self.wrong("origin")),
            },
            human: self.flag("human")?,
            third_party: self.flag("third_party")?,
            holder: self.flag("holder")?,
            effective_contact: self.flag("effective_contact")?,
            accepted_sale: self.flag("accepted_sale")?,
            closes_record: self.flag("closes_record")?,
            suppresses: self.flag("suppresses")?,
            retry: RetryRule {
                wait: Duration::from_secs(60 * self.number("wait_min")?.unwrap_or(0)),
                other_phone: self.flag("other_phone")?,
                times_max: self
                    .number("times_max")?
                    .map(|times| u8::try_from(times).map_err(|_| self.wrong("times_max")))
                    .transpose()?,
                invalidates_phone: self.flag("invalidates_phone")?,
                costs_attempt: self.flag("costs_attempt")?,
            },
        })
    }

    /// The cell under a heading; empty where the table has no such column.
    fn cell(&self, column: &str) -> &str {
        self.headings
            .iter()
            .position(|heading| heading.trim() == column)
            .and_then(|place| self.record.get(place))
            .unwrap_or_default()
            .trim()
    }

    fn flag(&self, column: &'static str) -> Result<bool, InvalidCatalogue> {
        match self.cell(column) {
            "1" => Ok(true),
            "0" => Ok(false),
            _ => Err(self.wrong(column)),
        }
    }

    fn number(&self, column: &'static str) -> Result<Option<u64>, InvalidCatalogue> {
        match self.cell(column) {
            "" => Ok(None),
            // Ten years of minutes: beyond it a typing error.
            text => match text.parse() {
                Ok(number) if number <= 5_256_000 => Ok(Some(number)),
                _ => Err(self.wrong(column)),
            },
        }
    }

    fn wrong(&self, column: &'static str) -> InvalidCatalogue {
        InvalidCatalogue::Cell {
            line: self.record.position().map_or(0, csv::Position::line),
            column,
            value: self.cell(column).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Outcome;

    #[test]
    fn every_outcome_finds_the_code_the_system_sets() {
        let catalogue = Catalogue::spanish();
        for outcome in Outcome::ALL {
            if let Some(code) = outcome.system_code() {
                let row = catalogue.get(code).expect(code);
                assert_ne!(row.origin, Origin::Agent, "{code}");
            }
        }
        let untypified = catalogue
            .get(UNTYPIFIED)
            .expect("set when wrap-up runs out");
        assert_eq!(untypified.origin, Origin::System);
    }

    #[test]
    fn the_catalogue_compiled_in_says_what_the_business_agreed() {
        let catalogue = Catalogue::spanish();
        assert_eq!(catalogue.rows().len(), 48);
        let row = |code: &str| catalogue.get(code).expect(code);
        assert!(row("EX01").suppresses && row("TI05").suppresses && !row("NI01").suppresses);
        assert!(!row("NC06").retry.costs_attempt && row("NC01").retry.costs_attempt);
        assert_eq!(row("NC02").retry.wait, Duration::from_secs(1_200));
        assert_eq!(row("NC02").retry.times_max, Some(2));
        assert!(row("TE03").retry.invalidates_phone && row("TE03").third_party);
        assert_eq!(row("VE01").rank(), 5);
        assert!(!row("AB04").human, "nobody was heard on a mute call");
        assert_eq!(row("NC01").levels[0], "No contacto");
    }

    #[test]
    fn a_wrong_cell_is_named_with_its_line_and_column() {
        let bad = SPANISH.replacen(
            "NC02,No contacto,Ocupado,,S,0",
            "NC02,No contacto,Ocupado,,S,x",
            1,
        );
        let error = Catalogue::parse(&bad)
            .expect_err("human is 0 or 1")
            .to_string();
        assert_eq!(
            error,
            "line 3 of the catalogue: column human cannot be \"x\""
        );
        let twice = format!("{SPANISH}{}", SPANISH.lines().nth(1).expect("a row"));
        let error = Catalogue::parse(&twice)
            .expect_err("NC01 twice")
            .to_string();
        assert!(error.contains("NC01 twice"), "{error}");
    }
}
