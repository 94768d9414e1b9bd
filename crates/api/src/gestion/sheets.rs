//! What takes the rows of an informe de gestión: a CSV or a workbook, in a file that is whole or not there.

use std::io::Write;
use std::path::Path;

use campaigns::Campaign;
use domain::Timestamp;
use intake::{ReportSheet, csv_cell};
use store::Store;
use wire::GestionTotals;

use super::columns::COLUMNS;
use super::{GestionWanted, gestion};
use crate::error::ApiError;

/// Takes rows.
pub trait GestionSheet: Send {
    /// The next one.
    fn row(&mut self, cells: &[String]) -> Result<(), ApiError>;
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GestionForm {
    /// UTF-8 with its mark, separated by semicolons.
    Csv,
    /// A workbook; phones are text.
    Xlsx,
}

impl GestionForm {
    /// From `csv` or `xlsx`.
    pub fn from_word(word: &str) -> Result<GestionForm, ApiError> {
        match word {
            "csv" => Ok(GestionForm::Csv),
            "xlsx" => Ok(GestionForm::Xlsx),
            other => Err(ApiError::Invalid(format!(
                "`{other}` is no form; use csv or xlsx"
            ))),
        }
    }

    /// How its files end.
    pub const fn ending(self) -> &'static str {
        match self {
            GestionForm::Csv => "csv",
            GestionForm::Xlsx => "xlsx",
        }
    }
}

/// A CSV.
pub struct CsvSheet<W>(W);

impl<W: Write> CsvSheet<W> {
    /// With the headings.
    pub fn begin(mut to: W) -> Result<CsvSheet<W>, ApiError> {
        let headings: Vec<&str> = COLUMNS.iter().map(|(heading, _)| *heading).collect();
        writeln!(to, "\u{feff}{}", headings.join(";")).map_err(ApiError::internal)?;
        Ok(CsvSheet(to))
    }
}

impl<W: Write + Send> GestionSheet for CsvSheet<W> {
    fn row(&mut self, cells: &[String]) -> Result<(), ApiError> {
        let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell, ';')).collect();
        writeln!(self.0, "{}", cells.join(";")).map_err(ApiError::internal)
    }
}

struct Xlsx(ReportSheet);

impl GestionSheet for Xlsx {
    fn row(&mut self, cells: &[String]) -> Result<(), ApiError> {
        self.0.row(cells).map_err(ApiError::internal)
    }
}

/// Writes the report to a file, which is there only if it adds up.
pub async fn write_gestion_file(
    store: &dyn Store,
    campaign: &Campaign,
    wanted: &GestionWanted,
    now: Timestamp,
    (form, path): (GestionForm, &Path),
) -> Result<GestionTotals, ApiError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut unfinished = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(ApiError::internal)?;
    let totals = match form {
        GestionForm::Csv => {
            let mut to = std::io::BufWriter::new(unfinished.as_file_mut());
            let mut sheet = CsvSheet::begin(&mut to)?;
            let totals = gestion(store, campaign, wanted, now, &mut sheet).await?;
            to.flush().map_err(ApiError::internal)?;
            totals
        }
        GestionForm::Xlsx => {
            let headings = COLUMNS.map(|(heading, _)| heading);
            let numbers = COLUMNS.map(|(_, is_number)| is_number);
            let sheet = ReportSheet::new("Gestión", &headings, &numbers);
            let mut sheet = Xlsx(sheet.map_err(ApiError::internal)?);
            let totals = gestion(store, campaign, wanted, now, &mut sheet).await?;
            sheet
                .0
                .save(unfinished.path())
                .map_err(ApiError::internal)?;
            totals
        }
    };
    unfinished.persist(path).map_err(ApiError::internal)?;
    Ok(totals)
}
