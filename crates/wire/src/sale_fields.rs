//! The sheet of a campaign's sales as a page draws it: its fields, and the evidence that goes with it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ScriptWords;

/// What a sheet asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleFields {
    /// Version of the form; 0: the house's.
    pub version: u32,
    /// Its fields, in their order.
    pub fields: Vec<SaleField>,
    /// Kinds of evidence there are.
    pub evidence: Vec<SaleEvidenceKind>,
    /// What must be there before a sale is validated: of each, one kind at least.
    pub required: Vec<Vec<String>>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleField {
    /// Its word.
    pub key: String,
    /// Its name.
    pub label: ScriptWords,
    /// `text`, `number`, `date`, `document`, `phone`, `choice` or `money`.
    pub kind: String,
    /// It may not stay empty.
    pub required: bool,
    /// In characters of a text, units of a number or sum, years from today of a date.
    pub min: Option<i64>,
    /// Likewise.
    pub max: Option<i64>,
    /// What may be chosen today.
    pub options: Vec<SaleOption>,
    /// It is asked for only then.
    pub when: Option<SaleFieldWhen>,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleOption {
    /// Its word.
    pub key: String,
    /// Its name.
    pub label: ScriptWords,
    /// Its price, where it is of the portfolio.
    pub price: Option<i64>,
}

/// When a field is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleFieldWhen {
    /// This field
    pub field: String,
    /// is one of these.
    pub is: Vec<String>,
}

/// A kind of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleEvidenceKind {
    /// Its word.
    pub kind: String,
    /// Its name.
    pub label: ScriptWords,
}
