//! Where the rows go: the store's staging area, or nowhere in a dry run.

use std::fmt;

use domain::PhoneNumber;

use crate::acta::Discarded;
use crate::error::SinkError;

/// One contact read from a row: phones already in E.164, texts cleaned.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedContact {
    /// Which data row it is, from 1, blank lines not counted.
    pub record: u64,
    /// Physical line (CSV) or sheet row (XLSX) where it begins, from 1.
    pub line: u64,
    /// Identity document, normalised; empty when the base has none.
    pub document: String,
    /// Full name; may be empty.
    pub name: String,
    /// Segment; may be empty.
    pub segment: String,
    /// Phones in the order of the columns, at least one, none twice.
    pub phones: Vec<PhoneNumber>,
    /// Remaining columns with a value, under their headings.
    pub attributes: Vec<(String, String)>,
    /// Some phone of it was seen before in the file with another person.
    pub shared_phone: bool,
}

/// Personal data stays out of logs.
impl fmt::Debug for ImportedContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportedContact")
            .field("record", &self.record)
            .field("line", &self.line)
            .field("phones", &self.phones)
            .field("shared_phone", &self.shared_phone)
            .finish_non_exhaustive()
    }
}

/// What became of a contact offered to a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Kept.
    Accepted,
    /// The list already has someone with this document.
    DuplicateDocument,
    /// The list already has these phones, both without a document.
    DuplicatePhone,
}

/// What is found of contacts only after they were accepted one by one: duplicates, and who shares a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateDuplicates {
    /// By document.
    pub by_document: u64,
    /// By phone.
    pub by_phone: u64,
    /// No duplicates, but somebody of an earlier load has one of their numbers.
    pub shared: u64,
}

/// Receives what is read. Duplicates inside the file never reach it: it need
/// only know those of earlier loads into the same list.
pub trait Sink {
    /// The columns of the file, once, before any row.
    fn headings(&mut self, _headings: &[String]) -> Result<(), SinkError> {
        Ok(())
    }

    /// Keeps one contact, or says that the list has it already.
    fn accept(&mut self, contact: ImportedContact) -> Result<Verdict, SinkError>;

    /// Learns of a row that is rejected or a duplicate, with its cells as read.
    fn discard(&mut self, _row: &Discarded, _cells: &[String]) -> Result<(), SinkError> {
        Ok(())
    }

    /// After the last row: writes what is still held. A sink that compares with
    /// earlier loads only now says here how many of the accepted were duplicates.
    fn finish(&mut self) -> Result<LateDuplicates, SinkError> {
        Ok(LateDuplicates::default())
    }
}

/// Accepts everything and keeps nothing: `--dry-run`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DryRun;

impl Sink for DryRun {
    fn accept(&mut self, _contact: ImportedContact) -> Result<Verdict, SinkError> {
        Ok(Verdict::Accepted)
    }
}

/// How far a reading has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Rows received so far.
    pub rows: u64,
    /// Share of the file done, when its size is known.
    pub share: Option<domain::Rate>,
}
