//! What an informe gerencial is written as.

use std::path::Path;

use campaigns::Campaign;
use wire::GerencialReport;

use super::workbook::workbook;
use super::{gerencial_csv, gerencial_page};
use crate::error::ApiError;

/// What it is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GerencialForm {
    /// Everything, for programs.
    Json,
    /// A row for each figure.
    Csv,
    /// A workbook with charts.
    Xlsx,
    /// A page to print.
    Html,
}

impl GerencialForm {
    /// From `json`, `csv`, `xlsx` or `html`.
    pub fn from_word(word: &str) -> Result<GerencialForm, ApiError> {
        match word {
            "json" => Ok(GerencialForm::Json),
            "csv" => Ok(GerencialForm::Csv),
            "xlsx" => Ok(GerencialForm::Xlsx),
            "html" => Ok(GerencialForm::Html),
            other => Err(ApiError::Invalid(format!(
                "`{other}` is no form; use json, csv, xlsx or html"
            ))),
        }
    }

    /// How its files end.
    pub const fn ending(self) -> &'static str {
        match self {
            GerencialForm::Json => "json",
            GerencialForm::Csv => "csv",
            GerencialForm::Xlsx => "xlsx",
            GerencialForm::Html => "html",
        }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            GerencialForm::Json => "application/json",
            GerencialForm::Csv => "text/csv; charset=utf-8",
            GerencialForm::Xlsx => {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
            GerencialForm::Html => "text/html; charset=utf-8",
        }
    }

    /// The bytes of a report of a campaign.
    pub fn bytes(self, report: &GerencialReport, campaign: &Campaign) -> Result<Vec<u8>, ApiError> {
        match self {
            GerencialForm::Json => serde_json::to_vec(report).map_err(ApiError::internal),
            GerencialForm::Csv => Ok(gerencial_csv(report).into_bytes()),
            GerencialForm::Xlsx => workbook(report).map_err(ApiError::internal),
            GerencialForm::Html => {
                let pack = law::Pack::by_id(&campaign.law_pack)
                    .map_err(|problem| ApiError::Invalid(problem.to_string()))?;
                Ok(gerencial_page(report, pack.zone()).into_bytes())
            }
        }
    }
}

/// Writes a report to a file, which is whole or not there.
pub fn write_gerencial(
    report: &GerencialReport,
    campaign: &Campaign,
    (form, path): (GerencialForm, &Path),
) -> Result<(), ApiError> {
    let bytes = form.bytes(report, campaign)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let unfinished = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
    let unfinished = unfinished.map_err(ApiError::internal)?;
    std::fs::write(unfinished.path(), bytes).map_err(ApiError::internal)?;
    unfinished.persist(path).map_err(ApiError::internal)?;
    Ok(())
}
