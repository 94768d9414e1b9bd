//! A table as a Parquet file, written row group by row group and hashed on its way, so that what is held of it does not grow
//! with its rows. Columns are written as they are, without Arrow (ADR 42).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use domain::Timestamp;
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use sha2::{Digest as _, Sha256};

use crate::error::ExportError;
use crate::manifest::{ColumnTold, FileTold};

/// Rows of a row group: some MiB of the widest table.
const GROUP_ROWS: usize = 10_000;

/// What a column is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Int,
    /// An instant, in milliseconds UTC.
    Time,
    /// UTF-8.
    Text,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// As the manifest says it.
    const fn word(self) -> &'static str {
        match self {
            Kind::Int => "int64",
            Kind::Time => "timestamp[ms, UTC]",
            Kind::Text => "string",
            Kind::Flag => "boolean",
        }
    }

    /// As a Parquet schema says it, around the name.
    const fn declared(self) -> (&'static str, &'static str) {
        match self {
            Kind::Int => ("int64", ""),
            Kind::Time => ("int64", " (TIMESTAMP(MILLIS,true))"),
            Kind::Text => ("binary", " (STRING)"),
            Kind::Flag => ("boolean", ""),
        }
    }
}

/// Name and kind of each column. All but the first may be without a value.
pub(crate) type Columns = &'static [(&'static str, Kind)];

/// A value.
#[derive(Debug)]
pub(crate) enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Flag(bool),
}

impl From<i64> for Cell {
    fn from(value: i64) -> Cell {
        Cell::Int(Some(value))
    }
}

impl From<Option<i64>> for Cell {
    fn from(value: Option<i64>) -> Cell {
        Cell::Int(value)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Cell {
        Cell::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Cell {
        Cell::Int(Some(at.as_millis()))
    }
}

impl From<Option<Timestamp>> for Cell {
    fn from(at: Option<Timestamp>) -> Cell {
        Cell::Int(at.map(Timestamp::as_millis))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(Some(text.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(Some(text))
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Cell {
        Cell::Text(text)
    }
}

impl From<bool> for Cell {
    fn from(is: bool) -> Cell {
        Cell::Flag(is)
    }
}

/// The values of a column that are not written yet, and for each row whether it has one.
#[derive(Debug, Default)]
struct Held {
    ints: Vec<i64>,
    texts: Vec<ByteArray>,
    flags: Vec<bool>,
    levels: Vec<i16>,
}

impl Held {
    /// False where a cell is not of the column's kind.
    fn push(&mut self, kind: Kind, cell: Cell) -> bool {
        let is_there = match (kind, cell) {
            (Kind::Int | Kind::Time, Cell::Int(value)) => {
                self.ints.extend(value);
                value.is_some()
            }
            (Kind::Text, Cell::Text(text)) => {
                let is_there = text.is_some();
                self.texts
                    .extend(text.map(|text| ByteArray::from(text.into_bytes())));
                is_there
            }
            (Kind::Flag, Cell::Flag(is)) => {
                self.flags.push(is);
                true
            }
            _ => return false,
        };
        self.levels.push(i16::from(is_there));
        true
    }
}

/// A table that is being written.
pub(crate) struct Table {
    name: &'static str,
    columns: Columns,
    writer: SerializedFileWriter<Hashed>,
    held: Vec<Held>,
    rows: u64,
}

impl Table {
    /// Begins `NAME.parquet` in a folder.
    pub(crate) fn begin(
        folder: &Path,
        name: &'static str,
        columns: Columns,
    ) -> Result<Table, ExportError> {
        let file = File::create_new(folder.join(file_name(name)))?;
        let schema = Arc::new(parse_message_type(&schema(name, columns))?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("cadencia ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(Hashed::new(file), schema, Arc::new(properties))?;
        Ok(Table {
            name,
            columns,
            writer,
            held: columns.iter().map(|_| Held::default()).collect(),
            rows: 0,
        })
    }

    /// The next row, a cell for each column.
    pub(crate) fn row<const N: usize>(&mut self, cells: [Cell; N]) -> Result<(), ExportError> {
        assert_eq!(
            N,
            self.columns.len(),
            "{}: a cell for each column",
            self.name
        );
        for ((held, (name, kind)), cell) in self.held.iter_mut().zip(self.columns).zip(cells) {
            assert!(
                held.push(*kind, cell),
                "{}.{name} is of another kind",
                self.name
            );
        }
        self.rows += 1;
        match self.held[0].levels.len() >= GROUP_ROWS {
            true => self.write_group(),
            false => Ok(()),
        }
    }

    fn write_group(&mut self) -> Result<(), ExportError> {
        let mut group = self.writer.next_row_group()?;
        for (place, (held, (_, kind))) in self.held.iter_mut().zip(self.columns).enumerate() {
            let held = std::mem::take(held);
            let levels = (place > 0).then_some(held.levels.as_slice());
            let column = group.next_column()?;
            let mut column = column.ok_or_else(|| ParquetError::General("a column less".into()))?;
            match kind {
                Kind::Int | Kind::Time => {
                    let column = column.typed::<Int64Type>();
                    column.write_batch(&held.ints, levels, None)?
                }
                Kind::Text => {
                    let column = column.typed::<ByteArrayType>();
                    column.write_batch(&held.texts, levels, None)?
                }
                Kind::Flag => {
                    let column = column.typed::<BoolType>();
                    column.write_batch(&held.flags, levels, None)?
                }
            };
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes what is left, and brings it to the disk.
    pub(crate) fn end(mut self) -> Result<FileTold, ExportError> {
        if !self.held[0].levels.is_empty() {
            self.write_group()?;
        }
        let (bytes, sha256) = self.writer.into_inner()?.end()?;
        let told = |(name, kind): &(&str, Kind)| ColumnTold {
            name: (*name).to_owned(),
            kind: kind.word().to_owned(),
        };
        Ok(FileTold {
            name: file_name(self.name),
            rows: self.rows,
            bytes,
            sha256,
            columns: self.columns.iter().map(told).collect(),
        })
    }
}

fn file_name(table: &str) -> String {
    format!("{table}.parquet")
}

fn schema(name: &str, columns: Columns) -> String {
    let mut text = format!("message {name} {{ ");
    for (place, (column, kind)) in columns.iter().enumerate() {
        let may_lack = if place == 0 { "required" } else { "optional" };
        let (before, after) = kind.declared();
        text += &format!("{may_lack} {before} {column}{after}; ");
    }
    text + "}"
}

/// A file whose bytes are hashed as they are written.
struct Hashed {
    file: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
}

impl Hashed {
    fn new(file: File) -> Hashed {
        Hashed {
            file: BufWriter::new(file),
            digest: Sha256::new(),
            bytes: 0,
        }
    }

    fn end(mut self) -> io::Result<(u64, String)> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok((self.bytes, hex(&self.digest.finalize())))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
