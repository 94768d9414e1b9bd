//! An error as the API tells it: a stable code for programs, words for people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ProblemRow;

/// What went wrong and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable code, such as `not_found`.
    pub code: String,
    /// What happened and what to do next.
    pub message: String,
    /// The first instant at which what was asked could be, where there is one, in ms since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<i64>,
    /// What is wrong with rows that were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<ProblemRow>,
}
