//! Closed days of campaigns as Parquet files, which DuckDB, pandas and the like read: a folder for each day, with a manifest
//! of what lies in it. Reads the record a page at a time and decides nothing: when days are exported is the business of who
//! asks. What people wrote (notes) is not in them, since copies cannot be erased with the person.

mod day;
mod error;
mod manifest;
mod table;
mod tables;

pub use day::{DayExported, DayWanted, export_day};
pub use error::ExportError;
pub use manifest::{ColumnTold, FileTold, MANIFEST, Manifest, Restated, SCHEMA};
