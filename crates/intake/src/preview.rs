//! What a file looks like before it is imported: shown to whoever imports it.

use std::fmt;

use serde::Serialize;

use crate::acta::Format;
use crate::mapping::{Mapping, Role};

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Nothing speaks for it; somebody should look.
    Low,
    /// Heading or content speaks for it.
    Medium,
    /// Both do, or somebody said so.
    High,
}

impl Confidence {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// What a column was taken for, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// Heading.
    pub heading: String,
    /// What it holds.
    pub role: Role,
    /// How sure.
    pub confidence: Confidence,
    /// Why, in Spanish.
    pub reason: String,
}

/// A file as it would be read.
#[derive(Clone, Serialize)]
pub struct Preview {
    /// Name of the file, without its folder.
    pub file_name: String,
    /// Its kind, by content.
    pub format: Format,
    /// Encoding (CSV).
    pub encoding: Option<String>,
    /// Delimiter (CSV).
    pub delimiter: Option<char>,
    /// Sheets (XLSX).
    pub sheets: Vec<String>,
    /// Sheet that would be read (XLSX).
    pub sheet: Option<String>,
    /// Line of the headings; none when the file has none.
    pub heading_line: Option<u64>,
    /// What would be read from each column.
    pub mapping: Mapping,
    /// Why.
    pub guesses: Vec<Guess>,
    /// The first rows below the headings. Personal data.
    pub rows: Vec<Vec<String>>,
}

/// Personal data stays out of logs.
impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview")
            .field("file_name", &self.file_name)
            .field("format", &self.format)
            .field("encoding", &self.encoding)
            .field("delimiter", &self.delimiter)
            .field("sheet", &self.sheet)
            .field("heading_line", &self.heading_line)
            .field("mapping", &self.mapping)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
