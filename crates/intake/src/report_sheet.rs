//! A report as a workbook: rows of texts and numbers, written row by row to a temporary file and not to memory, over as
//! many sheets as it takes. Nothing in it is a formula.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use crate::segment_sheet::{SheetError, inert};

/// Rows of a sheet, headings and all.
const ROWS_MAX: u32 = 1_000_001;

/// A workbook in the making.
pub struct ReportSheet {
    book: Workbook,
    name: String,
    headings: Vec<String>,
    /// Columns whose cells are numbers; all others are text, phones among them.
    numbers: Vec<bool>,
    sheet: usize,
    row: u32,
}

impl ReportSheet {
    /// With these headings; `numbers` says which columns are.
    pub fn new(name: &str, headings: &[&str], numbers: &[bool]) -> Result<ReportSheet, SheetError> {
        let mut report = ReportSheet {
            book: Workbook::new(),
            name: name.to_owned(),
            headings: headings.iter().map(|it| (*it).to_owned()).collect(),
            numbers: numbers.to_vec(),
            sheet: 0,
            row: 0,
        };
        report.begin(1)?;
        Ok(report)
    }

    fn begin(&mut self, number: usize) -> Result<(), SheetError> {
        let name = match number {
            1 => self.name.clone(),
            more => format!("{} {more}", self.name),
        };
        let bold = Format::new().set_bold();
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, heading) in (0..).zip(&self.headings) {
            sheet.write_string_with_format(0, column, heading, &bold)?;
        }
        (self.sheet, self.row) = (number - 1, 0);
        Ok(())
    }

    /// The next row.
    pub fn row(&mut self, cells: &[String]) -> Result<(), SheetError> {
        if self.row + 1 >= ROWS_MAX {
            self.begin(self.sheet + 2)?;
        }
        self.row += 1;
        let sheet = self.book.worksheet_from_index(self.sheet)?;
        for ((column, cell), is_number) in (0..).zip(cells).zip(&self.numbers) {
            let number = cell.parse::<f64>().ok().filter(|_| *is_number);
            match number {
                Some(number) => sheet.write_number(self.row, column, number)?,
                None if cell.is_empty() => continue,
                None => sheet.write_string(self.row, column, inert(cell))?,
            };
        }
        Ok(())
    }

    /// Writes the file.
    pub fn save(mut self, path: &Path) -> Result<(), SheetError> {
        Ok(self.book.save(path)?)
    }
}
