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
}
