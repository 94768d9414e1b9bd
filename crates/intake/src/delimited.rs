//! Delimited text as a stream of rows: encoding, lines, records, cells.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use crate::acta::Reason;
use crate::error::IntakeError;
use crate::fingerprint::Hashing;
use crate::lines::{LineError, Lines, line_end};
use crate::options::{Encoding, ImportOptions, Limits};
use crate::records::{Record, Records};
use crate::row::{EachRow, Fingerprint, Row};
use crate::source::{HEAD_BYTES, Source};
use crate::text::{self, Utf16};

/// How the text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) encoding: Encoding,
    /// Length of the byte order mark.
    mark: usize,
    pub(crate) delimiter: u8,
    line_end: u8,
}

/// Delimiters looked for, the likeliest first.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];
/// Records looked at to tell the delimiter.
const LOOKED_AT: usize = 200;

impl Dialect {
    /// As the options say, else as the first bytes look.
    pub(crate) fn of(head: &[u8], options: &ImportOptions) -> Result<Dialect, IntakeError> {
        let (guessed, mark) = text::detect(head);
        let encoding = options.encoding.unwrap_or(guessed);
        let mark = if encoding == guessed { mark } else { 0 };
        let mut dialect = Dialect {
            encoding,
            mark,
            delimiter: b',',
            line_end: b'\n',
        };
        dialect.line_end = line_end(&dialect.utf8_head(head));
        dialect.delimiter = match options.delimiter {
            Some(delimiter) => one_byte(delimiter)?,
            None => dialect.best_delimiter(head, &options.limits),
        };
        Ok(dialect)
    }

    fn utf8_head(&self, head: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.as_ascii_based(Cursor::new(head))
            .read_to_end(&mut bytes)
            .expect("memory can be read");
        bytes
    }

    /// Bytes in which delimiters and quotes are single bytes.
    fn as_ascii_based<'r>(&self, bytes: impl Read + 'r) -> Box<dyn Read + 'r> {
        match self.encoding {
            Encoding::Utf8 | Encoding::Windows1252 => Box::new(bytes),
            Encoding::Utf16Le | Encoding::Utf16Be => Box::new(Utf16::new(bytes, self.encoding)),
        }
    }

    /// The delimiter that parts most rows into the same number of cells,
    /// preferring more cells.
    fn best_delimiter(&self, head: &[u8], limits: &Limits) -> u8 {
        let score = |delimiter: u8| {
            let mut dialect = *self;
            dialect.delimiter = delimiter;
            let widths: Vec<usize> = dialect
                .rows_of_head(head, limits, LOOKED_AT)
                .iter()
                .filter(|row| !row.is_blank())
                .map(|row| row.cells.len())
                .collect();
            let common = most_common(&widths);
            let same = widths.iter().filter(|width| **width == common).count();
            (same as f64 / widths.len().max(1) as f64) * (common.max(1) as f64).ln()
        };
        let mut best = (DELIMITERS[0], 0.0);
        for delimiter in DELIMITERS {
            let score = score(delimiter);
            if score > best.1 {
                best = (delimiter, score);
            }
        }
        best.0
    }

    /// Rows wholly inside the head; faults of the text do not matter here.
    pub(crate) fn rows_of_head(&self, head: &[u8], limits: &Limits, most: usize) -> Vec<Row> {
        let whole = head.len() < HEAD_BYTES;
        let mut records = self.records(Cursor::new(head), limits);
        let mut rows = Vec::new();
        while rows.len() <= most {
            match records.next() {
                Ok(Some(record)) => rows.push(self.row(record, &mut 0)),
                Ok(None) if whole => return rows,
                Ok(None) | Err(_) => break,
            }
        }
        // The last one may have been cut.
        rows.pop();
        rows
    }

    /// Gives every row to `each` and says what the bytes were.
    pub(crate) fn read(
        &self,
        source: &mut Source<'_>,
        limits: &Limits,
        each: &mut EachRow<'_>,
    ) -> Result<Fingerprint, IntakeError> {
        let file = source.file_name.clone();
        let unreadable = |source| IntakeError::Read {
            file: file.clone(),
            source,
        };
        let mut hashing = Hashing::new(source.reader()?);
        let mut odd_cells = 0;
        let mut records = self.records(&mut hashing, limits);
        loop {
            let record = records.next().map_err(|error| match error {
                LineError::Io(source) => unreadable(source),
                LineError::TooLong(line) => IntakeError::Limit {
                    file: file.clone(),
                    line,
                    why: format!(
                        "a line of more than {} bytes; this is no table of contacts",
                        limits.line_bytes
                    ),
                },
            })?;
            let Some(record) = record else { break };
            if let ControlFlow::Break(()) = each(self.row(record, &mut odd_cells))? {
                break;
            }
        }
        drop(records.into_inner());
        let (sha256, bytes) = hashing.finish().map_err(unreadable)?;
        Ok(Fingerprint {
            sha256,
            bytes,
            odd_cells,
        })
    }

    fn records<'r>(&self, bytes: impl Read + 'r, limits: &Limits) -> Records<Box<dyn Read + 'r>> {
        let mut bytes = bytes;
        let mut mark = [0; 3];
        // The mark was seen in the head: these bytes are there.
        let marked = bytes.read_exact(&mut mark[..self.mark]);
        let text = match marked {
            Ok(()) => self.as_ascii_based(bytes),
            Err(error) => Box::new(Failing(Some(error))),
        };
        let lines = Lines::new(text, self.line_end, limits.line_bytes);
        Records::new(
            lines,
            self.delimiter,
            limits.breaks_in_cell,
            limits.line_bytes,
        )
    }

    fn row(&self, record: Record, odd_cells: &mut u64) -> Row {
        let mut fault = record.fault;
        if fault.is_none() && record.cells.iter().any(|cell| text::is_binary(cell)) {
            fault = Some(Reason::NotText);
        }
        let encoding = match self.encoding {
            Encoding::Windows1252 => Encoding::Windows1252,
            _ => Encoding::Utf8,
        };
        let cells = record.cells.iter().map(|cell| {
            let (text, odd) = text::decode(cell, encoding);
            *odd_cells += u64::from(odd);
            text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
                .to_owned()
        });
        Row {
            line: record.line,
            cells: cells.collect(),
            fault,
            done: record.done,
        }
    }
}

/// A reader whose first bytes failed: it says so when it is read.
struct Failing(Option<std::io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn one_byte(delimiter: char) -> Result<u8, IntakeError> {
    u8::try_from(delimiter)
        .ok()
        .filter(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'"')
        .ok_or_else(|| IntakeError::Option {
            why: format!("\"{delimiter}\" cannot part cells; use ; , tab or |"),
        })
}

/// The number that occurs most; the larger of equals.
pub(crate) fn most_common(numbers: &[usize]) -> usize {
    let count = |number: usize| numbers.iter().filter(|n| **n == number).count();
    numbers
        .iter()
        .copied()
        .max_by_key(|&number| (count(number), number))
        .unwrap_or(0)
}
