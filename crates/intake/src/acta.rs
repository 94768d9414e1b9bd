//! The *acta de cargue*: what a file was, and what became of each of its rows.
//!
//! It always balances: received = valid + rejected by reason + duplicates. It
//! names rows by number and reason only; personal data is not in it.

use std::collections::BTreeMap;
use std::fmt;

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::mapping::Mapping;

/// Why a row was rejected, or a phone of a valid row left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No phone column has anything.
    NoPhone,
    /// No number of the plan.
    InvalidPhone,
    /// A spreadsheet rounded the number (`3.00123E+09`): calling it would call a stranger.
    DigitsLost,
    /// A local number of seven digits, and no known city to tell its area.
    UnknownArea,
    /// A valid number of another country, not allowed by the options.
    ForeignPhone,
    /// A toll-free, premium or short number: nobody's phone.
    ServiceNumber,
    /// A quote that never closes; the line is rejected, the next ones are read.
    BrokenQuotes,
    /// More cells than headings: what stands where cannot be known.
    TooManyCells,
    /// Bytes that are no text.
    NotText,
    /// The column that should say why this person may be called does not.
    NoLegalBasis,
}

impl Reason {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NoPhone => "no_phone",
            Reason::InvalidPhone => "invalid_phone",
            Reason::DigitsLost => "digits_lost",
            Reason::UnknownArea => "unknown_area",
            Reason::ForeignPhone => "foreign_phone",
            Reason::ServiceNumber => "service_number",
            Reason::BrokenQuotes => "broken_quotes",
            Reason::TooManyCells => "too_many_cells",
            Reason::NotText => "not_text",
            Reason::NoLegalBasis => "no_legal_basis",
        }
    }

    /// The reason for people, in Spanish.
    pub fn words(self) -> &'static str {
        match self {
            Reason::NoPhone => "sin teléfono",
            Reason::InvalidPhone => "teléfono no válido en el plan de numeración",
            Reason::DigitsLost => "teléfono con dígitos perdidos por notación científica",
            Reason::UnknownArea => "fijo de 7 dígitos sin ciudad conocida",
            Reason::ForeignPhone => "teléfono de otro país",
            Reason::ServiceNumber => "línea gratuita, de servicio o de tarifa especial",
            Reason::BrokenQuotes => "comillas sin cerrar",
            Reason::TooManyCells => "más celdas que encabezados",
            Reason::NotText => "bytes que no son texto",
            Reason::NoLegalBasis => "sin base legal",
        }
    }

    /// The same in English.
    pub fn english(self) -> &'static str {
        match self {
            Reason::NoPhone => "no phone",
            Reason::InvalidPhone => "no phone of the number plan",
            Reason::DigitsLost => "digits of the phone lost to scientific notation",
            Reason::UnknownArea => "landline of 7 digits, no known city",
            Reason::ForeignPhone => "phone of another country",
            Reason::ServiceNumber => "toll-free, service or premium number",
            Reason::BrokenQuotes => "a quote that never closes",
            Reason::TooManyCells => "more cells than headings",
            Reason::NotText => "bytes that are no text",
            Reason::NoLegalBasis => "no legal basis",
        }
    }
}

/// What makes a row a duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateBy {
    /// Same document.
    Document,
    /// Same phones, and neither row has a document.
    Phone,
}

/// What became of a row that is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It cannot be called.
    Rejected(Reason),
    /// It is there already.
    Duplicate(DuplicateBy),
}

impl Why {
    /// The same for people, in Spanish.
    pub fn words(self) -> &'static str {
        match self {
            Why::Rejected(reason) => reason.words(),
            Why::Duplicate(DuplicateBy::Document) => "duplicado por documento",
            Why::Duplicate(DuplicateBy::Phone) => "duplicado por teléfono",
        }
    }

    /// The same in English.
    pub fn english(self) -> &'static str {
        match self {
            Why::Rejected(reason) => reason.english(),
            Why::Duplicate(DuplicateBy::Document) => "duplicate by document",
            Why::Duplicate(DuplicateBy::Phone) => "duplicate by phone",
        }
    }
}

/// A row that is not valid, by its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// Which data row it is, from 1.
    pub record: u64,
    /// Physical line (CSV) or sheet row (XLSX) where it begins, from 1.
    pub line: u64,
    /// Why.
    pub why: Why,
    /// Heading of the column to look at; empty when it is the whole row.
    pub column: String,
}

/// Duplicates, by what made them so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicates {
    /// Same document.
    pub by_document: u64,
    /// Same phones, no documents.
    pub by_phone: u64,
}

impl Duplicates {
    /// All of them.
    pub fn total(self) -> u64 {
        self.by_document + self.by_phone
    }
}

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Delimited text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Csv => "CSV",
            Format::Xlsx => "XLSX",
        })
    }
}

/// The file as it came, where it was encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// In what.
    pub envelope: String,
    /// Its name.
    pub file_name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
    /// Fingerprint of the client's key that signed it; none where none that is known did.
    pub signer: Option<String>,
}

/// The account of one import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acta {
    /// The list loaded.
    pub list_name: String,
    /// Name of the file, without its folder.
    pub file_name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its kind.
    pub format: Format,
    /// Encoding (CSV).
    pub encoding: Option<String>,
    /// Delimiter (CSV).
    pub delimiter: Option<char>,
    /// Sheet read (XLSX).
    pub sheet: Option<String>,
    /// Region whose number plan was used.
    pub region: String,
    /// Why these people may be called.
    pub legal_basis: String,
    /// Meaning given to each column.
    pub mapping: Mapping,
    /// Rows with anything in them, below the headings.
    pub received: u64,
    /// Rows that became contacts.
    pub valid: u64,
    /// Rows rejected, by reason.
    pub rejected: BTreeMap<Reason, u64>,
    /// Rows that are there already.
    pub duplicates: Duplicates,
    /// Blank lines: not received.
    pub blank_lines: u64,
    /// Lines above the headings: not received.
    pub title_lines: u64,
    /// Valid contacts that share a phone with an earlier one.
    pub shared_phones: u64,
    /// Valid contacts without a document.
    pub without_document: u64,
    /// Phones of the valid contacts.
    pub phones: u64,
    /// Phones of valid contacts left out, by reason.
    pub phones_left_out: BTreeMap<Reason, u64>,
    /// How often each named repair was needed to read a phone.
    pub repairs: BTreeMap<String, u64>,
    /// The first rejected rows; `rejected` counts them all.
    pub rejected_rows: Vec<Discarded>,
    /// The first duplicate rows; `duplicates` counts them all.
    pub duplicate_rows: Vec<Discarded>,
    /// What a person should look at, in Spanish.
    pub warnings: Vec<String>,
    /// When the import began, in milliseconds since 1970; set by the caller.
    pub started_ms: Option<i64>,
    /// When it ended; set by the caller.
    pub finished_ms: Option<i64>,
    /// The file as it came, where that was encrypted; `sha256` and `bytes` are of what was inside.
    #[serde(default)]
    pub sealed: Option<Sealed>,
    /// Who loaded it.
    #[serde(default)]
    pub loaded_by: Option<String>,
    /// Valid contacts that must not be called, by reason: a part of the valid.
    #[serde(default)]
    pub excluded: BTreeMap<String, u64>,
    /// The law packs, with their versions, of the campaigns that dialed the list then.
    #[serde(default)]
    pub law_packs: Vec<String>,
}

impl Acta {
    /// All rejected rows.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// All excluded contacts.
    pub fn excluded_total(&self) -> u64 {
        self.excluded.values().sum()
    }

    /// Whether every row received is accounted for.
    pub fn balances(&self) -> bool {
        self.received == self.valid + self.rejected_total() + self.duplicates.total()
            && self.excluded_total() <= self.valid
    }

    /// With the times the caller's clock showed.
    #[must_use]
    pub fn timed(mut self, started: Timestamp, finished: Timestamp) -> Acta {
        self.started_ms = Some(started.as_millis());
        self.finished_ms = Some(finished.as_millis());
        self
    }
}
