//! The *acta de cargue*: what a file was, and what became of each of its rows.
//!
//! It always balances: received = valid + rejected by reason + duplicates. It
//! names rows by number and reason only; personal data is not in it.

use std::collections::BTreeMap;
use std::fmt;

use chrono::DateTime;
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
}

impl Acta {
    /// All rejected rows.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Whether every row received is accounted for.
    pub fn balances(&self) -> bool {
        self.received == self.valid + self.rejected_total() + self.duplicates.total()
    }

    /// With the times the caller's clock showed.
    #[must_use]
    pub fn timed(mut self, started: Timestamp, finished: Timestamp) -> Acta {
        self.started_ms = Some(started.as_millis());
        self.finished_ms = Some(finished.as_millis());
        self
    }
}

/// Rows of each kind that `{}` prints; `{:#}` prints all that are listed.
const ROWS_SHOWN: usize = 20;

/// The acta as people sign it, in Spanish: the first discarded rows with `{}`,
/// all of them with `{:#}`.
impl fmt::Display for Acta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "ACTA DE CARGUE")?;
        self.write_file(f)?;
        self.write_sums(f)?;
        self.write_details(f)?;
        write_rows(
            f,
            "Filas rechazadas",
            &self.rejected_rows,
            self.rejected_total(),
        )?;
        write_rows(
            f,
            "Filas duplicadas",
            &self.duplicate_rows,
            self.duplicates.total(),
        )
    }
}

impl Acta {
    fn write_file(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Lista:           {}", self.list_name)?;
        write!(
            f,
            "Archivo:         {} ({} bytes, {}",
            self.file_name, self.bytes, self.format
        )?;
        if let Some(encoding) = &self.encoding {
            write!(f, ", {encoding}")?;
        }
        if let Some(delimiter) = self.delimiter {
            let shown = if delimiter == '\t' {
                "tabulador".to_owned()
            } else {
                delimiter.to_string()
            };
            write!(f, ", separador {shown}")?;
        }
        if let Some(sheet) = &self.sheet {
            write!(f, ", hoja {sheet}")?;
        }
        writeln!(f, ")")?;
        writeln!(f, "SHA-256:         {}", self.sha256)?;
        writeln!(f, "Base legal:      {}", self.legal_basis)?;
        for (label, millis) in [
            ("Inicio:  ", self.started_ms),
            ("Fin:     ", self.finished_ms),
        ] {
            if let Some(at) = millis.and_then(DateTime::from_timestamp_millis) {
                writeln!(f, "{label}        {}", at.format("%Y-%m-%d %H:%M:%S UTC"))?;
            }
        }
        Ok(())
    }

    fn write_sums(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nRecibidos        {:>10}", self.received)?;
        writeln!(f, "  válidos        {:>10}", self.valid)?;
        writeln!(f, "  rechazados     {:>10}", self.rejected_total())?;
        for (reason, count) in &self.rejected {
            writeln!(f, "    {count:>8}  {}", reason.words())?;
        }
        writeln!(f, "  duplicados     {:>10}", self.duplicates.total())?;
        for (count, words) in [
            (self.duplicates.by_document, "por documento"),
            (self.duplicates.by_phone, "por teléfono"),
        ] {
            if count > 0 {
                writeln!(f, "    {count:>8}  {words}")?;
            }
        }
        let verdict = if self.balances() {
            "cuadra"
        } else {
            "NO CUADRA"
        };
        writeln!(
            f,
            "Cuadre: {} = {} + {} + {}: {verdict}",
            self.received,
            self.valid,
            self.rejected_total(),
            self.duplicates.total()
        )
    }

    fn write_details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nTeléfonos de los válidos: {}", self.phones)?;
        for (reason, count) in &self.phones_left_out {
            writeln!(f, "  {count} no usados: {}", reason.words())?;
        }
        for (repair, count) in &self.repairs {
            writeln!(f, "  {count} reparados: {repair}")?;
        }
        writeln!(f, "Válidos sin documento: {}", self.without_document)?;
        writeln!(
            f,
            "Válidos con un teléfono compartido: {}",
            self.shared_phones
        )?;
        writeln!(
            f,
            "No recibidos: {} líneas en blanco, {} líneas de título",
            self.blank_lines, self.title_lines
        )?;
        for warning in &self.warnings {
            writeln!(f, "Atención: {warning}")?;
        }
        writeln!(f, "\nColumnas:")?;
        for column in &self.mapping.columns {
            writeln!(f, "  {} → {}", column.heading, column.role)?;
        }
        Ok(())
    }
}

fn write_rows(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    rows: &[Discarded],
    total: u64,
) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}:")?;
    let shown = if f.alternate() {
        rows.len()
    } else {
        rows.len().min(ROWS_SHOWN)
    };
    for row in &rows[..shown] {
        write!(
            f,
            "  registro {}, línea {}: {}",
            row.record,
            row.line,
            row.why.words()
        )?;
        if !row.column.is_empty() {
            write!(f, " ({})", row.column)?;
        }
        writeln!(f)?;
    }
    let listed = u64::try_from(shown).unwrap_or(u64::MAX);
    if total > listed {
        writeln!(f, "  … y {} más", total - listed)?;
    }
    Ok(())
}
