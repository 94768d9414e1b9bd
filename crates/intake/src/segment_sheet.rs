//! Segments by Excel: contacts out into a workbook, with a column to be edited, and the edited one back in. What it
//! names are records (`id_registro`); no phone leaves. A cell that a spreadsheet would take for a formula goes out with
//! an apostrophe before it, and a workbook with formulas is not taken back: what they say depends on who opens it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};
use thiserror::Error;

use crate::error::IntakeError;
use crate::options::ImportOptions;
use crate::row::Row;
use crate::source::Source;
use crate::workbook;

/// Heading of the record's number.
const ID: &str = "id_registro";
/// Heading of the segment that may be edited.
const SEGMENT: &str = "segmento_campaña";
/// Heading of the segment as it was written: what was edited differs from it.
const AS_WRITTEN: &str = "segmento_exportado";

const SHEET: &str = "Segmentos";
/// Rows of a sheet that hold contacts.
const CONTACTS_MAX: u32 = 1_048_575;
/// Digits that a spreadsheet keeps.
const DIGITS_MAX: usize = 15;
/// Letters that a cell holds.
const LETTERS_MAX: usize = 32_767;
/// Faults told of one workbook.
const FAULTS_MAX: usize = 100;

/// Why a workbook could not be written.
#[derive(Debug, Error)]
pub enum SheetError {
    /// Too many contacts.
    #[error("a sheet has no more than {CONTACTS_MAX} contacts; choose fewer by a rule")]
    Full,
    /// The writer failed.
    #[error("the workbook cannot be written")]
    Write(#[from] XlsxError),
}

/// A workbook in the making; rows go to a temporary file, not to memory.
pub struct SegmentSheet {
    book: Workbook,
    row: u32,
    columns: u16,
}

impl SegmentSheet {
    /// With these columns between the record's number and its segments.
    pub fn new(headings: &[String]) -> Result<SegmentSheet, SheetError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(SHEET)?;
        sheet.set_freeze_panes(1, 1)?;
        let bold = Format::new().set_bold();
        let edited = bold.clone().set_background_color(Color::RGB(0x00FF_F2CC));
        sheet.write_string_with_format(0, 0, ID, &bold)?;
        let mut column = 1;
        for heading in headings {
            sheet.write_string_with_format(0, column, inert(heading), &bold)?;
            column += 1;
        }
        sheet.write_string_with_format(0, column, AS_WRITTEN, &bold)?;
        sheet.write_string_with_format(0, column + 1, SEGMENT, &edited)?;
        Ok(SegmentSheet {
            book,
            row: 0,
            columns: column,
        })
    }

    /// A contact: the cells of the columns, and its segment.
    pub fn contact(&mut self, id: i64, cells: &[String], segment: &str) -> Result<(), SheetError> {
        if self.row >= CONTACTS_MAX {
            return Err(SheetError::Full);
        }
        self.row += 1;
        let row = self.row;
        let sheet = self.book.worksheet_from_index(0)?;
        // Record numbers are far below 2^53.
        sheet.write_number(row, 0, id as f64)?;
        for (column, cell) in (1..self.columns).zip(cells) {
            write(sheet, row, column, cell)?;
        }
        sheet.write_string(row, self.columns, inert(segment))?;
        sheet.write_string(row, self.columns + 1, inert(segment))?;
        Ok(())
    }

    /// Writes the file.
    pub fn save(mut self, path: &Path) -> Result<u32, SheetError> {
        self.book.save(path)?;
        Ok(self.row)
    }
}

/// A number as one, so that a spreadsheet sorts it; all else as text.
fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &str) -> Result<(), XlsxError> {
    match plain_number(cell) {
        Some(number) => sheet.write_number(row, column, number)?,
        None if cell.is_empty() => return Ok(()),
        None => sheet.write_string(row, column, inert(cell))?,
    };
    Ok(())
}

/// `12`, `-3.5`: nothing that would be read back otherwise. Leading zeros and long digits are names.
fn plain_number(cell: &str) -> Option<f64> {
    let bare = cell.strip_prefix('-').unwrap_or(cell);
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    let whole = bare.split('.').next().unwrap_or("");
    let legal = bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    let plain = legal && !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    let number = cell
        .parse::<f64>()
        .ok()
        .filter(|_| plain && digits <= DIGITS_MAX)?;
    (number.to_string() == cell).then_some(number)
}

/// A text that no spreadsheet takes for a formula, also after it was saved as CSV and opened again.
pub fn inert(text: &str) -> String {
    let short: String = text.chars().take(LETTERS_MAX - 1).collect();
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{short}"),
        false => short,
    }
}

/// A row of an edited workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// Row of the sheet, from 1.
    pub line: u64,
    /// The record.
    pub contact: i64,
    /// The segment that was written; `None` where the column was taken out.
    pub written: Option<String>,
    /// The segment as it stands now.
    pub segment: String,
}

/// What is wrong with a row; 0 is the sheet as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    /// Row of the sheet, from 1.
    pub line: u64,
    /// Why, in Spanish: it is read beside the sheet.
    pub message: String,
}

/// The rows of an edited workbook, or all that is wrong with it (the first hundred).
pub fn read_segment_sheet(
    source: &mut Source<'_>,
) -> Result<Result<Vec<SheetRow>, Vec<SheetFault>>, IntakeError> {
    let options = ImportOptions::new("segmentos");
    let is_ours = |rows: &[Row]| rows.first().is_some_and(|row| place(row, ID).is_some());
    let (sheets, _) = workbook::survey(source, &options, 1, &is_ours)?;
    let mut reading = Reading::default();
    let formulas = workbook::formula_rows(source, &sheets.chosen, FAULTS_MAX)?;
    for line in formulas {
        let message = "hay una fórmula; péguela como valor y vuelva a intentarlo";
        reading.fault(line, message.to_owned());
    }
    workbook::read(source, &sheets, &options, &mut |row| {
        reading.row(&row);
        Ok(match reading.faults.len() < FAULTS_MAX {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    })?;
    Ok(reading.end())
}

#[derive(Debug, Default)]
struct Reading {
    columns: Option<Columns>,
    rows: Vec<SheetRow>,
    seen: BTreeMap<i64, usize>,
    faults: Vec<SheetFault>,
}

#[derive(Clone, Copy, Debug)]
struct Columns {
    id: usize,
    segment: usize,
    written: Option<usize>,
}

impl Reading {
    fn fault(&mut self, line: u64, message: String) {
        self.faults.push(SheetFault { line, message });
    }

    fn row(&mut self, row: &Row) {
        if row.is_blank() {
            return;
        }
        let Some(columns) = self.columns else {
            self.headings(row);
            return;
        };
        let cell = |at: usize| row.cells.get(at).map_or("", |cell| cell.trim());
        let id = cell(columns.id);
        let Ok(contact) = id.parse::<i64>() else {
            let message = format!("`{id}` no es un número de registro ({ID})");
            self.fault(row.line, message);
            return;
        };
        let segment = cell(columns.segment).to_owned();
        if let Some(before) = self.seen.get(&contact).map(|at| &self.rows[*at]) {
            if before.segment != segment {
                let message = format!(
                    "el registro {contact} ya está en la fila {} con otro segmento",
                    before.line
                );
                self.fault(row.line, message);
            }
            return;
        }
        self.seen.insert(contact, self.rows.len());
        self.rows.push(SheetRow {
            line: row.line,
            contact,
            written: columns.written.map(|at| cell(at).to_owned()),
            segment,
        });
    }

    fn headings(&mut self, row: &Row) {
        match (place(row, ID), place(row, SEGMENT)) {
            (Some(id), Some(segment)) => {
                self.columns = Some(Columns {
                    id,
                    segment,
                    written: place(row, AS_WRITTEN),
                });
            }
            (None, _) => self.missing(row.line, ID),
            (_, None) => self.missing(row.line, SEGMENT),
        }
    }

    fn missing(&mut self, line: u64, heading: &str) {
        let message = format!("falta la columna `{heading}`; exporte la base de nuevo");
        self.fault(line, message);
        // One fault for all rows: none can be read.
        self.faults.resize(
            FAULTS_MAX,
            SheetFault {
                line: 0,
                message: String::new(),
            },
        );
    }

    fn end(mut self) -> Result<Vec<SheetRow>, Vec<SheetFault>> {
        self.faults.retain(|fault| !fault.message.is_empty());
        if self.faults.is_empty() {
            return Ok(self.rows);
        }
        self.faults.sort_by_key(|fault| fault.line);
        self.faults.truncate(FAULTS_MAX);
        Err(self.faults)
    }
}

/// Where a heading stands.
fn place(row: &Row, heading: &str) -> Option<usize> {
    let same = |cell: &String| cell.trim().to_lowercase() == heading;
    row.cells.iter().position(same)
}

#[cfg(test)]
mod tests;
