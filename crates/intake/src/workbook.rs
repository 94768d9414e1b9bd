//! A workbook (XLSX) as a stream of rows, one sheet of it, cell by cell. The
//! only thing held whole is its table of shared texts, bounded by the options.

use std::io::{BufReader, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::archive;
use crate::cell_text::cell_text;
use crate::error::IntakeError;
use crate::fingerprint::Hashing;
use crate::options::ImportOptions;
use crate::row::{EachRow, Fingerprint, Row};
use crate::source::{Bytes, ReadSeek, Source};

/// Rows of a sheet in the standard; a blank row is reported for each left out.
const LAST_ROW: u64 = 1_048_576;

/// Which sheet of a workbook is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheets {
    /// All worksheets, in order.
    pub(crate) names: Vec<String>,
    /// The one that is read.
    pub(crate) chosen: String,
    /// Rows it says it has.
    pub(crate) rows: u64,
}

type Book<'b> = Xlsx<BufReader<&'b mut dyn ReadSeek>>;

/// Checks a workbook, chooses its sheet and gives its first rows. A cover or a
/// sheet of notes often comes first: a sheet with phones goes before it.
pub(crate) fn survey(
    source: &mut Source<'_>,
    options: &ImportOptions,
    most: usize,
    has_phones: &dyn Fn(&[Row]) -> bool,
) -> Result<(Sheets, Vec<Row>), IntakeError> {
    let file = source.file_name.clone();
    archive::check(seekable(source)?, &file, &options.limits)?;
    let mut book = open(source)?;
    let names = worksheets(&book);
    let mut sheets = Sheets {
        chosen: String::new(),
        rows: 0,
        names,
    };
    let candidates = candidates(&book, &sheets.names, options, &file)?;
    let mut found = None;
    for name in candidates {
        let (rows, declared) = first_rows(&mut book, &name, &file, options, most)?;
        let suits = has_phones(&rows);
        if suits || (found.is_none() && rows.iter().any(|row| !row.is_blank())) {
            (sheets.chosen, sheets.rows) = (name, declared);
            found = Some(rows);
        }
        if suits {
            break;
        }
    }
    found
        .map(|rows| (sheets, rows))
        .ok_or(IntakeError::Empty { file })
}

fn first_rows(
    book: &mut Book<'_>,
    sheet: &str,
    file: &str,
    options: &ImportOptions,
    most: usize,
) -> Result<(Vec<Row>, u64), IntakeError> {
    let mut rows = Vec::new();
    let declared = each_row(book, sheet, file, options, &mut |row| {
        rows.push(row);
        Ok(if rows.len() < most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok((rows, declared))
}

/// Gives every row of the sheet to `each`. The workbook was surveyed before.
pub(crate) fn read(
    source: &mut Source<'_>,
    sheets: &Sheets,
    options: &ImportOptions,
    each: &mut EachRow<'_>,
) -> Result<Fingerprint, IntakeError> {
    let file = source.file_name.clone();
    let hashed = Hashing::new(source.reader()?).finish();
    let (sha256, bytes) = hashed.map_err(|error| source.unreadable(error))?;
    let mut book = open(source)?;
    each_row(&mut book, &sheets.chosen, &file, options, each)?;
    Ok(Fingerprint {
        sha256,
        bytes,
        odd_cells: 0,
    })
}

/// The first rows of a sheet that hold formulas, each once. The workbook was surveyed before.
pub(crate) fn formula_rows(
    source: &mut Source<'_>,
    sheet: &str,
    most: usize,
) -> Result<Vec<u64>, IntakeError> {
    let file = source.file_name.clone();
    let mut book = open(source)?;
    let mut cells = guarded(&file, || book.worksheet_cells_reader(sheet))?;
    let mut rows: Vec<u64> = Vec::new();
    while let Some(cell) = guarded(&file, || cells.next_formula())? {
        let row = u64::from(cell.get_position().0) + 1;
        let is_formula = !cell.get_value().is_empty();
        if is_formula && rows.last() != Some(&row) {
            rows.push(row);
        }
        if rows.len() >= most {
            break;
        }
    }
    Ok(rows)
}

fn seekable<'s>(source: &'s mut Source<'_>) -> Result<&'s mut dyn ReadSeek, IntakeError> {
    let file = source.file_name.clone();
    match &mut source.bytes {
        Bytes::File(bytes) => {
            bytes
                .seek(SeekFrom::Start(0))
                .map_err(|source| IntakeError::Read { file, source })?;
            Ok(bytes)
        }
        Bytes::Stream(_) => Err(IntakeError::Format {
            file,
            found: "a workbook coming as a stream",
            advice: "save it as a file first: a workbook is read from its end",
        }),
    }
}

fn open<'s>(source: &'s mut Source<'_>) -> Result<Book<'s>, IntakeError> {
    let file = source.file_name.clone();
    let bytes = BufReader::new(seekable(source)?);
    guarded(&file, || Xlsx::new(bytes))
}

/// Runs a step of the foreign reader. Should a hostile workbook make it panic,
/// that is an error of the file and not the end of the process.
fn guarded<T>(file: &str, step: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, IntakeError> {
    let broken = |why: String| IntakeError::Workbook {
        file: file.to_owned(),
        why,
    };
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(error.to_string())),
        Err(_) => Err(broken("it cannot be made sense of".to_owned())),
    }
}

fn worksheets(book: &Book<'_>) -> Vec<String> {
    let sheets = book.sheets_metadata().iter();
    sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect()
}

/// Sheets to try: the one asked for; else the visible ones before the hidden.
fn candidates(
    book: &Book<'_>,
    names: &[String],
    options: &ImportOptions,
    file: &str,
) -> Result<Vec<String>, IntakeError> {
    if let Some(wanted) = &options.sheet {
        let wanted_plain = wanted.trim().to_lowercase();
        let found = names
            .iter()
            .find(|name| name.trim().to_lowercase() == wanted_plain);
        return found
            .map(|name| vec![name.clone()])
            .ok_or_else(|| IntakeError::NoSheet {
                file: file.to_owned(),
                sheet: wanted.clone(),
                found: names.join(", "),
            });
    }
    let hidden = |name: &String| {
        book.sheets_metadata()
            .iter()
            .any(|sheet| sheet.name == *name && sheet.visible != SheetVisible::Visible)
    };
    let (last, first): (Vec<String>, Vec<String>) = names.iter().cloned().partition(hidden);
    Ok(first.into_iter().chain(last).collect())
}

/// Puts the cells of a sheet together into rows; says how many it declares.
fn each_row(
    book: &mut Book<'_>,
    sheet: &str,
    file: &str,
    options: &ImportOptions,
    each: &mut EachRow<'_>,
) -> Result<u64, IntakeError> {
    let mut cells = guarded(file, || book.worksheet_cells_reader(sheet))?;
    let declared = u64::from(cells.dimensions().end.0) + 1;
    let mut row = Row::default();
    let mut next_line = 1;
    while let Some(cell) = guarded(file, || cells.next_cell())? {
        let (line, column) = position(&cell);
        if line != row.line {
            if row.line > 0 && deliver(&mut row, &mut next_line, each)?.is_break() {
                return Ok(declared);
            }
            if line < next_line {
                return Err(unsound(file, "its rows are out of order"));
            }
            if line > LAST_ROW {
                return Err(unsound(file, "it has rows beyond the last of a sheet"));
            }
            row.line = line;
            row.done = line;
        }
        put(&mut row, column, cell.get_value(), options, file)?;
    }
    drop(cells);
    if row.line > 0 {
        let _ended = deliver(&mut row, &mut next_line, each)?;
    }
    Ok(declared)
}

fn position(cell: &Cell<DataRef<'_>>) -> (u64, usize) {
    let (row, column) = cell.get_position();
    (u64::from(row) + 1, column as usize)
}

fn unsound(file: &str, why: &str) -> IntakeError {
    IntakeError::Workbook {
        file: file.to_owned(),
        why: why.to_owned(),
    }
}

/// Gives a row away, after one blank row for each the sheet leaves out.
fn deliver(
    row: &mut Row,
    next_line: &mut u64,
    each: &mut EachRow<'_>,
) -> Result<ControlFlow<()>, IntakeError> {
    while *next_line < row.line {
        let blank = Row {
            line: *next_line,
            done: *next_line,
            ..Row::default()
        };
        *next_line += 1;
        if each(blank)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    *next_line = row.line + 1;
    each(std::mem::take(row))
}

fn put(
    row: &mut Row,
    column: usize,
    value: &DataRef<'_>,
    options: &ImportOptions,
    file: &str,
) -> Result<(), IntakeError> {
    let text = cell_text(value);
    if text.is_empty() {
        return Ok(());
    }
    if column >= options.limits.columns {
        return Err(IntakeError::Limit {
            file: file.to_owned(),
            line: row.line,
            why: format!("more than {} columns", options.limits.columns),
        });
    }
    if row.cells.len() <= column {
        row.cells.resize(column + 1, String::new());
    }
    row.cells[column] = text;
    Ok(())
}
