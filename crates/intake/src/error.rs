//! Why a file cannot be imported at all. A row that cannot be is no error: it
//! is counted and listed in the acta.

use std::error::Error as StdError;

use thiserror::Error;

/// A file refused as a whole. Nothing of it stays loaded.
#[derive(Debug, Error)]
pub enum IntakeError {
    /// The file could not be opened or read.
    #[error("cannot read {file}")]
    Read {
        /// Its name.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("{file} has no rows")]
    Empty {
        /// Its name.
        file: String,
    },
    /// The content is of a kind that is not read, whatever the name says.
    #[error("{file} is {found}: {advice}")]
    Format {
        /// Its name.
        file: String,
        /// What its content is.
        found: &'static str,
        /// What to do about it.
        advice: &'static str,
    },
    /// A workbook that is hostile, or broken beyond reading.
    #[error("{file} is not a sound workbook: {why}")]
    Workbook {
        /// Its name.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A bound was passed.
    #[error("{file}, line {line}: {why}")]
    Limit {
        /// Its name.
        file: String,
        /// Where.
        line: u64,
        /// Which bound.
        why: String,
    },
    /// A workbook has no such sheet.
    #[error("{file} has no sheet \"{sheet}\"; it has: {found}")]
    NoSheet {
        /// Its name.
        file: String,
        /// The sheet asked for.
        sheet: String,
        /// Those there are.
        found: String,
    },
    /// No column holds phones.
    #[error(
        "no column of {file} looks like a phone; say which is one with a mapping. Columns: {headings}"
    )]
    NoPhoneColumn {
        /// Its name.
        file: String,
        /// Its headings.
        headings: String,
    },
    /// The mapping given belongs to another file.
    #[error("the mapping does not fit {file}: {why}")]
    Mapping {
        /// Its name.
        file: String,
        /// What does not fit.
        why: String,
    },
    /// Nobody says why these people may be called.
    #[error(
        "nothing says why the people of {file} may be called: give the base's legal basis, or map the column that \
         has each row's (base_legal=COLUMN); being referred by somebody is none"
    )]
    NoLegalBasis {
        /// Its name.
        file: String,
    },
    /// An option makes no sense.
    #[error("{why}")]
    Option {
        /// Which and why.
        why: String,
    },
    /// The rows could not be kept.
    #[error("the rows read could not be stored (at record {record})")]
    Store {
        /// Record being stored.
        record: u64,
        /// What the store said.
        #[source]
        source: SinkError,
    },
}

impl IntakeError {
    /// Stable code for the API and for translations.
    pub fn code(&self) -> &'static str {
        match self {
            IntakeError::Read { .. } => "read",
            IntakeError::Empty { .. } => "empty",
            IntakeError::Format { .. } => "format",
            IntakeError::Workbook { .. } => "workbook",
            IntakeError::Limit { .. } => "limit",
            IntakeError::NoSheet { .. } => "no-sheet",
            IntakeError::NoPhoneColumn { .. } => "no-phone-column",
            IntakeError::Mapping { .. } => "mapping",
            IntakeError::NoLegalBasis { .. } => "no-legal-basis",
            IntakeError::Option { .. } => "option",
            IntakeError::Store { .. } => "store",
        }
    }
}

/// Why a sink could not keep a row.
#[derive(Debug, Error)]
#[error("the sink failed")]
pub struct SinkError(#[source] Box<dyn StdError + Send + Sync>);

impl SinkError {
    /// Wraps the sink's own error.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> SinkError {
        SinkError(source.into())
    }
}
