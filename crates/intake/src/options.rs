//! What the person importing may decide, and the bounds on what a file may be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Mapping;

/// How to import one file. `ImportOptions::new` is right for most.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Name the list will have.
    pub list_name: String,
    /// Meaning of the columns, when somebody decided it; else it is guessed.
    pub mapping: Option<Mapping>,
    /// ISO 3166 region whose number plan reads numbers without a country code.
    pub region: String,
    /// Why these people may be called; recorded in the acta.
    pub legal_basis: String,
    /// Accept valid numbers of other countries. Off: their hours and law are not known.
    pub foreign_numbers: bool,
    /// Encoding of a CSV file, when not to be guessed.
    pub encoding: Option<Encoding>,
    /// Delimiter of a CSV file, when not to be guessed.
    pub delimiter: Option<char>,
    /// Sheet of a workbook; else the first with phones, else the first with rows.
    pub sheet: Option<String>,
    /// Line (sheet row) of the headings, when not to be guessed; 0 when there are none.
    pub heading_line: Option<u64>,
    /// Bounds.
    pub limits: Limits,
}

impl ImportOptions {
    /// Options for a base of one's own customers in Colombia.
    pub fn new(list_name: impl Into<String>) -> ImportOptions {
        ImportOptions {
            list_name: list_name.into(),
            mapping: None,
            region: "CO".to_owned(),
            legal_basis: "cliente".to_owned(),
            foreign_numbers: false,
            encoding: None,
            delimiter: None,
            sheet: None,
            heading_line: None,
            limits: Limits::default(),
        }
    }
}

/// Bounds that keep a hostile or broken file from exhausting the machine. No
/// real base comes near them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest line of a CSV file, in bytes.
    pub line_bytes: usize,
    /// Most columns.
    pub columns: usize,
    /// Most rows.
    pub rows: u64,
    /// Line breaks inside one quoted cell, after which its quote is taken to be broken.
    pub breaks_in_cell: usize,
    /// Entries of a workbook's archive.
    pub zip_entries: usize,
    /// Bytes of a workbook, unpacked.
    pub unzipped_bytes: u64,
    /// Bytes of a workbook's table of shared texts, which is held in memory.
    pub shared_text_bytes: u64,
    /// Unpacked bytes per packed byte.
    pub zip_ratio: u64,
    /// Rejected and duplicate rows kept in the acta, each; the rest are counted.
    pub rows_listed: usize,
    /// Phones kept of one contact.
    pub phones: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            line_bytes: 1 << 20,
            columns: 1_000,
            rows: 5_000_000,
            breaks_in_cell: 50,
            zip_entries: 1_000,
            unzipped_bytes: 1 << 30,
            shared_text_bytes: 512 << 20,
            zip_ratio: 100,
            rows_listed: 100_000,
            phones: 16,
        }
    }
}

/// How the bytes of a CSV file are read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8; a cell that is not is read as Windows-1252 and counted.
    Utf8,
    /// UTF-16, low byte first: Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252: what Excel writes in Spanish as plain "CSV".
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Windows1252 => "Windows-1252",
        })
    }
}

/// A name that is no encoding read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEncoding(String);

impl fmt::Display for UnknownEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is not read; use utf-8, utf-16le, utf-16be or windows-1252",
            self.0
        )
    }
}

impl std::error::Error for UnknownEncoding {}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(text: &str) -> Result<Encoding, UnknownEncoding> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "utf-16le" | "utf-16" | "utf16" => Ok(Encoding::Utf16Le),
            "utf-16be" => Ok(Encoding::Utf16Be),
            "windows-1252" | "cp1252" | "latin1" | "iso-8859-1" => Ok(Encoding::Windows1252),
            _ => Err(UnknownEncoding(text.to_owned())),
        }
    }
}
