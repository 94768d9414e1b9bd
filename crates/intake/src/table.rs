//! Plain tables of others' tools, CSV or XLSX: every row as it stands, none taken for a contact; and lines of a CSV that no
//! spreadsheet takes for formulas, telephones staying text.

use std::ops::ControlFlow;

use crate::acta::Format;
use crate::delimited::Dialect;
use crate::error::IntakeError;
use crate::kind::kind_of;
use crate::options::ImportOptions;
use crate::row::Row;
use crate::segment_sheet::inert;
use crate::source::Source;
use crate::workbook;

/// No table of sales is longer: what is, is a base.
const ROWS_MAX: usize = 200_000;

/// A row: its line (row of the sheet), and its cells, trimmed.
pub type TableRow = (u64, Vec<String>);

/// The rows of a table that have anything in them, the headings first.
pub fn read_table(source: &mut Source<'_>) -> Result<Vec<TableRow>, IntakeError> {
    let options = ImportOptions::new("tabla");
    let file = source.file_name.clone();
    let mut rows: Vec<TableRow> = Vec::new();
    let mut each = |row: Row| {
        if rows.len() > ROWS_MAX {
            return Err(IntakeError::Limit {
                file: file.clone(),
                line: row.line,
                why: format!("it has more than {ROWS_MAX} rows"),
            });
        }
        if let Some(fault) = row.fault {
            return Err(IntakeError::Limit {
                file: file.clone(),
                line: row.line,
                why: fault.english().to_owned(),
            });
        }
        if !row.is_blank() {
            rows.push((
                row.line,
                row.cells
                    .iter()
                    .map(|cell| live_cell(cell).to_owned())
                    .collect(),
            ));
        }
        Ok(ControlFlow::Continue(()))
    };
    match kind_of(source, &options)? {
        Format::Csv => {
            let dialect = Dialect::of(source.head()?, &options)?;
            dialect.read(source, &options.limits, &mut each)?;
        }
        Format::Xlsx => {
            let (sheets, _) = workbook::survey(source, &options, 1, &|_| true)?;
            workbook::read(source, &sheets, &options, &mut each)?;
        }
    }
    match rows.is_empty() {
        true => Err(IntakeError::Empty {
            file: source.file_name.clone(),
        }),
        false => Ok(rows),
    }
}

/// A line of a CSV, with its end.
pub fn csv_line(cells: &[String], delimiter: char) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell, delimiter)).collect();
    format!("{}\r\n", cells.join(&delimiter.to_string()))
}

/// A cell that no spreadsheet takes for a formula, as RFC 4180 has it.
pub fn csv_cell(cell: &str, delimiter: char) -> String {
    let inert = inert(cell);
    match inert.contains([delimiter, '"', '\n', '\r']) {
        true => format!("\"{}\"", inert.replace('"', "\"\"")),
        false => inert,
    }
}

/// A cell without the apostrophe that kept it from being a formula.
pub fn live_cell(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(text: &str) -> Vec<TableRow> {
        let mut source = Source::seekable("x.csv", Cursor::new(text.as_bytes().to_vec()));
        read_table(&mut source).expect("a table")
    }

    #[test]
    fn what_is_written_is_read_back_and_is_no_formula() {
        let cells = [
            "=1+1",
            "+573001234567",
            "Calle 10; \"apto\" 3",
            "-5",
            "",
            "x",
        ];
        let cells: Vec<String> = cells.map(str::to_owned).to_vec();
        let headings: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
        let line = csv_line(&cells, ';');
        assert!(line.starts_with("'=1+1;'+573001234567;\"Calle"), "{line}");
        let text = format!("\u{feff}{}{line}\r\n", csv_line(&headings, ';'));
        let rows = read(&text);
        assert_eq!(rows, [(1, headings), (2, cells)]);
    }

    #[test]
    fn a_file_that_is_no_table_is_refused() {
        let mut source = Source::seekable("x.csv", Cursor::new(b"%PDF-1.7 x".to_vec()));
        assert!(read_table(&mut source).is_err());
    }
}
