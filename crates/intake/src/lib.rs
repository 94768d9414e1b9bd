//! Reads customers' files (CSV, XLSX) into contacts, and accounts for every row.
//!
//! A file is read row by row in bounded memory; what it is, is told by its
//! content. Columns are understood by heading and content ([`Mapping`]), phones
//! become E.164 by named repairs and the number plan, and the [`Acta`] says what
//! became of each row. Where the contacts go is the [`Sink`]'s business.
//! Segments go out to a workbook and come back edited ([`SegmentSheet`]).
//! Tables of others' tools are read as they stand ([`read_table`]).
//! Recordings (WAV, Ogg) that people bring are read in [`sound`].

mod acta;
mod acta_page;
mod acta_text;
mod archive;
mod area;
mod cell_text;
mod columns;
mod delimited;
mod document;
mod error;
mod fingerprint;
mod guess;
mod heading_words;
mod import;
mod kind;
mod layout;
mod ledger;
mod legal_basis;
mod lines;
mod mapping;
mod options;
mod opus;
mod phone;
mod phone_colombia;
mod plain;
mod preview;
mod reading;
mod records;
mod register_file;
mod report_sheet;
mod row;
pub mod sample;
mod seen;
mod segment_sheet;
mod sink;
pub mod sound;
mod source;
mod survey;
mod table;
mod text;
mod vorbis;
mod workbook;

pub use acta::{Acta, Discarded, DuplicateBy, Duplicates, Format, Reason, Sealed, Why};
pub use acta_page::{Language, escaped};
pub use error::{IntakeError, SinkError};
pub use import::{import, inspect, read};
pub use mapping::{Column, InvalidMapping, Mapping, Role};
pub use options::{Encoding, ImportOptions, Limits, UnknownEncoding};
pub use preview::{Confidence, Guess, Preview};
pub use reading::{document, number, number_with_repairs};
pub use register_file::{RegisterAccount, RegisterCountry, RegisterFile};
pub use report_sheet::ReportSheet;
pub use segment_sheet::{
    SegmentSheet, SheetError, SheetFault, SheetRow, inert, read_segment_sheet,
};
pub use sink::{DryRun, ImportedContact, LateDuplicates, Progress, Sink, Verdict};
pub use source::{ReadSeek, Source};
pub use table::{TableRow, csv_cell, csv_line, live_cell, read_table};
