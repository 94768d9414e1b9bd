//! Why a day cannot be exported.

use std::io;

use chrono::NaiveDate;
use store::StoreError;

/// Why a day is not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The day is still going on, or to come.
    #[error("{0} is not over yet by the clock of the campaign; export it tomorrow")]
    NotOver(NaiveDate),
    /// Calls of it are.
    #[error("{open} calls of {day} are not over yet; export it once they are")]
    Open {
        /// Which day.
        day: NaiveDate,
        /// How many.
        open: u64,
    },
    /// The campaign's law pack has no clock.
    #[error("the clock of the campaign is not known")]
    Clock(#[source] law::LawError),
    /// The record.
    #[error("the day cannot be read")]
    Read(#[from] StoreError),
    /// The disk.
    #[error("the day cannot be written")]
    Write(#[from] io::Error),
    /// The format.
    #[error("the day cannot be written as Parquet")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// What lies there is no manifest of ours.
    #[error("{0} is not a manifest of this program; move the folder away, or name another")]
    Foreign(String),
}
