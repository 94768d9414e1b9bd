//! Contact lists and their loads.

use serde::Serialize;
use utoipa::ToSchema;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactList {
    /// Which.
    pub id: i64,
    /// Unique name.
    pub name: String,
    /// First load begun, in ms since 1970 UTC.
    pub created_at: i64,
    /// Contacts visible.
    pub contacts: u64,
}

/// What a load led to.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Loaded {
    /// The list; absent after a dry run.
    pub list: Option<i64>,
    /// Number of the load, for its acta; absent after a dry run.
    pub load: Option<i64>,
    /// The acta de cargue.
    #[schema(value_type = Object)]
    pub acta: serde_json::Value,
    /// What the file was found to be, after a dry run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub preview: Option<LoadPreview>,
}

/// A file as it would be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LoadPreview {
    /// Sheets of a workbook.
    pub sheets: Vec<String>,
    /// Its columns, from left to right.
    pub columns: Vec<LoadColumn>,
    /// Its first rows, a cell for each column. Personal data.
    pub rows: Vec<Vec<String>>,
}

/// A column of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LoadColumn {
    /// Its heading.
    pub heading: String,
    /// What would be read from it, as `mapping` names it: `phone`, `document`, `attribute`, `ignore`, ...
    pub role: String,
    /// How sure the guess was: `low`, `medium` or `high`.
    pub confidence: String,
    /// Why, in Spanish.
    pub reason: String,
}
