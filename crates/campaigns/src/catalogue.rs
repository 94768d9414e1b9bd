//! The catalogue of typifications: rows of data, each with the flags the KPIs
//! count and the rule for calling again. The house's own is compiled in
//! (`data/typifications-es.csv`, columns in its first line); a campaign may
//! carry versions of its own. How the text is read is in `reading.rs`, what must hold of
//! the rows together in `check.rs`.

mod check;
mod reading;
mod writing;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use domain::{CatalogueId, Disposition, Occasion};
use thiserror::Error;

const SPANISH: &str = include_str!("../data/typifications-es.csv");

/// The columns of a catalogue's text, in their order.
pub const CATALOGUE_COLUMNS: [&str; 23] = [
    "code",
    "level1",
    "level2",
    "level3",
    "origin",
    "set_on",
    "human",
    "third_party",
    "holder",
    "effective_contact",
    "accepted_sale",
    "closes_record",
    "suppresses",
    "rank",
    "wait_min",
    "next_phone",
    "other_hours",
    "times_max",
    "invalidates_phone",
    "costs_attempt",
    "call_back",
    "retired",
    "next_action",
];

/// Typifications by code: a version of a campaign's, or of the house's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// Which.
    pub id: CatalogueId,
    /// Its number among those of its campaign, from 1.
    pub version: u32,
    rows: Vec<Disposition>,
    by_code: BTreeMap<String, usize>,
    by_occasion: BTreeMap<Occasion, usize>,
}

/// A catalogue that cannot be used: everything that is wrong with it.
#[derive(Debug, Error)]
pub enum InvalidCatalogue {
    /// Not a table.
    #[error("cannot read the catalogue as CSV")]
    Csv(#[from] csv::Error),
    /// Rows that say nothing, or contradict themselves or each other.
    #[error("{}", .0.iter().map(RowProblem::to_string).collect::<Vec<_>>().join("\n"))]
    Rows(Vec<RowProblem>),
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}{}: {words}", self.of())]
pub struct RowProblem {
    /// Line of the text, the heading being 1.
    pub line: u64,
    /// Heading of the column.
    pub column: &'static str,
    /// Code of the row; empty where it has none.
    pub code: String,
    /// What is wrong and what to do.
    pub words: String,
}

impl RowProblem {
    fn of(&self) -> String {
        match self.code.as_str() {
            "" => String::new(),
            code => format!(" ({code})"),
        }
    }
}

impl Default for Catalogue {
    fn default() -> Catalogue {
        Catalogue::spanish()
    }
}

impl Catalogue {
    /// The first version of the house's own.
    pub const HOUSE: CatalogueId = CatalogueId::new(1);

    /// The house's own.
    pub fn spanish() -> Catalogue {
        Catalogue::house().clone()
    }

    /// The same, for whoever only looks something up.
    pub fn house() -> &'static Catalogue {
        static HOUSE: OnceLock<Catalogue> = OnceLock::new();
        HOUSE.get_or_init(Catalogue::read_house)
    }

    fn read_house() -> Catalogue {
        let rows = reading::rows(SPANISH, None)
            .expect("the catalogue compiled in is read by this crate's tests");
        Catalogue::from_rows(
            Self::HOUSE,
            1,
            rows.into_iter().map(|(_, row)| row).collect(),
        )
    }

    /// From rows a store kept. A code that comes twice keeps its last row.
    pub fn from_rows(id: CatalogueId, version: u32, rows: Vec<Disposition>) -> Catalogue {
        let places = || rows.iter().enumerate();
        let by_code = places()
            .map(|(place, row)| (row.code.clone(), place))
            .collect();
        let by_occasion = places()
            .flat_map(|(place, row)| row.occasions.iter().map(move |on| (*on, place)))
            .collect();
        Catalogue {
            id,
            version,
            rows,
            by_code,
            by_occasion,
        }
    }

    /// From its text, every row of it checked. Columns that the text leaves out are as in the house's
    /// row of that code.
    pub fn parse(text: &str) -> Result<Catalogue, InvalidCatalogue> {
        let rows = reading::rows(text, Some(Catalogue::house()))?;
        let problems = check::all(&rows);
        if !problems.is_empty() {
            return Err(InvalidCatalogue::Rows(problems));
        }
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        Ok(Catalogue::from_rows(CatalogueId::new(0), 0, rows))
    }

    /// What is wrong with rows that came by another way than a text; their lines are counted as if
    /// they stood in one.
    pub fn problems(rows: &[Disposition]) -> Vec<RowProblem> {
        let numbered: Vec<_> = (2..).zip(rows.iter().cloned()).collect();
        check::all(&numbered)
    }

    /// As a text that [`Catalogue::parse`] reads back.
    pub fn text(&self) -> String {
        writing::text(&self.rows)
    }

    /// The typification with this code.
    pub fn get(&self, code: &str) -> Option<&Disposition> {
        self.by_code.get(code).map(|&place| &self.rows[place])
    }

    /// The typification that the system sets then.
    pub fn on(&self, occasion: Occasion) -> Option<&Disposition> {
        let place = self.by_occasion.get(&occasion)?;
        Some(&self.rows[*place])
    }

    /// The same where something must be noted: catalogues that never were checked have none for some
    /// occasions, and then what the house's code means here counts, else what it means in the house.
    pub fn system(&self, occasion: Occasion) -> &Disposition {
        let by_house = || {
            let row = Catalogue::house().on(occasion)?;
            Some(self.get(&row.code).unwrap_or(row))
        };
        self.on(occasion)
            .or_else(by_house)
            .expect("the house's catalogue has a row for each occasion")
    }

    /// All of them, in the order of the tree.
    pub fn rows(&self) -> &[Disposition] {
        &self.rows
    }

    /// These rows, and those of an earlier version that they lack, retired: a code that was in use
    /// keeps its meaning. Tells which those are.
    pub fn succeed(
        mut rows: Vec<Disposition>,
        before: &[Disposition],
        in_use: impl Fn(&str) -> bool,
    ) -> (Vec<Disposition>, Vec<String>) {
        let gone = |row: &&Disposition| !rows.iter().any(|kept| kept.code == row.code);
        let missing = before.iter().filter(gone).filter(|row| in_use(&row.code));
        let retired: Vec<Disposition> = missing
            .map(|row| Disposition {
                retired: true,
                occasions: Vec::new(),
                ..row.clone()
            })
            .collect();
        let codes = retired.iter().map(|row| row.code.clone()).collect();
        rows.extend(retired);
        (rows, codes)
    }
}

#[cfg(test)]
mod tests;
