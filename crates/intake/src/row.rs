//! One row of a file, whatever its kind, and who receives it.

use std::ops::ControlFlow;

use crate::acta::Reason;
use crate::error::IntakeError;

/// A row as read, before anything is made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Physical line or sheet row where it begins, from 1.
    pub(crate) line: u64,
    /// Its cells, trimmed.
    pub(crate) cells: Vec<String>,
    /// What makes it unreadable, if anything.
    pub(crate) fault: Option<Reason>,
    /// Bytes or sheet rows read up to its end.
    pub(crate) done: u64,
}

impl Row {
    pub(crate) fn is_blank(&self) -> bool {
        self.fault.is_none() && self.cells.iter().all(String::is_empty)
    }

    /// Cells up to the last one with anything in it.
    pub(crate) fn width(&self) -> usize {
        self.cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1)
    }
}

/// Receives rows one by one; may stop the reading.
pub(crate) type EachRow<'f> = dyn FnMut(Row) -> Result<ControlFlow<()>, IntakeError> + 'f;

/// What is known of the bytes after they were all read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    /// Cells that were not in the encoding of the file.
    pub(crate) odd_cells: u64,
}
