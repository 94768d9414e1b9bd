//! A table of another system as a stream of rows: CSV in UTF-8, columns found by their headings in Spanish or English, however
//! long the file. What a cell means is in `rows.rs`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use campaigns::EditedColumn;
use csv::{ErrorKind, StringRecord};

/// Most rows of a file: the check keeps some bytes of each.
pub(super) const ROWS_MAX: u64 = 2_000_000;
/// No row of such a table is longer; what is, has a quote that nobody closed.
const ROW_BYTES_MAX: usize = 1 << 20;

/// What is wrong with a file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}, column {column}: {words}")]
pub struct FileProblem {
    /// Name of the file.
    pub file: String,
    /// Its line, the heading being 1.
    pub line: u64,
    /// Heading of the column.
    pub column: String,
    /// What is wrong, and what to do.
    pub words: String,
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    cells: Vec<String>,
}

impl Row {
    /// The cell of a column, by its place among those asked for; empty where there is none.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// A file that is being read.
pub(super) struct Table {
    pub(super) file: String,
    columns: &'static [EditedColumn],
    places: Vec<Option<usize>>,
    reader: csv::Reader<Guarded>,
    since_row: Arc<AtomicUsize>,
    rows: u64,
}

impl Table {
    /// Opens a file and finds its columns.
    pub(super) fn open(
        path: &Path,
        columns: &'static [EditedColumn],
    ) -> Result<Table, FileProblem> {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let file = file.into_owned();
        let problem = |words: String| FileProblem {
            file: file.clone(),
            line: 1,
            column: columns[0].name.to_owned(),
            words,
        };
        let unread = |error: io::Error| problem(format!("it cannot be read: {error}"));
        let mut head = BufReader::new(File::open(path).map_err(unread)?);
        let first = head.fill_buf().map_err(unread)?;
        let mark = usize::from(first.starts_with(b"\xef\xbb\xbf")) * 3;
        let delimiter = delimiter_of(&first[mark..]);
        head.consume(mark);
        let since_row = Arc::new(AtomicUsize::new(0));
        let guarded = Guarded {
            file: head,
            since_row: Arc::clone(&since_row),
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(guarded);
        let headings = reader
            .headers()
            .map_err(|fault| problem(words_of(&fault)))?;
        let places = places(headings, columns).map_err(problem)?;
        Ok(Table {
            file,
            columns,
            places,
            reader,
            since_row,
            rows: 0,
        })
    }

    /// The next row that has anything in it.
    pub(super) fn next(&mut self) -> Result<Option<Row>, FileProblem> {
        let mut record = StringRecord::new();
        loop {
            self.since_row.store(0, Ordering::Relaxed);
            match self.reader.read_record(&mut record) {
                Ok(true) if record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => break,
                Ok(false) => return Ok(None),
                Err(fault) => {
                    let line = fault.position().map_or(1, csv::Position::line);
                    return Err(self.wrong(line, 0, words_of(&fault)));
                }
            }
        }
        self.rows += 1;
        let line = record.position().map_or(1, csv::Position::line);
        if self.rows > ROWS_MAX {
            let words = format!("more than {ROWS_MAX} rows; load the history in parts, by month");
            return Err(self.wrong(line, 0, words));
        }
        let cell = |place: &Option<usize>| {
            let cell = place.and_then(|place| record.get(place));
            intake::live_cell(cell.unwrap_or_default().trim()).to_owned()
        };
        let cells = self.places.iter().map(cell).collect();
        Ok(Some(Row { line, cells }))
    }

    /// What is wrong with a cell.
    pub(super) fn wrong(&self, line: u64, column: usize, words: impl Into<String>) -> FileProblem {
        FileProblem {
            file: self.file.clone(),
            line,
            column: self.columns[column].name.to_owned(),
            words: words.into(),
        }
    }
}

/// The delimiter that the headings are parted by.
fn delimiter_of(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
    // Of equals the last one wins: a table of one column has none of them.
    [b'|', b'\t', b',', b';']
        .into_iter()
        .max_by_key(count)
        .unwrap_or(b';')
}

fn words_of(fault: &csv::Error) -> String {
    match fault.kind() {
        ErrorKind::Utf8 { .. } => "this is not UTF-8; save the table as CSV UTF-8".to_owned(),
        _ => fault.to_string(),
    }
}

/// Where each column stands.
fn places(headings: &StringRecord, columns: &[EditedColumn]) -> Result<Vec<Option<usize>>, String> {
    let mut by_name = BTreeMap::new();
    for (place, heading) in headings.iter().enumerate() {
        let heading = heading.trim().to_lowercase();
        if !heading.is_empty() && by_name.insert(heading.clone(), place).is_some() {
            return Err(format!("there are two columns \"{heading}\"; leave one"));
        }
    }
    let all = || {
        let named = |column: &EditedColumn| format!("{} ({})", column.name, column.alias);
        columns.iter().map(named).collect::<Vec<_>>().join(", ")
    };
    let is_one = |name: &String| {
        columns
            .iter()
            .any(|column| column.name == name || column.alias == name)
    };
    if let Some(name) = by_name.keys().find(|name| !is_one(name)) {
        return Err(format!(
            "there is no column \"{name}\"; there are {}",
            all()
        ));
    }
    let place = |column: &EditedColumn| {
        let place = by_name
            .get(column.name)
            .or_else(|| by_name.get(column.alias));
        match place {
            None if column.required => Err(format!(
                "the column {} ({}) is missing",
                column.name, column.alias
            )),
            place => Ok(place.copied()),
        }
    };
    columns.iter().map(place).collect()
}

/// Gives up on a row that has no end, before it fills the memory.
struct Guarded {
    file: BufReader<File>,
    since_row: Arc<AtomicUsize>,
}

impl Read for Guarded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        if self.since_row.fetch_add(read, Ordering::Relaxed) > ROW_BYTES_MAX {
            let words = "a row of more than 1 MiB; a quote that nobody closed?";
            return Err(io::Error::other(words));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[EditedColumn] = &[
        EditedColumn {
            name: "clave",
            alias: "key",
            required: true,
        },
        EditedColumn {
            name: "nota",
            alias: "note",
            required: false,
        },
    ];

    fn open(text: &[u8]) -> Result<Table, FileProblem> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).expect("written");
        Table::open(&path, COLUMNS)
    }

    #[test]
    fn columns_are_found_in_both_languages_whatever_parts_them() {
        for text in [
            "\u{feff}Clave;Nota\na;x\n\n;\nb;\"'=y\"\n",
            "note,KEY\nx,a\n,\n'=y,b\n",
        ] {
            let mut table = open(text.as_bytes()).expect("a table");
            let mut rows = Vec::new();
            while let Some(row) = table.next().expect("rows") {
                rows.push((row.cell(0).to_owned(), row.cell(1).to_owned()));
            }
            let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
            assert_eq!(rows, [pair("a", "x"), pair("b", "=y")], "{text}");
        }
    }

    #[test]
    fn what_is_no_such_table_is_told_with_what_to_do() {
        let words = |text: &[u8]| open(text).err().expect("no table").words;
        assert!(words(b"nota\nx\n").contains("clave (key) is missing"));
        assert!(words(b"clave;color\n").contains("no column \"color\""));
        assert!(words(b"clave;clave\n").contains("two columns"));
        let mut latin = open(b"clave;nota\na;caf\xe9\n").expect("headings");
        let problem = latin.next().expect_err("not UTF-8");
        assert_eq!(problem.line, 2);
        assert!(problem.words.contains("CSV UTF-8"), "{problem}");
    }

    #[test]
    fn a_row_without_an_end_is_given_up() {
        let endless = format!("clave;nota\n\"{}", "x".repeat(3 << 20));
        let mut table = open(endless.as_bytes()).expect("headings");
        let problem = table.next().expect_err("no end");
        assert!(problem.words.contains("more than 1 MiB"), "{problem}");
    }
}
